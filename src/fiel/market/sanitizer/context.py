"""What is known besides the answer itself, by which a price or a history is believed or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from fiel.kernel.calendars import b3, special_opening
from fiel.kernel.errors import InvalidInput
from fiel.market.providers.fields import BRASILIA
from fiel.market.values import ShareEvent

OPENING = time(10, 0)
#: After the closing auction, and after the delay with which free services tell the last trade.
CLOSING = time(18, 30)


@dataclass(frozen=True, slots=True)
class QuoteLimits:
    """By how much a price may differ and lag before it is not believed on its own. Ratios: 0.2 is 20 %."""

    jump: Decimal = Decimal("0.2")
    agreement: Decimal = Decimal("0.02")
    bar_jump: Decimal = Decimal(5)
    future_skew: timedelta = timedelta(minutes=15)
    lag_in_session: timedelta = timedelta(hours=2)
    sessions_missed: int = 0
    #: A payment smaller than this is a residue of arithmetic, not money.
    least_rate: Decimal = Decimal("0.000001")
    #: A recent payment of more than so many times the price is a slip of scale.
    largest_yield: Decimal = Decimal(2)
    recent: timedelta = timedelta(days=180)
    announced_ahead: timedelta = timedelta(days=800)


@dataclass(frozen=True, slots=True)
class Context:
    """`now`: when the answer is weighed. `last_close`: the last believed close, of `last_close_day`.

    `events`: known share events of the symbol. `other_price`: what a second source says now. `pays`: whether
    payments of the symbol are known, so that an empty list of them is odd; `None` when it is not known.
    """

    now: datetime
    currency: str = "BRL"
    last_close: Decimal | None = None
    last_close_day: date | None = None
    events: tuple[ShareEvent, ...] = ()
    other_price: Decimal | None = None
    pays: bool | None = None
    limits: QuoteLimits = field(default_factory=QuoteLimits)


def local_day(at: datetime) -> date:
    """The date in Brasília."""
    return at.astimezone(BRASILIA).date()


def is_session(day: date) -> bool:
    """Whether B3 opened that day; a weekday counts as one beyond the years of the calendar."""
    try:
        return b3().is_business_day(day)
    except InvalidInput:
        return day.weekday() < 5


def missed_session(as_of: datetime, now: datetime, limits: QuoteLimits) -> date | None:
    """The session that a price of `as_of` should know of at `now` and does not; `None` when it is current.

    Sessions that ended since are counted, and the running one once it is `lag_in_session` old.
    """
    missed = 0
    for day in _days_after(local_day(as_of), local_day(now)):
        if not is_session(day):
            continue
        opening = special_opening(day)
        starts = datetime.combine(day, opening.opens_at if opening else OPENING, BRASILIA)
        ended = now >= datetime.combine(day, CLOSING, BRASILIA)
        if ended or now >= starts + limits.lag_in_session:
            missed += 1
        if missed > limits.sessions_missed:
            return day
    return None


def _days_after(first: date, last: date) -> Iterator[date]:
    """From the day after `first` to `last`; a year is enough to find one missed session."""
    for step in range(1, min((last - first).days, 400) + 1):
        yield first + timedelta(days=step)
