"""The parts of a reading that a case names in `result`: known names, then whatever field is called so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from fiel.market.sanitizer.events import net_factor
from fiel.market.symbols import BatchReading, IndexQuote, RatesReading, SymbolReading
from fiel.market.values import Bar, CashEvent, EventsReading, PriceHistory, SeriesReading, ShareEvent
from fiel.market.verdicts import Kind, Verdict

Part = TypeVar("Part")

MISSING = "(not there)"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ALIASES: Mapping[str, str] = {
    "com": "com_date",
    "com_dates": "com_date",
    "pay": "payment_date",
    "payment": "payment_date",
    "paid": "payment_date",
    "pay_dates": "payment_date",
    "payment_dates": "payment_date",
    "ex": "ex_date",
    "ex_dates": "ex_date",
    "rates": "rate",
    "kept_rates": "rate",
    "labels": "label",
    "kinds": "kind",
    "closes": "close",
    "days": "day",
    "dates": "day",
    "updated_at": "as_of",
    "regularMarketTime": "as_of",
    "bid": "buy",
    "ask": "sell",
    "adjustedClose": "adjusted_close",
    "factor": "new_per_old",
    "factors": "new_per_old",
    "end": "until",
    "datafim": "until",
}


def project(verdict: Verdict[object], want: object) -> object:
    """What the verdict says under the names of `want`, in its shape."""
    if isinstance(want, dict):
        return {name: _named(verdict, name, inner) for name, inner in want.items()}
    if isinstance(want, list):
        return _list(verdict.value, want)
    return _first(verdict.value, "value")


def same(want: object, got: object) -> bool:
    """Equal as numbers, days or instants, whatever their spelling."""
    if isinstance(want, dict) and isinstance(got, dict):
        return all(same(inner, got.get(name, MISSING)) for name, inner in want.items())
    if isinstance(want, list) and isinstance(got, list):
        return len(want) == len(got) and all(map(same, want, got))
    if want is None or got is None or isinstance(want, bool) or isinstance(got, bool):
        return want is got
    first, second = _number(want), _number(got)
    if first is not None and second is not None:
        return first == second
    return _text(want) == _text(got) or _same_instant(want, got)


def _named(verdict: Verdict[object], name: str, want: object) -> object:
    known = _KNOWN.get(name)
    if known is not None:
        return known(verdict, want)
    value = _by_path(verdict.value, name, want)
    return value if value != MISSING else _found(verdict.value, _ALIASES.get(name, name), want)


def _by_path(value: object, name: str, want: object) -> object:
    """`USD.buy`, `PETR4.price`, or a symbol with an object of its own."""
    head, _, rest = name.partition(".")
    part = _part(value, head)
    if part is None:
        return MISSING
    if rest:
        return _found(part, _ALIASES.get(rest, rest), want)
    if isinstance(want, dict):
        return {inner: _found(part, _ALIASES.get(inner, inner), each) for inner, each in want.items()}
    if isinstance(part, IndexQuote):
        return part.points
    quote = getattr(part, "quote", None)
    return _found(quote if quote is not None else part, "price" if quote is not None else "buy", want)


def _part(value: object, name: str) -> object | None:
    if isinstance(value, BatchReading):
        return next((one for one in value.symbols if name in (one.symbol, one.requested)), None)
    if isinstance(value, RatesReading):
        found: object = next((one for one in value.currencies if one.code == name), None)
        return found or next((one for one in value.indexes if one.code == name), None)
    return None


def _found(value: object, name: str, want: object) -> object:
    """All fields of that name for a list, else the last of bars and the first of others."""
    found = list(_all(value, name))
    if isinstance(want, list):
        return [_plain(one) for one in found]
    if not found:
        return MISSING
    return _plain(found[-1] if name in ("close", "day", "adjusted_close") else found[0])


def _all(value: object, name: str) -> Iterator[object]:
    """Depth first, in order."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            inner = getattr(value, field.name)
            if field.name == name and not isinstance(inner, tuple):
                yield inner
            else:
                yield from _all(inner, name)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key == name:
                yield inner
            else:
                yield from _all(inner, name)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _all(inner, name)


def _first(value: object, name: str) -> object:
    return next(iter(_all(value, name)), MISSING)


def _list(value: object, want: list[Any]) -> object:
    """Rows of a series or bars as lists in the shape of the first wanted one; objects by their names."""
    if isinstance(value, SeriesReading):
        wide = bool(want) and isinstance(want[0], list) and len(want[0]) == 3
        return [[row.day, row.until, row.value] if wide else [row.day, row.value] for row in value.rows]
    items: list[object] = []
    for kind in (Bar, CashEvent, ShareEvent):
        items = items or list(_of_type(value, kind))
    if isinstance(value, BatchReading) and not items:
        items = list(value.symbols)
    return (
        [_shaped(item, want[min(position, len(want) - 1)]) for position, item in enumerate(items)]
        if want
        else items
    )


def _shaped(item: object, want: object) -> object:
    if isinstance(want, dict):
        return {name: _found(item, _ALIASES.get(name, name), inner) for name, inner in want.items()}
    if isinstance(want, list) and isinstance(item, Bar):
        return [item.day, item.close]
    if isinstance(item, SymbolReading):
        return item.symbol
    return _plain(getattr(item, "rate", getattr(item, "new_per_old", item)))


def _of_type(value: object, kind: type[Part]) -> Iterator[Part]:
    if isinstance(value, kind):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _of_type(getattr(value, field.name), kind)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _of_type(inner, kind)


def _missing(verdict: Verdict[object], want: object) -> object:
    """The days named by findings of a gap, else those of any part that was left out."""
    gaps = [one for one in verdict.findings if one.kind is Kind.GAP]
    others = [one for one in verdict.findings if not one.repair and one.kind is not Kind.GAP]
    for findings in (gaps, others):
        days = sorted({day for one in findings for day in _DAY.findall(one.place + " " + one.detail)})
        if days:
            return days
    return [one.place for one in others if one.kind is Kind.NOT_FOUND]


def _stamps(kept: bool) -> Callable[[Verdict[object], object], object]:
    def find(verdict: Verdict[object], want: object) -> object:
        symbols = list(_of_type(verdict.value, SymbolReading))
        if isinstance(want, list) and want and isinstance(want[0], str):
            if not _DAY.fullmatch(want[0]):
                told = [one.requested for one in symbols]
                return (
                    told if kept else [one.place for one in verdict.findings if one.kind is not Kind.RENAMED]
                )
            days = [_text(bar.day) for bar in _of_type(verdict.value, Bar)]
            days += [row.day.isoformat() for row in getattr(verdict.value, "rows", ())]
            return days if kept else _missing(verdict, want)
        found: list[int] = []
        for one in symbols:
            found += one.stamps if kept else one.dropped
        return found

    return find


def _events(name: str) -> Callable[[Verdict[object], object], object]:
    def find(verdict: Verdict[object], want: object) -> object:
        events = list(_of_type(verdict.value, EventsReading))
        if not events:
            return MISSING
        items = [item for one in events for item in getattr(one, name)]
        if not isinstance(want, list):
            return len(items)
        return [
            _shaped(item, want[min(position, len(want) - 1)]) if want else item
            for position, item in enumerate(items)
        ]

    return find


def _net(verdict: Verdict[object], want: object) -> object:
    shares = list(_of_type(verdict.value, ShareEvent))
    return net_factor(shares) if shares else MISSING


def _wait(verdict: Verdict[object], want: object) -> object:
    return int(verdict.wait.total_seconds()) if verdict.wait is not None else None


def _rows(verdict: Verdict[object], want: object) -> object:
    if isinstance(want, int):
        return len(list(_counted(verdict.value)))
    return _list(verdict.value, want) if isinstance(want, list) else MISSING


def _counted(value: object) -> Iterable[object]:
    rows = getattr(value, "rows", None)
    return rows if rows is not None else [bar for one in _of_type(value, PriceHistory) for bar in one.bars]


_KNOWN: Mapping[str, Callable[[Verdict[object], object], object]] = {
    "missing": _missing,
    "kept": _stamps(True),
    "dropped": _stamps(False),
    "cash": _events("cash"),
    "stock": _events("shares"),
    "stocks": _events("shares"),
    "shares": _events("shares"),
    "subscriptions": _events("subscriptions"),
    "net_new_per_old": _net,
    "wait": _wait,
    "wait_seconds": _wait,
    "retry_after": _wait,
    "retry_after_seconds": _wait,
    "rows": _rows,
    "symbols": lambda verdict, _: [one.symbol for one in _of_type(verdict.value, SymbolReading)],
    "tickers": lambda verdict, _: [one.symbol for one in _of_type(verdict.value, SymbolReading)],
    "alias": lambda verdict, _: _first(verdict.value, "requested"),
}


def _plain(value: object) -> object:
    return getattr(value, "value", value) if not isinstance(value, Decimal) else value


def _number(value: object) -> Decimal | None:
    try:
        return Decimal(str(value)) if isinstance(value, int | str | Decimal | float) else None
    except InvalidOperation:
        return None


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(_plain(value))


def _same_instant(want: object, got: object) -> bool:
    if not isinstance(got, datetime) or not isinstance(want, str):
        return False
    if _DAY.fullmatch(want):
        return got.astimezone(UTC).date().isoformat() == want
    try:
        told = datetime.fromisoformat(want)
    except ValueError:
        return False
    return (told if told.tzinfo else told.replace(tzinfo=UTC)) == got
