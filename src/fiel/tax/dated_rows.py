"""The rules on gains of an individual who lives in Brazil, as dated rows: data here, reckoning elsewhere.

Rates are fractions, money is in reais. A row holds from `valid_from` until the next row of its kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypeVar

from fiel.kernel.errors import Refused
from fiel.portfolio.instruments import Kind


class Category(StrEnum):
    """What was sold, as far as the tax on gains cares. FII stands for Fiagro too."""

    STOCK = "stock"
    OPTION = "option"
    FORWARD = "forward"
    FUTURE = "future"
    ETF = "etf"
    BDR = "bdr"
    RIGHT = "right"
    FII = "fii"
    FIXED_INCOME_ETF = "fixed_income_etf"


class Pool(StrEnum):
    """Gains that losses of the same pool offset. WITHHELD has none: the broker keeps the tax for good."""

    COMMON = "common"
    DAY_TRADE = "day_trade"
    FII = "fii"
    WITHHELD = "withheld"


class WithheldOn(StrEnum):
    """What the 0.005 % is taken of: the sale, the day's premiums when positive, the gain, or nothing."""

    SALES = "sales"
    PREMIUMS = "premiums"
    GAIN = "gain"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """Where gains of a category go: `pool` in general, `day_trade_pool` when bought and sold in one day."""

    category: Category
    valid_from: date
    pool: Pool
    day_trade_pool: Pool
    withheld_on: WithheldOn
    source: str
    has_exemption: bool = False


@dataclass(frozen=True, slots=True)
class PoolRate:
    """`rate` (fraction) of the month's gains of a pool that losses leave."""

    pool: Pool
    valid_from: date
    rate: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Limit:
    """Gains are exempt in a month whose sales are at most `amount` (reais)."""

    valid_from: date
    amount: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class SourceWithholding:
    """What brokers keep: `common` of sales, but for `waived_up_to` a month; `day_trade` of gains."""

    valid_from: date
    common: Decimal
    waived_up_to: Decimal
    day_trade: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class DarfRule:
    """The payment: `minimum` reais; late: a fine per day up to `fine_max`, `last_month` of interest."""

    valid_from: date
    code: str
    minimum: Decimal
    fine_per_day: Decimal
    fine_max: Decimal
    last_month: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class RepricingRate:
    """`rate` (fraction) for funds whose portfolio reprices in at most `days_max` days (`None` = any)."""

    valid_from: date
    days_max: int | None
    rate: Decimal
    source: str


_SINCE_2005 = date(2005, 1, 1)
_LAW_2005 = "Lei 11.033/2004 art. 2; IN RFB 1585/2015 art. 56 to 65"
_FUNDS = "Lei 8.668/1993 art. 18 (Fiagro: Lei 14.130/2021); IN RFB 1585/2015 art. 37"


def _common(category: Category, withheld: WithheldOn, *, has_exemption: bool = False) -> CategoryRule:
    pools = Pool.COMMON, Pool.DAY_TRADE
    return CategoryRule(category, _SINCE_2005, *pools, withheld, _LAW_2005, has_exemption=has_exemption)


CATEGORY_RULES: tuple[CategoryRule, ...] = (
    _common(Category.STOCK, WithheldOn.SALES, has_exemption=True),
    _common(Category.OPTION, WithheldOn.PREMIUMS),
    _common(Category.FORWARD, WithheldOn.GAIN),
    _common(Category.FUTURE, WithheldOn.GAIN),
    _common(Category.ETF, WithheldOn.SALES),
    _common(Category.BDR, WithheldOn.SALES),
    _common(Category.RIGHT, WithheldOn.SALES),
    CategoryRule(Category.FII, _SINCE_2005, Pool.FII, Pool.FII, WithheldOn.SALES, _FUNDS),
    CategoryRule(
        Category.FIXED_INCOME_ETF,
        date(2014, 11, 14),
        Pool.WITHHELD,
        Pool.WITHHELD,
        WithheldOn.NOTHING,
        "Lei 13.043/2014 art. 2",
    ),
)
POOL_RATES: tuple[PoolRate, ...] = (
    PoolRate(Pool.COMMON, _SINCE_2005, Decimal("0.15"), "Lei 11.033/2004 art. 2 II"),
    PoolRate(Pool.DAY_TRADE, _SINCE_2005, Decimal("0.20"), "Lei 11.033/2004 art. 2 I"),
    PoolRate(Pool.FII, _SINCE_2005, Decimal("0.20"), _FUNDS),
)
STOCK_LIMITS: tuple[Limit, ...] = (
    Limit(_SINCE_2005, Decimal("20000.00"), "Lei 11.033/2004 art. 3 I; IN RFB 1585/2015 art. 59"),
)
#: Goods of small value: some hold that subscription rights fall under it instead of the exchange's rules.
SMALL_ASSET_LIMITS: tuple[Limit, ...] = (
    Limit(date(2005, 6, 14), Decimal("35000.00"), "Lei 9.250/1995 art. 22, as of Lei 11.196/2005"),
)
SOURCE_WITHHOLDINGS: tuple[SourceWithholding, ...] = (
    SourceWithholding(
        _SINCE_2005,
        Decimal("0.00005"),
        Decimal("1.00"),
        Decimal("0.01"),
        "Lei 11.033/2004 art. 2 par. 1 to 8; Lei 9.959/2000 art. 8 (day trade)",
    ),
)
DARF_RULES: tuple[DarfRule, ...] = (
    DarfRule(
        date(1997, 1, 1),
        "6015",
        Decimal("10.00"),
        Decimal("0.0033"),
        Decimal("0.20"),
        Decimal("0.01"),
        "Lei 9.430/1996 art. 61 (late) and 68 (minimum); IN RFB 1585/2015 art. 56",
    ),
)
REPRICING_RATES: tuple[RepricingRate, ...] = (
    RepricingRate(date(2014, 11, 14), 180, Decimal("0.25"), "Lei 13.043/2014 art. 2"),
    RepricingRate(date(2014, 11, 14), 720, Decimal("0.20"), "Lei 13.043/2014 art. 2"),
    RepricingRate(date(2014, 11, 14), None, Decimal("0.15"), "Lei 13.043/2014 art. 2"),
)

_BY_KIND: tuple[tuple[Kind, Category], ...] = (
    (Kind.STOCK, Category.STOCK),
    (Kind.STOCK_FRACTIONAL, Category.STOCK),
    (Kind.FII, Category.FII),
    (Kind.ETF, Category.ETF),
    (Kind.BDR, Category.BDR),
)


class _Dated(Protocol):
    @property
    def valid_from(self) -> date: ...


_Row = TypeVar("_Row", bound=_Dated)


def rows_in_force(rows: Iterable[_Row], on: date) -> tuple[_Row, ...]:
    """The rows of the newest date up to `on`. Raises `Refused` (`tax_table_unknown`) before all of them."""
    known = [row for row in rows if row.valid_from <= on]
    if not known:
        raise Refused("tax_table_unknown", f"the rules of {on} are not known here", field="on")
    newest = max(row.valid_from for row in known)
    return tuple(row for row in known if row.valid_from == newest)


def category_rule(category: Category, on: date) -> CategoryRule:
    """Where the gains of a category go on a day. Raises `Refused` before the rules that are known."""
    return rows_in_force((row for row in CATEGORY_RULES if row.category is category), on)[0]


def pool_rate(pool: Pool, on: date) -> Decimal:
    """The rate of a pool, a fraction; zero for WITHHELD, whose tax never comes to the month.

    >>> pool_rate(Pool.COMMON, date(2026, 1, 1)), pool_rate(Pool.FII, date(2026, 1, 1))
    (Decimal('0.15'), Decimal('0.20'))
    """
    if pool is Pool.WITHHELD:
        return Decimal(0)
    return rows_in_force((row for row in POOL_RATES if row.pool is pool), on)[0].rate


def stock_limit(on: date) -> Decimal:
    """The month's sales of shares up to which their gain is exempt, that amount included, in reais."""
    return rows_in_force(STOCK_LIMITS, on)[0].amount


def small_asset_limit(on: date) -> Decimal:
    """The month's sales of goods of small value up to which their gain is exempt, in reais."""
    return rows_in_force(SMALL_ASSET_LIMITS, on)[0].amount


def source_withholding(on: date) -> SourceWithholding:
    """What brokers keep back on a day."""
    return rows_in_force(SOURCE_WITHHOLDINGS, on)[0]


def darf_rule(on: date) -> DarfRule:
    """How the tax of a month is paid."""
    return rows_in_force(DARF_RULES, on)[0]


def fixed_income_etf_rate(repricing_days: int, on: date) -> Decimal:
    """The rate (fraction) on gains of a fixed-income ETF by the average repricing term of its portfolio.

    Calendar days; how long the units were held plays no part. Source: Lei 13.043/2014 art. 2.

    >>> [str(fixed_income_etf_rate(days, date(2026, 1, 1))) for days in (180, 181, 720, 721)]
    ['0.25', '0.20', '0.20', '0.15']
    """
    rows = rows_in_force(REPRICING_RATES, on)
    return next(row.rate for row in rows if row.days_max is None or repricing_days <= row.days_max)


def category_of(kind: Kind) -> Category | None:
    """The category of a kind of instrument, `None` when its gains are not taxed by the month here.

    ETF stands for a fund of shares: whether one is of fixed income its kind does not tell.
    """
    return next((category for one, category in _BY_KIND if one is kind), None)
