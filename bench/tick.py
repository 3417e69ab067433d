"""One price tick: every holder of the symbol tested, those whose room ran out judged again."""

from __future__ import annotations

import itertools

from bench.drift import ASSETS, SYMBOLS, random_fleet
from bench.table import Row
from bench.timing import count, duration, measure
from fiel.rebalancing.fleet.watch import Watch

#: Moves of a price, as fractions: one that decides nothing (what is left is the test itself, and the few
#: portfolios that are always judged again), one that decides almost nothing, a quiet one and a lively one.
MOVES = (0.0000001, 0.00001, 0.0001, 0.005)
TICKS = 100


def one_tick(*, portfolios: int = 1_000_000) -> list[Row]:
    """Nanoseconds a holder of single ticks, through the public watch, and the memory beside the fleet."""
    fleet, prices = random_fleet(portfolios, is_nested=True)
    watch = Watch(fleet, prices)
    section = f"one tick, {portfolios:,} portfolios, {ASSETS} assets of {SYMBOLS}, one core"
    rows = []
    for move in MOVES:
        signs = itertools.cycle((1 + move, 1 - move))
        tested, judged = [0], [0]

        def ticks(
            signs: itertools.cycle[float] = signs, tested: list[int] = tested, judged: list[int] = judged
        ) -> None:
            tested[0] = judged[0] = 0
            factor = next(signs)
            for symbol in range(TICKS):
                report = watch.tick(symbol, float(prices[symbol]) * factor)
                tested[0] += report.tested
                judged[0] += report.judged

        times = measure(ticks, repeats=7, warm_up=2)
        rows += [
            Row(
                section,
                f"move of {move:.5%}: time a tested holder",
                duration(times.median / tested[0]),
                f"{duration(min(times.samples) / tested[0])} .. {duration(max(times.samples) / tested[0])}",
                "<= 10 ns, aim 3 ns",
            ),
            Row(
                section,
                f"move of {move:.5%}: a whole tick",
                duration(times.median / TICKS),
                f"{count(tested[0] / TICKS)} holders, {count(judged[0] / TICKS)} judged again",
            ),
        ]
    beside = watch.index.nbytes / portfolios
    rows.append(Row(section, "index of holders: bytes a portfolio", f"{beside:.0f}"))
    return rows
