"""A paper of private credit, and the rates that its accrual needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fiel.fixed_income.accrual.daily import DailyRates
from fiel.fixed_income.accrual.ipca import IpcaIndex
from fiel.fixed_income.credit.schedule import Schedule
from fiel.fixed_income.credit.terms import Benchmark, Kind, Remuneration
from fiel.fixed_income.days import Days
from fiel.kernel.calendars import BusinessCalendar
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput, Refused


@dataclass(frozen=True, slots=True)
class CreditPaper:
    """One issue: `nominal` reais per unit at `start` (the first day of accrual)."""

    kind: Kind
    nominal: Decimal
    start: date
    remuneration: Remuneration
    schedule: Schedule

    def __post_init__(self) -> None:
        parse_decimal(self.nominal, field="nominal", decimals_max=8, minimum="0.00000001")
        if self.schedule.events[0].day <= self.start:
            raise InvalidInput(
                "event_before_start", "the first event comes after the start", field="schedule"
            )


@dataclass(frozen=True, slots=True)
class MarketRates:
    """What accrual needs to know: the banks' calendar of the reference date, and the series.

    A series that is not given is refused when a paper needs it. Future days are known only as far as
    the series were extended by a stated assumption.
    """

    calendar: BusinessCalendar
    cdi: DailyRates | None = None
    selic: DailyRates | None = None
    ipca: IpcaIndex | None = None
    days: Days = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "days", Days(self.calendar))

    def daily(self, benchmark: Benchmark) -> DailyRates:
        """The daily rates of a benchmark. Raises `Refused` when they were not given."""
        rates = self.cdi if benchmark is Benchmark.CDI else self.selic
        if rates is None:
            raise Refused(
                "rate_missing", f"the paper follows the {benchmark}; give its series", field=benchmark
            )
        return rates

    def index(self) -> IpcaIndex:
        """The IPCA. Raises `Refused` when it was not given."""
        if self.ipca is None:
            raise Refused("rate_missing", "the paper follows the IPCA; give its index numbers", field="ipca")
        return self.ipca
