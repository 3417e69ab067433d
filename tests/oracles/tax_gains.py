"""Oracle topics of the tax on gains: months, pools, exemption, withholding, DARF; answered by the product."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from fiel.tax.cost_basis import replay
from fiel.tax.darf import due_date, late_charges, payment
from fiel.tax.dated_rows import Category, Pool, darf_rule, fixed_income_etf_rate
from fiel.tax.monthly import Carried, MonthlyOptions, MonthTax, ledger, month_tax, offset_losses
from fiel.tax.results import MonthResults, Tally, results_by_month
from fiel.tax.trades import DayPair
from fiel.tax.withholding import withheld_of_day_trades, withheld_of_sales
from tests.oracles.case_inputs import Answer, Inputs, as_day, given, pick
from tests.oracles.tax_actions import last_average
from tests.oracles.tax_inputs import category_named, is_day_trade, money, month_given, month_of, trades_of

_MONTH = date(2026, 1, 1)
_ZERO = Decimal("0.00")
_LOSS = ("prior_loss", "loss_carried_in", "prior_losses", "carried_loss", "accumulated_loss")
_POOL_WORDS = (
    (Pool.DAY_TRADE, ("day_trade", "daytrade", "dt")),
    (Pool.FII, ("fii", "fiagro")),
    (Pool.COMMON, ("common", "swing", "stocks", "stock", "comum")),
)


def _told(month: MonthTax) -> Answer:
    """Everything a case may ask of a month."""
    pools = {pool: month.pool(pool) for pool in (Pool.COMMON, Pool.DAY_TRADE, Pool.FII)}
    answer: Answer = {
        "tax": month.tax,
        "tax_due": month.due,
        "darf": month.darf,
        "irrf": month.withheld,
        "exempt": month.is_exempt,
        "exempt_income": month.exempt_gain,
        "due_date": str(month.due_date),
        "code": month.darf_code,
        "sales": sum((line.sales for line in month.lines if not line.is_day_trade), _ZERO),
        "gain": sum((line.gain for line in month.lines if not line.is_day_trade), _ZERO),
        "day_trade_gain": sum((line.gain for line in month.lines if line.is_day_trade), _ZERO),
        "taxable": sum((line.taxable for line in pools.values()), _ZERO),
        "loss_carried": sum((line.losses_after for line in pools.values()), _ZERO),
        "credit_carried": month.credit_after,
    }
    for pool, words in _POOL_WORDS:
        for word in words:
            answer[f"tax_{word}"] = answer[f"{word}_tax"] = pools[pool].tax
            answer[f"loss_carried_{word}"] = pools[pool].losses_after
            answer[f"taxable_{word}"] = pools[pool].taxable
    for line in month.lines:
        share = _share(month, line.category, is_day_trade=line.is_day_trade)
        for word in (str(line.category), f"{line.category}s"):
            if not line.is_day_trade:
                answer[f"tax_{word}"] = share
    return answer


def _share(month: MonthTax, category: Category, *, is_day_trade: bool) -> Decimal:
    """The tax of a pool by category: in proportion to the gains in it."""
    lines = [line for line in month.lines if line.gain - line.exempt > 0]
    mine = next((one for one in lines if (one.category, one.is_day_trade) == (category, is_day_trade)), None)
    if mine is None:
        return _ZERO
    whole = sum((one.gain - one.exempt for one in lines if one.pool is mine.pool), _ZERO)
    pool = next((one for one in month.pools if one.pool is mine.pool), None)
    return pool.tax * (mine.gain - mine.exempt) / whole if pool else _ZERO


def _options(inputs: Inputs) -> MonthlyOptions:
    names = ("day_trades_count_for_limit", "count_day_trades", "day_trade_counts")
    return MonthlyOptions(day_trades_count_for_limit=bool(given(inputs, *names, otherwise=False)))


def _carried(inputs: Inputs, pool: Pool) -> Carried:
    given_losses = given(inputs, *_LOSS, "losses", otherwise="0")
    if isinstance(given_losses, Mapping):
        losses = {one: money(given_losses[w]) for one, ws in _POOL_WORDS for w in ws if w in given_losses}
        return Carried({one: abs(loss) for one, loss in losses.items()})
    return Carried({pool: abs(money(given_losses))})


def _pairs(rows: Any) -> Tally:
    """Pairs of buy value and sell value."""
    sales = sum((money(sold) for _, sold in rows), _ZERO)
    return Tally(sales, sales - sum((money(bought) for bought, _ in rows), _ZERO))


def _month_of_trades(inputs: Inputs, category: Category) -> Answer:
    history = replay(trades_of(inputs, category))
    months = ledger(results_by_month(history), _carried(inputs, _pool(category)), _options(inputs))
    answer = _told(months[-1])
    answer["average_cost"] = last_average(history)
    answer["tax"] = sum((month.tax for month in months), _ZERO)
    answer["tax_by_month"] = {f"{month.month:%Y-%m}": month.tax for month in months}
    if answer["day_trade_gain"]:
        answer["irrf_day_trade"] = sum((_kept(pair) for pair in history.day_trades), _ZERO)
    return answer


def _kept(pair: DayPair) -> Decimal:
    return withheld_of_day_trades(pair.gain, pair.day)


def _pool(category: Category) -> Pool:
    return Pool.FII if category is Category.FII else Pool.COMMON


def _monthly_stock_tax(inputs: Inputs) -> Answer:
    if any(name in inputs for name in ("operations", "trades", "ops")):
        return _month_of_trades(inputs, Category.STOCK)
    swing = {Category.STOCK: _pairs(inputs["swing"])} if "swing" in inputs else {}
    day = {Category.STOCK: _pairs(inputs["day_trades"])} if "day_trades" in inputs else {}
    if not swing and not day:
        return _category_tax({"category": "stock", **inputs})
    return _told(month_tax(MonthResults(_MONTH, swing, day), _carried(inputs, Pool.COMMON), _options(inputs)))


def _fii_tax(inputs: Inputs) -> Answer:
    if any(name in inputs for name in ("operations", "trades", "ops")):
        return _month_of_trades(inputs, Category.FII)
    return _category_tax({"category": "FII", **inputs})


def _tally(values: Mapping[str, Any], otherwise: str = "0") -> Tally:
    names = ("sales", "month_sales", "total_sales", "sale_value", "gross_sales")
    return Tally(
        money(given(values, *names, otherwise=otherwise)),
        money(pick(values, "gain", "net_gain", "result", "profit")),
    )


def _day_trade_of(name: str) -> Category:
    """Funds have no pool of day trades: they are told apart from the rest."""
    return Category.FII if "fii" in name.lower() else Category.STOCK


def _category_tax(inputs: Inputs) -> Answer:
    name = str(pick(inputs, "category", "kind", "asset_class"))
    month = month_given(inputs)
    # A gain without its sales is one above the limit: that is what a taxed example leaves out.
    tally = _tally(inputs, otherwise="1000000")
    day = is_day_trade(name) or bool(given(inputs, "day_trade", "is_day_trade", otherwise=False))
    category = _day_trade_of(name) if is_day_trade(name) else category_named(name)
    pool = Pool.FII if category is Category.FII else Pool.DAY_TRADE if day else Pool.COMMON
    table = {category: tally}
    results = MonthResults(month, {}, table) if day else MonthResults(month, table)
    return _told(month_tax(results, _carried(inputs, pool), _options(inputs)))


def _named(category: str) -> Callable[[Inputs], Answer]:
    return lambda inputs: _category_tax({"category": category, **inputs})


def _results(month: date, parts: Mapping[str, Any], irrf: Decimal = _ZERO) -> MonthResults:
    swing: dict[Category, Tally] = {}
    day: dict[Category, Tally] = {}
    for name, values in parts.items():
        if not isinstance(values, Mapping):
            continue
        if is_day_trade(name):
            day[_day_trade_of(name)] = _tally(values)
        else:
            swing[category_named(name)] = _tally(values)
    return MonthResults(month, swing, day, irrf)


def _category_separation(inputs: Inputs) -> Answer:
    parts = inputs["month"] if isinstance(inputs.get("month"), Mapping) else inputs
    carried = _carried(inputs, Pool.COMMON)
    return _told(month_tax(_results(_MONTH, parts), carried, _options(inputs)))


# Day trade


def _day_trade_darf(inputs: Inputs) -> Answer:
    gross = given(inputs, "gross_gain", otherwise=None)
    if gross is not None:
        net = money(gross) - money(given(inputs, "costs", "fees", otherwise="0"))
    else:
        net = money(pick(inputs, "net_gain", "gain", "result"))
    kept = given(inputs, "irrf", otherwise=None)
    irrf = withheld_of_day_trades(net, _MONTH) if kept is None else money(kept)
    results = MonthResults(_MONTH, {}, {Category.STOCK: Tally(_ZERO, net)}, irrf)
    month = month_tax(results, _carried(inputs, Pool.DAY_TRADE))
    return {**_told(month), "net": net, "irrf": irrf, "darf": month.due}


def _day_trade_carry(inputs: Inputs) -> Answer:
    rows = [(month_of(month), Tally(_ZERO, money(gain))) for month, gain in inputs["months"]]
    months = ledger(MonthResults(month, {}, {Category.STOCK: tally}) for month, tally in rows)
    return _year_told(months, "tax_by_month", lambda month: month.tax)


def _year_told(months: tuple[MonthTax, ...], name: str, value: Callable[[MonthTax], Decimal]) -> Answer:
    last = _told(months[-1]) if months else {}
    totals = {
        "exempt_income": sum((month.exempt_gain for month in months), _ZERO),
        "total_tax": sum((month.tax for month in months), _ZERO),
    }
    return {**last, **totals, name: {f"{month.month:%Y-%m}": value(month) for month in months}}


def _year(inputs: Inputs) -> Answer:
    months = ledger([_year_month(row) for row in inputs["months"]], None, _options(inputs))
    is_darf = "minimum" in str(inputs.get("rule", "")).lower()
    by_month = {
        "darf_by_month": {f"{month.month:%Y-%m}": month.darf for month in months},
        "tax_by_month": {f"{month.month:%Y-%m}": month.tax for month in months},
        "due_dates": {f"{month.month:%Y-%m}": str(month.due_date) for month in months},
    }
    told = _year_told(months, "tax_due", lambda month: month.darf if is_darf else month.due)
    return {**told, **by_month}


def _year_month(row: Mapping[str, Any]) -> MonthResults:
    """Flat (`sales`, `gain`, `day_trade_gain`, `fii_gain`, ...), or an object per category, or both."""
    month = month_of(str(pick(row, "m", "month", "period")))
    results = _results(month, row, money(given(row, "irrf", "withheld", otherwise="0")))
    swing, day = dict(results.swing), dict(results.day_trade)
    if "gain" in row:
        swing[Category.STOCK] = _tally(row)
    for name, value in row.items():
        if name.endswith("_gain") and not isinstance(value, Mapping):
            word = name.removesuffix("_gain")
            tally = Tally(money(row.get(f"{word}_sales", "0")), money(value))
            if is_day_trade(word):
                day[Category.STOCK] = tally
            else:
                swing[category_named(word)] = tally
    return MonthResults(month, swing, day, results.withheld)


# Withholding and DARF


def _irrf_common(inputs: Inputs) -> Answer:
    names = ("sales", "month_sales_common", "month_sales", "sales_value", "value")
    irrf = withheld_of_sales(money(pick(inputs, *names)), month_given(inputs))
    return {"irrf": irrf, "waived": irrf == 0}


def _irrf_day_trade(inputs: Inputs) -> Answer:
    results = given(inputs, "daily_results", "results", "days", otherwise=None)
    if results is None:
        results = [pick(inputs, "gain", "net_gain", "result")]
    values = [money(row[-1] if isinstance(row, list) else row) for row in results]
    return {"irrf": sum((withheld_of_day_trades(value, _MONTH) for value in values), _ZERO)}


def _loss_offset(inputs: Inputs) -> Answer:
    gain = money(pick(inputs, "gain", "net_gain", "result"))
    used, after = offset_losses(gain, abs(money(pick(inputs, *_LOSS, "loss"))))
    taxable = max(gain, _ZERO) - used
    return {"taxable": taxable, "loss_carried": after, "loss_used": used, "taxable_gain": taxable}


def _darf(inputs: Inputs) -> Answer:
    month = month_given(inputs)
    carried = money(given(inputs, "carried", "carried_in", "previous", "prior_unpaid", otherwise="0"))
    paid = payment(money(given(inputs, "amount", "tax", otherwise="0")), carried, month)
    code, due = darf_rule(month).code, str(due_date(month))
    payable = paid.amount > 0
    return {"code": code, "due_date": due, "payable": payable, "carried": paid.carried, "amount": paid.amount}


def _darf_minimum(inputs: Inputs) -> Answer:
    carried, darfs = _ZERO, {}
    for month, tax in inputs["tax_by_month"]:
        paid = payment(money(tax), carried, month_of(month))
        carried, darfs[month] = paid.carried, paid.amount
    return {"darf_by_month": darfs, "carried": carried}


def _late(inputs: Inputs) -> Answer:
    due = as_day(inputs["due_date"]) if "due_date" in inputs else due_date(month_given(inputs))
    given_rates = given(inputs, "selic_months", "selic_pct_by_month", "selic", otherwise={})
    rows = given_rates.items() if isinstance(given_rates, Mapping) else given_rates
    rates = {month_of(month): money(rate) for month, rate in rows}
    paid_on = as_day(pick(inputs, "paid_on", "payment_date"))
    charges = late_charges(money(pick(inputs, "amount", "tax")), due, paid_on, rates)
    return {
        "days_late": charges.days,
        "fine": charges.fine,
        "interest": charges.interest,
        "total": charges.total,
    }


def _etf_rate(inputs: Inputs) -> Answer:
    names = ("portfolio_average_repricing_days", "repricing_days", "average_repricing_days", "days")
    rate = fixed_income_etf_rate(int(pick(inputs, *names)), _MONTH)
    gain = money(given(inputs, "gain", otherwise="0"))
    return {"rate_pct": rate * 100, "tax": max(gain, _ZERO) * rate}


TOPICS: Mapping[str, Callable[[Inputs], Answer]] = MappingProxyType(
    {
        "monthly_stock_tax": _monthly_stock_tax,
        "stock_exemption": _monthly_stock_tax,
        "category_tax": _category_tax,
        "bdr_tax": _named("BDR"),
        "etf_tax": _named("ETF"),
        "option_tax": _named("option"),
        "options_tax": _named("option"),
        "futures_tax": _named("future"),
        "rights_tax": _named("right"),
        "subscription_rights_sale": _named("right"),
        "day_trade_tax": _named("day_trade"),
        "fii_tax": _fii_tax,
        "category_separation": _category_separation,
        "loss_separation": _category_separation,
        "day_trade_darf": _day_trade_darf,
        "day_trade_carry": _day_trade_carry,
        "year": _year,
        "irrf_common": _irrf_common,
        "irrf_waiver": _irrf_common,
        "irrf_day_trade": _irrf_day_trade,
        "loss_offset": _loss_offset,
        "darf": _darf,
        "darf_due_date": _darf,
        "darf_minimum_accumulation": _darf_minimum,
        "darf_late": _late,
        "late_darf": _late,
        "fixed_income_etf_rate": _etf_rate,
    }
)
