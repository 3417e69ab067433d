"""`make bench-income-jobs`: how many wallets a second the day's jobs do, with 1 and 2 worker processes.

    python bench/income_jobs/run.py [--wallets 10000] [--assets 20] [--write]

RabbitMQ and PostgreSQL are those of FIEL_TEST_RABBITMQ_URL and FIEL_TEST_POSTGRES_URL. One wallet is made by
the product; the others are its copies, row by row in SQL, because the book is not what is measured. Every
run starts without records (a first day: each wallet writes all of its own), and a second day is measured
after it (nothing new: each wallet is read, weighed and left as it is).
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from sqlalchemy import text  # noqa: E402

from bench.machine import describe, noise  # noqa: E402
from bench.table import Row, as_markdown, as_text  # noqa: E402
from fiel.bootstrap import OpenIncome, open_income  # noqa: E402
from fiel.copilot.income.accepting import accept  # noqa: E402
from fiel.copilot.income.jobs import KIND, Schedule  # noqa: E402
from fiel.infra.jobs.rabbit import RabbitJobs, RabbitSettings  # noqa: E402
from fiel.infra.storage import schema  # noqa: E402
from fiel.infra.storage.database import Database, Session  # noqa: E402
from fiel.infra.system import SystemClock  # noqa: E402
from fiel.kernel.calendars import b3  # noqa: E402
from fiel.market import event_codec  # noqa: E402
from fiel.market.reconciling import reconcile  # noqa: E402
from fiel.market.store.events import CASH, EventRow, StoredEvents  # noqa: E402
from fiel.market.values import CashEvent, CashKind, EventsReading  # noqa: E402
from fiel.settings import Settings  # noqa: E402

PAGE = ROOT / "docs" / "benchmarks-income-jobs.md"
#: Payments of each asset: five years of one a month; the wallet held it for the last year, and what was paid
#: is booked.
PAYMENTS = 60
SINCE = date(2025, 7, 1)
FIRST_DAY = datetime(2026, 7, 15, 12, 0, tzinfo=UTC)
PATIENCE_S = 1_200.0


@dataclass(slots=True)
class DayClock:
    """The schedule's clock: which day is handed out."""

    at: datetime = FIRST_DAY

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Place:
    """A database and a queue of this run alone."""

    database_url: str
    rabbitmq_url: str
    opened: OpenIncome
    clock: DayClock
    queue: RabbitJobs

    def hand_out(self) -> float:
        """The day's jobs into the queue; seconds."""
        schedule = Schedule(
            self.opened.database, self.queue, self.clock, "America/Sao_Paulo", self.opened.schedule.at
        )
        start = time.perf_counter()
        schedule.turn()
        return time.perf_counter() - start

    def done(self) -> int:
        """Wallets of which the day is done."""
        day = self.clock.at.date().isoformat()
        asked = text("SELECT count(*) FROM income_wallets WHERE done_day >= :day")
        with self.opened.database.reading() as connection:
            return int(connection.execute(asked, {"day": day}).scalar_one())


def main() -> None:
    """Measure, print, and write the page with `--write`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wallets", type=int, default=10_000)
    parser.add_argument("--assets", type=int, default=20)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    machine, before = describe(), noise()
    rows: list[Row] = []
    for workers in (1, 2):
        rows += measured(asked.wallets, asked.assets, workers)
    head = f"{asked.wallets} wallets x {asked.assets} assets, {PAYMENTS} payments known of each asset"
    lines = [
        f"{machine.processor}, {machine.cores} cores, {machine.system}, {machine.versions}",
        before,
        noise(),
    ]
    print(head, as_text(rows), *lines, sep="\n")
    if asked.write:
        command = f"python bench/income_jobs/run.py --wallets {asked.wallets} --assets {asked.assets} --write"
        PAGE.write_text(page(head, command, rows, lines), encoding="utf-8")


def page(head: str, command: str, rows: list[Row], lines: list[str]) -> str:
    """The page of the documentation."""
    told = "\n".join(f"- {line}" for line in lines)
    return (
        "# Benchmarks: the daily income jobs\n\n"
        f"Made by `{command}` on real RabbitMQ and PostgreSQL of one machine; workers are processes of two\n"
        f"threads each. {head}.\n\n{as_markdown(rows)}\n\n{told}\n"
    )


def measured(wallets: int, assets: int, workers: int) -> list[Row]:
    """A first day and a second one, on a new database and queue."""
    found = []
    with placed(wallets, assets) as place:
        for name in ("first day, all records written", "second day, nothing new"):
            handed = place.hand_out()
            begun = time.perf_counter()
            with working(place, workers) as ready:
                begun = ready
                wait(lambda: place.done() >= wallets)
            seconds = time.perf_counter() - begun
            spread = f"{seconds:.1f} s; handed out in {handed:.1f} s"
            section = f"{workers} worker{'s' if workers > 1 else ''}"
            found.append(Row(section, name, f"{wallets / seconds:.0f} wallets/s", spread))
            place.clock.at += timedelta(days=1)
    return found


@contextmanager
def working(place: Place, workers: int) -> Iterator[float]:
    """Worker processes at work; the instant at which the first wallet was done begins the count."""
    command = [sys.executable, "-c", "from fiel.entrypoints.cli import main; main()", "worker", "income"]
    command += ["--database", place.database_url, "--rabbitmq", place.rabbitmq_url, "--threads", "2"]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "FIEL_DATA_DIR": folder}
        running = [
            subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(workers)
        ]
        try:
            before = place.done()
            wait(lambda: place.done() > before)
            yield time.perf_counter()
        finally:
            for each in running:
                each.terminate()
            for each in running:
                each.wait(60)


def wait(true: object) -> None:
    """Until it is so."""
    end = time.perf_counter() + PATIENCE_S
    while not true():  # type: ignore[operator]
        if time.perf_counter() > end:
            raise SystemExit("the workers did not get done in time")
        time.sleep(0.05)


@contextmanager
def placed(wallets: int, assets: int) -> Iterator[Place]:
    """A new database with the wallets in it, and a queue with a name of its own."""
    server = Database.at(os.environ["FIEL_TEST_POSTGRES_URL"])
    name = f"fiel_bench_{secrets.token_hex(4)}"
    statement(server, f"CREATE DATABASE {name}")
    url = server.url.set(database=name).render_as_string(hide_password=False)
    url = url.replace("postgresql+psycopg://", "postgresql://")
    try:
        made = Database.at(url)
        schema.upgrade(made)
        made.close()
        rabbitmq = os.environ["FIEL_TEST_RABBITMQ_URL"]
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            clock = DayClock()
            opened = open_income(
                Settings.read({"FIEL_DATA_DIR": folder}, home, sys.platform), url, clock=clock
            )
            fill(opened, wallets, [f"AST{number:02d}3"[-5:] for number in range(assets)])
            with closing(RabbitJobs(RabbitSettings(rabbitmq), SystemClock())) as queue, opened:
                empty(queue)
                yield Place(url, rabbitmq, opened, clock, queue)
    finally:
        statement(server, f"DROP DATABASE {name} WITH (FORCE)")
        server.close()


def empty(queue: RabbitJobs) -> None:
    """Nothing may be left of another run."""
    if queue.depth(KIND):
        raise SystemExit(
            f"jobs of another run wait in {KIND}; `scripts/services down --purge rabbitmq` first"
        )


#: Rows of a wallet, with the columns that a copy has of its own: names, and numbers of the journal.
COPIED: dict[str, tuple[set[str], set[str]]] = {
    "accounts": (set(), set()),
    "positions": (set(), set()),
    "lots": ({"id"}, set()),
    "journal": ({"id", "cause"}, {"seq"}),
    "postings": (set(), {"entry_seq"}),
}


def fill(opened: OpenIncome, wallets: int, assets: list[str]) -> None:
    """Payments of every asset, one wallet whose money was booked by the product, and its copies."""
    for asset in assets:
        announce(opened.database, asset)
        at = datetime(SINCE.year, SINCE.month, SINCE.day, 15, tzinfo=UTC)
        opened.custody.bring_shares("w-00000", asset, "100", "1000.00", key=asset, occurred_at=at)
    accept(opened.desk, opened.custody, "w-00000", None)
    with opened.database.unit_of_work() as unit:
        for table in ("income_links", "income_records", "income_wallets"):
            unit.connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608
        last = int(unit.connection.execute(text("SELECT max(seq) FROM journal")).scalar_one())
        for table, (named, numbered) in COPIED.items():
            copy_rows(unit.connection, table, named, numbered, wallets, last)
    statement(opened.database, "ANALYZE")


def copy_rows(
    session: Session, table: str, named: set[str], numbered: set[str], wallets: int, last: int
) -> None:
    """The first wallet's rows of a table once for every other wallet."""
    asked = text("SELECT column_name FROM information_schema.columns WHERE table_name = :name")
    names = list(session.execute(asked, {"name": table}).scalars())
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(copied(name, named, numbered) for name in names)
    # Postings name no user; they are of the entries there were before the first copy.
    mine = "user_id = 'w-00000'" if "user_id" in names else "entry_seq <= :last"
    source = f"FROM {table}, generate_series(1, :wallets) AS n WHERE {mine}"
    statement_text = f"INSERT INTO {table} ({columns}) SELECT {values} {source}"
    given = {"wallets": wallets - 1} | ({"last": last} if numbered else {})
    session.execute(text(statement_text), given)


def copied(name: str, named: set[str], numbered: set[str]) -> str:
    """What a column of a copy holds: the user's own name, an id or number of its own, or the same."""
    if name == "user_id":
        return "'w-' || lpad(n::text, 5, '0')"
    if name in numbered:
        return f'"{name}" + n * :last'
    return f"\"{name}\" || '-' || n" if name in named else f'"{name}"'


def announce(database: Database, asset: str) -> None:
    """One payment a month for five years, the last ones still to come."""
    told = tuple(
        CashEvent(
            asset,
            CashKind.DIVIDEND if number % 3 else CashKind.JCP,
            "told",
            Decimal(number + 10).scaleb(-3),
            month(number, 5),
            month(number, 25),
            "brapi",
        )
        for number in range(PAYMENTS)
    )
    cash = reconcile([EventsReading(asset, told)], b3(), order=("brapi",))
    rows = [
        EventRow(
            each.event_id, CASH, each.event.com_date, each.event.payment_date, event_codec.cash_text(each)
        )
        for each in cash
    ]
    StoredEvents(database).save(asset, rows, at=FIRST_DAY)


def month(number: int, day: int) -> date:
    """The day in the month so many after October 2021."""
    months = 2021 * 12 + 9 + number
    return date(months // 12, months % 12 + 1, day)


def statement(database: Database, words: str) -> None:
    """Run what cannot run in a transaction."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(words))


if __name__ == "__main__":
    main()
