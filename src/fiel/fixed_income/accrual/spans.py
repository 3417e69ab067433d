"""FatorDI of many periods over the same days: shared products, and yet the digits of the day by day walk.

The walk cuts F at 16 decimals each day (see `daily`), so two periods share no step. Their exact products
do. With n days and every daily factor at least 1, the walk ends within

    P * (1 - n * 10^-16) <= F <= P            P: the product without cuts

because a cut of less than 10^-16 at day k grows by no more than what is left of P. When both ends round to
the same 8 decimals (A-8) that is FatorDI; else the walk itself is taken, about once in 50,000 periods.
"""

from __future__ import annotations

from dataclasses import dataclass, field

SEGMENT = 256
#: Segments kept: with 257 whole numbers of 40 digits each, some 25 MB at most.
SEGMENTS_MAX = 2_048
#: Products are kept with 36 decimals, cut down: n days cost less than 2n * 10^-36 of the product, and
#: 10^-30 of it is given away below.
_SCALE = 10**36
_GIVEN_AWAY = 10**30
_CUT = 10**16
_EIGHT = _SCALE // 10**8


@dataclass(slots=True, eq=False, repr=False)
class Spans:
    """A memory of products over segments of 256 days, by percent of the rate. Changes no answer."""

    scaled: tuple[int, ...]
    _kept: dict[tuple[int, int], list[int] | None] = field(default_factory=dict)

    def extended(self, scaled: tuple[int, ...]) -> Spans:
        """A memory for more days after the same ones, with what is known of whole segments."""
        whole = len(self.scaled) // SEGMENT
        return Spans(scaled, {key: kept for key, kept in self._kept.items() if key[0] < whole})

    def factor(self, first: int, last: int, step: int) -> int | None:
        """A-8 of F times 10^8 over the days first..last-1; `None` when a walk must tell.

        `step` is the percent of the rate times 10^6: a day's factor is 1 + TDI * step * 10^-14.
        """
        product = self._product(first, last, step)
        if product is None:
            return None
        slack = product // _GIVEN_AWAY + 1
        low = product - product * (last - first) // _CUT - slack
        rounded = (2 * low + _EIGHT) // (2 * _EIGHT)
        return rounded if rounded == (2 * (product + slack) + _EIGHT) // (2 * _EIGHT) else None

    def _product(self, first: int, last: int, step: int) -> int | None:
        """The product times 10^36, cut down; `None` for an unknown day in a segment that is needed."""
        product = _SCALE
        at = first
        while at < last:
            number, start = divmod(at, SEGMENT)
            running = self._running(number, step)
            if running is None:
                return None
            end = min(last - number * SEGMENT, SEGMENT)
            product = product * running[end] // running[start]
            at = number * SEGMENT + end
        return product

    def _running(self, number: int, step: int) -> list[int] | None:
        """The products of a segment's days up to each of them; `None` when one of its days is unknown."""
        key = (number, step)
        if key in self._kept:
            return self._kept[key]
        days = self.scaled[number * SEGMENT : (number + 1) * SEGMENT]
        running: list[int] | None = None if -1 in days else _running_products(days, step)
        if len(self._kept) >= SEGMENTS_MAX:
            self._kept.clear()
        self._kept[key] = running
        return running


def _running_products(days: tuple[int, ...], step: int) -> list[int]:
    one = _CUT
    running = [_SCALE]
    product, day, last = _SCALE, one, 0
    for tdi in days:
        if tdi != last:
            last, day = tdi, one + tdi * step
        product = product * day // one
        running.append(product)
    return running
