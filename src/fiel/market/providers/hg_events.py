"""HG Brasil dividends, splits and history, of the second version. Documented at hgbrasil.com/docs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from fiel.kernel.decimals import plain
from fiel.market.judgement import ASK_ANOTHER, Judgement
from fiel.market.providers.bodies import Json
from fiel.market.providers.fields import Fields
from fiel.market.providers.hg_envelopes import plain_symbol, second_version
from fiel.market.providers.labels import cash_kind, factor_from_number, share_kind
from fiel.market.providers.repeats import each_once
from fiel.market.symbols import BatchReading, SymbolReading
from fiel.market.values import (
    Bar,
    CashEvent,
    EventsReading,
    PriceHistory,
    ShareEvent,
    ShareKind,
)
from fiel.market.verdicts import Kind, Verdict, rejected
from fiel.market.wire import Answer, Ask, Provider

SOURCE = Provider.HG.value
ROWS_MAX = 5000
_USUAL = ("iso_date", "iso_instant")
_SHARES_PAID = ("bonus_issue", "return_of_capital_in_shares")

_Read: TypeAlias = "Callable[[dict[str, Json], SymbolReading, str, Judgement], SymbolReading | None]"


def ask_events(what: str, symbols: Sequence[str]) -> Ask:
    """`what` is dividends or splits."""
    return Ask(
        Provider.HG,
        what,
        f"/v2/finance/{what}",
        (("tickers", ",".join(f"B3:{symbol}" for symbol in symbols)),),
        topic=",".join(symbols),
    )


def ask_history(symbol: str, start: date, end: date) -> Ask:
    """Daily prices; a paid plan is needed."""
    parameters = (("tickers", f"B3:{symbol}"), ("sample_by", "1d"))
    span = (("start_date", start.isoformat()), ("end_date", end.isoformat()))
    return Ask(Provider.HG, "history", "/v2/finance/history", parameters + span, topic=symbol)


def read_dividends(answer: Answer, requested: Sequence[str]) -> Verdict[BatchReading]:
    """Cash events, and bonuses told among them."""
    return _read(answer, requested, _dividends)


def read_splits(answer: Answer, requested: Sequence[str]) -> Verdict[BatchReading]:
    """Splits and reverse splits: `factor_to` new shares for `factor_from` old ones."""
    return _read(answer, requested, _splits)


def read_history(answer: Answer, requested: Sequence[str]) -> Verdict[BatchReading]:
    """One bar a session, oldest first."""
    return _read(answer, requested, _history)


def _read(answer: Answer, requested: Sequence[str], part: _Read) -> Verdict[BatchReading]:
    judgement = Judgement()
    results = second_version(answer, judgement)
    if results.value is None:
        return Verdict(results.outcome, results.kind, None, results.reaction, results.findings, results.wait)
    readings = []
    for position, value in enumerate(results.value):
        place = f"results[{position}]"
        reading = _named(value, requested, len(results.value), place, judgement)
        filled = part(value, reading, place, judgement) if reading is not None else None
        if filled is not None:
            readings.append(filled)
    told = {one.requested for one in readings}
    told |= {plain_symbol(finding.place) for finding in judgement.verdict(None).findings}
    for symbol in requested:
        if readings and symbol not in told:
            judgement.drop(Kind.NOT_FOUND, symbol, "asked, but not in the answer")
    readings = each_once(readings, judgement)
    verdict = judgement.verdict(BatchReading(tuple(readings)))
    if readings:
        return verdict
    refused: Verdict[BatchReading] = rejected(verdict.kind or Kind.NO_DATA, "nothing could be read")
    return replace(refused, findings=verdict.findings or refused.findings)


def _named(
    value: dict[str, Json], requested: Sequence[str], count: int, place: str, judgement: Judgement
) -> SymbolReading | None:
    fields = Fields(value, place, judgement)
    told = plain_symbol(fields.text("ticker") or fields.text("symbol"))
    only = requested[0] if len(requested) == 1 and count == 1 else ""
    if not told and not only:
        judgement.drop(Kind.SCHEMA, place, "a result without its ticker")
        return None
    if told and only and told != only:
        # HG says nowhere that a ticker has a successor: another name may be another company.
        judgement.drop(Kind.INCONSISTENT, place, f"{only} was asked, {told} answered")
        return None
    return SymbolReading(only or told, told or only)


def _rows(value: dict[str, Json], name: str, place: str, judgement: Judgement) -> list[Fields] | None:
    rows = value.get(name)
    if not isinstance(rows, list):
        judgement.drop(Kind.SCHEMA, f"{place}.{name}", "a list is due")
        return None
    found = []
    for position, row in enumerate(rows[:ROWS_MAX]):
        if isinstance(row, dict):
            found.append(Fields(row, f"{place}.{name}[{position}]", judgement))
        else:
            judgement.drop(Kind.SCHEMA, f"{place}.{name}[{position}]", "an object is due")
    return found


def _dividends(
    value: dict[str, Json], reading: SymbolReading, place: str, judgement: Judgement
) -> SymbolReading | None:
    rows = _rows(value, "series", place, judgement)
    if rows is None:
        return None
    currency = Fields(value, place, judgement).text("currency").upper() or "BRL"
    cash: list[CashEvent] = []
    shares: list[ShareEvent] = []
    for row in rows:
        if row.text("status") == "not_approved":
            judgement.remark(Kind.DEGRADED, row.place, "not approved yet; left out")
        elif row.text("type") in _SHARES_PAID or row.text("category") == "stock":
            share = _bonus(row, reading.symbol, judgement)
            shares += [share] if share else []
        else:
            paid = _cash(row, reading.symbol, currency, judgement)
            cash += [paid] if paid else []
    events = EventsReading(reading.symbol, tuple(cash), tuple(shares), requested=reading.requested)
    return replace(reading, events=events)


def _com(row: Fields, judgement: Judgement) -> tuple[date | None, bool]:
    day, understood = row.day("com_date", usual=_USUAL)
    if not understood:
        judgement.drop(Kind.SCHEMA, row.at("com_date"), "not a date")
    return day, understood


def _day(row: Fields, name: str, judgement: Judgement) -> date | None:
    day, understood = row.day(name, usual=_USUAL)
    if not understood:
        judgement.repair(Kind.SCHEMA, row.at(name), "not a date", "field_dropped")
    return day


def _cash(row: Fields, symbol: str, currency: str, judgement: Judgement) -> CashEvent | None:
    rate = row.number("amount")
    com, understood = _com(row, judgement)
    if not understood:
        return None
    if rate is None:
        judgement.drop(Kind.SCHEMA, row.place, "a payment without its amount")
        return None
    label = row.text("type")
    return CashEvent(
        symbol,
        cash_kind(label, symbol),
        label,
        rate,
        com,
        _day(row, "payment_date", judgement),
        SOURCE,
        approved_on=_day(row, "approval_date", judgement),
        currency=currency,
    )


def _bonus(row: Fields, symbol: str, judgement: Judgement) -> ShareEvent | None:
    amount = row.number("amount")
    com, understood = _com(row, judgement)
    if not understood:
        return None
    label = row.text("type")
    kind = share_kind(label)
    factor = None if amount is None else factor_from_number(kind, amount)
    if factor is None or kind is ShareKind.OTHER:
        judgement.remark(Kind.SHAPE_VARIANT, row.place, "an event paid in shares without a clear factor")
        return None
    if factor.repair:
        judgement.repair(Kind.FORMAT, row.at("amount"), "told in another convention", factor.repair)
    return ShareEvent(symbol, kind, label, factor.new_per_old, com, SOURCE, factor_text=str(amount))


def _splits(
    value: dict[str, Json], reading: SymbolReading, place: str, judgement: Judgement
) -> SymbolReading | None:
    rows = _rows(value, "events", place, judgement)
    if rows is None:
        return None
    found = [_split(row, reading.symbol, judgement) for row in rows]
    shares = tuple(event for event in found if event is not None)
    return replace(reading, events=EventsReading(reading.symbol, (), shares, requested=reading.requested))


def _split(row: Fields, symbol: str, judgement: Judgement) -> ShareEvent | None:
    com, understood = _com(row, judgement)
    if not understood:
        return None
    told = _ratio(row, judgement)
    label = row.text("type")
    kind = share_kind(label) if label else _kind_by(told)
    factor = None if told is None else factor_from_number(kind, told)
    if factor is None:
        known = Kind.SCHEMA if told is None else Kind.IMPLAUSIBLE
        detail = "an event without a factor that can be used"
        judgement.drop(known, row.place, detail, reaction=ASK_ANOTHER)
        return None
    if factor.repair:
        judgement.repair(Kind.FORMAT, row.place, "the factor runs against its type", factor.repair)
    return ShareEvent(
        symbol,
        kind,
        label,
        factor.new_per_old,
        com,
        SOURCE,
        effective_date=_day(row, "effective_date", judgement),
        approved_on=_day(row, "approval_date", judgement),
        factor_text=f"{row.values.get('factor_from')} -> {row.values.get('factor_to')}",
    )


def _ratio(row: Fields, judgement: Judgement) -> Decimal | None:
    old, new, ratio = row.number("factor_from"), row.number("factor_to"), row.number("ratio")
    if old is None or new is None:
        return ratio
    if old <= 0 or new <= 0:
        return ratio if ratio is not None and ratio > 0 else Decimal(0)
    counted = plain((new / old).quantize(Decimal("1e-12")))
    if ratio is not None and ratio > 0 and not any(_near(ratio, one) for one in (counted, old / new)):
        judgement.remark(Kind.METADATA_MISMATCH, row.at("ratio"), "says something else than the two factors")
    return counted


def _near(first: Decimal, second: Decimal) -> bool:
    return abs(first - second) <= second / 1000


def _kind_by(ratio: Decimal | None) -> ShareKind:
    if ratio is None:
        return ShareKind.OTHER
    return ShareKind.SPLIT if ratio >= 1 else ShareKind.REVERSE_SPLIT


def _history(
    value: dict[str, Json], reading: SymbolReading, place: str, judgement: Judgement
) -> SymbolReading | None:
    rows = _rows(value, "samples", place, judgement)
    if not rows:
        judgement.drop(Kind.NO_DATA, f"{place}.samples", "no samples")
        return None
    bars = [bar for row in rows if (bar := _bar(row, judgement)) is not None]
    days = [bar.day for bar in bars]
    if days != sorted(days):
        judgement.repair(Kind.FORMAT, f"{place}.samples", "samples out of order", "sorted")
        bars.sort(key=lambda bar: bar.day)
    kept: list[Bar] = []
    disputed: set[date] = set()
    for bar in bars:
        if kept and kept[-1].day == bar.day:
            if not _same_close(kept[-1], bar, f"{place}.samples", judgement):
                disputed.add(bar.day)
        else:
            kept.append(bar)
    kept = [bar for bar in kept if bar.day not in disputed]
    if not kept:
        return None
    return replace(reading, history=PriceHistory(reading.symbol, tuple(kept), reading.requested))


def _same_close(first: Bar, second: Bar, place: str, judgement: Judgement) -> bool:
    """Whether a second sample of a day only repeats the first; else the day is in dispute."""
    if first.close == second.close:
        judgement.repair(Kind.DUPLICATE, place, f"a second sample for {first.day}", "second_bar_dropped")
        return True
    judgement.drop(Kind.CONFLICT, place, f"two different samples for {first.day}")
    return False


def _bar(row: Fields, judgement: Judgement) -> Bar | None:
    day, _ = row.day("date", usual=_USUAL)
    close = row.number("close")
    if day is None or close is None:
        judgement.drop(Kind.SCHEMA, row.place, "not a date" if day is None else "no close")
        return None
    if close <= 0:
        judgement.drop(
            Kind.IMPLAUSIBLE, row.at("close"), "a close that is not positive", reaction=ASK_ANOTHER
        )
        return None
    return Bar(
        day, close, row.number("open"), row.number("high"), row.number("low"), volume=row.whole("volume")
    )
