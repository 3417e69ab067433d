"""A federal bond: its price from the rate or its rate from the price, with the working behind either."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from fiel.copilot.bonds.answer import GIVEN, Answer, Figure, SeriesUsed, Step, Unit, steps_to
from fiel.copilot.bonds.names import Treasury
from fiel.copilot.bonds.net import cents, figures_of_net, steps_of_net
from fiel.copilot.bonds.treasury_steps import AUCTIONS, steps_of_price
from fiel.copilot.bonds.vna import VnaFound
from fiel.fixed_income.treasury import Lft, Ltn, NtnB, NtnB1, NtnBPrincipal, NtnC, NtnF, Plan
from fiel.fixed_income.treasury.discounting import RATE_MAX, RATE_MIN, check_rate
from fiel.fixed_income.treasury.tesouro_direto import display_price, financial_value, minimum_investment
from fiel.kernel.calendars import anbima
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput, Refused
from fiel.tax.fixed_income import NetValue, net_value

FixedRate: TypeAlias = Ltn | NtnF
Indexed: TypeAlias = NtnB | NtnBPrincipal | NtnB1 | NtnC | Lft
Bond: TypeAlias = FixedRate | Indexed
_PRICE_MAX = Decimal(10) ** 9
_QUANTITY_MAX = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class TreasuryQuestion:
    """A bond and the day of settlement (a business day of the banks, before maturity)."""

    kind: Treasury
    maturity: date
    settlement: date
    vna: VnaFound | None = None
    quantity: Decimal | None = None
    #: Day and price per bond of the purchase; with both, the price says what a sale would leave.
    bought: date | None = None
    paid: Decimal | None = None

    def __post_init__(self) -> None:
        ends = self.bond().maturity
        if self.settlement >= ends:
            raise InvalidInput(
                "bond_matured",
                f"it matures on {ends}, which is not after {self.settlement}; correct --maturity or --on",
                field="--maturity",
                details={"maturity": ends.isoformat(), "on": self.settlement.isoformat()},
            )
        if not anbima(self.settlement).is_business_day(self.settlement):
            following = anbima(self.settlement).following(self.settlement)
            raise InvalidInput(
                "not_a_business_day",
                f"no bond settles on {self.settlement}, which is no business day; the next is {following}",
                field="--on",
                details={"on": self.settlement.isoformat(), "next": following.isoformat()},
            )
        if self.kind.is_indexed and self.vna is None:
            raise missing_vna(self.kind, self.settlement)

    @property
    def title(self) -> str:
        return f"{self.kind} {self.maturity.isoformat()}"

    def bond(self) -> Bond:
        """The bond as the pricing rules know it."""
        return bond_of(self.kind, self.maturity)

    def value(self) -> Decimal:
        """The VNA of the settlement day, BRL. Raises `Refused` (vna_missing)."""
        if self.vna is None:
            raise missing_vna(self.kind, self.settlement)
        return self.vna.value


def bond_of(kind: Treasury, maturity: date) -> Bond:
    """The bond as the pricing rules know it; `maturity` of RendA+ and Educa+ is the conversion."""
    match kind:
        case Treasury.LTN:
            return Ltn(maturity)
        case Treasury.NTN_F:
            return NtnF(maturity)
        case Treasury.NTN_B:
            return NtnB(maturity)
        case Treasury.NTN_B_PRINCIPAL:
            return NtnBPrincipal(maturity)
        case Treasury.NTN_C:
            return NtnC(maturity)
        case Treasury.LFT:
            return Lft(maturity)
        case Treasury.RENDA:
            return NtnB1(Plan.RETIREMENT, maturity)
        case Treasury.EDUCA:
            return NtnB1(Plan.EDUCATION, maturity)


def priced(asked: TreasuryQuestion, rate: DecimalInput) -> Answer:
    """The price of a rate (percent per year), as STN and Tesouro Direto round it, and its working.

    Raises `InvalidInput` for a rate outside -50 to 1000.
    """
    number = parse_decimal(rate, field="--rate", minimum=RATE_MIN, maximum=RATE_MAX)
    price = _price(asked, number)
    steps = _steps(asked, number, price)
    # On from the unit price: the same figures for a price that was given.
    net = _net(asked, price)
    figures = (*_of_price(asked, price), *_behind(asked, check_rate(number)))
    if net is not None:
        figures = (*figures, *figures_of_net(net, asked.settlement))
        steps = (*steps, *steps_of_net(net, _held(asked), price))
    return _answer(
        asked,
        (figures[0], Figure("rate", number, Unit.PERCENT_YEAR, asked.settlement, GIVEN), *figures[1:]),
        steps,
    )


def rate_found(asked: TreasuryQuestion, price: DecimalInput) -> Answer:
    """The rate of a price in BRL per bond, and the working: the price of that rate, and how they compare.

    Raises `InvalidInput` for a price that is not above zero, `Refused` when no rate has it.
    """
    told = parse_decimal(price, field="--price", minimum=Decimal("0.000001"), maximum=_PRICE_MAX)
    try:
        rate = _rate(asked, told)
    except Refused as refusal:
        raise Refused(refusal.code, refusal.message, field="--price", details=refusal.details) from None
    back = _price(asked, rate)
    search = Step(
        "rate_of_price",
        "PU(i) = PU",
        (("PU", f"{told:f}"), ("PU(i)", f"{back:f}")),
        rate,
        Unit.PERCENT_YEAR,
        "T-6" if asked.kind is Treasury.LTN else "",
        AUCTIONS,
    )
    figures = (
        Figure("rate", rate, Unit.PERCENT_YEAR, asked.settlement),
        Figure("price", told, Unit.BRL_PER_UNIT, asked.settlement, GIVEN),
        Figure("price_of_rate", back, Unit.BRL_PER_UNIT, asked.settlement),
        *_behind(asked, rate),
    )
    return _answer(asked, figures, steps_to(rate, (*_steps(asked, rate, back), search)))


def missing_vna(kind: Treasury, on: date) -> Refused:
    """The refusal of a price without the updated nominal value, saying where it is published."""
    how = {
        Treasury.LFT: "the Tesouro and ANBIMA publish it every business day; or --vna of an earlier day with "
        "--vna-day, and the Selic carries it on",
        Treasury.NTN_C: "ANBIMA publishes it every business day; or --vna of the 1st with --vna-day and "
        "--projection (IGP-M of the month)",
    }.get(
        kind,
        "ANBIMA publishes it every business day; or --vna of the 15th, which the Tesouro publishes, with "
        "--vna-day and --projection (IPCA of the month)",
    )
    return Refused(
        "vna_missing",
        f"{kind} is a percentage of its updated nominal value (VNA): give that of {on} with --vna; {how}",
        field="--vna",
        details={"kind": kind.value, "on": on.isoformat()},
    )


def _price(asked: TreasuryQuestion, rate: Decimal) -> Decimal:
    bond = asked.bond()
    if isinstance(bond, Ltn | NtnF):
        return bond.pu(asked.settlement, rate)
    return bond.pu(asked.settlement, rate, asked.value())


def _rate(asked: TreasuryQuestion, price: Decimal) -> Decimal:
    bond = asked.bond()
    if isinstance(bond, Ltn | NtnF):
        return bond.rate_pct(asked.settlement, price)
    return bond.rate_pct(asked.settlement, price, asked.value())


def _steps(asked: TreasuryQuestion, rate: Decimal, price: Decimal) -> tuple[Step, ...]:
    before = asked.vna.steps if asked.vna else ()
    vna = asked.vna.value if asked.vna else None
    return steps_to(price, (*before, *steps_of_price(asked.bond(), asked.settlement, rate, vna)))


def _of_price(asked: TreasuryQuestion, price: Decimal) -> tuple[Figure, ...]:
    on, shown = asked.settlement, display_price(price)
    found = [
        Figure("price", price, Unit.BRL_PER_UNIT, on),
        Figure("display_price", shown, Unit.BRL_PER_UNIT, on),
    ]
    if asked.quantity is not None:
        quantity = parse_decimal(asked.quantity, field="--units", decimals_max=2, maximum=_QUANTITY_MAX)
        found += [
            Figure("quantity", quantity, Unit.UNITS, on, GIVEN),
            Figure("financial_value", financial_value(quantity, price), Unit.BRL, on),
        ]
    least = minimum_investment(on, shown)
    found += [
        Figure("minimum_quantity", least.fraction, Unit.UNITS, on),
        Figure("minimum_value", least.value, Unit.BRL, on),
    ]
    return tuple(found)


def _held(asked: TreasuryQuestion) -> Decimal:
    return Decimal(1) if asked.quantity is None else asked.quantity


def _net(asked: TreasuryQuestion, price: Decimal) -> NetValue | None:
    """What a sale at the price would leave after IOF and IR, when the purchase is told."""
    if asked.bought is None or asked.paid is None:
        return None
    units = _held(asked)
    return net_value(cents(price, units), cents(asked.paid, units), asked.bought, asked.settlement)


def _behind(asked: TreasuryQuestion, rate: Decimal) -> tuple[Figure, ...]:
    """Quotation, nominal value and term."""
    bond, on = asked.bond(), asked.settlement
    found = []
    if not isinstance(bond, Ltn | NtnF) and asked.vna is not None:
        found += [
            Figure("quotation", bond.quotation(on, rate), Unit.PERCENT_VNA, on),
            Figure("vna", asked.vna.value, Unit.BRL_PER_UNIT, on, asked.vna.source),
        ]
    days = anbima(on).business_days_between(on, bond.maturity)
    return (*found, Figure("business_days", Decimal(days), Unit.BUSINESS_DAYS, on, "ANBIMA"))


def _answer(asked: TreasuryQuestion, figures: tuple[Figure, ...], steps: tuple[Step, ...]) -> Answer:
    series: tuple[SeriesUsed, ...] = asked.vna.series if asked.vna else ()
    notes = asked.vna.notes if asked.vna else ()
    if asked.kind in (Treasury.RENDA, Treasury.EDUCA):
        notes = (*notes, ("monthly_roundings", ()))
    return Answer(
        asked.title, asked.kind.value, asked.settlement, asked.maturity, figures, steps, series, notes
    )
