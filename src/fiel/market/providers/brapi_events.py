"""BRAPI's `dividendsData`: cash, share and subscription events of one symbol.

Documented at brapi.dev/docs. `lastDatePrior` is the last day with the right. Dates are taken as written.
`completeFactor` wins over `factor`, which meant the extra fraction for a bonus in older answers.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from fiel.market.judgement import ASK_ANOTHER, Judgement
from fiel.market.providers.bodies import Json
from fiel.market.providers.fields import Fields
from fiel.market.providers.labels import cash_kind, factor_from_number, factor_from_text, share_kind
from fiel.market.values import CashEvent, CashKind, EventsReading, ShareEvent, ShareKind, SubscriptionEvent
from fiel.market.verdicts import Kind
from fiel.market.wire import Provider

SOURCE = Provider.BRAPI.value
ROWS_MAX = 5000
LISTS = ("cashDividends", "stockDividends", "subscriptions")
_USUAL = ("iso_instant",)


def read_events(value: Json, symbol: str, requested: str, place: str, judgement: Judgement) -> EventsReading:
    """`dividendsData`, `data` of the second version, or a flat list of cash rows."""
    if value is None or value == {}:
        judgement.remark(Kind.SHAPE_VARIANT, place, "no lists of events, only an empty object")
        return EventsReading(symbol, requested=requested)
    if isinstance(value, list):
        judgement.remark(Kind.SHAPE_VARIANT, place, "a flat list of cash rows")
        value = {"cashDividends": value}
    if not isinstance(value, dict):
        judgement.drop(Kind.SCHEMA, place, "events are due as an object")
        return EventsReading(symbol, requested=requested)
    absent = [name for name in LISTS if value.get(name) is None]
    if absent:
        judgement.remark(Kind.SHAPE_VARIANT, place, f"without {', '.join(absent)}")
    cash = [_cash(row, symbol, judgement) for row in _rows(value, "cashDividends", place, judgement)]
    shares = [_share(row, symbol, judgement) for row in _rows(value, "stockDividends", place, judgement)]
    rights = [_right(row, symbol, judgement) for row in _rows(value, "subscriptions", place, judgement)]
    return EventsReading(
        symbol,
        tuple(event for event in cash if event is not None),
        tuple(event for event in shares if event is not None),
        tuple(event for event in rights if event is not None),
        requested=requested,
    )


def _rows(value: dict[str, Json], name: str, place: str, judgement: Judgement) -> list[Fields]:
    rows = value.get(name)
    where = f"{place}.{name}"
    if rows is None:
        return []
    if not isinstance(rows, list):
        judgement.drop(Kind.SCHEMA, where, "a list is due")
        return []
    found = []
    for position, row in enumerate(rows[:ROWS_MAX]):
        if isinstance(row, dict):
            found.append(Fields(row, f"{where}[{position}]", judgement))
        else:
            judgement.drop(Kind.SCHEMA, f"{where}[{position}]", "an object is due")
    if len(rows) > ROWS_MAX:
        judgement.drop(Kind.SCHEMA, where, f"more than {ROWS_MAX} rows; the rest was left out")
    return found


def _cash(row: Fields, symbol: str, judgement: Judgement) -> CashEvent | None:
    rate = row.number("rate")
    if rate is None:
        judgement.drop(Kind.SCHEMA, row.place, "a payment without its rate")
        return None
    days = _days(row, ("lastDatePrior", "paymentDate", "approvedOn", "exDate"), judgement)
    if days is None:
        return None
    com, paid, approved, ex = days
    if com is None and ex is None:
        judgement.remark(
            Kind.DEGRADED, row.at("lastDatePrior"), "no day of the right: who holds it is not known"
        )
    label = row.text("label")
    kind = cash_kind(label, symbol)
    if kind is CashKind.OTHER:
        judgement.remark(Kind.SHAPE_VARIANT, row.at("label"), "a label that is not known is kept as it is")
    return CashEvent(
        symbol,
        kind,
        label,
        rate,
        com,
        paid,
        SOURCE,
        approved_on=approved,
        ex_date=ex,
        isin=row.text("isinCode") or row.text("assetIssued"),
        related_to=row.text("relatedTo"),
        remarks=row.text("remarks"),
        deadline=row.values.get("paymentDateIsDeadline") is True,
    )


def _days(row: Fields, names: tuple[str, ...], judgement: Judgement) -> list[date | None] | None:
    """`None` when the com date cannot be understood: the right to the event hangs on it."""
    days: list[date | None] = []
    for name in names:
        day, understood = row.day(name, usual=_USUAL)
        if not understood and name == "lastDatePrior":
            judgement.drop(Kind.SCHEMA, row.at(name), "not a date")
            return None
        if not understood:
            judgement.repair(Kind.SCHEMA, row.at(name), "not a date", "field_dropped")
        days.append(day)
    return days


def _share(row: Fields, symbol: str, judgement: Judgement) -> ShareEvent | None:
    days = _days(row, ("lastDatePrior", "approvedOn"), judgement)
    if days is None:
        return None
    label, text = row.text("label"), row.text("completeFactor")
    kind = share_kind(label)
    new_per_old = _new_per_old(row, kind, text, judgement)
    if new_per_old is None:
        return None
    if kind is ShareKind.OTHER:
        judgement.remark(Kind.SHAPE_VARIANT, row.at("label"), "a label that is not known is kept as it is")
    return ShareEvent(
        symbol,
        kind,
        label,
        new_per_old,
        days[0],
        SOURCE,
        approved_on=days[1],
        isin=row.text("isinCode") or row.text("assetIssued"),
        factor_text=text or str(row.values.get("factor", "")),
        remarks=row.text("remarks"),
    )


def _new_per_old(row: Fields, kind: ShareKind, text: str, judgement: Judgement) -> Decimal | None:
    told = row.number("factor")
    written = factor_from_text(kind, text) if text else None
    if written is not None:
        if told is not None and abs(told - written) > written / 1000:
            judgement.repair(
                Kind.FORMAT, row.at("factor"), "says something else than its text", "factor_from_text"
            )
        return written
    if told is None:
        judgement.drop(Kind.SCHEMA, row.place, "a share event without a factor")
        return None
    factor = factor_from_number(kind, told)
    if factor is None:
        detail = "a factor that may mean several things"
        judgement.drop(Kind.IMPLAUSIBLE, row.at("factor"), detail, reaction=ASK_ANOTHER)
        return None
    if factor.repair:
        judgement.repair(Kind.FORMAT, row.at("factor"), "told in another convention", factor.repair)
    return factor.new_per_old


def _right(row: Fields, symbol: str, judgement: Judgement) -> SubscriptionEvent | None:
    days = _days(row, ("lastDatePrior", "subscriptionDate", "approvedOn"), judgement)
    if days is None:
        return None
    return SubscriptionEvent(
        symbol,
        row.text("label"),
        row.number("percentage"),
        row.number("priceUnit"),
        days[0],
        SOURCE,
        subscription_until=days[1],
        approved_on=days[2],
        isin=row.text("isinCode") or row.text("assetIssued"),
        remarks=row.text("remarks"),
    )
