"""From what happened to cells with a worth for every day: the one pass that all reports share."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fiel.kernel.errors import InvalidInput
from fiel.performance.aligned import Aligned, Doubt, DoubtKind, align
from fiel.performance.cells import Cell, Leg
from fiel.performance.entries import BASE_CURRENCY, Asset, Entry, PriceSeries, Transfer
from fiel.performance.posting import Posting

ENTRIES_MAX = 1_000_000
#: Days times cells: about a gigabyte of numbers.
WORTHS_MAX = 20_000_000


class CashMode(StrEnum):
    """Whether the book knows the money between sales and buys."""

    #: Buys are paid from the account's cash; contributions and withdrawals are entries.
    TRACKED = "tracked"
    #: There is no cash: what pays a buy comes from outside, what a sale or a dividend brings goes there.
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True, repr=False)
class Book:
    """A valued book. `axis` are its days: the sessions, and every day on which something happened."""

    axis: tuple[date, ...]
    cells: tuple[Cell, ...]
    legs: tuple[Leg, ...]
    doubts: tuple[Doubt, ...]
    #: Places of the axis that are sessions; the others are only days on which something happened.
    sessions: tuple[int, ...]

    def place_of(self, day: date) -> int:
        """The place of the last day of the axis on or before `day`; -1 before all of them."""
        return bisect_right(self.axis, day) - 1

    def __repr__(self) -> str:
        return f"Book({len(self.axis)} days, {len(self.cells)} cells)"


def value_book(
    assets: Iterable[Asset],
    entries: Sequence[Entry | Transfer],
    prices: Mapping[str, PriceSeries],
    sessions: Sequence[date],
    *,
    rates: Mapping[str, PriceSeries] | None = None,
    cash: CashMode = CashMode.TRACKED,
    also: Collection[date] = (),
) -> Book:
    """The book of `entries` (any order), valued at `prices` by asset and `rates` by currency.

    `sessions` are the days on which prices are due, ascending. A price that is missing on one is carried
    from the last known day, and named in `doubts`; before the first one the price of a trade serves. An
    entry on another day (a dividend paid on a Saturday) becomes a day of its own, and so do the days of
    `also` (the end of a year, when yardsticks that grow every day are compared).

    Raises `InvalidInput` for an unknown asset, a currency without rates, or a book beyond the limits.
    """
    if len(entries) > ENTRIES_MAX:
        raise InvalidInput("too_many_entries", f"at most {ENTRIES_MAX} entries", field="entries")
    known = {asset.id: asset for asset in assets}
    axis = tuple(sorted({*sessions, *(entry.day for entry in entries), *also}))
    given = _rates(rates or {}, axis, known, entries)
    posting = Posting(known, {day: place for place, day in enumerate(axis)}, given, cash is CashMode.TRACKED)
    aligned: dict[str, Aligned] = {}

    def prices_of(asset: str) -> Aligned:
        if asset not in aligned:
            aligned[asset] = align(prices.get(asset), axis, posting.trades(asset), posting.ratios(asset))
        return aligned[asset]

    posting.prepare(entries)
    for entry in entries:
        posting.post(entry, prices_of)
    cells = tuple(posting.cells.values())
    if len(cells) * len(axis) > WORTHS_MAX:
        raise InvalidInput("book_too_large", "too many days and assets; ask for fewer", field="sessions")
    for cell in cells:
        cell.value(len(axis), None if cell.is_cash else prices_of(cell.asset), given.get(cell.currency))
    doubts = (*_price_doubts(cells, aligned, axis, sessions), *_rate_doubts(cells, given, axis, sessions))
    due = frozenset(sessions)
    places = tuple(place for place, day in enumerate(axis) if day in due)
    return Book(axis, cells, tuple(posting.legs), doubts, places)


def _rates(
    rates: Mapping[str, PriceSeries],
    axis: tuple[date, ...],
    assets: Mapping[str, Asset],
    entries: Sequence[Entry | Transfer],
) -> dict[str, Aligned]:
    """Exchange rates by foreign currency in use."""
    used = {asset.currency for asset in assets.values()} | {entry.currency for entry in entries}
    used |= {entry.to_currency for entry in entries if isinstance(entry, Transfer)}
    given: dict[str, Aligned] = {}
    for currency in sorted(used - {BASE_CURRENCY}):
        if currency not in rates:
            raise InvalidInput(
                "rate_missing", f"give exchange rates of {currency}", field=f"rates.{currency}"
            )
        given[currency] = align(rates[currency], axis, {}, {})
    return given


def _price_doubts(
    cells: Sequence[Cell], aligned: Mapping[str, Aligned], axis: Sequence[date], sessions: Sequence[date]
) -> list[Doubt]:
    """Days on which an asset was held and its price was not that day's."""
    due = frozenset(sessions)
    found: list[Doubt] = []
    for asset in sorted(aligned):
        prices = aligned[asset]
        if not (prices.carried or prices.of_trade or prices.unknown):
            continue
        held = _held([cell for cell in cells if cell.asset == asset], len(axis))
        for kind, places in (
            (DoubtKind.PRICE_CARRIED, prices.carried),
            (DoubtKind.PRICE_OF_TRADE, prices.of_trade),
            (DoubtKind.WORTH_UNKNOWN, prices.unknown),
        ):
            days = tuple(
                axis[place]
                for place in sorted(places)
                if place in held and (axis[place] in due or kind is not DoubtKind.PRICE_CARRIED)
            )
            if days:
                found.append(Doubt(kind, asset, days))
    return found


def _rate_doubts(
    cells: Sequence[Cell], given: Mapping[str, Aligned], axis: Sequence[date], sessions: Sequence[date]
) -> list[Doubt]:
    """Days on which something was held in a currency without a rate of that day."""
    due = frozenset(sessions)
    found: list[Doubt] = []
    for currency, rates in given.items():
        held = _held([cell for cell in cells if cell.currency == currency], len(axis))
        for kind, places in (
            (DoubtKind.RATE_CARRIED, rates.carried),
            (DoubtKind.WORTH_UNKNOWN, rates.unknown),
        ):
            days = tuple(axis[place] for place in sorted(places & held) if axis[place] in due)
            if days:
                found.append(Doubt(kind, currency, days))
    return found


def _held(cells: Sequence[Cell], length: int) -> set[int]:
    """Places of the axis on which any of the cells holds something."""
    stretches = [stretch for cell in cells for stretch in cell.quantities(length)]
    return {place for start, end, _ in stretches for place in range(start, end)}
