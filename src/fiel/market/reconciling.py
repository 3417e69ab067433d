"""Several tellings of the same dividends made into one list, each event with who told what.

Two tellings are of one event when they agree on the kind of right, on the com date (some sources give the
ex date: up to three sessions later) and on the amount as far as the coarser one writes it. Instalments
(same com date, same amount, other payment dates) stay apart. What differs is kept as a conflict and
said; the source named first wins the field, and a date that only one source knows is taken from it.

An event keeps its id when a source corrects it: what was known before is matched like another source.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from fiel.kernel.calendars.business import BusinessCalendar
from fiel.kernel.ids import deterministic_id
from fiel.market.values import CashEvent, CashKind, EventsReading

#: A source that gives ex dates for com dates is off by one session; holidays are counted otherwise by some.
SESSIONS_APART_MAX = 3
#: Amounts with fewer decimals than these say too little to tell two payments apart.
_DECIMALS_MIN = 2
_MONTH = 31

#: What the sources call by different names: interest top-ups and JCP are told apart by law, not by all.
_FAMILIES = {
    CashKind.DIVIDEND: "dividend",
    CashKind.JCP: "jcp",
    CashKind.FII_INCOME: "income",
    CashKind.INTEREST: "income",
    CashKind.AMORTIZATION: "capital",
    CashKind.REDEMPTION: "capital",
    CashKind.OTHER: "other",
}


class Standing(StrEnum):
    """How well an event is known: two sources agree, only one tells it, or they contradict each other."""

    AGREED = "agreed"
    SINGLE = "single"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class ReconciledCash:
    """One payment of cash. `event` holds what is believed, `told` what each source said of it.

    `differences` names the fields on which the sources differ: `rate: brapi 0.55, hgbrasil 0.56`.
    """

    event_id: str
    event: CashEvent
    told: tuple[CashEvent, ...]
    standing: Standing
    differences: tuple[str, ...] = ()


@dataclass(slots=True)
class _Group:
    told: list[CashEvent] = field(default_factory=list)
    known: ReconciledCash | None = None

    def sources(self) -> set[str]:
        return {each.source for each in self.told}

    def face(self) -> CashEvent:
        return self.told[0] if self.told else self.known.event  # type: ignore[union-attr]


def reconcile(
    readings: Iterable[EventsReading],
    calendar: BusinessCalendar,
    *,
    order: Sequence[str],
    known: Sequence[ReconciledCash] = (),
) -> tuple[ReconciledCash, ...]:
    """One list, oldest com date first. `order` names the sources, the most trusted first.

    `known`: what was reconciled before. An event that no source tells any more is kept as it was: a source
    that forgets is not a correction.
    """
    rank = {source: place for place, source in enumerate(order)}
    told = [each for reading in readings for each in reading.cash]
    told.sort(key=lambda each: (rank.get(each.source, len(rank)), _moment(each), each.rate))
    groups = [_Group(known=each) for each in known]
    for each in told:
        group = _best(groups, each, calendar)
        if group is None:
            group = _Group()
            groups.append(group)
        group.told.append(each)
    taken: set[str] = {each.event_id for each in known}
    return tuple(sorted((_settled(group, taken) for group in groups), key=_order))


def _best(groups: Sequence[_Group], told: CashEvent, calendar: BusinessCalendar) -> _Group | None:
    """The group that this telling belongs to: the nearest that its source has not told of yet."""
    fitting = []
    for place, group in enumerate(groups):
        if told.source in group.sources():
            continue
        distance = _distance(group, told, calendar)
        if distance is not None:
            fitting.append((distance, place))
    return groups[min(fitting)[1]] if fitting else None


def _distance(
    group: _Group, told: CashEvent, calendar: BusinessCalendar
) -> tuple[int, int, int, Decimal] | None:
    """How far a telling is from a group: sessions, then amount, then payment date; `None` for strangers.

    Among payments that agree the one of the very same amount is the nearest.
    """
    face = group.face()
    if face.symbol != told.symbol or face.currency != told.currency or not _one_family(face, told):
        return None
    apart = _sessions_apart(face.com_date, told.com_date, calendar)
    if apart is None or apart > SESSIONS_APART_MAX:
        return None
    same_rate = agree(face.rate, told.rate)
    paid = _days_apart(face.payment_date, told.payment_date)
    # Another amount is a correction only when everything else speaks for the same payment.
    if not same_rate and not (apart == 0 and paid == 0):
        return None
    if same_rate and paid is not None and paid > _MONTH:
        return None
    return (apart, 0 if same_rate else 1, 0 if paid is None else paid, abs(face.rate - told.rate))


def agree(one: Decimal, other: Decimal) -> bool:
    """Whether two amounts are the same as far as the coarser one is written (two decimals at least).

    >>> agree(Decimal("0.55015787"), Decimal("0.5502")), agree(Decimal("0.5501"), Decimal("0.56"))
    (True, False)
    """
    decimals = max(min(_decimals(one), _decimals(other)), _DECIMALS_MIN)
    unit = Decimal(1).scaleb(-decimals)
    rounded = [value.quantize(unit, ROUND_HALF_UP) for value in (one, other)]
    # Some sources cut instead of rounding: the last digit may be one lower.
    return rounded[0] == rounded[1] or (
        abs(rounded[0] - rounded[1]) == unit and decimals >= 4 and abs(one - other) < unit
    )


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _one_family(one: CashEvent, other: CashEvent) -> bool:
    kinds = {_FAMILIES[one.kind], _FAMILIES[other.kind]}
    return len(kinds) == 1 or "other" in kinds


def _sessions_apart(one: date | None, other: date | None, calendar: BusinessCalendar) -> int | None:
    """Sessions between two com dates; one that is not known says nothing against."""
    if one is None or other is None:
        return 0 if one is other else 1
    first, last = sorted((one, other))
    if (last - first).days > 2 * _MONTH:
        return None
    return calendar.business_days_between(first, last)


def _days_apart(one: date | None, other: date | None) -> int | None:
    return None if one is None or other is None else abs((one - other).days)


def _settled(group: _Group, taken: set[str]) -> ReconciledCash:
    if group.known is not None and not group.told:
        return group.known
    first = group.told[0]
    event = replace(
        first,
        payment_date=_first_known(group.told, "payment_date"),
        com_date=_first_known(group.told, "com_date"),
        ex_date=_first_known(group.told, "ex_date"),
        approved_on=_first_known(group.told, "approved_on"),
        isin=next((each.isin for each in group.told if each.isin), ""),
    )
    differences = tuple(_differences(group.told))
    if len(group.told) == 1:
        standing = Standing.SINGLE
    else:
        standing = Standing.CONFLICT if differences else Standing.AGREED
    event_id = group.known.event_id if group.known else _new_id(event, taken)
    return ReconciledCash(event_id, event, tuple(group.told), standing, differences)


def _first_known(told: Sequence[CashEvent], name: str) -> date | None:
    found: date | None = next((value for each in told if (value := getattr(each, name)) is not None), None)
    return found


def _differences(told: Sequence[CashEvent]) -> Iterable[str]:
    if any(not agree(told[0].rate, each.rate) for each in told[1:]):
        yield "rate: " + ", ".join(f"{each.source} {each.rate:f}" for each in told)
    for name in ("com_date", "payment_date"):
        dates = [(each.source, getattr(each, name)) for each in told if getattr(each, name) is not None]
        if len({value for _, value in dates}) > 1:
            yield f"{name}: " + ", ".join(f"{source} {value}" for source, value in dates)
    if len({_FAMILIES[each.kind] for each in told} - {"other"}) > 1:
        yield "kind: " + ", ".join(f"{each.source} {each.kind}" for each in told)


def _new_id(event: CashEvent, taken: set[str]) -> str:
    """An id of the content; equal payments (instalments without dates) are numbered."""
    number = 0
    while True:
        found = deterministic_id(
            "cash",
            event.symbol,
            _FAMILIES[event.kind],
            str(event.com_date),
            str(event.payment_date),
            f"{event.rate.normalize():f}",
            str(number),
        )
        if found not in taken:
            taken.add(found)
            return found
        number += 1


def _moment(event: CashEvent) -> tuple[date, date]:
    com = event.com_date or event.payment_date or date.max
    return com, event.payment_date or date.max


def _order(each: ReconciledCash) -> tuple[date, date, str]:
    return *_moment(each.event), each.event_id
