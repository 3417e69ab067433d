"""Where a payment stands on a day, and why: a pure function of its dates, what is held and what came.

Days are those of the wallet's time zone; business days those of B3 (`fiel.kernel.calendars.b3`).
Reasons are stable codes with their figures after a colon: the words are made at the edge.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from fiel.income.values import State
from fiel.kernel.calendars import BusinessCalendar, b3
from fiel.kernel.errors import InvalidInput
from fiel.tax.income import DEFAULT_OPTIONS, WithholdingOptions


@dataclass(frozen=True, slots=True)
class IncomePolicy:
    """How patient we are with brokers, and how closely money must fit what was expected.

    `patience` (business days after the payment date that are still "due") and `missing_after` (calendar
    days) rule the states. A receipt fits a payment when it comes from `days_before` to `days_after` business
    days around its date, or, when that is unknown, up to `undated_days` calendar days after the com date.
    Its amount may differ by `cent` per account, or by `tolerance` (fraction), which is then said.
    `taxed_funds`: assets whose distributions are not exempt for this person; `withholding`: other options.
    Raises `InvalidInput` for a negative number of days.
    """

    patience: int = 3
    missing_after: int = 30
    days_before: int = 3
    days_after: int = 15
    undated_days: int = 200
    cent: Decimal = Decimal("0.01")
    tolerance: Decimal = Decimal("0.005")
    taxed_funds: frozenset[str] = frozenset()
    withholding: WithholdingOptions = DEFAULT_OPTIONS

    def __post_init__(self) -> None:
        for name in ("patience", "missing_after", "days_before", "days_after", "undated_days"):
            if getattr(self, name) < 0:
                raise InvalidInput("days_negative", "a number of days is 0 or more", field=name)

    @property
    def calendar(self) -> BusinessCalendar:
        """The exchange's, by whose days companies and brokers pay."""
        return b3()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the state depends on. `is_held`: some account gets (or owes) at least a cent.

    `is_taken_back`: the source says that nothing is paid. `is_paid`: the book holds all of the money.
    `is_changed`: the source changed the payment after money had come, and the difference is open.
    """

    com_date: date | None
    payment_date: date | None
    is_held: bool
    is_taken_back: bool = False
    is_paid: bool = False
    is_changed: bool = False
    deadline: bool = False


@dataclass(frozen=True, slots=True)
class Stand:
    """A state and the codes that say why."""

    state: State
    reasons: tuple[str, ...]


def stand(facts: Facts, today: date, policy: IncomePolicy) -> Stand:
    """The state of a payment on `today`: money first, then what is held, then the dates.

    The com date passes with its close: what was announced is confirmed from the next calendar day on.
    """
    if facts.is_changed:
        return Stand(State.CORRECTED, ("difference_open",))
    if facts.is_paid:
        return Stand(State.RECEIVED, ())
    if facts.is_taken_back:
        return Stand(State.LAPSED, ("taken_back",))
    if facts.com_date is None:
        return Stand(State.ANNOUNCED, ("com_date_unknown",))
    if today <= facts.com_date:
        return Stand(State.ANNOUNCED, (f"com_date_to_come:{facts.com_date}",))
    if not facts.is_held:
        return Stand(State.LAPSED, (f"nothing_held:{facts.com_date}",))
    entitled = f"com_date_passed:{facts.com_date}"
    if facts.payment_date is None:
        return _undated(facts.com_date, entitled, today, policy)
    return _by_payment_date(facts.payment_date, facts.deadline, entitled, today, policy)


def last_due_day(payment_date: date, policy: IncomePolicy) -> date:
    """The last day on which the money may still be on its way; a holiday stands for the next business day."""
    return policy.calendar.add_business_days(payment_date, policy.patience)


def with_code(reasons: Iterable[str], code: str) -> tuple[str, ...]:
    """The reasons of one code: `code` alone or followed by a colon and its figures."""
    return tuple(reason for reason in reasons if reason.split(":", 1)[0] == code)


def _undated(com_date: date, entitled: str, today: date, policy: IncomePolicy) -> Stand:
    """A payment without a date is to come only for so long: after that its date was never told to us."""
    if today > com_date + timedelta(days=policy.undated_days):
        overdue = f"undated_after_days:{policy.undated_days}"
        return Stand(State.MISSING, (entitled, "payment_date_unknown", overdue))
    return Stand(State.CONFIRMED, (entitled, "payment_date_unknown"))


def _by_payment_date(
    payment_date: date, deadline: bool, entitled: str, today: date, policy: IncomePolicy
) -> Stand:
    if today < payment_date:
        code = "payment_until" if deadline else "payment_to_come"
        return Stand(State.CONFIRMED, (entitled, f"{code}:{payment_date}"))
    passed = f"payment_date_passed:{payment_date}"
    if today > payment_date + timedelta(days=policy.missing_after):
        return Stand(State.MISSING, (entitled, passed, f"missing_after_days:{policy.missing_after}"))
    if today > last_due_day(payment_date, policy):
        return Stand(State.LATE, (entitled, passed, f"patience_business_days:{policy.patience}"))
    reached = f"payment_date:{payment_date}" if today == payment_date else passed
    return Stand(State.DUE, (entitled, reached))
