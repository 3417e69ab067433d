"""From wished quantities to operations, in whole numbers: limits, stages, and buys that are covered.

Quantities and prices are billionths, money is in minor units. Nothing here is a float, and no buy is
planned that custody would refuse to reserve for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from fiel.autobalance.saga.model import Operation
from fiel.custody.accounts import PRICE_SCALE, minor_step
from fiel.custody.order_events.event import Side
from fiel.custody.reservations import Fees

#: Steps of limit prices: a cent from 1.00 up, a hundredth of a cent below (as exchanges have them).
_CENT, _BELOW_ONE = 10**7, 10**5
# Names of enum members are looked up by Python code: once here, not once per order.
_BUY, _SELL = Side.BUY, Side.SELL


class Traded(NamedTuple):
    """An asset at its price: `least` is the least value of an order, in 10^-18 of the currency."""

    ticker: str
    lot: int
    price: int
    buy_limit: int
    sell_limit: int
    least: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What orders of one currency cost, and how far limits are from the price (`slippage`, a fraction)."""

    currency: str
    fees: Fees
    slippage: Decimal
    #: 10^-18 of the currency in its minor unit.
    step: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "step", minor_step(self.currency))

    def traded(self, ticker: str, lot: int, price: int, least: int) -> Traded:
        """An asset at a price. Limits are rounded outwards to the exchange's steps."""
        over, under = self.slippage.as_integer_ratio()
        step = _CENT if price >= PRICE_SCALE else _BELOW_ONE
        buy = -(-price * (under + over) // (under * step)) * step
        exact = price * (under - over)
        sell = exact // (under * step) * step or exact // under or 1
        return Traded(ticker, lot, price, buy, sell, least)

    def needs(self, limit: int, quantity: int) -> int:
        """What a buy must hold: `custody.reservations.cash_needed_by_new`, without its questions."""
        whole = -(-limit * quantity // self.step)
        return whole + self.fees.of(whole)

    def brings(self, limit: int, quantity: int) -> int:
        """What a sale brings at least: at its limit, rounded down, after fees (which may be more)."""
        gross = limit * quantity // self.step
        return gross - self.fees.of(gross)


class Sell(NamedTuple):
    """A quantity to be sold, of so much that is free, and what it brings at least."""

    asset: Traded
    quantity: int
    free: int
    brings: int


class Buy(NamedTuple):
    """A quantity to be bought, and the cash that must be held for it at its limit."""

    asset: Traded
    quantity: int
    needs: int


def operations_of(
    assets: Sequence[Traded], wished: Sequence[int], free: Sequence[int], cash: int, terms: Terms
) -> tuple[Operation, ...]:
    """The operations of one portfolio: `wished` per asset (positive to buy), what is `free` of each to be
    sold, and the `cash` that it may spend.

    Everything goes out together when the cash covers all buys at their limits; otherwise sells first, and
    what the cash and the sells (at their limits, after fees) do not cover is shared out among all orders:
    a little more is sold and a little less is bought, so that no asset ends far from its target. Orders
    below their least value are left out.
    """
    sells: list[Sell] = []
    buys: list[Buy] = []
    needed, budget = 0, cash
    for asset, quantity, most in zip(assets, wished, free, strict=True):
        if quantity > 0:
            if quantity * asset.price >= asset.least:
                needs = terms.needs(asset.buy_limit, quantity)
                buys.append(Buy(asset, quantity, needs))
                needed += needs
        elif quantity and -quantity * asset.price >= asset.least:
            brings = terms.brings(asset.sell_limit, -quantity)
            sells.append(Sell(asset, -quantity, most, brings))
            budget += brings
    if needed > cash:
        if needed > budget and sells:
            share = (needed - budget) // (len(sells) + len(buys))
            sells = [_more(sell, share, terms) for sell in sells]
            budget = cash + sum([sell.brings for sell in sells])
        if needed > budget:
            buys = covered(buys, needed - budget, terms)
            needed = sum(buy.needs for buy in buys)
    stage = 2 if sells and needed > cash else 1
    return (
        *(
            Operation(number, 1, asset.ticker, _SELL, quantity, asset.price, asset.sell_limit)
            for number, (asset, quantity, _, _) in enumerate(sells, 1)
        ),
        *(
            Operation(number, stage, asset.ticker, _BUY, quantity, asset.price, asset.buy_limit)
            for number, (asset, quantity, _) in enumerate(buys, len(sells) + 1)
        ),
    )


def _more(sell: Sell, by: int, terms: Terms) -> Sell:
    """A sale of as many whole lots more as bring at most `by` minor units, as far as there are shares."""
    asset = sell.asset
    lots = min(by * terms.step // (asset.sell_limit * asset.lot), (sell.free - sell.quantity) // asset.lot)
    if lots <= 0:
        return sell
    quantity = sell.quantity + lots * asset.lot
    return Sell(asset, quantity, sell.free, terms.brings(asset.sell_limit, quantity))


def covered(buys: Sequence[Buy], excess: int, terms: Terms) -> list[Buy]:
    """The buys, less whole lots of them, for at least `excess` minor units less; in the order they had.

    The cut is shared out in equal amounts, the largest buys first, so that no asset is left far from its
    target for all the others; in coarse lots the last ones may stay whole. An order that became less than
    its least value goes as a whole.
    """
    kept = list(buys)
    while excess > 0 and kept:
        kept.sort(key=_by_size)
        share = -(-excess // len(kept))
        left = []
        for buy in kept:
            cut = _less(buy, min(share, excess), terms) if excess > 0 else buy
            excess -= buy.needs - cut.needs
            if cut.quantity * cut.asset.price >= cut.asset.least and cut.quantity:
                left.append(cut)
            else:
                excess -= cut.needs
        kept = left
    kept.sort(key=_by_ticker)
    return kept


def _less(buy: Buy, by: int, terms: Terms) -> Buy:
    """A buy of whole lots less, which need at least `by` minor units less."""
    asset = buy.asset
    fewer = -(-by * terms.step // (asset.buy_limit * asset.lot)) * asset.lot
    quantity = max(0, buy.quantity - fewer)
    return Buy(asset, quantity, terms.needs(asset.buy_limit, quantity))


def _by_size(buy: Buy) -> tuple[int, str]:
    return (-buy.needs, buy.asset.ticker)


def _by_ticker(buy: Buy) -> str:
    return buy.asset.ticker
