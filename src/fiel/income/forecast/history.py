"""The past of one asset as the forecast reads it: once each, in the units of today, by com date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiel.income.values import Announcement, IncomeKind, ShareChange
from fiel.kernel.errors import InvalidInput

#: More announcements of one asset than this are a mistake; the longest known have some 400.
HISTORY_MAX = 5_000
#: What lies further back than this says nothing that the forecast or its trials use.
YEARS_KEPT = 11
_YEAR = 365


@dataclass(frozen=True, slots=True)
class Paid:
    """One announcement. Days are ordinals; `known` is when it was announced, `amount` in today's units."""

    event_id: str
    kind: IncomeKind
    amount: Decimal
    day: int
    known: int
    lag: int | None


@dataclass(frozen=True, slots=True)
class Occasion:
    """All that was paid to the holders of one day: dividends and JCP often come together."""

    day: int
    #: The first day on which all of it was known and the com date had passed.
    known: int
    total: Decimal
    paid: tuple[Paid, ...]
    #: The total of each kind that was paid, in the order of their names.
    kinds: tuple[tuple[IncomeKind, Decimal], ...]

    def of_kind(self, kind: IncomeKind) -> Decimal:
        """What was paid of one kind; zero when none was."""
        return next((amount for each, amount in self.kinds if each is kind), Decimal(0))


@dataclass(frozen=True, slots=True)
class History:
    """`past` by day; `ahead`: announced, with the com date to come."""

    past: tuple[Occasion, ...]
    ahead: tuple[Paid, ...]


def read_history(
    asset: str, told: Iterable[Announcement], changes: Sequence[ShareChange], today: date
) -> History:
    """Income of `asset` known at the end of `today`. What was decided later is not looked at.

    Amortisations and redemptions are left out, and what has no date or pays nothing. Raises `InvalidInput`
    for another asset, mixed currencies, a share change that is not positive, and too many rows.
    """
    mine = _checked(asset, told, changes)
    now = today.toordinal()
    splits = [each for each in changes if each.asset == asset and each.com_date < today]
    rows = [_paid(each, splits, now) for each in mine if _counts(each)]
    known = [each for each in rows if each.known <= now and each.day > now - YEARS_KEPT * _YEAR]
    return History(
        occasions(each for each in known if each.day <= now), tuple(each for each in known if each.day > now)
    )


def occasions(paid: Iterable[Paid]) -> tuple[Occasion, ...]:
    """The same, by com date, whatever the order they come in."""
    days: dict[int, list[Paid]] = defaultdict(list)
    for each in paid:
        days[each.day].append(each)
    return tuple(_occasion(day, rows) for day, rows in sorted(days.items()))


def _occasion(day: int, rows: list[Paid]) -> Occasion:
    ranked = tuple(sorted(rows, key=lambda each: (each.kind, each.amount, each.event_id)))
    kinds: dict[IncomeKind, Decimal] = {}
    for each in ranked:
        kinds[each.kind] = kinds.get(each.kind, Decimal(0)) + each.amount
    total = sum(kinds.values(), Decimal(0))
    return Occasion(day, max(day, *(each.known for each in ranked)), total, ranked, tuple(kinds.items()))


def _checked(asset: str, told: Iterable[Announcement], changes: Sequence[ShareChange]) -> list[Announcement]:
    rows = list(told)
    if len(rows) > HISTORY_MAX:
        raise InvalidInput(
            "history_too_long", f"{len(rows)} payments; at most {HISTORY_MAX}", field="history"
        )
    if any(each.asset != asset for each in rows):
        raise InvalidInput(
            "other_asset", f"the history has payments that are not of {asset}", field="history"
        )
    if len({each.currency for each in rows}) > 1:
        raise InvalidInput(
            "currencies_mixed", f"the history of {asset} has several currencies; give one", field="history"
        )
    if any(each.new_per_old <= 0 for each in changes):
        raise InvalidInput("share_change_factor", "`new_per_old` must be above zero", field="changes")
    return _once(rows)


def _once(rows: list[Announcement]) -> list[Announcement]:
    """Without repetitions: one per id, and one per set of facts. Instalments differ in the payment date."""
    by_id = {each.event_id: each for each in sorted(rows, key=_facts)}
    by_facts = {_facts(each)[:-1]: each for each in sorted(by_id.values(), key=_facts, reverse=True)}
    return list(by_facts.values())


def _facts(each: Announcement) -> tuple[str, Decimal, date, date, date, str]:
    never = date.min
    return (
        each.kind.value,
        each.per_unit,
        each.com_date or never,
        each.payment_date or never,
        each.decided_on or never,
        each.event_id,
    )


def _counts(each: Announcement) -> bool:
    return (
        not each.kind.is_capital
        and each.per_unit > 0
        and (each.com_date is not None or each.payment_date is not None)
    )


def _paid(each: Announcement, splits: Sequence[ShareChange], now: int) -> Paid:
    """In the units of today: who held one before a split of 2 holds two, so each gets half as much."""
    com = each.com_date or each.payment_date
    assert com is not None, "see _counts"  # noqa: S101
    amount = each.per_unit
    for split in splits:
        if com <= split.com_date:
            amount /= split.new_per_old
    # Without a day of decision: known at the com date, or now, when the com date is still to come.
    day = com.toordinal()
    known = each.decided_on.toordinal() if each.decided_on else min(day, now)
    lag = (each.payment_date - com).days if each.payment_date and each.com_date else None
    return Paid(each.event_id, each.kind, amount, day, known, lag if lag and lag > 0 else None)
