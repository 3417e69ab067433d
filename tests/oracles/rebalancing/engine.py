"""The engine as the referee sees it: an instance in, its answer out. Only public values are named here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from fiel.portfolio.targets import Band, TargetNode
from fiel.rebalancing.engine import solve
from fiel.rebalancing.plan import Solution
from fiel.rebalancing.problem import (
    AssetLine,
    FeeSchedule,
    FeeTier,
    Metric,
    Mode,
    Objective,
    Problem,
    Strategy,
    StrategyKind,
    TaxGroup,
)
from tests.oracles.rebalancing.checker import order
from tests.oracles.rebalancing.instance import Instance, number


def answer(instance: Instance, *, node_count_max: int | None = None) -> Solution:
    """What the engine says about an instance; `node_count_max` stops its search early."""
    if node_count_max is None:
        return solve(problem_of(instance))
    return solve(problem_of(instance), node_count_max=node_count_max)


def orders_of(solution: Solution) -> list[dict[str, Any]]:
    """The engine's orders in the form that the checker reads."""
    return [order(o.asset, o.side.value, o.quantity) for o in solution.orders]


def problem_of(instance: Instance) -> Problem:
    """The instance as the engine's question, field by field: no rule is applied here."""
    strategy = instance.get("strategy") or {"type": "none"}
    return Problem(
        id=instance["id"],
        assets=tuple(_asset(a) for a in instance["assets"]),
        targets=_target(instance["targets"]),
        cash=number(instance, "cash"),
        flow=number(instance, "flow"),
        minimum_cash=number(instance, "min_cash"),
        mode=Mode(instance["mode"]),
        objective=Objective(Metric(instance["objective"]["metric"]), Decimal(instance["objective"]["kappa"])),
        strategy=Strategy(
            kind=StrategyKind(strategy["type"]),
            band=Band(_optional(strategy, "absolute"), _optional(strategy, "relative")),
        ),
        fees=_fees(instance.get("fees") or {}),
        tax_groups={id_: _tax_group(id_, g) for id_, g in (instance.get("tax_groups") or {}).items()},
        now=_moment(instance.get("now")),
        price_age_seconds_max=_optional(instance, "max_price_age_s"),
    )


def _asset(raw: Mapping[str, Any]) -> AssetLine:
    return AssetLine(
        id=raw["id"],
        price=_optional(raw, "price"),
        quantity=number(raw, "quantity"),
        lot=Decimal(raw["lot"]),
        average_cost=_optional(raw, "avg_cost"),
        tax_group=raw.get("tax_group"),
        minimum_order=number(raw, "min_order"),
        can_buy=raw.get("can_buy", True),
        can_sell=raw.get("can_sell", True),
        maximum_weight=_optional(raw, "max_weight"),
        as_of=_moment(raw.get("as_of")),
    )


def _target(raw: Mapping[str, Any]) -> TargetNode:
    return TargetNode(
        id=raw["id"],
        weight=_optional(raw, "weight"),
        children=tuple(_target(child) for child in raw.get("children", ())),
        asset=raw.get("asset"),
        cash=bool(raw.get("cash")),
    )


def _fees(raw: Mapping[str, Any]) -> FeeSchedule:
    tiers = (
        FeeTier(_optional(t, "up_to"), number(t, "fixed"), number(t, "rate")) for t in raw.get("tiers") or ()
    )
    return FeeSchedule(number(raw, "fixed"), number(raw, "rate"), tuple(tiers))


def _tax_group(id_: str, raw: Mapping[str, Any]) -> TaxGroup:
    return TaxGroup(
        id_,
        number(raw, "rate"),
        _optional(raw, "exempt_sales"),
        number(raw, "loss_carry"),
        number(raw, "sales_so_far"),
        number(raw, "gain_so_far"),
    )


def _optional(raw: Mapping[str, Any], key: str) -> Decimal | None:
    return None if raw.get(key) is None else Decimal(raw[key])


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
