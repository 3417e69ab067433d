"""The shapes of income on the wire."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from fiel.entrypoints.http.api.models import Currency, Day, Decimal, Month, Page, Question, Shape, Text


class Amounts(Shape):
    """Before and after what is withheld."""

    gross: Decimal
    withheld: Decimal
    net: Decimal


class Layers(Shape):
    """What a bar is made of, the surest first."""

    received: Amounts
    confirmed: Amounts
    announced: Amounts
    estimated: Amounts
    total: Amounts


class Bucket(Shape):
    """One bar: a month, a day, an asset or a class. Capital that comes back is no income."""

    key: str | None
    currency: Currency
    income: Layers
    capital: Layers


class CalendarEntry(Shape):
    """One payment, once: received, confirmed, announced or estimated."""

    day: Day | None
    month: str | None
    asset: str
    class_: str | None = Field(alias="class")
    kind: str
    state: str
    gross: Decimal
    withheld: Decimal
    net: Decimal
    currency: Currency
    source: str
    as_of: str
    origin: str
    reasons: list[str]
    record_id: str | None


class YearSoFar(Shape):
    """The last twelve months, in reais; yields in percent."""

    received: Decimal
    percent_of_cost: Decimal | None
    percent_of_value: Decimal | None
    reasons: list[str]


class TitleWithoutPlan(Shape):
    """A title whose payments cannot be reckoned, and why."""

    title_id: str
    code: str
    message: str


class ShareEvent(Shape):
    """A split, bonus or right of what is held."""

    model_config = ConfigDict(extra="allow")

    asset: str
    kind: str
    com_date: Day


class Calendar(Shape):
    """The income of a wallet by month, with every payment."""

    wallet: str
    as_of: Day
    zone: str
    from_: Month = Field(alias="from")
    to: Month
    entries: list[CalendarEntry]
    by: Literal["month", "day", "asset", "class"]
    buckets: list[Bucket]
    totals: list[Bucket]
    last12_months: YearSoFar = Field(alias="last12Months")
    without_forecast: dict[str, list[str]]
    titles_without_plan: list[TitleWithoutPlan]
    proposals: list[str]
    unmatched: list[str]
    share_events: list[ShareEvent]


class IncomeRecord(Shape):
    """A payment that was announced, with what was held on its com date and what came."""

    model_config = ConfigDict(extra="allow")

    record_id: str
    wallet: str
    asset: str
    kind: str
    state: str
    quantity: Decimal
    per_unit: Decimal
    gross: Decimal
    withheld: Decimal
    net: Decimal
    currency: Currency
    com_date: Day | None
    payment_date: Day | None
    source: str
    received: Decimal | None
    received_on: Day | None
    reasons: list[str]


class Received(Page):
    """Payments that came, the latest first."""

    payments: list[IncomeRecord]


class Proposal(Shape):
    """A booking that a reconciliation proposes."""

    proposal_id: str
    kind: str
    record_id: str
    asset: str
    income_kind: str
    amount: Decimal
    currency: Currency
    day: Day
    account: str
    receipt_id: str | None
    reasons: list[str]


class Unmatched(Shape):
    """Money that belongs to no payment that is known."""

    receipt_id: str
    asset: str
    amount: Decimal
    currency: Currency
    day: Day
    reasons: list[str]


class Reconciliation(Shape):
    """What was announced against what was held and what came."""

    wallet: str
    day: Day
    zone: str
    changed: list[str]
    records: list[IncomeRecord]
    proposals: list[Proposal]
    unmatched: list[Unmatched]


class Accepting(Question):
    """Which proposals to book; all that are open when none is named."""

    proposals: Annotated[list[Text], Field(max_length=1_000)] | None = None


class AcceptedOne(Shape):
    """A proposal that was booked, and the state of its payment now."""

    proposal_id: str
    record_id: str | None
    state: str | None


class Accepted(Shape):
    """Proposals that were booked."""

    accepted: list[AcceptedOne]


class Basis(Shape):
    """A payment of the past that an estimate is made of."""

    event_id: str
    com_date: Day
    per_unit: Decimal


class ForecastPayment(Shape):
    """An estimate per unit, with how far it may be off."""

    kind: str
    com_date: Day
    payment_date: Day
    per_unit: Decimal
    low: Decimal
    high: Decimal
    currency: Currency
    method: str
    basis: list[Basis]


class Candidate(Shape):
    """A method that was tried on the past, and how wrong it was (fractions)."""

    method: str
    origins: int
    error: Decimal | None
    median_error: Decimal | None


class Forecast(Shape):
    """What an asset may pay per unit: never an announcement. `error` is the method's measured one."""

    asset: str
    as_of: Day
    months: int
    method: str | None
    error: Decimal | None
    reasons: list[str]
    announced: list[str]
    payments: list[ForecastPayment]
    candidates: list[Candidate]
    source: Literal["market", "recorded"]
