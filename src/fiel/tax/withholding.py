"""What brokers keep back of sales and day trades, to be deducted from the month's tax.

0.005 % of sales by broker and month, waived when that is R$ 1.00 or less; 1 % of each day's net result of
day trades at a broker when it is above zero. Source: Lei 11.033/2004 art. 2 par. 1 to 8; Lei 9.959/2000
art. 8. The law adds up the sales of one person; each broker can only see its own, so the waiver is taken by
broker. Half up to the cent; where a note or an annual statement tells the amount, that one counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, localcontext

from fiel.kernel.months import first_of
from fiel.kernel.rounding import finance_context, round_half_up
from fiel.tax.cost_basis import History, Realised
from fiel.tax.dated_rows import Pool, WithheldOn, category_rule, source_withholding
from fiel.tax.trades import DayPair

_ZERO = Decimal("0.00")
_ByBroker = defaultdict[tuple[date, str], Decimal]


def withheld_of_sales(base: Decimal, on: date) -> Decimal:
    """0.005 % of what one broker saw sold in a month (reais), nothing when that is R$ 1.00 or less.

    >>> withheld_of_sales(Decimal("100000.00"), date(2026, 1, 1)), withheld_of_sales(Decimal(20000), date.max)
    (Decimal('5.00'), Decimal('0.00'))
    """
    rule = source_withholding(on)
    with localcontext(finance_context()):
        amount = round_half_up(max(base, _ZERO) * rule.common, 2)
    return amount if amount > rule.waived_up_to else _ZERO


def withheld_of_day_trades(result: Decimal, on: date) -> Decimal:
    """1 % of the net result (reais) of one day's day trades at one broker; nothing of a loss.

    >>> withheld_of_day_trades(Decimal("2587.00"), date(2026, 1, 1))
    Decimal('25.87')
    """
    with localcontext(finance_context()):
        return round_half_up(max(result, _ZERO) * source_withholding(on).day_trade, 2)


def withheld_by_month(history: History) -> Mapping[date, Decimal]:
    """What brokers should have kept back, by the month's first day: to check against their statements."""
    months: defaultdict[date, Decimal] = defaultdict(lambda: _ZERO)
    with localcontext(finance_context()):
        for (month, _), base in _common_bases(history).items():
            months[month] += withheld_of_sales(base, month)
        for (day, _), result in _day_results(history).items():
            months[first_of(day)] += withheld_of_day_trades(result, day)
    return dict(sorted(months.items()))


def _common_bases(history: History) -> _ByBroker:
    bases: _ByBroker = defaultdict(lambda: _ZERO)
    for sale in history.sales:
        bases[first_of(sale.day), sale.broker] += _base(sale)
    for pair in history.day_trades:
        if _is_fund(pair):
            bases[first_of(pair.day), pair.broker] += pair.sold
    for (day, broker), amount in _premiums(history).items():
        bases[first_of(day), broker] += max(amount, _ZERO)
    return bases


def _base(sale: Realised) -> Decimal:
    kind = category_rule(sale.category, sale.day).withheld_on
    if kind is WithheldOn.SALES:
        return sale.sale_value
    return max(sale.gain, _ZERO) if kind is WithheldOn.GAIN else _ZERO


def _premiums(history: History) -> _ByBroker:
    days: _ByBroker = defaultdict(lambda: _ZERO)
    for premium in history.premiums:
        days[premium.day, premium.broker] += premium.amount
    return days


def _day_results(history: History) -> _ByBroker:
    days: _ByBroker = defaultdict(lambda: _ZERO)
    for pair in history.day_trades:
        if category_rule(pair.category, pair.day).day_trade_pool is Pool.DAY_TRADE:
            days[pair.day, pair.broker] += pair.gain
    return days


def _is_fund(pair: DayPair) -> bool:
    return category_rule(pair.category, pair.day).day_trade_pool is Pool.FII
