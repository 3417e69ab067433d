"""The model of a described portfolio: what `fiel targets` keeps, or a portfolio file says, to be balanced.

The book knows one asset where the exchange has two boards (PETR4 and PETR4F), so a line of the odd-lot
board becomes the asset of the book, in its lot.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

from fiel.autobalance.model_text import AssetRules, BalanceModel, balance_model
from fiel.copilot.own_plan.kinds import book_asset
from fiel.copilot.portfolio import Portfolio
from fiel.kernel.errors import InvalidInput, Refused
from fiel.portfolio.instruments import Kind
from fiel.portfolio.targets import TargetNode
from fiel.rebalancing.problem import AssetLine, Strategy

#: What no exchange trades.
_UNLISTED = frozenset({Kind.TREASURY.value, Kind.FIXED_INCOME.value, Kind.FUND.value})


def model_of(portfolio: Portfolio, lot: Decimal | None = None) -> BalanceModel:
    """The model; `lot` replaces the lots of all assets.

    Its strategy is the portfolio's, without the day of the last rebalance; a portfolio that names none
    leaves it to the house. Limits of weight, taxes and fees are not the model's.

    Raises `InvalidInput` naming the asset: asset_on_two_lines, asset_ignored, asset_not_listed, and what
    `balance_model` raises.
    """
    lines = {line.id: line for line in portfolio.assets}
    tree = _in_book(portfolio.targets)
    rules: dict[str, AssetRules] = {}
    for node in portfolio.targets.walk():
        if node.asset is None:
            continue
        line, name = lines[node.asset], book_asset(node.asset)
        _refuse(line, name, rules)
        rules[name] = AssetRules(
            lot or line.lot, line.can_buy, line.can_sell, line.minimum_order, str(line.kind)
        )
    strategy = replace(portfolio.strategy, last_rebalance=None)
    return balance_model(
        tree,
        rules,
        strategy=None if strategy == Strategy() else strategy,
        minimum_cash=portfolio.minimum_cash,
    )


def refuse_odd_lots(model: BalanceModel, held: Collection[str]) -> None:
    """Raises `Refused` (position_on_odd_lot) when tickers that are held are an asset of the model under
    the name of its odd-lot board: they would not be counted, and all of it would be bought again.
    """
    for ticker in sorted(held):
        asset = book_asset(ticker)
        if asset != ticker and asset in model.assets:
            raise Refused(
                "position_on_odd_lot",
                f"the account holds {ticker} apart from {asset}; they are one asset: bring them together",
                field=ticker,
                details={"ticker": ticker, "other": asset},
            )


def _in_book(node: TargetNode) -> TargetNode:
    below = tuple(_in_book(child) for child in node.children)
    return replace(node, children=below, asset=None if node.asset is None else book_asset(node.asset))


def _refuse(line: AssetLine, name: str, known: Collection[str]) -> None:
    place = f"assets.{line.id}"
    if name in known:
        message = f"{name} has two lines; keep one of the two"
        raise InvalidInput("asset_on_two_lines", message, field=place)
    if line.ignored:
        message = f"{line.id} is ignored and has a target; take one of the two away"
        raise InvalidInput("asset_ignored", message, field=place)
    if str(line.kind) in _UNLISTED and (line.can_buy or line.can_sell):
        raise InvalidInput(
            "asset_not_listed",
            f"{line.id} is not traded on an exchange; write can_buy = false and can_sell = false for it, or "
            "give it no target",
            field=place,
        )
