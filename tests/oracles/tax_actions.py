"""Oracle topics of average cost and corporate actions, answered by the product."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from fiel.portfolio.corporate_actions import (
    Action,
    Amortisation,
    Bonus,
    FractionAuction,
    Merger,
    OutcomeKind,
    RightsExercised,
    SpinOff,
    Split,
    apply_action,
)
from fiel.portfolio.holdings import Holding
from fiel.tax.cost_basis import History, Realised, holdings_on, replay
from fiel.tax.fifo import fifo_lots
from fiel.tax.monthly import offset_losses
from tests.oracles.case_inputs import Answer, Inputs, as_day, given, pick
from tests.oracles.tax_inputs import money, month_of, trades_of

_DAY = date(2026, 1, 5)
_ASSET = "ASSET"


def _held(inputs: Inputs) -> Holding:
    quantity = money(pick(inputs, "quantity", "shares", "units"))
    total = given(inputs, "total_cost", "cost", otherwise=None)
    average = given(inputs, "average_cost", "average_price", otherwise=None)
    cost = money(total) if total is not None else quantity * money(average if average is not None else 0)
    return Holding(_ASSET, quantity, cost)


def _told(held: Holding) -> Answer:
    average = held.average_cost or Decimal(0)
    return {
        **dict.fromkeys(("quantity", "new_quantity", "remaining_quantity"), held.quantity),
        **dict.fromkeys(("total_cost", "cost", "remaining_cost"), held.cost),
        **dict.fromkeys(("average_cost", "new_average_cost", "average_price"), average),
        "fraction": held.fraction,
        "fraction_cost": held.fraction_cost,
    }


def _done(inputs: Inputs, action: Action) -> Answer:
    applied = apply_action({_ASSET: _held(inputs)}, action)
    answer = _told(next(one for one in applied.changed if one.asset == _ASSET))
    gains = [one for one in applied.outcomes if one.kind is OutcomeKind.GAIN]
    gain = sum((one.proceeds - (one.cost or 0) for one in gains), Decimal(0))
    income = sum((one.proceeds for one in applied.outcomes if one.kind is OutcomeKind.BONUS), Decimal(0))
    answer |= dict.fromkeys(("gain", "excess", "taxable_gain", "excess_gain"), gain)
    answer |= dict.fromkeys(("exempt_income", "declared_income"), income)
    for one in applied.changed:
        if one.asset != _ASSET:
            told = _told(one)
            answer |= {f"new_asset_{name}": value for name, value in told.items()}
            answer |= {
                f"new_{name}": told[name] for name in ("quantity", "cost", "total_cost", "average_cost")
            }
    return answer


def _ratio(inputs: Inputs) -> tuple[Decimal, Decimal]:
    """New units for old ones: "1:4", factors, the new quantity, or the units that came on top."""
    quantity = money(pick(inputs, "quantity", "shares", "units"))
    after = given(inputs, "new_quantity", "quantity_after", otherwise=None)
    added = given(inputs, "new_shares", "added_shares", otherwise=None)
    if after is not None:
        return money(after), quantity
    if added is not None:
        return quantity + money(added), quantity
    ratio = given(inputs, "ratio", "split_ratio", "proportion", otherwise=None)
    if isinstance(ratio, str) and (":" in ratio or "/" in ratio):
        old, new = ratio.replace("/", ":").split(":")
        return money(new), money(old)
    if "new_per_old" in inputs or "factor" in inputs or ratio is not None:
        return money(ratio if ratio is not None else pick(inputs, "new_per_old", "factor")), Decimal(1)
    if "old_per_new" in inputs:
        return Decimal(1), money(inputs["old_per_new"])
    return money(pick(inputs, "new", "to")), money(pick(inputs, "old", "from"))


def _split(inputs: Inputs) -> Answer:
    new, old = _ratio(inputs)
    return _done(inputs, Split("a", _DAY, _ASSET, new, old))


def _bonus(inputs: Inputs) -> Answer:
    percent = given(inputs, "bonus_pct", "percent", "pct", otherwise=None)
    if percent is None:
        percent = money(pick(inputs, "bonus_ratio", "ratio", "new_per_old")) * 100
    declared = money(pick(inputs, "declared_cost", "declared_value", "cost_per_share", "unit_cost"))
    return _done(inputs, Bonus("a", _DAY, _ASSET, money(percent), declared))


def _amortization(inputs: Inputs) -> Answer:
    per_unit = given(inputs, "amortization_per_unit", "amortisation_per_unit", "per_unit", otherwise=None)
    if per_unit is None:
        total = money(pick(inputs, "amortization", "amortization_total", "amount", "total"))
        per_unit = total / money(inputs["quantity"])
    return _done(inputs, Amortisation("a", _DAY, _ASSET, money(per_unit)))


def _spin_off(inputs: Inputs) -> Answer:
    cost = money(pick(inputs, "cost_pct", "cost_percent", "proportion_pct", "cost_pct_new"))
    units = given(inputs, "new_pct", "percent", otherwise=None)
    if units is None:
        units = money(given(inputs, "ratio", "new_per_old", otherwise=1)) * 100
    return _done(inputs, SpinOff("a", _DAY, _ASSET, "NEW", money(units), cost))


def _merger(inputs: Inputs) -> Answer:
    new, old = _ratio(inputs)
    return _done(inputs, Merger("a", _DAY, _ASSET, "NEW", new, old))


def _subscription(inputs: Inputs) -> Answer:
    """Shares held and rights exercised at a price, as one position after the receipts were converted."""
    held = _held(inputs)
    count = money(pick(inputs, "subscribed", "subscribed_quantity", "rights", "exercised"))
    price = money(pick(inputs, "subscription_price", "price"))
    rights = Holding("RIGHT", count, money(given(inputs, "rights_cost", otherwise=0)))
    book = {_ASSET: held, "RIGHT": rights}
    applied = apply_action(book, RightsExercised("a", _DAY, "RIGHT", _ASSET, count, price))
    return _told(applied.changed[-1])


def _fraction_auction(inputs: Inputs) -> Answer:
    fraction = money(pick(inputs, "fraction", "quantity"))
    cost = money(given(inputs, "fraction_cost", "cost", otherwise=0))
    held = Holding(_ASSET, fraction=fraction, fraction_cost=cost)
    action = FractionAuction("a", _DAY, _ASSET, money(pick(inputs, "proceeds", "amount")))
    sold = apply_action({_ASSET: held}, action).outcomes[0]
    return {"gain": sold.proceeds - (sold.cost or 0), "cost": sold.cost}


# Trades


def sale_average(sale: Realised) -> Decimal:
    """The average at which a sale took its cost."""
    return (sale.cost or Decimal(0)) / sale.quantity


def last_average(history: History) -> Decimal | None:
    """The average of what is held, or else that of the last sale."""
    held = [one.average_cost for one in history.holdings.values() if one.quantity]
    if held:
        return held[-1]
    return sale_average(history.sales[-1]) if history.sales else None


def _average_cost(inputs: Inputs) -> Answer:
    trades = trades_of(inputs)
    history = replay(trades)
    expected_days = sorted({trade.day for trade in trades})
    first, last = expected_days[0], expected_days[-1]
    days = [date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 32)]
    # Every day of the span: a case asks for some of them.
    on = {str(day): _average_on(trades, day) for day in days} if len(days) < 2000 else {}
    return {**_history(history), "average_cost_on": on}


def _average_on(trades: list[Any], day: date) -> Decimal | None:
    held = [one for one in holdings_on(trades, (), day).values() if one.quantity]
    return held[-1].average_cost if held else None


def _history(history: History) -> Answer:
    held = [one for one in history.holdings.values() if one.quantity]
    left = held[-1] if held else Holding(_ASSET)
    gain = sum((sale.gain for sale in history.sales), Decimal(0))
    answer = {**_told(left), "average_cost": last_average(history), "gain": gain}
    answer["gains"] = [sale.gain for sale in history.sales]
    answer["sales"] = [
        {
            "quantity": sale.quantity,
            "average_cost": sale_average(sale),
            "cost": sale.cost,
            "proceeds": sale.proceeds,
            "value": sale.proceeds,
            "gain": sale.gain,
        }
        for sale in history.sales
    ]
    return answer


def _average_cost_with_fees(inputs: Inputs) -> Answer:
    return _history(replay(trades_of(inputs)))


def _monthly_sales(inputs: Inputs) -> Answer:
    month = month_of(inputs["month"])
    history = replay(trades_of(inputs))
    inside = tuple(one for one in history.sales if one.day.replace(day=1) == month)
    value = sum((one.sale_value for one in inside), Decimal(0))
    return {**_history(History(inside, holdings=history.holdings)), "total_sales": value}


def _parametric(inputs: Inputs) -> Answer:
    """A rate and an exemption per sale that are the case's own: the engine's averages and loss pool."""
    rate = money(given(inputs, "rate_pct", otherwise="20")) / 100
    limit = money(given(inputs, "exempt_sale_value_up_to", "exempt_up_to", "limit", otherwise="20000"))
    trades = trades_of(inputs)
    sales = {sale.id: sale for sale in replay(trades).sales}
    carried, taxes = Decimal(0), []
    for trade in trades:
        sale = sales.get(trade.id)
        taxable = Decimal(0)
        if sale is not None and (sale.gain < 0 or sale.sale_value > limit):
            used, carried = offset_losses(sale.gain, carried)
            taxable = max(sale.gain, Decimal(0)) - used
        taxes.append(taxable * rate)
    return {"tax": taxes, "taxes": taxes, "total_tax": sum(taxes), "loss_carried": carried}


def _fifo(inputs: Inputs) -> Answer:
    lots = fifo_lots(trades_of(inputs))
    left = [lot for held in lots.held.values() for lot in held]
    return {
        "gain": sum((sale.gain or Decimal(0) for sale in lots.sales), Decimal(0)),
        "remaining_quantity": sum((lot.quantity for lot in left), Decimal(0)),
        "remaining_cost": sum((lot.cost or Decimal(0) for lot in left), Decimal(0)),
        "lots": [{"date": str(lot.day), "quantity": lot.quantity, "cost": lot.cost} for lot in left],
    }


def _average_on_dates(inputs: Inputs) -> Answer:
    trades = trades_of(inputs)
    days = [str(day) for day in given(inputs, "dates", "on", otherwise=[])]
    return {"average_cost_on": {day: _average_on(trades, as_day(day)) for day in days}}


def _average(inputs: Inputs) -> Answer:
    answer = _average_cost(inputs)
    asked = _average_on_dates(inputs)["average_cost_on"]
    return {**answer, "average_cost_on": {**answer["average_cost_on"], **asked}}


TOPICS: Mapping[str, Callable[[Inputs], Answer]] = MappingProxyType(
    {
        "average_cost": _average,
        "average_cost_with_fees": _average_cost_with_fees,
        "average_cost_engine_parametric": _parametric,
        "monthly_sales": _monthly_sales,
        "fifo": _fifo,
        "fifo_lots": _fifo,
        "split": _split,
        "reverse_split": _split,
        "grouping": _split,
        "bonus_shares": _bonus,
        "amortization": _amortization,
        "amortisation": _amortization,
        "capital_return": _amortization,
        "spin_off": _spin_off,
        "merger": _merger,
        "subscription": _subscription,
        "subscription_exercise": _subscription,
        "fraction_auction": _fraction_auction,
    }
)
