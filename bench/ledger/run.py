"""`make bench-ledger`: the ledger beside hand-written programs of the same work; `--write` keeps the table.

    python bench/ledger/run.py [--events 50000] [--rounds 5] [--only pg pg2 ...] [--write]

Product and yardstick take turns. PostgreSQL (and Kafka) are those of `scripts/services up`, or of
FIEL_TEST_POSTGRES_URL and FIEL_TEST_KAFKA_BOOTSTRAP; databases of our own are made and dropped. With
`--more FOLDER` other yardsticks (`pg_batch_de.py`, `sq_de.py`, `pg_single.py`, in `--more-python`) take
their turn too.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from bench.ledger.places import Server, file_copy, prepare  # noqa: E402
from bench.ledger.runs import Compared, Told, foreign, in_turns, metered, program  # noqa: E402
from bench.machine import describe, noise  # noqa: E402
from bench.table import Row, as_markdown, as_text  # noqa: E402
from bench.timing import count  # noqa: E402

PAGE = ROOT / "docs" / "benchmarks-ledger.md"
SINGLE_SHARE = 50
MEMORY_EVENTS = (100_000, 1_000_000)
#: Which outside program does a section's work, and how it is called (orders, accounts as it wants them).
OUTSIDE = {
    "pg": ("pg_batch_de.py", "1 on 10000 500 copy"),
    "pg2": ("pg_batch_de.py", "2 on 10000 500 copy"),
    "single": ("pg_single.py", "1 on 10000"),
    "sqlite": ("sq_de.py", "500 FULL 10000"),
}


@dataclass(frozen=True, slots=True)
class Bench:
    """Where to measure, how much and how often."""

    server: Server
    kafka: str
    folder: Path
    events: int
    rounds: int
    more: Path | None
    more_python: str

    def pg(self) -> list[Row]:
        return self._compare("pg", "PostgreSQL, 1 worker, 500 a transaction", ">= 0.75", 1, 500, self.events)

    def pg2(self) -> list[Row]:
        return self._compare(
            "pg2", "PostgreSQL, 2 workers, 500 a transaction", ">= 0.75", 2, 500, self.events
        )

    def single(self) -> list[Row]:
        events = max(self.events // SINGLE_SHARE, 200)
        return self._compare("single", "PostgreSQL, an event a transaction", ">= 0.70", 1, 1, events)

    def _compare(
        self, section: str, what: str, goal: str, workers: int, batch: int, events: int
    ) -> list[Row]:
        size = ("--orders", events // 2, "--batch", batch, "--workers", workers)

        def ours() -> Told:
            with self.server.database("run", template="template") as url:
                return metered(*[program("product", url, *size, "--worker", n) for n in range(workers)])

        def theirs() -> Told:
            with self.server.database("yard") as url:
                return metered(
                    *[program("yardsticks.postgres", url, *size, "--worker", n) for n in range(workers)]
                )

        def outside() -> Told:
            with self.server.database("yard") as url:
                return foreign(self._outside(section, events // 2), {"BENCH_DSN": url})

        return self._rows(section, what, goal, ours, theirs, outside)

    def sqlite(self) -> list[Row]:
        size, prepared = ("--orders", self.events // 2), self.folder / "template.sqlite"
        prepare(f"sqlite:///{prepared}")

        def ours() -> Told:
            with file_copy(prepared, self.folder / "run.sqlite") as file:
                return metered(program("product", f"sqlite:///{file}", *size))

        def theirs() -> Told:
            file = self.folder / f"yard-{time.monotonic_ns()}.sqlite"
            return metered(program("yardsticks.sqlite", file, *size))

        def outside() -> Told:
            return foreign(self._outside("sqlite", self.events // 2), {"TMPDIR": str(self.folder)})

        what = "SQLite, synchronous=FULL, 500 a transaction"
        return self._rows("sqlite", what, ">= 0.50", ours, theirs, outside)

    def kafka_to_rows(self) -> list[Row]:
        def ours() -> Told:
            with self.server.database("run", template="template") as url:
                return metered(program("stream_on_kafka", url, self.kafka, "--orders", self.events // 2))

        told = [ours() for _ in range(self.rounds)]
        found = Compared(tuple(told), tuple(told))
        what = "Kafka topic to rows on PostgreSQL, 1 worker"
        return [Row("end to end", what, f"{count(found.rate)}/s", _spread(found.ours), ">= 10 k/s")]

    def memory(self) -> list[Row]:
        rows = []
        for events in MEMORY_EVENTS:
            with self.server.database("run", template="template") as url:
                told = metered(program("product", url, "--orders", events // 2, "--lazily"))
            what = f"peak memory of the worker, {events:,} events"
            rows.append(Row("memory", what, f"{told.peak_rss_mib:.0f} MiB", f"{count(told.rate)}/s", "flat"))
        return rows

    def _rows(
        self,
        section: str,
        what: str,
        goal: str,
        ours: Callable[[], Told],
        theirs: Callable[[], Told],
        outside: Callable[[], Told],
    ) -> list[Row]:
        rows = [_row(section, what, goal, in_turns(ours, theirs, self.rounds), "by hand")]
        if self.more is not None:
            found = in_turns(ours, outside, self.rounds)
            rows.append(_row(section, what, goal, found, OUTSIDE[section][0]))
        return rows

    def _outside(self, section: str, orders: int) -> list[str]:
        assert self.more is not None
        name, arguments = OUTSIDE[section]
        return [self.more_python, str(self.more / name), str(orders), *arguments.split()]


SECTIONS: dict[str, Callable[[Bench], list[Row]]] = {
    "pg": Bench.pg,
    "pg2": Bench.pg2,
    "sqlite": Bench.sqlite,
    "single": Bench.single,
    "kafka": Bench.kafka_to_rows,
    "memory": Bench.memory,
}


def _row(section: str, what: str, goal: str, found: Compared, against: str) -> Row:
    cpu = min(found.ours, key=lambda told: told.client_us + told.server_us)
    costs = f"cpu {cpu.client_us:.0f} + {cpu.server_us:.0f} us"
    return Row(
        section,
        what,
        f"{count(found.rate)}/s",
        f"{_spread(found.ours)}; {costs}",
        goal,
        against,
        f"{count(found.their_rate)}/s ({_spread(found.theirs)})",
        f"{found.ratio:.2f}",
    )


def _spread(told: tuple[Told, ...]) -> str:
    rates = [one.rate for one in told]
    return f"{count(min(rates))} .. {count(max(rates))}"


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and with `--write` keep the table in the docs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=SECTIONS)
    parser.add_argument("--more", type=Path)
    parser.add_argument("--more-python", default=sys.executable)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    given = parser.parse_args(arguments)
    postgres = os.environ.get("FIEL_TEST_POSTGRES_URL", "postgresql://fiel:fiel@127.0.0.1:19432/postgres")
    kafka = os.environ.get("FIEL_TEST_KAFKA_BOOTSTRAP", "127.0.0.1:19092")
    server, folder = (
        Server(postgres, f"fiel_bench_{os.getpid()}_"),
        Path(tempfile.mkdtemp(prefix="fiel-bench-")),
    )
    bench = Bench(server, kafka, folder, given.events, given.rounds, given.more, given.more_python)
    before, rows = noise(), []
    try:
        with server.database("template") as template:
            prepare(template)
            for name, measure in SECTIONS.items():
                if given.only is None or name in given.only:
                    print(f"measuring {name} ...", file=sys.stderr, flush=True)
                    rows += _measured(name, measure, bench)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    head = _heading(given, (before, noise()))
    print("\n".join(head), as_text(rows), sep="\n\n")
    if given.write:
        # The page compares with what everybody who reads it has.
        PAGE.write_text(
            _page(head, [row for row in rows if not row.theirs.endswith(".py")]), encoding="utf-8"
        )
    return 0


def _measured(name: str, measure: Callable[[Bench], list[Row]], bench: Bench) -> list[Row]:
    """The rows; a section that fails is one row that says so, and the others go on."""
    try:
        return measure(bench)
    except Exception as error:  # noqa: BLE001
        return [Row(name, "not measured", f"{type(error).__name__}: {error}"[:160])]


def _heading(given: argparse.Namespace, noises: tuple[str, str]) -> list[str]:
    machine = describe()
    return [
        f"{time.strftime('%Y-%m-%d')} on {machine.processor}, {machine.cores} cores, {machine.system}",
        f"{given.events} events a run, {given.rounds} rounds in turns, medians",
        f"noise before: {noises[0]}",
        f"noise after: {noises[1]}",
        f"load average of the last minute: {os.getloadavg()[0]:.1f}",
    ]


def _page(head: list[str], rows: list[Row]) -> str:
    lines = "\n".join(f"- {line}" for line in head)
    return f"""# Benchmarks of the ledger

Made by `python bench/ledger/run.py --write`, which is `make bench-ledger` that keeps its table.

{lines}

{as_markdown(rows)}

## How to read it

- **Ours** is the product's own consumer path with everything on: inbox, reservations, lots and average
  cost, double entry, the audit view, wallet events in the outbox, the consumer's offset; from decoded
  messages, except *end to end*, which begins with JSON in a Kafka topic. `cpu` is processor time an event,
  of the worker and of its PostgreSQL process, in the round that needed least.
- As the worker does, up to four full batches are handed over at a time: while the database works on one, the
  messages of the next are read. A transaction is never more than 500 events.
- **By hand** (`bench/ledger/yardsticks`) writes far narrower rows of whole numbers, without messages to
  read, without outbox, lots, hashes and text: what this machine can do at best, not a product.
- Runs take turns and the ratio is the median of the rounds' ratios, because other work on the machine moves
  all times. Trust the ratio, not the rate.
- Each run has a database of its own, copied from one with 10,000 accounts and dropped afterwards; what is in
  it is added up at the end of the run. PostgreSQL commits with `synchronous_commit=on`, SQLite with
  `synchronous=FULL`.
- **Memory** is the highest resident size of a worker that makes its stream as it goes.
"""


if __name__ == "__main__":
    raise SystemExit(main())
