"""The tax on gains, month by month: exemption, losses carried, what was withheld, and the DARF.

    net of a pool  = gains of its categories - what is exempt     (losses of exempt months too, by default)
    taxable        = max(0, net - losses carried)                 losses never expire and stay in their pool
    tax of a pool  = A-2(taxable * rate)
    due            = sum of the pools - what brokers kept back    the rest serves later months of the year
    DARF           = due + what was below R$ 10.00 before, from R$ 10.00 on

Sources: Lei 11.033/2004 art. 2 and 3; IN RFB 1585/2015 art. 56 to 65; Lei 9.430/1996 art. 68. That losses
of a month under the limit are carried, and that day trades do not count for the limit, is said by brokers
and not by the law: both are switches. This is not tax advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from types import MappingProxyType

from fiel.kernel.errors import InvalidInput
from fiel.kernel.months import month_after
from fiel.kernel.rounding import finance_context, round_half_up
from fiel.tax.darf import due_date, payment
from fiel.tax.dated_rows import (
    Category,
    Pool,
    category_rule,
    darf_rule,
    pool_rate,
    small_asset_limit,
    stock_limit,
)
from fiel.tax.results import MonthResults, Tally

NOT_ADVICE = "This is a computation from public rules, not tax advice."
_ZERO = Decimal("0.00")
_POOLS = (Pool.COMMON, Pool.DAY_TRADE, Pool.FII)
_MONTHS_MAX = 1200


@dataclass(frozen=True, slots=True)
class MonthlyOptions:
    """Where sources disagree.

    `day_trades_count_for_limit`  day trades of shares count for the R$ 20,000 of the month (default: no)
    `losses_under_limit_carry`    a loss on shares in a month within the limit is carried (default: yes)
    `rights_are_small_assets`     sold subscription rights are exempt up to R$ 35,000 a month, as goods of
                                  small value (default: no, they are exchange gains)
    """

    day_trades_count_for_limit: bool = False
    losses_under_limit_carry: bool = True
    rights_are_small_assets: bool = False


@dataclass(frozen=True, slots=True)
class Carried:
    """What goes to the next month, in reais: losses by pool (positive), credits, DARF below R$ 10."""

    losses: Mapping[Pool, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    credit: Decimal = _ZERO
    unpaid: Decimal = _ZERO


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """Sales and gain of a category in the month; `exempt` is the part of the gain that pays nothing, and
    `left_out` a loss that is not carried (positive)."""

    category: Category
    is_day_trade: bool
    pool: Pool
    sales: Decimal
    gain: Decimal
    exempt: Decimal
    left_out: Decimal


@dataclass(frozen=True, slots=True)
class PoolLine:
    """One pool in the month: `net` result, losses before, used and after (positive), rate (fraction), tax."""

    pool: Pool
    net: Decimal
    losses_before: Decimal
    losses_used: Decimal
    losses_after: Decimal
    taxable: Decimal
    rate: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class MonthTax:
    """A month of the ledger, in reais. `darf` is what to pay by `due_date`; `unpaid` waits for later months.

    `stock_sales` is what counts towards `stock_limit`. `credit_lapsed` is what the year's end leaves to be
    claimed in the annual return.
    """

    month: date
    lines: tuple[CategoryLine, ...]
    pools: tuple[PoolLine, ...]
    stock_sales: Decimal
    stock_limit: Decimal
    exempt_gain: Decimal
    tax: Decimal
    withheld: Decimal
    credit_used: Decimal
    credit_after: Decimal
    credit_lapsed: Decimal
    due: Decimal
    darf_code: str
    darf: Decimal
    unpaid: Decimal
    due_date: date
    withheld_for_good: Decimal

    def pool(self, pool: Pool) -> PoolLine:
        """The line of a pool."""
        return next(line for line in self.pools if line.pool is pool)

    @property
    def is_exempt(self) -> bool:
        """Whether the month's sales of shares are within the limit."""
        return self.stock_sales <= self.stock_limit

    @property
    def carried(self) -> Carried:
        """What the next month starts with."""
        losses = MappingProxyType({line.pool: line.losses_after for line in self.pools})
        return Carried(losses, self.credit_after, self.unpaid)


def month_tax(
    results: MonthResults, carried: Carried | None = None, options: MonthlyOptions | None = None
) -> MonthTax:
    """The tax of one month after what earlier months carried. Amounts half up to the cent.

    >>> sold = MonthResults(date(2026, 1, 1), {Category.STOCK: Tally(Decimal("20000.01"), Decimal(1000))})
    >>> month_tax(sold).tax
    Decimal('150.00')
    >>> sold = MonthResults(date(2026, 1, 1), {Category.STOCK: Tally(Decimal("20000.00"), Decimal(1000))})
    >>> month_tax(sold).tax, month_tax(sold).exempt_gain
    (Decimal('0.00'), Decimal('1000.00'))
    """
    before, chosen = carried or Carried(), options or MonthlyOptions()
    if results.month.day != 1:
        raise InvalidInput("month_expected", "a month is given by its first day", field="month")
    with localcontext(finance_context()):
        lines = tuple(_lines(results, chosen))
        pools = tuple(_pool_line(pool, lines, before, results.month) for pool in _POOLS)
        return _close(results, lines, pools, before, chosen)


def ledger(
    months: Iterable[MonthResults],
    carried: Carried | None = None,
    options: MonthlyOptions | None = None,
    *,
    until: date | None = None,
) -> tuple[MonthTax, ...]:
    """Every month from the first to the last given (or to that of `until`), those without sales too.

    Credits left at the end of a year do not go into the next. Raises `InvalidInput`: `months_out_of_order`,
    `too_many_months` (a century).
    """
    before = carried or Carried()
    found: list[MonthTax] = []
    for results in _without_gaps(tuple(months), until):
        found.append(month_tax(results, before, options))
        before = found[-1].carried
    return tuple(found)


def offset_losses(net: Decimal, carried: Decimal) -> tuple[Decimal, Decimal]:
    """How much of the losses carried (positive) a net result uses, and what is carried after it; reais.

    >>> offset_losses(Decimal("3000.00"), Decimal("1500.00"))
    (Decimal('1500.00'), Decimal('0.00'))
    >>> offset_losses(Decimal("-200.00"), Decimal("1500.00"))
    (Decimal('0.00'), Decimal('1700.00'))
    """
    with localcontext(finance_context()):
        used = min(carried, max(net, _ZERO))
        return used, carried - used + max(-net, _ZERO)


def _without_gaps(months: tuple[MonthResults, ...], until: date | None) -> Iterator[MonthResults]:
    at: date | None = None
    for count, results in enumerate(months):
        if at is not None and results.month < at:
            raise InvalidInput("months_out_of_order", "give each month once, oldest first", field="months")
        if count > _MONTHS_MAX or (at and (results.month - at).days > _MONTHS_MAX * 31):
            raise InvalidInput("too_many_months", f"at most {_MONTHS_MAX} months", field="months")
        while at is not None and at < results.month:
            yield MonthResults(at)
            at = month_after(at)
        yield results
        at = month_after(results.month)
    while at is not None and until is not None and at <= until:
        yield MonthResults(at)
        at = month_after(at)


def _lines(results: MonthResults, options: MonthlyOptions) -> Iterator[CategoryLine]:
    for category in Category:
        if category in results.swing:
            yield _swing_line(category, results, options)
    for category in Category:
        if category in results.day_trade:
            tally = results.day_trade[category]
            pool = category_rule(category, results.month).day_trade_pool
            yield CategoryLine(category, True, pool, *_cents(tally), _ZERO, _ZERO)  # noqa: FBT003


def _swing_line(category: Category, results: MonthResults, options: MonthlyOptions) -> CategoryLine:
    rule = category_rule(category, results.month)
    sales, gain = _cents(results.swing[category])
    within = rule.has_exemption and _stock_sales(results, options) <= stock_limit(results.month)
    if category is Category.RIGHT and options.rights_are_small_assets:
        within = sales <= small_asset_limit(results.month)
    exempt = max(gain, _ZERO) if within else _ZERO
    is_lost = within and not options.losses_under_limit_carry
    left_out = max(-gain, _ZERO) if is_lost else _ZERO
    return CategoryLine(category, False, rule.pool, sales, gain, exempt, left_out)  # noqa: FBT003


def _stock_sales(results: MonthResults, options: MonthlyOptions) -> Decimal:
    sold = _ZERO
    tables = [results.swing, results.day_trade] if options.day_trades_count_for_limit else [results.swing]
    for table in tables:
        for category, tally in table.items():
            if category_rule(category, results.month).has_exemption:
                sold += _cents(tally)[0]
    return sold


def _pool_line(pool: Pool, lines: Iterable[CategoryLine], before: Carried, month: date) -> PoolLine:
    net = sum((line.gain - line.exempt + line.left_out for line in lines if line.pool is pool), _ZERO)
    carried = round_half_up(before.losses.get(pool, _ZERO), 2)
    used, after = offset_losses(net, carried)
    taxable = max(net, _ZERO) - used
    rate = pool_rate(pool, month)
    return PoolLine(pool, net, carried, used, after, taxable, rate, round_half_up(taxable * rate, 2))


def _close(
    results: MonthResults,
    lines: tuple[CategoryLine, ...],
    pools: tuple[PoolLine, ...],
    before: Carried,
    options: MonthlyOptions,
) -> MonthTax:
    month, rule = results.month, darf_rule(results.month)
    tax = sum((line.tax for line in pools), _ZERO)
    credit = before.credit + results.withheld
    used = min(credit, tax)
    left = credit - used
    to_pay = payment(tax - used, before.unpaid, month)
    lapsed = left if month.month == 12 else _ZERO
    return MonthTax(
        month=month,
        lines=lines,
        pools=pools,
        stock_sales=_stock_sales(results, options),
        stock_limit=stock_limit(month),
        exempt_gain=sum((line.exempt for line in lines), _ZERO),
        tax=tax,
        withheld=results.withheld,
        credit_used=used,
        credit_after=left - lapsed,
        credit_lapsed=lapsed,
        due=tax - used,
        darf_code=rule.code,
        darf=to_pay.amount,
        unpaid=to_pay.carried,
        due_date=due_date(month),
        withheld_for_good=results.withheld_for_good,
    )


def _cents(tally: Tally) -> tuple[Decimal, Decimal]:
    return round_half_up(tally.sales, 2), round_half_up(tally.gain, 2)
