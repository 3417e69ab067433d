"""From what a person writes to a question: which title, on which day, at which terms, on which rates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from fiel.copilot.bonds.credit import DEFAULT_AMOUNT, CreditTerms, Holding
from fiel.copilot.bonds.dated_percents import read_day, read_table
from fiel.copilot.bonds.names import AnyKind, Named, Treasury, read_name
from fiel.copilot.bonds.pays import read_pays
from fiel.copilot.bonds.savings import TARGET, TR, SavingsQuestion
from fiel.copilot.bonds.series import (
    CDI,
    IGPM,
    IPCA,
    SELIC,
    Assumed,
    HeldRates,
    SeriesTold,
    held_rates,
    needed_series,
    read_assumed,
)
from fiel.copilot.bonds.treasury import TreasuryQuestion, missing_vna
from fiel.copilot.bonds.vna import VnaGiven, read_vna, vna_on
from fiel.fixed_income.credit.schedule import AmortisationBase
from fiel.fixed_income.credit.terms import Kind
from fiel.fixed_income.outlook import KnownVna, Vnas
from fiel.fixed_income.treasury.vna import ProRata
from fiel.kernel.calendars import anbima
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput

#: The first IPCA month that a nominal value of an NTN-B can be made from.
_IPCA_BASE = date(2000, 6, 1)
_DAILY_MARGIN = timedelta(days=15)
_MONTHLY_MARGIN = timedelta(days=430)
_MONEY_MAX = Decimal(10) ** 12
_PERCENT_MAX = 1_000
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Rates:
    """The assumptions as they were written: numbers, and files with dated steps."""

    cdi: str | None = None
    selic: str | None = None
    ipca: str | None = None
    igpm: str | None = None
    tr: str | None = None
    target: str | None = None
    #: Steps of the CDI (for a paper on it) or of the Selic, percent per year.
    curve: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A title as it was written, with every option that describes it; `None` where nothing was said."""

    name: str
    today: date
    on: str | None = None
    #: Of a federal bond, percent per year.
    rate: str | None = None
    maturity: str | None = None
    units: str | None = None
    bought: str | None = None
    paid: str | None = None
    pays: str | None = None
    start: str | None = None
    nominal: str | None = None
    interest: str = "at-maturity"
    amortise: str | None = None
    amortise_base: str = "current"
    vna: str | None = None
    vna_day: str | None = None
    projection: str | None = None
    pro_rata: str = "calendar"
    rates: Rates = field(default_factory=Rates)

    def named(self) -> Named:
        """The title that is meant."""
        return read_name(self.name)

    def day(self) -> date:
        """`--on`, or today; a federal bond settles on a business day, so today then is the next one."""
        if self.on is not None:
            return read_day(self.on, "--on")
        if isinstance(self.named().kind, Treasury):
            return anbima(self.today).following(self.today)
        return self.today

    def ends(self) -> date:
        """`--maturity`, else what the name tells. Raises `InvalidInput` (maturity_missing)."""
        if self.maturity is not None:
            return read_day(self.maturity, "--maturity")
        told = self.named().maturity
        if told is None:
            raise InvalidInput(
                "maturity_missing", "say when it matures, like --maturity 2029-01-01", field="--maturity"
            )
        return told

    def holding(self, default: date) -> Holding:
        """The purchase."""
        bought = read_day(self.bought, "--bought") if self.bought else default
        return Holding(bought, _money(self.paid, "--paid"))

    def held_units(self) -> Decimal:
        """`--units`, or one."""
        if self.units is None:
            return Decimal(1)
        return parse_decimal(self.units, field="--units", minimum=Decimal("0.000001"), maximum=_MONEY_MAX)


def treasury_question(asked: Asked, rates: HeldRates | None = None) -> TreasuryQuestion:
    """The question about a federal bond. Raises `InvalidInput`, `Refused` (vna_missing)."""
    kind, on = asked.named().kind, asked.day()
    if not isinstance(kind, Treasury):
        raise TypeError(f"{kind} is no federal bond")
    given = vna_given(asked)
    found = vna_on(kind, on, given, rates) if given and kind.is_indexed else None
    quantity = asked.held_units() if asked.units is not None else None
    held = asked.holding(on)
    bought = held.bought if asked.bought else None
    return TreasuryQuestion(kind, asked.ends(), on, found, quantity, bought, held.paid)


def vna_given(asked: Asked) -> VnaGiven | None:
    """The nominal value as told, if it was."""
    if asked.vna is None:
        return None
    day = read_day(asked.vna_day, "--vna-day") if asked.vna_day else None
    ways = {"calendar": ProRata.CALENDAR, "business": ProRata.BUSINESS}
    return read_vna(asked.vna, day, asked.projection, _choice(asked.pro_rata, ways, "--pro-rata"))


def credit_terms(asked: Asked) -> CreditTerms:
    """The terms of a private paper. Raises `InvalidInput` naming the option that is missing or wrong."""
    kind = asked.named().kind
    if not isinstance(kind, Kind):
        raise TypeError(f"{kind} is no private paper")
    if asked.pays is None:
        raise InvalidInput("pays_missing", 'say what it pays, like --pays "110% CDI"', field="--pays")
    start = asked.start or asked.bought
    if start is None:
        raise InvalidInput("start_missing", "say when it started, like --start 2026-01-05", field="--start")
    bases = {"current": AmortisationBase.CURRENT, "original": AmortisationBase.ORIGINAL}
    table = read_table(asked.amortise, "--amortise", maximum=100) if asked.amortise else None
    return CreditTerms(
        kind,
        read_pays(asked.pays),
        read_day(start, "--start"),
        asked.ends(),
        _money(asked.nominal, "--nominal") or DEFAULT_AMOUNT,
        asked.held_units(),
        asked.interest,
        table,
        _choice(asked.amortise_base, bases, "--amortise-base"),
    )


def savings_question(asked: Asked) -> SavingsQuestion:
    """The question about a savings account: `--start` (or `--bought`) is the deposit."""
    start = asked.start or asked.bought
    if start is None:
        raise InvalidInput("start_missing", "say when it was deposited: --start 2026-01-05", field="--start")
    return SavingsQuestion(
        _money(asked.nominal, "--amount") or DEFAULT_AMOUNT,
        read_day(start, "--start"),
        asked.day(),
        _percent(asked.rates.tr, "--tr"),
        _percent(asked.rates.target, "--target"),
    )


def series_spans(asked: Asked, *, projects: bool) -> dict[str, date]:
    """The series that the answer needs, each with the first day to read; `projects`: payments to come."""
    kind, on = asked.named().kind, asked.day()
    _check(kind, asked, projects=projects)
    keys = _keys(kind, asked, projects=projects)
    start = min(_since(asked, kind, on), on)
    found = {}
    for key in keys:
        if key in (TR, TARGET):
            # A target holds until the next one; a month's TR is that of the day on which it starts.
            found[key] = start - timedelta(days=120 if key == TARGET else 0)
        elif key in (CDI, SELIC):
            found[key] = start - _DAILY_MARGIN
        else:
            found[key] = _first_month(kind, asked, start)
    return found


def rates_for(asked: Asked, told: tuple[SeriesTold, ...], *, until: date) -> HeldRates:
    """What was told and what is assumed, up to `until`."""
    on, kind = asked.day(), asked.named().kind
    start = min(_since(asked, kind, on), on)
    vnas = _vnas(asked, kind)
    return held_rates(told, assumed(asked, start), on=on, until=max(until, on), vnas=vnas, start=start)


def assumed(asked: Asked, since: date) -> Assumed:
    """The assumptions of the options."""
    rates = asked.rates
    options = {CDI: rates.cdi, SELIC: rates.selic, IPCA: rates.ipca, IGPM: rates.igpm}
    curves = {}
    if rates.curve:
        steps = read_table(rates.curve, "--curve", maximum=_PERCENT_MAX)
        key = SELIC if SELIC in _keys(asked.named().kind, asked, projects=True) else CDI
        curves = {key: tuple(steps.items())}
    return read_assumed(options, curves, since)


def projected_keys(asked: Asked) -> tuple[str, ...]:
    """The series behind the payments to come."""
    return _keys(asked.named().kind, asked, projects=True)


def _check(kind: AnyKind, asked: Asked, *, projects: bool) -> None:
    """What can be said to be wrong before anything is read, is said before."""
    _check_options(kind, asked)
    if isinstance(kind, Kind):
        credit_terms(asked)
    elif not isinstance(kind, Treasury):
        savings_question(asked)
    else:
        ends, given = asked.ends(), vna_given(asked)
        if projects and given is None and kind in (Treasury.LFT, Treasury.NTN_C):
            raise missing_vna(kind, asked.day())
        day = given.day or asked.day() if given else ends
        wanted = 1 if kind is Treasury.NTN_C else 15
        if projects and given and kind is not Treasury.LFT and kind.is_indexed and day.day != wanted:
            raise InvalidInput(
                "vna_anniversary",
                f"payments follow from the VNA of a day {wanted} of a month, not of {day}; give such a one "
                "and its day with --vna-day",
                field="--vna-day",
                details={"wanted": str(wanted)},
            )


def _check_options(kind: AnyKind, asked: Asked) -> None:
    """An option that says nothing of a title is refused: it was meant for something."""
    private = {"--pays": asked.pays, "--amortise": asked.amortise}
    start = {"--start": asked.start, "--nominal": asked.nominal}
    federal = {"--rate": asked.rate, "--vna": asked.vna, "--vna-day": asked.vna_day}
    federal |= {"--projection": asked.projection}
    if isinstance(kind, Kind):
        unused = federal
    elif isinstance(kind, Treasury):
        unused = private | start | ({} if kind.is_indexed else {"--vna": asked.vna})
    else:
        unused = private | federal | {"--maturity": asked.maturity, "--paid": asked.paid}
    for option, told in unused.items():
        if told is not None:
            raise InvalidInput(
                "option_not_of_kind",
                f"{option} says nothing of {kind}; leave it out",
                field=option,
                details={"kind": kind.value},
            )


def _keys(kind: AnyKind, asked: Asked, *, projects: bool) -> tuple[str, ...]:
    if isinstance(kind, Kind):
        return needed_series(read_pays(asked.pays)) if asked.pays else ()
    if not isinstance(kind, Treasury):
        return (TR, TARGET)
    if kind is Treasury.LFT:
        return (SELIC,) if projects or asked.vna_day else ()
    if not projects or not kind.is_indexed:
        return ()
    return (IGPM,) if kind is Treasury.NTN_C else (IPCA,)


def _since(asked: Asked, kind: AnyKind, on: date) -> date:
    """The first day whose rate matters."""
    if isinstance(kind, Treasury):
        return read_day(asked.vna_day, "--vna-day") if asked.vna_day else on
    text = asked.start or asked.bought
    return read_day(text, "--start") if text else on


def _first_month(kind: AnyKind, asked: Asked, start: date) -> date:
    if isinstance(kind, Treasury) and kind is not Treasury.NTN_C and asked.vna is None:
        return _IPCA_BASE
    return (start - _MONTHLY_MARGIN).replace(day=1)


def _vnas(asked: Asked, kind: AnyKind) -> Vnas | None:
    given = vna_given(asked)
    if given is None or not isinstance(kind, Treasury):
        return None
    known = KnownVna(given.day or asked.day(), given.value)
    match kind:
        case Treasury.LFT:
            return Vnas(lft=known)
        case Treasury.NTN_C:
            return Vnas(ntnc=known)
    return Vnas(ntnb=known)


def _money(text: str | None, name: str) -> Decimal | None:
    if text is None:
        return None
    return parse_decimal(text, field=name, minimum=Decimal("0.01"), maximum=_MONEY_MAX)


def _percent(text: str | None, name: str) -> Decimal | None:
    return None if text is None else parse_decimal(text, field=name, minimum=0, maximum=_PERCENT_MAX)


def _choice(text: str, choices: dict[str, _T], name: str) -> _T:
    if text not in choices:
        known = ", ".join(choices)
        raise InvalidInput(
            "choice_unknown", f"{text[:30]!r} is not one of: {known}", field=name, details={"known": known}
        )
    return choices[text]
