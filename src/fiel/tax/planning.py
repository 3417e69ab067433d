"""What a plan of sales needs to know of the month so far: exemption left and losses, by the engine's groups.

The engine taxes groups apart (`portfolio.instruments.TAX_GROUP_FACTS`: shares, funds of shares and BDRs,
FIIs), while shares, funds of shares and BDRs share one pool of losses. Given to both, a loss would be used
twice: the whole of it goes to one group, so that a plan never shows less tax than is due.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from fiel.kernel.errors import InvalidInput
from fiel.kernel.months import first_of
from fiel.portfolio.instruments import BR_ETF_BDR, BR_FII, BR_STOCK
from fiel.tax.dated_rows import Category, Pool, stock_limit
from fiel.tax.monthly import MonthTax

_ZERO = Decimal("0.00")
_GROUPS: tuple[tuple[str, Pool, frozenset[Category]], ...] = (
    (BR_STOCK, Pool.COMMON, frozenset({Category.STOCK})),
    (BR_ETF_BDR, Pool.COMMON, frozenset({Category.ETF, Category.BDR})),
    (BR_FII, Pool.FII, frozenset({Category.FII})),
)


@dataclass(frozen=True, slots=True)
class GroupSoFar:
    """The month so far of one of the engine's groups, in reais; `loss_carry` is positive.

    The names are those of the engine's own input: `exempt_sales` is the whole limit of the month, from
    which `sales_so_far` was already used; `None` = no exemption.
    """

    group: str
    exempt_sales: Decimal | None
    loss_carry: Decimal
    sales_so_far: Decimal
    gain_so_far: Decimal


def remaining_exemption(months: Sequence[MonthTax], on: date) -> Decimal:
    """What may still be sold of shares in the month of `on` with exempt gains, in reais; never below zero.

    Zero once the limit was passed. `months`: the ledger, the month of `on` included when it has sales.

    >>> remaining_exemption((), date(2026, 3, 10))
    Decimal('20000.00')
    """
    current = _month_of(months, on)
    if current is None:
        return stock_limit(on)
    return max(current.stock_limit - current.stock_sales, _ZERO)


def losses_carried(months: Sequence[MonthTax], on: date) -> Mapping[Pool, Decimal]:
    """The losses (positive, reais) with which the month of `on` began, by pool.

    Losses of the month itself are not among them: they are in its gains so far.
    """
    current = _month_of(months, on)
    if current is not None:
        return MappingProxyType({line.pool: line.losses_before for line in current.pools})
    earlier = [month for month in months if month.month < first_of(on)]
    return earlier[-1].carried.losses if earlier else MappingProxyType({})


def groups_so_far(
    months: Sequence[MonthTax], on: date, *, common_losses_to: str = BR_STOCK
) -> Mapping[str, GroupSoFar]:
    """The values of the engine's tax groups for a plan made on a day.

    `common_losses_to`: the group that the losses of the common pool go to, whole. Raises `InvalidInput`
    (`group_unknown`) for a group that does not draw on that pool.
    """
    if common_losses_to not in (BR_STOCK, BR_ETF_BDR):
        raise InvalidInput(
            "group_unknown", f"common losses go to {BR_STOCK} or {BR_ETF_BDR}", field="common_losses_to"
        )
    losses, current = losses_carried(months, on), _month_of(months, on)
    found = {}
    for group, pool, categories in _GROUPS:
        takes = pool is not Pool.COMMON or group == common_losses_to
        carry = losses.get(pool, _ZERO) if takes else _ZERO
        exempt = stock_limit(on) if group == BR_STOCK else None
        found[group] = GroupSoFar(group, exempt, carry, *_so_far(current, categories))
    return MappingProxyType(found)


def _so_far(current: MonthTax | None, categories: frozenset[Category]) -> tuple[Decimal, Decimal]:
    lines = current.lines if current else ()
    # Day trades of funds share the pool of the funds; those of the rest have a pool of their own.
    mine = [one for one in lines if one.category in categories and one.pool is not Pool.DAY_TRADE]
    return sum((line.sales for line in mine), _ZERO), sum((line.gain for line in mine), _ZERO)


def _month_of(months: Sequence[MonthTax], on: date) -> MonthTax | None:
    return next((month for month in months if month.month == first_of(on)), None)
