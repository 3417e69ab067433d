"""Writing a problem as `rebalancing-instance/1`: reading it back gives the same problem.

What stands at its default is left out, and numbers are plain decimal text without an exponent.
"""

from __future__ import annotations

from decimal import Decimal

from fiel.copilot.files.instance import SCHEMA
from fiel.portfolio.targets import Band, TargetNode
from fiel.rebalancing.problem import AssetLine, FeeSchedule, Objective, Problem, Strategy, TaxGroup

JsonObject = dict[str, object]


def write_instance(problem: Problem) -> JsonObject:
    """The problem as an object ready for `json.dump`."""
    document: JsonObject = {
        "schema": SCHEMA,
        "id": problem.id,
        "mode": str(problem.mode),
        "currency": problem.currency,
        "cash": _text(problem.cash),
        "flow": _text(problem.flow),
        "min_cash": _text(problem.minimum_cash),
        "assets": [_asset(asset) for asset in problem.assets],
        "targets": _node(problem.targets),
        "objective": _objective(problem.objective),
        "strategy": _strategy(problem.strategy),
        "fees": _fees(problem.fees),
        "tax_groups": {key: _tax_group(group) for key, group in problem.tax_groups.items()},
        "now": problem.now.isoformat() if problem.now else None,
        "max_price_age_s": _text(problem.price_age_seconds_max),
    }
    return _present(document)


def _present(table: JsonObject) -> JsonObject:
    return {key: value for key, value in table.items() if value is not None}


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def _asset(asset: AssetLine) -> JsonObject:
    return _present(
        {
            "id": asset.id,
            "name": asset.name,
            "kind": asset.kind,
            "price": _text(asset.price),
            "as_of": asset.as_of.isoformat() if asset.as_of else None,
            "source": asset.source,
            "quantity": _text(asset.quantity),
            "lot": _text(asset.lot),
            "avg_cost": _text(asset.average_cost),
            "tax_group": asset.tax_group,
            "min_order": _text(asset.minimum_order),
            "can_buy": None if asset.can_buy else False,
            "can_sell": None if asset.can_sell else False,
            "max_weight": _text(asset.maximum_weight),
            "ignored": asset.ignored or None,
        }
    )


def _node(node: TargetNode) -> JsonObject:
    return _present(
        {
            "id": node.id,
            "label": node.label,
            "weight": _text(node.weight),
            "asset": node.asset,
            "cash": node.cash or None,
            "band": None if node.band is None else _band(node.band),
            "children": [_node(child) for child in node.children] or None,
        }
    )


def _band(band: Band) -> JsonObject:
    return _present({"absolute": _text(band.absolute), "relative": _text(band.relative)})


def _objective(objective: Objective) -> JsonObject:
    return _present(
        {
            "metric": str(objective.metric),
            "kappa": _text(objective.kappa),
            "level_multipliers": [_text(number) for number in objective.level_multipliers] or None,
        }
    )


def _strategy(strategy: Strategy) -> JsonObject:
    day = strategy.last_rebalance
    return _present(
        {
            "type": str(strategy.kind),
            **_band(strategy.band),
            "basis": str(strategy.basis),
            "leaves_only": strategy.leaves_only or None,
            "frequency": str(strategy.frequency) if strategy.frequency else None,
            "last_rebalance": day.isoformat() if day else None,
            "destination": str(strategy.destination),
            "tolerance": _band(strategy.tolerance) or None,
        }
    )


def _fees(fees: FeeSchedule) -> JsonObject:
    tiers = [
        _present({"up_to": _text(tier.up_to), "fixed": _text(tier.fixed), "rate": _text(tier.rate)})
        for tier in fees.tiers
    ]
    return _present({"fixed": _text(fees.fixed), "rate": _text(fees.rate), "tiers": tiers or None})


def _tax_group(group: TaxGroup) -> JsonObject:
    return _present(
        {
            "rate": _text(group.rate),
            "exempt_sales": _text(group.exempt_sales),
            "loss_carry": _text(group.loss_carry),
            "sales_so_far": _text(group.sales_so_far),
            "gain_so_far": _text(group.gain_so_far),
        }
    )
