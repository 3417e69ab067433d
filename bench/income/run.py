"""`make bench-income`: pricing and projecting ten thousand CDBs on one core, and federal bonds beside PYield.

    python bench/income/run.py [--count 10000] [--rounds 5] [--write]

Processor time, not the wall's: other work on the machine slows caches, but is not counted. Each round begins
with nothing remembered. Without PYield or QuantLib their rows say so, and the others are measured.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from bench.income.papers import PRICED_ON, cdbs, rates  # noqa: E402
from bench.machine import describe, noise  # noqa: E402
from bench.table import Row, as_markdown, as_text  # noqa: E402
from bench.timing import Times, duration  # noqa: E402
from fiel.fixed_income import projecting  # noqa: E402
from fiel.fixed_income.accrual import daily, interest, powers  # noqa: E402
from fiel.fixed_income.credit.curve import CreditPaper, events, factors, unit_price  # noqa: E402
from fiel.fixed_income.outlook import Outlook, outlook  # noqa: E402
from fiel.fixed_income.projecting import Flow, flows  # noqa: E402
from fiel.fixed_income.treasury import Ltn, NtnF  # noqa: E402

PAGE = ROOT / "docs" / "benchmarks-income.md"
GOAL_SECONDS = 2.0
UNITS = 10
#: Papers priced the plain way, formula by formula: enough to tell the ratio.
PLAIN = 300
BONDS = 300
SETTLEMENT, TRADED = date(2026, 2, 9), date(2026, 2, 6)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and with `--write` keep the table in the docs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    given = parser.parse_args(arguments)
    before = noise()
    rows = [*_papers(given.count, given.rounds), *_bonds(given.rounds)]
    head = _heading(given.rounds, (before, noise()))
    print("\n".join(head), as_text(rows), sep="\n\n")
    if given.write:
        PAGE.write_text(_page(head, rows), encoding="utf-8")
    return 0


def _papers(count: int, rounds: int) -> list[Row]:
    """Pricing, projecting and both, from nothing remembered; and beside the formulas one by one."""
    papers = cdbs(count)
    priced, projected, counts = [], [], set()
    for _ in range(rounds):
        ahead = _fresh()
        priced.append(_taken(partial(_price, papers, ahead))[0])
        seconds, found = _taken(partial(_project, papers, ahead))
        projected.append(seconds)
        counts.add(sum(map(len, found)))
    both = Times(tuple(one + other for one, other in zip(priced, projected, strict=True)))
    (flows_count,) = counts
    section = f"{count:,} CDBs on {PRICED_ON}, {flows_count:,} payments to come"
    quick = _taken(partial(_price, papers[:PLAIN], _fresh()))[0]
    plain = _taken(partial(_price_plainly, papers[:PLAIN], _fresh()))[0]
    told = "formula by formula, Decimal"
    return [
        _row(section, "price all, and project all payments", both, f"<= {GOAL_SECONDS:g} s"),
        _row(section, "price all", Times(tuple(priced))),
        _row(section, "project all payments", Times(tuple(projected))),
        Row(
            section,
            f"price the first {PLAIN}",
            duration(quick),
            "",
            "",
            told,
            duration(plain),
            f"x{plain / quick:.3g}",
        ),
    ]


def _fresh() -> Outlook:
    """Series that nobody asked yet. The process-wide memories of powers are emptied too."""
    for kept in (
        projecting._held,
        interest.spread_factor9,
        powers._daily_root36,
        powers._daily_root,
        daily._percent_step,
    ):
        kept.cache_clear()
    return outlook(rates())


def _price(papers: list[CreditPaper], ahead: Outlook) -> list[object]:
    return [unit_price(paper, PRICED_ON, ahead.market) for paper in papers]


def _project(papers: list[CreditPaper], ahead: Outlook) -> list[tuple[Flow, ...]]:
    return [flows(paper, UNITS, ahead, PRICED_ON) for paper in papers]


def _price_plainly(papers: list[CreditPaper], ahead: Outlook) -> None:
    """The same prices by the public steps, which share nothing but the memory of rates."""
    for paper in papers:
        nominal_day = day = paper.start
        for event in events(paper, ahead.market, PRICED_ON):
            nominal_day, day = event.nominal_day, event.day
        factors(paper.remuneration, ahead.market, nominal_day, PRICED_ON, day, PRICED_ON)


def _bonds(rounds: int) -> list[Row]:
    """LTN and NTN-F prices beside the libraries that price them, on the same rates."""
    maturities = [date(2027 + at % 10, 1, 1) for at in range(BONDS)]
    quoted = [f"{11 + at % 400 / 100:.4f}" for at in range(BONDS)]
    ltn = partial(_all, [partial(Ltn(day).pu, SETTLEMENT, r, TRADED) for day, r in _both(maturities, quoted)])
    ntnf = partial(
        _all, [partial(NtnF(day).pu, SETTLEMENT, r, TRADED) for day, r in _both(maturities, quoted)]
    )
    section = f"{BONDS} federal bonds, price from rate"
    rows = []
    for name, ours in (("LTN", ltn), ("NTN-F", ntnf)):
        times = Times(tuple(_taken(ours)[0] for _ in range(rounds)))
        peers = (("PYield", _pyield(name)), ("QuantLib", _quantlib(name)))
        for peer, make in peers:
            if make is None:
                row = Row(section, name, duration(times.median), times.spread, "", f"{peer} is not installed")
            else:
                theirs = Times(tuple(_taken(partial(make, maturities, quoted))[0] for _ in range(rounds)))
                ratio = f"x{theirs.median / times.median:.3g}"
                told = (peer, duration(theirs.median), ratio)
                apart = _apart(ours(), make(maturities, quoted))
                what = f"{name}, {peer} differs by at most R$ {apart:.1g}"
                row = Row(section, what, duration(times.median), times.spread, "", *told)
            rows.append(row)
    return rows


def _apart(ours: Any, theirs: Any) -> float:
    """The largest difference of two lists of prices: that they price the same thing."""
    return max(abs(float(one) - float(other)) for one, other in zip(ours, theirs, strict=True))


def _both(maturities: list[date], quoted: list[str]) -> list[tuple[date, str]]:
    return list(zip(maturities, quoted, strict=True))


def _all(works: list[Callable[[], object]]) -> list[object]:
    return [work() for work in works]


def _pyield(name: str) -> Callable[[list[date], list[str]], object] | None:
    """Prices by PYield, one bond after the other."""
    try:
        import pyield
    except ModuleNotFoundError:
        return None
    module: Any = getattr(pyield, "ltn" if name == "LTN" else "ntnf")
    price = module.price

    def work(maturities: list[date], quoted: list[str]) -> object:
        return [price(SETTLEMENT, day, float(r) / 100) for day, r in _both(maturities, quoted)]

    return work


def _quantlib(name: str) -> Callable[[list[date], list[str]], object] | None:
    """Discounts by QuantLib's Business252 in binary floats; for an NTN-F each coupon's."""
    try:
        import QuantLib as ql  # noqa: N813
    except ModuleNotFoundError:
        return None
    count = ql.Business252(ql.Brazil(ql.Brazil.Settlement))
    start = ql.Date(SETTLEMENT.day, SETTLEMENT.month, SETTLEMENT.year)

    def discounted(day: date, rate: float) -> float:
        exponent = count.yearFraction(start, ql.Date(day.day, day.month, day.year))
        return float((1 + rate) ** -exponent)

    def work(maturities: list[date], quoted: list[str]) -> object:
        prices = []
        for day, told in _both(maturities, quoted):
            rate = float(told) / 100
            price = 1000 * discounted(day, rate)
            if name != "LTN":
                days = [date(y, m, 1) for y in range(SETTLEMENT.year, day.year + 1) for m in (1, 7)]
                price += sum(48.80885 * discounted(d, rate) for d in days if SETTLEMENT < d <= day)
            prices.append(price)
        return prices

    return work


def _taken(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def _row(section: str, what: str, times: Times, goal: str = "") -> Row:
    return Row(section, what, duration(times.median), times.spread, goal)


def _heading(rounds: int, noises: tuple[str, str]) -> list[str]:
    machine = describe()
    return [
        f"{time.strftime('%Y-%m-%d')} on {machine.processor}, {machine.cores} cores, {machine.system}",
        f"{rounds} rounds on one core, medians of processor time; each round begins with nothing remembered",
        f"noise before: {noises[0]}",
        f"noise after: {noises[1]}",
        f"load average of the last minute: {os.getloadavg()[0]:.1f}, from other work on the same machine",
    ]


def _page(head: list[str], rows: list[Row]) -> str:
    lines = "\n".join(f"- {line}" for line in head)
    return f"""# Benchmarks of fixed income

Made by `python bench/income/run.py --write`, which is `make bench-income` that keeps its table.

{lines}

{as_markdown(rows)}

## How to read it

- The CDBs differ in remuneration (40 % a percent of the CDI, 20 % CDI + spread, 20 % prefixed, 20 % IPCA +
  spread), start (any day of the five years before), maturity (up to six years after) and rate; a fifth pays
  interest every month, quarter, half-year or year. The series are the recorded ones, continued flat.
- **Price** is the unit price on the curve; **project** makes every payment to come with its principal, index
  and interest parts and what it rests on. Building the papers and reading the series is not counted.
- **Formula by formula** walks each paper by the public steps (`events`, `factors`) in Decimal. The quick
  walk has the same digits: `tests/fixed_income/credit/test_walking.py` and
  `tests/fixed_income/accrual/test_spans.py` compare the two on random papers.
- A peer's ratio is its time over ours: x2 means that it takes twice as long. QuantLib computes in binary
  floats and rounds nothing; PYield and Fiel cut and round as the Treasury's method says.
- Other work on the machine moves all times, processor time too: trust the ratios, not the milliseconds.
"""


if __name__ == "__main__":
    raise SystemExit(main())
