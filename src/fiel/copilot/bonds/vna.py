"""The updated nominal value (VNA) of the settlement day: as given, or carried there from an earlier day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from fiel.copilot.bonds.answer import COMPUTED, GIVEN, SeriesUsed, Step, Unit
from fiel.copilot.bonds.credit_steps import runs_text
from fiel.copilot.bonds.names import Treasury
from fiel.copilot.bonds.series import SELIC, HeldRates
from fiel.fixed_income.accrual.daily import annual_from_daily_rate
from fiel.fixed_income.credit.terms import Benchmark
from fiel.fixed_income.treasury.vna import (
    ProRata,
    days_between_anniversaries,
    last_anniversary,
    lft_vna,
    next_anniversary,
    vna_projected,
)
from fiel.kernel.calendars import anbima
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import truncate

_AUCTIONS = "STN, Metodologia de Cálculo dos Títulos Públicos Federais"
_VALUE_MAX = Decimal(10) ** 9
#: An official VNA is at most so old: chaining further would hide how much is assumed.
DAYS_MAX = 370


@dataclass(frozen=True, slots=True)
class VnaGiven:
    """What is known: the value of a day (BRL), and for the days since the projection in percent."""

    value: Decimal
    day: date | None = None
    projection: Decimal | None = None
    pro_rata: ProRata = ProRata.CALENDAR


@dataclass(frozen=True, slots=True)
class VnaFound:
    """The VNA of the settlement day, T-6, where it is from, and its working."""

    value: Decimal
    source: str
    steps: tuple[Step, ...] = ()
    series: tuple[SeriesUsed, ...] = ()
    notes: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()


def read_vna(
    value: str, day: date | None, projection: str | None, pro_rata: ProRata = ProRata.CALENDAR
) -> VnaGiven:
    """A VNA from options. Raises `InvalidInput` naming the option."""
    amount = parse_decimal(value, field="--vna", minimum=Decimal("0.000001"), maximum=_VALUE_MAX)
    percent = None
    if projection is not None:
        percent = parse_decimal(projection, field="--projection", minimum=-10, maximum=100)
    return VnaGiven(amount, day, percent, pro_rata)


def vna_on(kind: Treasury, settlement: date, given: VnaGiven, selic: HeldRates | None = None) -> VnaFound:
    """The VNA of the settlement day.

    Of another day, it is carried on: by the projection of the month (IPCA, IGP-M) from the last 15th or 1st,
    or day by day by the Selic. Raises `InvalidInput` for a day that does not fit or a projection that is
    missing.
    """
    if given.day is None or given.day == settlement:
        return VnaFound(truncate(given.value, 6), GIVEN)
    if not given.day < settlement <= given.day + timedelta(days=DAYS_MAX):
        raise InvalidInput(
            "vna_day",
            f"the VNA of {given.day} says nothing of {settlement}; give one of that day or shortly before",
            field="--vna-day",
        )
    if kind is Treasury.LFT:
        return _by_selic(settlement, given, given.day, selic)
    return _by_projection(kind, settlement, given, given.day)


def _by_projection(kind: Treasury, settlement: date, given: VnaGiven, day: date) -> VnaFound:
    wanted = last_anniversary(settlement, 1 if kind is Treasury.NTN_C else 15)
    if day != wanted:
        raise InvalidInput(
            "vna_day",
            f"for {settlement} give the VNA of that day or of {wanted}, where its index last changed",
            field="--vna-day",
        )
    if given.projection is None:
        raise InvalidInput(
            "projection_missing",
            f"from {day} to {settlement} the VNA follows the projected index of the month; give it in "
            "percent (ANBIMA publishes it) with --projection",
            field="--projection",
        )
    passed, total = days_between_anniversaries(day, settlement, given.pro_rata)
    value = vna_projected(given.value, given.projection, passed, total)
    step = Step(
        "vna_projected",
        "VNA = T-6(VNA0 * (1 + A-2(p)/100)^T-14(d/D))",
        (
            ("VNA0", f"{truncate(given.value, 6):f}"),
            ("p", f"{given.projection:f}"),
            ("d", str(passed)),
            ("D", str(total)),
        ),
        value,
        Unit.BRL_PER_UNIT,
        "T-6",
        _AUCTIONS,
        label=f"{day.isoformat()} .. {next_anniversary(day).isoformat()}",
    )
    return VnaFound(value, COMPUTED, (step,))


def _by_selic(settlement: date, given: VnaGiven, day: date, selic: HeldRates | None) -> VnaFound:
    if selic is None:
        raise Refused(
            "rate_missing",
            f"from {day} to {settlement} the VNA follows the Selic; give --selic",
            field="--selic",
        )
    daily = selic.market.daily(Benchmark.SELIC)
    sessions = anbima(settlement).sessions(day, settlement)
    tdis = daily.rates(day, settlement)
    rates = {each: annual_from_daily_rate(tdi) for each, tdi in zip(sessions, tdis, strict=True)}
    value = lft_vna(given.value, rates)
    step = Step(
        "vna_selic",
        "VNA = T-6(VNA0 * Π(1 + A-8((1 + s/100)^(1/252) - 1)))",
        (
            ("VNA0", f"{given.value:f}"),
            ("n", str(len(rates))),
            ("s", runs_text(tuple(rates.values()))),
        ),
        value,
        Unit.BRL_PER_UNIT,
        "T-6",
        _AUCTIONS,
        label=f"{day.isoformat()} .. {settlement.isoformat()}",
    )
    return VnaFound(value, COMPUTED, (step,), (selic.used(SELIC, settlement),))
