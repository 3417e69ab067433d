"""The custody book and the market's store put together: assets, entries, prices and rates of one wallet."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from decimal import Decimal

from fiel.copilot.income.announced import AnnouncedOf, announced_of
from fiel.copilot.income.view import class_of
from fiel.copilot.performing.entries import entries_of
from fiel.copilot.performing.making import Happened, Making
from fiel.copilot.performing.moves import Move, read_moves
from fiel.copilot.performing.outside_cash import cash_of, with_outside_cash
from fiel.copilot.performing.pricing import RATE_SERIES, Closes, read_closes, read_rates
from fiel.copilot.performing.share_changes import ShareChanges, share_changes, told_events
from fiel.copilot.taxes.remarks import Remark, between, remark
from fiel.copilot.taxes.share_events import actions_of
from fiel.custody.accounts import CashMode, units_of
from fiel.custody.queries import Snapshot
from fiel.infra.storage.database import Session
from fiel.kernel.calendars import b3
from fiel.market.queries import events_of
from fiel.market.quotes import is_symbol
from fiel.market.symbol_events import SymbolEvents
from fiel.performance.book import Book, value_book
from fiel.performance.entries import BASE_CURRENCY, Asset, Entry, EntryKind, PriceSeries
from fiel.performance.periods import Period

__all__ = ["Assembled", "Remark", "assemble"]

_ONE_DAY = timedelta(days=1)
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, repr=False)
class Assembled:
    """All that is valued. `symbols`: those of the exchange; `sources`: of prices and rates."""

    assets: tuple[Asset, ...]
    entries: tuple[Happened, ...]
    prices: Mapping[str, PriceSeries]
    rates: Mapping[str, PriceSeries]
    symbols: tuple[str, ...]
    remarks: tuple[Remark, ...]
    sources: tuple[str, ...]

    @property
    def first_day(self) -> date | None:
        """The day of the first entry."""
        return min((entry.day for entry in self.entries), default=None)

    def valued(self, until: date, session: date) -> Book:
        """The book up to a day. `session`: the last one that is over; no price is due after it."""
        first = self.first_day or until
        sessions = b3().sessions(first, min(until, session) + _ONE_DAY)
        within = [entry for entry in self.entries if entry.day <= until]
        return value_book(self.assets, within, self.prices, sessions, rates=self.rates, also=(until,))

    def remarks_of(self, period: Period) -> tuple[Remark, ...]:
        """What must be said of a report: all up to its end, each once."""
        return between(self.remarks, date.min, period.until)


def assemble(connection: Session, users: Sequence[str], zone: tzinfo, today: date) -> Assembled:
    """The accounts of one wallet in the connection's transaction, up to today.

    Accounts in a currency whose rates no series tells are left out and said. Raises `Refused`
    (rates_missing), `Corrupt`.
    """
    book = Snapshot(connection)
    moves = [move for move in read_moves(book, users, zone) if move.day <= today]
    rates, unknown = read_rates(connection, _firsts(moves), today)
    mine = [move for move in moves if move.currency == BASE_CURRENCY or move.currency in RATE_SERIES]
    symbols = sorted({one.asset for one in mine if one.asset and one.currency == BASE_CURRENCY})
    symbols = [symbol for symbol in symbols if is_symbol(symbol)]
    told = events_of(connection, symbols)
    actions, remarks = actions_of([event for one in told.values() for event in one.shares])
    changes = share_changes(
        [move for move in mine if move.currency == BASE_CURRENCY],
        [event for event in told_events(actions) if event.day <= today],
    )
    foreign = share_changes([move for move in mine if move.currency != BASE_CURRENCY], ())
    closes = read_closes(connection, symbols, changes.events, today)
    making = Making(_prices_of(closes), _ids(mine))
    made = entries_of(mine, (*changes.changed, *foreign.changed), making)
    assets = _assets(making.ids, told)
    made += with_outside_cash(made, _outside(book, users), {asset.id: asset.currency for asset in assets})
    prices = {symbol: closes.traded[symbol].prices for symbol in symbols if symbol in closes.traded}
    return Assembled(
        tuple(assets),
        tuple(made),
        prices,
        rates,
        tuple(symbols),
        tuple(_remarks(unknown, changes, making, made, symbols, prices, remarks)),
        (*_close_sources(closes), *(series.source for series in rates.values())),
    )


def _firsts(moves: Iterable[Move]) -> dict[str, date]:
    """The first day of each currency."""
    found: dict[str, date] = {}
    for move in moves:
        found[move.currency] = min(found.get(move.currency, move.day), move.day)
    return found


def _ids(moves: Iterable[Move]) -> dict[tuple[str, str], str]:
    """Assets by (currency, ticker): the ticker, with its currency where another one has it in reais."""
    pairs = sorted({(one.currency, one.asset) for one in moves if one.asset is not None})
    times = Counter(asset for _, asset in pairs)
    return {
        (currency, asset): asset
        if currency == BASE_CURRENCY or times[asset] == 1
        else f"{asset} ({currency})"
        for currency, asset in pairs
    }


def _assets(ids: Mapping[tuple[str, str], str], told: Mapping[str, SymbolEvents]) -> list[Asset]:
    """With their classes: by ticker, or by what they pay."""
    found = []
    for (currency, asset), name in ids.items():
        announced = announced_of(told[asset]) if asset in told else AnnouncedOf(asset)
        found.append(Asset(name, class_of(asset, announced), currency))
    return found


def _outside(book: Snapshot, users: Sequence[str]) -> frozenset[tuple[str, str]]:
    """Accounts whose money is kept elsewhere."""
    accounts = [account for user in users for account in book.accounts(user)]
    return frozenset((one.user_id, one.currency) for one in accounts if one.cash_mode is CashMode.EXTERNAL)


def _prices_of(closes: Closes) -> _PriceOn:
    return _PriceOn(closes)


@dataclass(frozen=True, slots=True)
class _PriceOn:
    """Closes by id: those of assets in reais bear their symbol."""

    closes: Closes

    def __call__(self, asset: str, day: date) -> Decimal | None:
        return self.closes.on(asset, day)


def _close_sources(closes: Closes) -> list[str]:
    """Who told the closes, and when they were read last."""
    read: defaultdict[str, date] = defaultdict(lambda: date.min)
    for symbol, traded in closes.traded.items():
        read[traded.prices.source] = max(read[traded.prices.source], closes.read_on[symbol])
    return [f"{source}, {day.isoformat()}" for source, day in sorted(read.items())]


def _remarks(
    unknown: Sequence[str],
    changes: ShareChanges,
    making: Making,
    made: Iterable[Happened],
    symbols: Sequence[str],
    prices: Mapping[str, PriceSeries],
    told: Iterable[Remark],
) -> Iterable[Remark]:
    """What must be said beside the numbers."""
    if unknown:
        yield remark("foreign_left_out", currencies=", ".join(unknown))
    if lacking := [symbol for symbol in symbols if symbol not in prices]:
        yield remark("closes_missing", assets=", ".join(lacking))
    for change in changes.changed:
        if not change.is_booked:
            yield remark(
                "split_of_market",
                change.day,
                asset=change.asset,
                account=change.account,
                quantity=f"{units_of(change.quantity).normalize():+f}",
            )
    for asset, day in making.at_cost:
        yield remark("came_at_cost", day, asset=asset)
    held = {change.asset for change in changes.changed}
    yield from (one for one in told if one.code == "event_left_out" and dict(one.values)["asset"] in held)
    yield from _short_of_cash(made)


def _short_of_cash(made: Iterable[Happened]) -> Iterable[Remark]:
    """Accounts whose cash was below zero at the end of a day: deposits are missing in the book."""
    days: defaultdict[tuple[str, str], defaultdict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for entry in made:
        if isinstance(entry, Entry) and entry.kind is not EntryKind.QUANTITY:
            days[entry.account, entry.currency][entry.day] += cash_of(entry)
    for (account, currency), by_day in sorted(days.items()):
        worth, lowest, since = _ZERO, _ZERO, None
        for day, gained in sorted(by_day.items()):
            worth += gained
            if worth < 0:
                since = since or day
                lowest = min(lowest, worth)
        if since is not None:
            yield remark("cash_below_zero", since, account=account, amount=f"{lowest:.2f}", currency=currency)
