"""`make bench-fleet`: from a tick to a booked rebalance, by parts and end to end; `--write` keeps the table.

    python bench/fleet/run.py [--sagas 2000] [--rounds 3] [--portfolios 100000] [--only scan ...] [--write]

Sections: `scan`, `ticks`, `plans`, `sqlite`, `postgres`, `latency`, `whole`. PostgreSQL and Kafka are those
of `scripts/services up` (FIEL_TEST_POSTGRES_URL, FIEL_TEST_KAFKA_BOOTSTRAP); databases of our own are made
and dropped. `whole` deletes the topics of the auto-balancer from that Kafka: do not point it at a live one.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from bench.drift import drift_scans  # noqa: E402
from bench.fleet import sagas  # noqa: E402
from bench.fleet.sagas import Timed  # noqa: E402
from bench.fleet.ticks import measure_lots  # noqa: E402
from bench.fleet.whole import whole_wave  # noqa: E402
from bench.ledger.places import Server  # noqa: E402
from bench.machine import describe, noise  # noqa: E402
from bench.table import Row, as_markdown, as_text  # noqa: E402
from bench.tick import one_tick  # noqa: E402
from bench.timing import count, duration  # noqa: E402

PAGE = ROOT / "docs" / "benchmarks-fleet.md"
LATENCY_S = 0.05
LATENCY_SAGAS = 1_000
TRIGGERED = 10_000


@dataclass(frozen=True, slots=True)
class Bench:
    """Where to measure, how much and how often."""

    server: Server
    kafka: str
    count: int
    rounds: int
    portfolios: int

    def scan(self) -> list[Row]:
        """The whole fleet judged anew."""
        return drift_scans()

    def ticks(self) -> list[Row]:
        """What a tick costs a holder."""
        return one_tick()

    def plans(self) -> list[Row]:
        """From a tick to the plans of everybody it put out of band."""
        rows = []
        for lot in (Decimal(1), Decimal("1e-9")):
            found = measure_lots(self.portfolios, TRIGGERED, lot)
            rows.append(
                Row(
                    f"one tick to plans, {count(self.portfolios)} portfolios of 20 assets, one core",
                    f"lots of {lot}: {found.plans:,} plans with {found.operations:,} orders, processor time",
                    duration(found.cpu),
                    f"of it the tick {duration(found.tick_seconds)}",
                    "<= 2 s",
                )
            )
        return rows

    def sqlite(self) -> list[Row]:
        """Sagas a second on a file."""

        def ours() -> Timed:
            with sagas.sqlite_url() as url:
                return sagas.ours(url, self.count)

        return self._compared("SQLite", ours, lambda: sagas.bare_sqlite(self.count), ">= 300/s, ratio >= 0.3")

    def postgres(self) -> list[Row]:
        """Sagas a second on PostgreSQL, one worker."""

        def ours() -> Timed:
            with sagas.postgres_url(self.server, "ours") as url:
                return sagas.ours(url, self.count)

        def theirs() -> Timed:
            with self.server.database("bare") as url:
                return sagas.bare_postgres(url, self.count)

        return self._compared("PostgreSQL", ours, theirs, ">= 150/s, ratio >= 0.3")

    def latency(self) -> list[Row]:
        """A thousand sagas in flight at a slow broker."""
        runs = []
        for _ in range(self.rounds):
            with sagas.sqlite_url() as url:
                fast = sagas.ours(url, LATENCY_SAGAS)
            with sagas.sqlite_url() as url:
                slow = sagas.ours(url, LATENCY_SAGAS, LATENCY_S)
            runs.append((fast, slow))
        ideal = statistics.median(fast.seconds for fast, _ in runs) + LATENCY_S
        slow_s = statistics.median(slow.seconds for _, slow in runs)
        return [
            Row(
                "batches of 5 operations in flight, SQLite",
                f"{LATENCY_SAGAS:,} at a broker that takes up to 50 ms",
                duration(slow_s),
                f"{duration(min(s.seconds for _, s in runs))} .. {duration(max(s.seconds for _, s in runs))}",
                "<= 5 x ideal",
                "the same at a broker that answers at once, and 50 ms",
                duration(ideal),
                f"{slow_s / ideal:.2f}",
            )
        ]

    def whole(self) -> list[Row]:
        """One wave through real PostgreSQL, Kafka, an exchange process and two workers."""
        return whole_wave(self.server, self.kafka, self.portfolios)

    def _compared(
        self, where: str, ours: Callable[[], Timed], theirs: Callable[[], Timed], goal: str
    ) -> list[Row]:
        """Product and yardstick take turns."""
        pairs = [(ours(), theirs()) for _ in range(self.rounds)]
        mine, bare = (statistics.median(each[n].rate for each in pairs) for n in (0, 1))
        return [
            Row(
                f"batches of 5 operations, {where}, broker without latency",
                "a second: leases, journal, custody's double entry, outbox",
                f"{mine:,.0f}/s",
                f"{min(m.rate for m, _ in pairs):,.0f} .. {max(m.rate for m, _ in pairs):,.0f}",
                goal,
                "a bare journal of sagas and intents, no book",
                f"{bare:,.0f}/s",
                f"{statistics.median(m.rate / b.rate for m, b in pairs):.2f}",
            )
        ]


SECTIONS = ("scan", "ticks", "plans", "sqlite", "postgres", "latency", "whole")


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sagas", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--portfolios", type=int, default=100_000)
    parser.add_argument("--only", nargs="*", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    given = parser.parse_args(arguments)
    bench = Bench(
        Server(os.environ.get("FIEL_TEST_POSTGRES_URL", ""), f"fleet_{os.getpid()}_"),
        os.environ.get("FIEL_TEST_KAFKA_BOOTSTRAP", ""),
        given.sagas,
        given.rounds,
        given.portfolios,
    )
    before = noise()
    rows: list[Row] = []
    for name in SECTIONS:
        if name in given.only:
            print(f"measuring {name}", file=sys.stderr, flush=True)
            rows += getattr(bench, name)()
    machine = describe()
    heading = [
        f"{machine.processor}, {machine.cores} cores; {machine.system}; {machine.versions}",
        f"median of {given.rounds} rounds where a range is given; product and yardstick take turns",
        f"noise before: {before}; after: {noise()}",
    ]
    print("\n".join(heading), as_text(rows), sep="\n\n")
    if given.write:
        told = "\n".join(f"- {line}" for line in heading)
        PAGE.write_text(_PAGE.format(heading=told, table=as_markdown(rows)), encoding="utf-8")
    return 0


_PAGE = """# Benchmarks of the fleet

Made by `python bench/fleet/run.py --write`, which is `make bench-fleet ARGS="--write"`. From a price to a
booked rebalance: what each part costs, and one wave through everything.

{heading}

{table}

What ten million portfolios would need is [reckoned on paper](concepts/ten-million-portfolios.md).
"""


if __name__ == "__main__":
    sys.exit(main())
