"""Compiling all kernels now, into the cache beside them, so that nobody waits for it later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

from fiel.portfolio.targets import TargetNode
from fiel.rebalancing.engine import solve
from fiel.rebalancing.jit import COMPILED, will_compile
from fiel.rebalancing.model import build
from fiel.rebalancing.problem import AssetLine, FeeSchedule, Problem
from fiel.rebalancing.readiness import is_cold


def small_problem(*, costs: bool) -> Problem:
    """Two assets in whole lots, without costs one in fine lots beside them, and R$ 1,000 to invest."""
    ten, share = Decimal(10), Decimal(50 if costs else 40)
    lines = [AssetLine(name, ten, quantity) for name, quantity in (("A", ten), ("B", Decimal(3)))]
    leaves = [TargetNode(name.lower(), share, asset=name) for name in ("A", "B")]
    if not costs:
        # Lots this fine are not searched: other kernels round them.
        lines.append(AssetLine("C", Decimal(300_000), lot=Decimal("1e-8")))
        leaves.append(TargetNode("c", Decimal(20), asset="C"))
    fees = FeeSchedule(fixed=Decimal(1)) if costs else FeeSchedule()
    tree = TargetNode("all", children=tuple(leaves))
    return Problem("compiling", tuple(lines), tree, flow=Decimal(1000), fees=fees)


def _free() -> None:
    solve(small_problem(costs=False), compiled=True)


def _with_costs() -> None:
    solve(small_problem(costs=True), compiled=True)


def _fleet() -> None:
    from fiel.rebalancing.fleet import Watch, drift_scan, fleet_of_models
    from fiel.rebalancing.fleet.orders import batch_orders

    # Many are planned together only without costs, and in whole lots.
    model = build(replace(small_problem(costs=True), fees=FeeSchedule()))
    batch_orders(model, [[10.0, 3.0]], [1000.0])
    fleet = fleet_of_models([model, model])
    prices = [10.0] * len(fleet.symbols)
    drift_scan(fleet, prices)
    Watch(fleet, prices).ticks({len(prices) - 1: 11.0})


#: What is compiled apart from the others, and how: by being used once.
PARTS: Mapping[str, Callable[[], None]] = MappingProxyType(
    {"plans": _free, "plans_with_costs": _with_costs, "fleet": _fleet}
)


def cold_parts() -> tuple[str, ...]:
    """The names in `PARTS` of what no cache holds yet; none without the extra `fast`."""
    if not COMPILED:
        return ()
    from fiel.rebalancing.fleet import kernels
    from fiel.rebalancing.kernels import batch

    cold = {
        "plans": is_cold(costs=False),
        "plans_with_costs": is_cold(costs=True),
        "fleet": will_compile(batch.search_all) or will_compile(kernels.scan_rows),
    }
    return tuple(name for name in PARTS if cold[name])


def compile_part(name: str) -> None:
    """Compile a part of `PARTS`, or load it from the cache."""
    PARTS[name]()
