"""The year as the forms of the annual return (IRPF) want it: rows of four tables, and their CSV.

Values in reais. Names of the forms stay in Portuguese, as in the Receita's program. Codes are dated rows:
groups and codes of goods since the return of 2022 (press of 2022 for 03-01, 04-02 to 04-04, 07-01, 07-03
and 07-09); the other codes are general knowledge: check them in the program of the year. Not tax advice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum
from types import MappingProxyType

from fiel.kernel.errors import Refused
from fiel.kernel.rounding import finance_context, round_half_up
from fiel.portfolio.corporate_actions import Outcome, OutcomeKind
from fiel.portfolio.holdings import Holding
from fiel.tax.dated_rows import Category, Pool, rows_in_force
from fiel.tax.monthly import NOT_ADVICE, MonthTax

_ZERO = Decimal("0.00")


class GoodKind(StrEnum):
    """What is owned, as the form of goods tells apart."""

    STOCK = "stock"
    EXCHANGE = "exchange"
    FII = "fii"
    FIAGRO = "fiagro"
    ETF = "etf"
    FIXED_INCOME_ETF = "fixed_income_etf"
    TAXED_PAPER = "taxed_paper"
    EXEMPT_PAPER = "exempt_paper"
    SAVINGS = "savings"
    ACCOUNT = "account"


class IncomeKind(StrEnum):
    """What was received, as the forms of income tell apart."""

    DIVIDEND = "dividend"
    BONUS_SHARES = "bonus_shares"
    EXEMPT_STOCK_GAIN = "exempt_stock_gain"
    EXEMPT_PAPER = "exempt_paper"
    SAVINGS = "savings"
    FUND_INCOME = "fund_income"
    JCP = "jcp"
    FIXED_INCOME = "fixed_income"
    FIXED_INCOME_ETF = "fixed_income_etf"


class Form(StrEnum):
    """Where income goes. TO_CHECK: its form is not known here."""

    EXEMPT = "rendimentos_isentos"
    EXCLUSIVE = "tributacao_exclusiva"
    TO_CHECK = "a_conferir"


@dataclass(frozen=True, slots=True)
class GoodCode:
    """Group and code of a kind of good, for years from `valid_from` on."""

    kind: GoodKind
    valid_from: date
    group: str
    code: str


@dataclass(frozen=True, slots=True)
class IncomeCode:
    """Form and code of a kind of income, for years from `valid_from` on."""

    kind: IncomeKind
    valid_from: date
    form: Form
    code: str


_FORMS_2021 = date(2021, 1, 1)
GOOD_CODES: tuple[GoodCode, ...] = (
    GoodCode(GoodKind.STOCK, _FORMS_2021, "03", "01"),
    GoodCode(GoodKind.SAVINGS, _FORMS_2021, "04", "01"),
    GoodCode(GoodKind.TAXED_PAPER, _FORMS_2021, "04", "02"),
    GoodCode(GoodKind.EXEMPT_PAPER, _FORMS_2021, "04", "03"),
    GoodCode(GoodKind.EXCHANGE, _FORMS_2021, "04", "04"),
    GoodCode(GoodKind.ACCOUNT, _FORMS_2021, "06", "01"),
    GoodCode(GoodKind.FIAGRO, _FORMS_2021, "07", "02"),
    GoodCode(GoodKind.FII, _FORMS_2021, "07", "03"),
    GoodCode(GoodKind.FIXED_INCOME_ETF, _FORMS_2021, "07", "08"),
    GoodCode(GoodKind.ETF, _FORMS_2021, "07", "09"),
)
INCOME_CODES: tuple[IncomeCode, ...] = (
    IncomeCode(IncomeKind.DIVIDEND, _FORMS_2021, Form.EXEMPT, "09"),
    IncomeCode(IncomeKind.EXEMPT_PAPER, _FORMS_2021, Form.EXEMPT, "12"),
    IncomeCode(IncomeKind.SAVINGS, _FORMS_2021, Form.EXEMPT, "12"),
    IncomeCode(IncomeKind.BONUS_SHARES, _FORMS_2021, Form.EXEMPT, "18"),
    IncomeCode(IncomeKind.EXEMPT_STOCK_GAIN, _FORMS_2021, Form.EXEMPT, "20"),
    IncomeCode(IncomeKind.FUND_INCOME, _FORMS_2021, Form.EXEMPT, "26"),
    IncomeCode(IncomeKind.FUND_INCOME, date(2022, 1, 1), Form.EXEMPT, "99"),
    IncomeCode(IncomeKind.FIXED_INCOME, _FORMS_2021, Form.EXCLUSIVE, "06"),
    IncomeCode(IncomeKind.FIXED_INCOME_ETF, _FORMS_2021, Form.EXCLUSIVE, "06"),
    IncomeCode(IncomeKind.JCP, _FORMS_2021, Form.EXCLUSIVE, "10"),
)
_GOOD_OF: Mapping[Category, GoodKind] = MappingProxyType(
    {
        Category.STOCK: GoodKind.STOCK,
        Category.ETF: GoodKind.ETF,
        Category.FIXED_INCOME_ETF: GoodKind.FIXED_INCOME_ETF,
        Category.FII: GoodKind.FII,
    }
)


@dataclass(frozen=True, slots=True)
class Owned:
    """Something owned on 31 December of both years, at cost; `None` = the cost is unknown."""

    asset: str
    kind: GoodKind
    quantity_before: Decimal
    cost_before: Decimal | None
    quantity: Decimal
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Received:
    """Income of the year: `gross` and `withheld` in reais; `payer` as it should stand in the form."""

    kind: IncomeKind
    payer: str
    day: date
    gross: Decimal
    withheld: Decimal = _ZERO


@dataclass(frozen=True, slots=True)
class GoodRow:
    """A row of "bens e direitos"."""

    group: str
    code: str
    asset: str
    quantity_before: Decimal
    cost_before: Decimal | None
    quantity: Decimal
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class IncomeRow:
    """A row of a form of income: `amount` is gross where exempt, net where taxed for good at source."""

    form: Form
    code: str
    kind: IncomeKind
    payer: str
    amount: Decimal
    withheld: Decimal


@dataclass(frozen=True, slots=True)
class VariableRow:
    """A month of "renda variavel": net results, losses carried after it, tax, credits and DARF."""

    month: date
    common: Decimal
    day_trade: Decimal
    fii: Decimal
    loss_common: Decimal
    loss_day_trade: Decimal
    loss_fii: Decimal
    tax: Decimal
    withheld: Decimal
    due: Decimal
    darf: Decimal
    due_date: date


@dataclass(frozen=True, slots=True)
class YearSummary:
    """The four tables of a calendar `year`."""

    year: int
    goods: tuple[GoodRow, ...]
    income: tuple[IncomeRow, ...]
    variable: tuple[VariableRow, ...]
    note: str = NOT_ADVICE


def owned(
    before: Mapping[str, Holding],
    after: Mapping[str, Holding],
    categories: Mapping[str, Category],
    *,
    fiagros: frozenset[str] = frozenset(),
) -> tuple[Owned, ...]:
    """The holdings of two 31 Decembers as goods. `fiagros` names funds that are Fiagro and not FII.

    What was sold short is a debt and not among them. Raises `Refused` (`category_missing`) for an asset
    without a category.
    """
    found = []
    for asset in sorted(before.keys() | after.keys()):
        old, new = (year.get(asset, Holding(asset)) for year in (before, after))
        if old.quantity > 0 or new.quantity > 0:
            kind = GoodKind.FIAGRO if asset in fiagros else _kind_of(asset, categories)
            found.append(Owned(asset, kind, *_at_cost(old), *_at_cost(new)))
    return tuple(found)


def from_outcomes(outcomes: Iterable[Outcome]) -> tuple[Received, ...]:
    """Bonus shares as income: exempt, at the value that the company declared."""
    return tuple(
        Received(IncomeKind.BONUS_SHARES, one.asset, one.day, round_half_up(one.proceeds, 2))
        for one in outcomes
        if one.kind is OutcomeKind.BONUS
    )


def year_summary(
    year: int, months: Sequence[MonthTax], goods: Iterable[Owned] = (), received: Iterable[Received] = ()
) -> YearSummary:
    """The tables of a year. Exempt gains on shares and those of fixed-income ETFs come from the ledger.

    Dividends of which something was withheld (from 2026) go to `Form.TO_CHECK`: the form of that year is
    not known here. Raises `Refused` (`tax_table_unknown`) before 2021, when the forms had other codes.
    """
    last_day = date(year, 12, 31)
    mine = [month for month in months if month.month.year == year]
    gains = [
        Received(IncomeKind.EXEMPT_STOCK_GAIN, "", one.month, one.exempt_gain)
        for one in mine
        if one.exempt_gain
    ]
    inside = [one for one in received if one.day.year == year]
    gains.extend(_kept_for_good(mine))
    return YearSummary(
        year,
        tuple(sorted((_good_row(one, last_day) for one in goods), key=lambda r: (r.group, r.code, r.asset))),
        _income_rows([*inside, *gains], last_day),
        tuple(_variable_row(month) for month in mine),
    )


def _kept_for_good(months: Iterable[MonthTax]) -> Iterator[Received]:
    for month in months:
        gain = sum((line.gain for line in month.lines if line.pool is Pool.WITHHELD), _ZERO)
        if gain > 0:
            yield Received(IncomeKind.FIXED_INCOME_ETF, "", month.month, gain, month.withheld_for_good)


def _kind_of(asset: str, categories: Mapping[str, Category]) -> GoodKind:
    if asset not in categories:
        raise Refused("category_missing", f"say what {asset} is", field=f"categories.{asset}")
    return _GOOD_OF.get(categories[asset], GoodKind.EXCHANGE)


def _at_cost(held: Holding) -> tuple[Decimal, Decimal | None]:
    if held.quantity <= 0:
        return Decimal(0), _ZERO
    return held.quantity, None if held.cost is None else round_half_up(held.cost, 2)


def _good_row(one: Owned, on: date) -> GoodRow:
    row = rows_in_force((row for row in GOOD_CODES if row.kind is one.kind), on)[0]
    values = one.quantity_before, one.cost_before, one.quantity, one.cost
    return GoodRow(row.group, row.code, one.asset, *values)


def _income_rows(received: Iterable[Received], on: date) -> tuple[IncomeRow, ...]:
    sums: defaultdict[tuple[Form, str, IncomeKind, str], list[Received]] = defaultdict(list)
    for one in received:
        row = rows_in_force((row for row in INCOME_CODES if row.kind is one.kind), on)[0]
        is_taxed_dividend = one.kind is IncomeKind.DIVIDEND and one.withheld > 0
        form, code = (Form.TO_CHECK, "") if is_taxed_dividend else (row.form, row.code)
        sums[form, code, one.kind, one.payer].append(one)
    rows = []
    with localcontext(finance_context()):
        for (form, code, kind, payer), ones in sorted(sums.items()):
            gross = sum((one.gross for one in ones), _ZERO)
            withheld = sum((one.withheld for one in ones), _ZERO)
            amount = gross - withheld if form is Form.EXCLUSIVE else gross
            rows.append(IncomeRow(form, code, kind, payer, amount, withheld))
    return tuple(rows)


def _variable_row(month: MonthTax) -> VariableRow:
    common, day_trade, fii = (month.pool(pool) for pool in (Pool.COMMON, Pool.DAY_TRADE, Pool.FII))
    return VariableRow(
        month=month.month,
        common=common.net,
        day_trade=day_trade.net,
        fii=fii.net,
        loss_common=common.losses_after,
        loss_day_trade=day_trade.losses_after,
        loss_fii=fii.losses_after,
        tax=month.tax,
        withheld=month.withheld,
        due=month.due,
        darf=month.darf,
        due_date=month.due_date,
    )
