"""The income of one wallet as people see it: every payment once, added up, with what to accept.

Nothing is written here; the records are reconciled as of now, whatever the last job wrote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiel.copilot.income.announced import AnnouncedOf
from fiel.copilot.income.desk import IncomeDesk, Reconciled
from fiel.copilot.income.forecasts import Forecasts, estimates_of
from fiel.copilot.income.titles import HeldTitle, Planned
from fiel.income.calendar import CalendarEntry, calendar_entries
from fiel.income.forecast.results import Forecast
from fiel.income.holdings import Holdings
from fiel.income.matching import Unmatched
from fiel.income.share_events import ShareEntitlement, entitle_shares
from fiel.income.summary import By, Summary, Yields, summarize, yields
from fiel.income.values import Holding, IncomeKind, Proposal
from fiel.kernel.errors import InvalidInput, Rejected
from fiel.portfolio.instruments import Kind, infer_kind

MONTHS_MAX = 60
PAST_MAX = 120
NO_PLAN = Planned((), ())


@dataclass(frozen=True, slots=True)
class Span:
    """The months to show: `past` whole months before this one, and `months` from this one on."""

    months: int = 12
    past: int = 3

    def __post_init__(self) -> None:
        if not 1 <= self.months <= MONTHS_MAX:
            raise InvalidInput("months_range", f"show 1 to {MONTHS_MAX} months", field="months")
        if not 0 <= self.past <= PAST_MAX:
            raise InvalidInput("past_range", f"show 0 to {PAST_MAX} months back", field="past")

    def edges(self, today: date) -> tuple[str, str]:
        """The first and the last month, as "YYYY-MM"."""
        number = today.year * 12 + today.month - 1
        return _month(number - self.past), _month(number + self.months - 1)


@dataclass(frozen=True, slots=True)
class IncomeView:
    """What is shown. `without_forecast`: assets held of which nobody can say what they will pay, and why."""

    wallet: str
    as_of: date
    zone: str
    span: Span
    entries: tuple[CalendarEntry, ...]
    undated: tuple[CalendarEntry, ...]
    summary: Summary
    year: Yields
    proposals: tuple[Proposal, ...]
    unmatched: tuple[Unmatched, ...]
    actions: tuple[ShareEntitlement, ...]
    without_forecast: Mapping[str, tuple[str, ...]]
    without_plan: tuple[tuple[HeldTitle, Rejected], ...]


@dataclass(frozen=True, slots=True)
class Worth:
    """Cost and value of what is held, in `currency`; `None` when something of it is unknown."""

    cost: Decimal | None = None
    value: Decimal | None = None
    currency: str = "BRL"


def income_view(
    desk: IncomeDesk,
    forecasts: Forecasts,
    wallet: str,
    span: Span,
    *,
    by: By = By.MONTH,
    plan: Planned = NO_PLAN,
    worth: Worth | None = None,
) -> IncomeView:
    """The calendar of a wallet. Raises `Unavailable`, `Corrupt`."""
    seen = desk.look(wallet)
    return view_of(seen, forecasts, span, by=by, plan=plan, worth=worth or Worth())


def view_of(
    seen: Reconciled, forecasts: Forecasts, span: Span, *, by: By, plan: Planned, worth: Worth
) -> IncomeView:
    """The same from what was reconciled already."""
    today = seen.day
    holdings = Holdings(
        seen.book.movements, [change for each in seen.announced.values() for change in each.changes]
    )
    held = {asset: found for asset in sorted(holdings.assets) if (found := holdings.at_close(asset, today))}
    made = forecasts_of(forecasts, seen.announced, held, today, span.months)
    entries = calendar_entries(
        seen.reconciliation.records,
        [estimate for each in made.values() for estimate in estimates_of(each)],
        plan.flows,
        held,
        {asset: class_of(asset, each) for asset, each in seen.announced.items()},
        today,
    )
    first, last = span.edges(today)
    shown = tuple(each for each in entries if each.day is not None and first <= each.month <= last)
    return IncomeView(
        seen.wallet,
        today,
        seen.zone,
        span,
        shown,
        tuple(each for each in entries if each.day is None),
        summarize(shown, by),
        yields(entries, today, worth.cost, worth.value, worth.currency),
        seen.reconciliation.proposals,
        seen.reconciliation.unmatched,
        _actions_of(seen, holdings, first),
        {asset: each.reasons for asset, each in made.items() if not each.payments},
        plan.refused,
    )


def _actions_of(seen: Reconciled, holdings: Holdings, first: str) -> tuple[ShareEntitlement, ...]:
    """What brings shares: of the months that are shown and later, and rights that are still open."""
    told = [action for each in seen.announced.values() for action in each.actions]
    found = entitle_shares(told, holdings, seen.day)
    return tuple(
        each for each in found if f"{each.announcement.com_date:%Y-%m}" >= first or each.is_open(seen.day)
    )


def forecasts_of(
    forecasts: Forecasts,
    announced: Mapping[str, AnnouncedOf],
    held: Mapping[str, Sequence[Holding]],
    today: date,
    months: int,
) -> dict[str, Forecast]:
    """One forecast for each asset that is held."""
    return {asset: forecasts.of(announced[asset], today, months) for asset in held if asset in announced}


def class_of(asset: str, announced: AnnouncedOf) -> str:
    """The class of an asset: by its ticker where that settles it, by what it pays where it does not.

    A ticker that ends in 11 may be a FII, an ETF or units of shares: who pays FII income is a FII, and who
    pays dividends or JCP is a stock.
    """
    kind = infer_kind(asset)
    if kind is None:
        kinds = {each.kind for each in announced.payments}
        if IncomeKind.FII_INCOME in kinds:
            return Kind.FII.value
        return Kind.STOCK.value if kinds & {IncomeKind.DIVIDEND, IncomeKind.JCP} else Kind.OTHER.value
    return Kind.STOCK.value if kind is Kind.STOCK_FRACTIONAL else kind.value


def _month(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
