"""Cover of the Fundo Garantidor de Créditos (FGC), and when a title turns into money: information only.

    R$ 250,000 per holder (CPF) and financial conglomerate; R$ 1,000,000 per holder in four years

Covered: CDB, RDB, LC, LCI, LCA, savings (`Kind.fgc_covered`); not CRI, CRA, debentures, Tesouro. Source: the
FGC's regulation as commonly told; its text was not read. Values are principal and interest on a day, gross.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from fiel.fixed_income.credit.papers import CreditPaper
from fiel.fixed_income.titles import Title, maturity_of
from fiel.kernel.calendars import BusinessCalendar
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import exact_context

GROUP_LIMIT = Decimal(250_000)
CEILING = Decimal(1_000_000)
CEILING_YEARS = 4
GROUPS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class GroupCover:
    """One conglomerate that fails alone: reais held, covered and not."""

    group: str
    value: Decimal
    covered: Decimal
    uncovered: Decimal


@dataclass(frozen=True, slots=True)
class Cover:
    """All conglomerates, largest value first. `ceiling_left`: what the four years still allow in all."""

    groups: tuple[GroupCover, ...]
    ceiling_left: Decimal
    #: Paid at most if every conglomerate failed within the four years.
    covered_if_all_fail: Decimal


def fgc_cover(holdings: Mapping[str, DecimalInput], paid_in_four_years: DecimalInput = 0) -> Cover:
    """How much of what is held per conglomerate the FGC would pay, in reais.

    `holdings`: covered titles only, by conglomerate (not by bank: banks of one group share the limit).
    `paid_in_four_years`: what the FGC already paid this holder. Raises `InvalidInput` beyond 10000 groups.

    >>> [(c.group, c.covered, c.uncovered) for c in fgc_cover({"A": "300000", "B": "10000"}).groups]
    [('A', Decimal('250000'), Decimal('50000')), ('B', Decimal('10000'), Decimal('0'))]
    """
    if len(holdings) > GROUPS_MAX:
        raise InvalidInput("too_many_groups", f"at most {GROUPS_MAX} conglomerates", field="holdings")
    exact = exact_context()
    paid = parse_decimal(paid_in_four_years, field="paid_in_four_years", minimum=0, maximum=CEILING)
    left = exact.subtract(CEILING, paid)
    groups, total = [], Decimal(0)
    for group, held in holdings.items():
        value = parse_decimal(held, field=f"holdings.{group}", minimum=0, maximum=10**15)
        covered = min(value, GROUP_LIMIT, left)
        groups.append(GroupCover(group, value, covered, exact.subtract(value, covered)))
        total = exact.add(total, covered)
    groups.sort(key=lambda cover: (-cover.value, cover.group))
    return Cover(tuple(groups), left, min(total, left))


class Access(StrEnum):
    """How money comes out before maturity: redeemed on the curve, sold at the price of a day, or not."""

    REDEMPTION = "redemption"
    MARKET = "market"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Liquidity:
    """The first day on which money can be had, and how. At maturity the payout is certain in any case."""

    access: Access
    earliest: date
    maturity: date


def liquidity(
    title: Title, on: date, calendar: BusinessCalendar, redeemable_from: date | None = None
) -> Liquidity:
    """When a title bought or held on a day gives money back.

    Federal bonds are bought back by the Tesouro on business days at the price of the day (money on the next
    one). Private credit: from `redeemable_from` on its curve when its terms say so (daily liquidity), else
    not before maturity, unless somebody buys it. All of it from the terms: nobody's promise is checked.

    A bond held on a Friday; its nominal maturity, the 1st of January, is no business day:

    >>> from fiel.fixed_income.treasury import Ltn
    >>> from fiel.kernel.calendars import anbima
    >>> found = liquidity(Ltn(date(2028, 1, 1)), date(2026, 2, 6), anbima(date(2026, 2, 6)))
    >>> found.access.value, str(found.earliest), str(found.maturity)
    ('market', '2026-02-09', '2028-01-03')
    """
    maturity = calendar.following(maturity_of(title))
    if not isinstance(title, CreditPaper):
        return Liquidity(Access.MARKET, min(calendar.next_business_day(on), maturity), maturity)
    if redeemable_from is None:
        return Liquidity(Access.NONE, maturity, maturity)
    return Liquidity(Access.REDEMPTION, min(calendar.following(max(redeemable_from, on)), maturity), maturity)
