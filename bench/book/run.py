"""`make bench-book`: a full report of a large book on one core, its parts beside yardsticks, and importing.

    python bench/book/run.py [--years 20] [--assets 100] [--transactions 10000] [--rounds 5] [--write]

Processor time, not the wall's: other work on the machine slows caches, but is not counted. Prices are drawn,
not real. Without pandas or pyxirr their rows say so, and the others are measured.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from bench.book.importing import import_rows  # noqa: E402
from bench.book.saved import saved_rows  # noqa: E402
from bench.book.wallets import Wallet, wallet  # noqa: E402
from bench.book.yardsticks import pandas_returns, pyxirr_rate  # noqa: E402
from bench.machine import describe, noise  # noqa: E402
from bench.table import Row, as_markdown, as_text  # noqa: E402
from bench.timing import Times, duration  # noqa: E402
from fiel.performance.book import Book, value_book  # noqa: E402
from fiel.performance.levels import Level, groups  # noqa: E402
from fiel.performance.periods import Period  # noqa: E402
from fiel.performance.quotas import Quotas, quotas  # noqa: E402
from fiel.performance.report import Report, report  # noqa: E402
from fiel.performance.xirr import OneRate, RateOutcome, rates  # noqa: E402

PAGE = ROOT / "docs/benchmarks-book.md"
GOAL_SECONDS = 1.0
FLOWS = 10_000
#: Binary floats and 24 digits part here, at most.
AGREE = 1e-9


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--years", type=int, default=20)
    parser.add_argument("--assets", type=int, default=100)
    parser.add_argument("--transactions", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    given = parser.parse_args(arguments)
    before = noise()
    size = (given.years, given.assets, given.transactions)
    drawn, spread = wallet(*size, accounts=1), wallet(*size, accounts=3)
    rows = [
        *_report_rows(drawn, given.rounds),
        _spread_row(spread, given.rounds),
        _daily_row(drawn, given.rounds),
        _rate_row(given.rounds),
        *saved_rows(given.rounds),
        *import_rows(given.rounds),
    ]
    heading = _heading(given.rounds, before, noise())
    print("\n".join(heading), as_text(rows), sep="\n\n")
    if given.write:
        PAGE.write_text(_page(heading, rows), encoding="utf-8")
    return 0


def _page(heading: list[str], rows: list[Row]) -> str:
    told = "\n".join(f"- {line}" for line in heading)
    return _PAGE.format(heading=told, table=as_markdown(rows))


_PAGE = """# Benchmarks of one book

Made by `python bench/book/run.py --write`, which is `make bench-book` that keeps its table.

{heading}

{table}

## How to read it

- The **report** is everything at once: worths of every day, gain and identity of the whole, each class,
  account and asset, quotas, shares that add up, months, drawdown, volatility and all rates of the money.
  Prices are drawn, not real. **From the saved book** reads everything from SQLite first: half a million
  closes, put into the scale of their day, and 10,000 journal entries.
- **Beside**: pandas and pyxirr compute in binary floats; ours is exact to the cent and to 24 digits, and
  proves that the rate is the only one. The ratio is our time over theirs.
- **Import** is the whole way of `fiel import --accept`: the file is read, every row compared with the book as
  a multiset of its day, and booked in one transaction of the double-entry ledger, on SQLite with full
  durability.
- Other work on the machine moves all times, processor time too: trust the ratios, not the milliseconds.
"""


def performance(drawn: Wallet) -> Report:
    """Everything from entries: worths, identity at every level, quotas, shares, months, drawdown, rates."""
    return report(_book(drawn), _whole(drawn))


def _book(drawn: Wallet) -> Book:
    return value_book(drawn.assets, drawn.entries, drawn.prices, drawn.sessions)


def _whole(drawn: Wallet) -> Period:
    return Period(drawn.sessions[0] - timedelta(days=1), drawn.sessions[-1])


def _daily(drawn: Wallet) -> Quotas:
    """Quotas of every day of the whole, and nothing else."""
    whole = groups(_book(drawn), Level.PORTFOLIO)[0]
    flows = {place + 1: flow for place, flow in whole.flows.items()}
    return quotas([0, *whole.worths()], flows)


def _report_rows(drawn: Wallet, rounds: int) -> list[Row]:
    what = f"{len(drawn.sessions)} sessions, {len(drawn.assets)} assets, {len(drawn.entries)} entries"
    whole = _taken(lambda: performance(drawn), rounds)
    book = _book(drawn)
    again = _taken(lambda: report(book, _whole(drawn)), rounds)
    tracemalloc.start()
    performance(drawn)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    year = Period(date(drawn.sessions[-1].year - 1, 12, 31), drawn.sessions[-1])
    one_year = _taken(lambda: report(book, year), rounds)
    goal = f"<= {GOAL_SECONDS:g} s"
    return [
        Row("report", f"full, from entries: {what}", duration(whole.median), whole.spread, goal),
        Row("report", "full, of a book already valued", duration(again.median), again.spread),
        Row("report", "of one year of it", duration(one_year.median), one_year.spread),
        Row("report", "memory at its peak, besides the inputs", f"{peak / 2**20:.0f} MiB"),
    ]


def _spread_row(drawn: Wallet, rounds: int) -> Row:
    """The same number of assets and entries, each asset in three accounts: three times the cells."""
    taken = _taken(lambda: performance(drawn), rounds)
    goal = f"<= {GOAL_SECONDS:g} s"
    return Row("report", "full, every asset in three accounts", duration(taken.median), taken.spread, goal)


def _daily_row(drawn: Wallet, rounds: int) -> Row:
    ours = _taken(lambda: _daily(drawn), rounds)
    what = "daily quotas of the whole, from entries"
    theirs = pandas_returns(drawn)
    if theirs is None:
        return Row("beside", what, duration(ours.median), ours.spread, theirs="pandas is not installed")
    found, mine = theirs(), float(_daily(drawn).total_return)
    assert abs(found - mine) <= AGREE * (1 + abs(mine)), (found, mine)
    return _beside(what, ours, "pandas, binary floats", _taken(theirs, rounds))


def _rate_row(rounds: int) -> Row:
    drawn = random.Random(11)
    first = date(2006, 1, 2)
    flows = [(first + timedelta(days=drawn.randrange(7_300)), -drawn.randint(1, 5_000)) for _ in range(FLOWS)]
    flows.append((first + timedelta(days=7_301), 100_000_000))
    ours = _taken(lambda: rates(flows), rounds)
    what = f"XIRR of {FLOWS} flows, proved to be the only one"
    theirs = pyxirr_rate(flows)
    if theirs is None:
        return Row("beside", what, duration(ours.median), ours.spread, theirs="pyxirr is not installed")
    found: RateOutcome = rates(flows)
    assert isinstance(found, OneRate)
    assert abs(float(found.rate) - theirs()) <= AGREE
    return _beside(what, ours, "pyxirr, binary floats, one root", _taken(theirs, rounds))


def _beside(what: str, ours: Times, name: str, theirs: Times) -> Row:
    ratio = f"{ours.median / theirs.median:.2f} x"
    return Row("beside", what, duration(ours.median), ours.spread, "", name, duration(theirs.median), ratio)


def _taken(work: Callable[[], object], rounds: int) -> Times:
    """Processor seconds of each round, after one that does not count."""
    work()
    samples = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        samples.append(time.process_time() - start)
    return Times(tuple(samples))


def _heading(rounds: int, *noises: str) -> list[str]:
    machine = describe()
    load = os.getloadavg()[0]
    return [
        f"{machine.processor}, {machine.cores} cores, {machine.system}; {machine.versions}",
        f"Shared machine, load {load:.1f}. Processor time, median of {rounds} rounds.",
        *(f"Noise {when}: {told}" for when, told in zip(("before", "after"), noises, strict=True)),
    ]


if __name__ == "__main__":
    sys.exit(main())
