"""A model: the tree of targets, how each asset may be traded, and when to act. As a value and as JSON.

The text is canonical (keys sorted, no spaces, plain numbers as text), so that a model is named by the
hash of its text: many portfolios follow one model, and it is stored once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any

from fiel.autobalance.reading import choice_in, flag_in, known_keys, number_in, object_in, parsed, text_in
from fiel.custody.names import read_ticker
from fiel.kernel.decimals import plain
from fiel.kernel.errors import InvalidInput, InvalidInputs
from fiel.portfolio.targets import NODES_MAX, Band, TargetNode, placed, problems_of
from fiel.rebalancing.problem import (
    AssetLine,
    Basis,
    Destination,
    FeeSchedule,
    Frequency,
    Mode,
    Problem,
    Strategy,
    StrategyKind,
)
from fiel.rebalancing.refusals import ASSETS_MAX

VERSION = 1
TEXT_MAX = 1_000_000
ID_MAX = 200
_ZERO, _ONE = Decimal(0), Decimal(1)
_FREE = FeeSchedule()
#: The finest lot: a billionth of a unit, as custody counts.
FINEST_LOT = Decimal("1e-9")


@dataclass(frozen=True, slots=True)
class AssetRules:
    """How an asset may be traded: `lot` in units, `minimum_order` in money."""

    lot: Decimal = _ONE
    can_buy: bool = True
    can_sell: bool = True
    minimum_order: Decimal = _ZERO
    kind: str = "other"


@dataclass(frozen=True)
class BalanceModel:
    """What a portfolio is to look like. `assets` holds every asset of the tree, and no other.

    Holdings that the tree does not name are left alone and do not count; an asset to be sold off is named
    with a weight of 0. `strategy` is `None` where the house's threshold is good enough. `minimum_cash` is
    money that is never spent. Make one with `balance_model` or `read_model`: those check.
    """

    tree: TargetNode
    assets: Mapping[str, AssetRules]
    mode: Mode = Mode.FULL
    strategy: Strategy | None = None
    minimum_cash: Decimal = _ZERO
    version: int = field(default=VERSION)

    @cached_property
    def text(self) -> str:
        """The canonical JSON."""
        return json.dumps(_document(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @cached_property
    def id(self) -> str:
        """`model_` and 40 hex digits of the SHA-256 of the text."""
        return model_id(self.text)

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BalanceModel) and self.text == other.text


def model_id(text: str) -> str:
    """The name of a model's canonical text."""
    return f"model_{hashlib.sha256(text.encode('utf-8')).hexdigest()[:40]}"


def balance_model(
    tree: TargetNode,
    assets: Mapping[str, AssetRules] | None = None,
    *,
    mode: Mode = Mode.FULL,
    strategy: Strategy | None = None,
    minimum_cash: Decimal = _ZERO,
    lot: Decimal = _ONE,
) -> BalanceModel:
    """A checked model; assets that `assets` does not tell of are traded in lots of `lot`.

    Raises `InvalidInput` (several: `InvalidInputs`) naming the node or asset.
    """
    named = [node.asset for node in tree.walk() if node.asset is not None]
    told = {asset: (assets or {}).get(asset, AssetRules(lot=lot)) for asset in sorted(named)}
    made = BalanceModel(tree, MappingProxyType(told), mode, strategy, minimum_cash)
    return read_model(made.text)


def read_model(text: str) -> BalanceModel:
    """The model that a text says. Raises `InvalidInput` (several: `InvalidInputs`) naming the place."""
    body = parsed(text, TEXT_MAX, "model")
    known_keys(body, {"version", "targets", "assets", "mode", "strategy", "minimumCash"}, "model")
    if body.get("version") != VERSION:
        raise InvalidInput("model_version", f"only version {VERSION} is known", field="version")
    count = [0]
    tree = _read_node(object_in(body, "targets", "model"), "targets", 0, count)
    wrong = problems_of(tree)
    if wrong:
        raise wrong[0] if len(wrong) == 1 else InvalidInputs(wrong, subject="model")
    named = sorted(node.asset for node in tree.walk() if node.asset is not None)
    given = object_in(body, "assets", "model") if "assets" in body else {}
    if len(named) > ASSETS_MAX:
        raise InvalidInput("too_many_assets", f"a model has at most {ASSETS_MAX} assets", field="targets")
    for asset in sorted(given.keys() - set(named)):
        message = f"{asset} has no place in the tree; give it one (with weight 0, to sell it off)"
        raise InvalidInput("asset_without_target", message, field=f"assets.{asset}")
    rules = {asset: _read_rules(given, asset) for asset in named}
    strategy = None if body.get("strategy") is None else read_strategy(object_in(body, "strategy", "model"))
    return BalanceModel(
        tree,
        MappingProxyType(rules),
        choice_in(body, "mode", Mode, Mode.FULL),
        strategy,
        number_in(body, "minimumCash", _ZERO, maximum=Decimal(10) ** 12, decimals=4),
    )


def problem_of(
    model: BalanceModel,
    name: str,
    quantities: Mapping[str, Decimal],
    cash: Decimal,
    prices: Mapping[str, Decimal],
    *,
    currency: str = "BRL",
    fees: FeeSchedule = _FREE,
    destination: Strategy | None = None,
    as_of: Mapping[str, datetime] = MappingProxyType({}),
) -> Problem:
    """The engine's question for a portfolio: units held and money per unit by ticker, and its free cash.

    Whether to act was decided before (`triggers.decide`), so the question is always answered with orders;
    `destination` is the strategy in force, which says where they lead to.
    An asset without a price that is neither held nor wanted takes no part.
    """
    strategy = replace(destination or model.strategy or Strategy(), kind=StrategyKind.NONE)
    wanted = {node.node.asset for node in placed(model.tree) if node.share}
    lines = []
    for ticker, rules in model.assets.items():
        price, held = prices.get(ticker), quantities.get(ticker, _ZERO)
        idle = price is None and not held and ticker not in wanted
        lines.append(
            AssetLine(
                ticker,
                _ONE if idle else price,
                held,
                rules.lot,
                minimum_order=rules.minimum_order,
                can_buy=rules.can_buy and not idle,
                can_sell=rules.can_sell,
                as_of=as_of.get(ticker),
                kind=rules.kind,
            )
        )
    return Problem(
        name,
        tuple(lines),
        model.tree,
        cash,
        minimum_cash=model.minimum_cash,
        mode=model.mode,
        strategy=strategy,
        fees=fees,
        currency=currency,
    )


def read_strategy(body: Mapping[str, Any]) -> Strategy:
    """When to act, from its JSON. Raises `InvalidInput`."""
    keys = {"kind", "band", "basis", "leavesOnly", "frequency", "destination", "tolerance"}
    known_keys(body, keys, "strategy")
    kind = choice_in(body, "kind", StrategyKind, StrategyKind.THRESHOLD)
    frequency = None if body.get("frequency") is None else choice_in(body, "frequency", Frequency, None)
    if kind in {StrategyKind.CALENDAR, StrategyKind.HYBRID} and frequency is None:
        message = f"{kind} needs how often: weekly, monthly, quarterly or yearly"
        raise InvalidInput("frequency_missing", message, field="strategy.frequency")
    return Strategy(
        kind,
        _read_band(body, "band"),
        choice_in(body, "basis", Basis, Basis.PORTFOLIO),
        flag_in(body, "leavesOnly", default=False),
        frequency,
        None,
        choice_in(body, "destination", Destination, Destination.TARGET),
        _read_band(body, "tolerance"),
    )


def strategy_document(strategy: Strategy) -> dict[str, Any]:
    """The JSON of a strategy; the day of the last rebalance is the portfolio's and not in it."""
    return {
        "kind": strategy.kind.value,
        "band": _band_document(strategy.band),
        "basis": strategy.basis.value,
        "leavesOnly": strategy.leaves_only,
        "frequency": None if strategy.frequency is None else strategy.frequency.value,
        "destination": strategy.destination.value,
        "tolerance": _band_document(strategy.tolerance),
    }


def _document(model: BalanceModel) -> dict[str, Any]:
    return {
        "version": model.version,
        "targets": _node_document(model.tree),
        "assets": {
            asset: {
                "lot": _number(rules.lot),
                "canBuy": rules.can_buy,
                "canSell": rules.can_sell,
                "minimumOrder": _number(rules.minimum_order),
                "kind": rules.kind,
            }
            for asset, rules in model.assets.items()
        },
        "mode": model.mode.value,
        "strategy": None if model.strategy is None else strategy_document(model.strategy),
        "minimumCash": _number(model.minimum_cash),
    }


def _node_document(node: TargetNode) -> dict[str, Any]:
    found: dict[str, Any] = {"id": node.id}
    if node.weight is not None:
        found["weight"] = _number(node.weight)
    if node.asset is not None:
        found["asset"] = node.asset
    if node.cash:
        found["cash"] = True
    if node.band is not None:
        found["band"] = _band_document(node.band)
    if node.label is not None:
        found["label"] = node.label
    if node.children:
        found["children"] = [_node_document(child) for child in node.children]
    return found


def _band_document(band: Band) -> dict[str, str | None]:
    pairs = (("absolute", band.absolute), ("relative", band.relative))
    return {name: None if value is None else _number(value) for name, value in pairs}


def _number(value: Decimal) -> str:
    return f"{plain(value):f}"


def _read_node(body: Mapping[str, Any], place: str, depth: int, count: list[int]) -> TargetNode:
    count[0] += 1
    if count[0] > NODES_MAX or depth > 32:
        raise InvalidInput("tree_too_large", f"at most {NODES_MAX} nodes and 32 levels", field=place)
    known_keys(body, {"id", "weight", "asset", "cash", "band", "label", "children"}, place)
    name = text_in(body, "id", place, ID_MAX)
    here = f"targets.{name}"
    below = body.get("children", [])
    if not isinstance(below, list):
        raise InvalidInput("list_expected", "children is a list", field=here)
    return TargetNode(
        name,
        None if depth == 0 else number_in(body, "weight", None, maximum=Decimal(100), decimals=12, at=here),
        tuple(_read_node(_as_object(child, here), here, depth + 1, count) for child in below),
        None if body.get("asset") is None else read_ticker(text_in(body, "asset", here, 20)),
        flag_in(body, "cash", default=False, at=here),
        None if body.get("band") is None else _read_band(body, "band", here),
        None if body.get("label") is None else text_in(body, "label", here, ID_MAX),
    )


def _as_object(value: object, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput("object_expected", "an object is expected", field=place)
    return value


def _read_rules(given: Mapping[str, Any], asset: str) -> AssetRules:
    if asset not in given:
        return AssetRules()
    place = f"assets.{asset}"
    body = object_in(given, asset, "assets")
    known_keys(body, {"lot", "canBuy", "canSell", "minimumOrder", "kind"}, place)
    lot = number_in(body, "lot", _ONE, maximum=Decimal(10) ** 9, decimals=9, at=place)
    if lot <= 0:
        raise InvalidInput("lot_not_positive", "a lot must be above zero", field=f"{place}.lot")
    return AssetRules(
        lot,
        flag_in(body, "canBuy", default=True, at=place),
        flag_in(body, "canSell", default=True, at=place),
        number_in(body, "minimumOrder", _ZERO, maximum=Decimal(10) ** 12, decimals=4, at=place),
        text_in(body, "kind", place, 40) if "kind" in body else "other",
    )


def _read_band(body: Mapping[str, Any], name: str, at: str = "strategy") -> Band:
    if body.get(name) is None:
        return Band()
    place = f"{at}.{name}"
    found = object_in(body, name, at)
    known_keys(found, {"absolute", "relative"}, place)
    widths = [
        None
        if found.get(key) is None
        else number_in(found, key, None, maximum=Decimal(100), decimals=12, at=place)
        for key in ("absolute", "relative")
    ]
    return Band(*widths)
