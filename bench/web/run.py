"""`make bench-web`: requests a second and their times, cold start, and memory, on SQLite and PostgreSQL.

    python bench/web/run.py [--seconds 10] [--write]

wrk asks the demonstration's book: the overview, a plan of R$ 1,000, and the wallet's summary of the API, with
1, 16 and 64 connections, by one and by two processes; an empty FastAPI route beside it says what the
server itself takes. PostgreSQL is that of FIEL_TEST_POSTGRES_URL; without it that half is left out. Then
every page of a wallet of 50 assets and 5,000 entries, one visitor, who books something now and then.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from sqlalchemy import text  # noqa: E402

from bench.machine import describe, noise  # noqa: E402
from bench.table import Row, as_markdown, as_text  # noqa: E402
from bench.web import large  # noqa: E402
from fiel.bootstrap.demonstration import open_demonstration  # noqa: E402
from fiel.copilot import demo_book  # noqa: E402
from fiel.entrypoints.answers.keeping import back_up, restore  # noqa: E402
from fiel.infra.storage.database import Database  # noqa: E402
from fiel.settings import Settings  # noqa: E402

PAGE = ROOT / "docs" / "benchmarks-web.md"
WORKER = Path(__file__).with_name("worker.py")
CONNECTIONS = (1, 16, 64)
PATHS = {
    "overview": "/",
    "plan of R$ 1,000": "/aportar?valor=1000",
    "wallet summary": f"/api/v1/wallet/{demo_book.WALLET}/summary",
}
LARGE_PATHS = (
    "/",
    "/aportar?valor=1000",
    "/proventos",
    "/rentabilidade",
    "/rentabilidade?periodo=tudo",
    "/impostos",
    "/carteira",
    "/lancamentos",
    "/alvos",
    "/automatico",
    "/fontes",
    f"/api/v1/portfolios/{large.WALLET}",
    f"/api/v1/portfolios/{large.WALLET}/positions",
    f"/api/v1/portfolios/{large.WALLET}/performance",
)
PATIENCE_S = 120.0
WARM = 20
LARGE_TIMES = 30
MANY = 10_000


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk measured: requests a second, and times in milliseconds."""

    rate: float
    median_ms: float
    p99_ms: float
    failed: int


def main() -> None:
    """Measure, print, and write the page when asked."""
    parser = argparse.ArgumentParser(description="The pages and the API under load.")
    parser.add_argument("--seconds", type=int, default=10, help="for each line")
    parser.add_argument("--requests", type=int, default=MANY, help="before the memory is read again")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        parser.error("wrk is not installed: apt-get install wrk")
    before = noise()
    with tempfile.TemporaryDirectory(prefix="fiel-bench-web-") as folder:
        rows = measured(Path(folder), options.seconds, options.requests)
        rows += large_wallet(Path(folder))
    print(as_text(rows))
    if options.write:
        PAGE.write_text(page(rows, before, noise(), options.seconds), encoding="utf-8")


def measured(folder: Path, seconds: int, requests: int) -> list[Row]:
    """Every line of the table."""
    rows, yardsticks = [], {}
    for workers in (1, 2):
        with served("empty", workers) as (base, _):
            found = lines(f"empty route, {processes(workers)}", base, {"nothing": "/"}, seconds)
        rows += found
        yardsticks[workers] = {row.what: row for row in found}
    with books(folder) as urls:
        for engine, url in urls.items():
            for workers in (1, 2):
                section = f"{engine}, {processes(workers)}"
                with served(url, workers) as (base, _):
                    rows += beside(lines(section, base, PATHS, seconds), yardsticks[workers])
            rows += memory(engine, url, requests)
    return [*rows, *cold_start(folder)]


def processes(count: int) -> str:
    """In words."""
    return "one process" if count == 1 else f"{count} processes"


@contextmanager
def books(folder: Path) -> Iterator[dict[str, str]]:
    """The same book on each engine: what the demonstration makes, and a copy of it."""
    settings = Settings.read({"FIEL_DATA_DIR": str(folder)}, folder, sys.platform)
    now = datetime.now(UTC)  # noqa: TID251 (a measurement is of now)
    file, archive = folder / "demonstration.db", folder / "book.fiel"
    with open_demonstration(settings, folder) as opened:
        back_up(opened.database, archive, now)
    found = {"SQLite": f"sqlite:///{file}"}
    server = os.environ.get("FIEL_TEST_POSTGRES_URL", "")
    if not server:
        yield found
        return
    name = f"fiel_bench_{secrets.token_hex(4)}"
    statement(server, f"CREATE DATABASE {name}")
    try:
        found["PostgreSQL"] = urlsplit(server)._replace(path=f"/{name}").geturl()
        restore(archive, found["PostgreSQL"], now)
        yield found
    finally:
        statement(server, f"DROP DATABASE {name} WITH (FORCE)")


def statement(url: str, words: str) -> None:
    """Run what cannot run in a transaction."""
    database = Database.at(url)
    try:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(words))
    finally:
        database.close()


@contextmanager
def served(what: str, workers: int) -> Iterator[tuple[str, list[int]]]:
    """Processes that share a listening socket: the base URL, and their ids."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.set_inheritable(True)
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    number = listener.fileno()
    started = [
        subprocess.Popen([sys.executable, str(WORKER), str(number), what], pass_fds=[number], cwd=ROOT)
        for _ in range(workers)
    ]
    try:
        answered(f"{base}/")
        yield base, [each.pid for each in started]
    finally:
        for each in started:
            each.send_signal(signal.SIGTERM)
        for each in started:
            each.wait(30)
        listener.close()


def answered(url: str) -> float:
    """Seconds until the address answers with 200."""
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE_S:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 (our own address)
                if answer.status == 200:
                    return time.monotonic() - begun
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{url} answers {error.code}") from error
        except OSError:
            time.sleep(0.01)
    raise TimeoutError(f"{url} does not answer")


def lines(section: str, base: str, paths: dict[str, str], seconds: int) -> list[Row]:
    """A line for each path and number of connections, once each process is warm."""
    rows = []
    for name, path in paths.items():
        for _ in range(WARM):
            answered(base + path)
        for count in CONNECTIONS:
            found = wrk(base + path, count, seconds)
            failed = f", {found.failed} failed" if found.failed else ""
            spread = f"p50 {found.median_ms:.1f} ms, p99 {found.p99_ms:.1f} ms{failed}"
            what = f"{name}, {count} connection{'s' if count > 1 else ''}"
            rows.append(Row(section, what, f"{found.rate:,.0f}/s", spread))
    return rows


def beside(rows: list[Row], yardsticks: dict[str, Row]) -> list[Row]:
    """The same lines, with what the empty route reached with as many connections."""
    found = []
    for row in rows:
        words = row.what.rpartition(", ")[2]
        empty = yardsticks[f"nothing, {words}"].ours
        ratio = number(row.ours) / number(empty)
        found.append(
            Row(row.section, row.what, row.ours, row.spread, "", "empty route", empty, f"{ratio:.2f}")
        )
    return found


def number(rate: str) -> float:
    """The number of `1,234/s`."""
    return float(rate.removesuffix("/s").replace(",", ""))


def wrk(url: str, connections: int, seconds: int) -> Load:
    """One run of wrk, with one thread: the machine's other core is the server's."""
    told = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency", url],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    if rate is None:
        raise RuntimeError(f"wrk says: {told}")
    return Load(
        float(rate[1]), percentile(told, "50"), percentile(told, "99"), int(failed[1]) if failed else 0
    )


def percentile(told: str, which: str) -> float:
    """Milliseconds of a line such as `99%   12.34ms`."""
    match = re.search(rf"{which}%\s+([\d.]+)(us|ms|s|m)\b", told)
    if match is None:
        return 0.0
    return float(match[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}[match[2]]


def large_wallet(folder: Path, *, times: int = LARGE_TIMES, changes: int = 3) -> list[Row]:
    """Each page of the large wallet: the median of requests when nothing changed, and of first ones after
    something was booked."""
    settings = Settings.read({"FIEL_DATA_DIR": str(folder)}, folder, sys.platform)
    rows = []
    url = f"sqlite:///{folder / 'large.db'}"
    with large.open_large(settings, folder) as opened, served(url, 1) as (base, _):
        for path in LARGE_PATHS:
            for _ in range(3):
                answered(base + path)
            warm = sorted(answered(base + path) for _ in range(times))
            after = []
            for _ in range(changes):
                opened.custody.deposit(large.WALLET, "1.00")
                after.append(answered(base + path))
            p95, booked = warm[int(times * 0.95)] * 1000, sorted(after)[changes // 2] * 1000
            spread = f"p95 {p95:.0f} ms; after a booking {booked:.0f} ms"
            median = f"{warm[times // 2] * 1000:.0f} ms"
            rows.append(Row("50 assets, 5,000 entries", path, median, spread, "50 ms"))
    return rows


def memory(engine: str, url: str, requests: int) -> list[Row]:
    """Resident memory of one process, idle and after many requests for the overview."""
    with served(url, 1) as (base, (pid,)):
        idle = resident(pid)
        begun, done = time.monotonic(), 0
        while done < requests and time.monotonic() - begun < 1_800:
            found = wrk(f"{base}/", 16, 10)
            done += int(found.rate * 10)
        after = resident(pid)
    what = f"memory after {done:,} overviews, idle {idle:.0f} MiB before"
    return [Row(engine, what, f"{after:.0f} MiB")]


def resident(pid: int) -> float:
    """MiB that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    match = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(match[1]) / 1024 if match else 0.0


def cold_start(folder: Path, *, times: int = 3) -> list[Row]:
    """`fiel serve` from the start of the process to the end of its first page."""
    found = []
    for _ in range(times):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        environment = {**os.environ, "FIEL_DATA_DIR": str(folder), "FIEL_MARKET_OFFLINE": "1"}
        command = [sys.executable, "-c", "from fiel.entrypoints.cli import main; main()"]
        options = ["serve", "--port", str(port), "--database", f"sqlite:///{folder / 'demonstration.db'}"]
        process = subprocess.Popen(
            [*command, *options], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            found.append(answered(f"http://127.0.0.1:{port}/"))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    found.sort()
    spread = f"{found[0]:.2f} to {found[-1]:.2f} s"
    return [Row("start", "fiel serve to its first page", f"{found[len(found) // 2]:.2f} s", spread, "2 s")]


def page(rows: list[Row], before: str, after: str, seconds: int) -> str:
    """The page of the documentation."""
    machine = describe()
    return f"""# Benchmarks of the pages

Written by `make bench-web ARGS="--write"`. {machine.processor}, {machine.cores} cores, {machine.system};
{machine.versions}. Noise of the machine before and after: {before}; {after}.

Each line: wrk with one thread for {seconds} s, on the same machine as the server (so they share its
cores), on the demonstration's book, after {WARM} requests to warm up. The empty route is FastAPI and uvicorn
with nothing in it: what the server itself takes.

The wallet of 50 assets and 5,000 entries is drawn by a seed (`bench/web/large.py`), ten years long, on
SQLite: the median of {LARGE_TIMES} requests of one visitor when nothing changed since the last one, and the
median of three that come first after something was booked, when everything is reckoned again.

{as_markdown(rows)}
"""


if __name__ == "__main__":
    main()
