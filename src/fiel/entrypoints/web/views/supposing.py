"""Targets that are only supposed: some weights given, their brothers moved in proportion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, localcontext

from fiel.copilot.plan_view.adding_up import parts_adding_up
from fiel.kernel.errors import InvalidInput, NotFound
from fiel.kernel.rounding import finance_context
from fiel.portfolio.targets import TargetNode

HUNDRED, ZERO = Decimal(100), Decimal(0)
#: As fine as a weight is kept.
FINEST = Decimal("0.0001")


def with_targets(root: TargetNode, wanted: Mapping[str, Decimal]) -> tuple[TargetNode, tuple[str, ...]]:
    """The tree with these weights, in percent of the class above, and the ids of brothers that moved.

    Raises `NotFound` (node_unknown), `InvalidInput` (weights_not_100) when those given leave no room.
    """
    unknown = sorted(wanted.keys() - {node.id for node in root.walk()})
    if unknown:
        raise NotFound("node_unknown", f"the targets have no {unknown[0]}", field=f"alvo.{unknown[0]}")
    moved: list[str] = []
    return (_with(root, wanted, moved) if wanted else root), tuple(moved)


def _with(node: TargetNode, wanted: Mapping[str, Decimal], moved: list[str]) -> TargetNode:
    children = node.children
    if any(child.id in wanted for child in children):
        children = _shared(node, wanted, moved)
    return replace(node, children=tuple(_with(child, wanted, moved) for child in children))


def _shared(node: TargetNode, wanted: Mapping[str, Decimal], moved: list[str]) -> tuple[TargetNode, ...]:
    """The children: those given as they are, the others sharing what is left in their old proportion."""
    others = [child for child in node.children if child.id not in wanted]
    with localcontext(finance_context()):
        given = sum((wanted[child.id] for child in node.children if child.id in wanted), ZERO)
        left = HUNDRED - given
        old = [child.weight or ZERO for child in others]
        total = sum(old, ZERO)
        if left < 0 or (left > 0 and not others):
            raise InvalidInput(
                "weights_not_100",
                f"the children of {node.id!r} sum to {given}, not 100",
                field=f"alvo.{next(child.id for child in node.children if child.id in wanted)}",
                details={"sum": str(given), "missing": str(left), "node": node.name},
            )
        if sum(old, ZERO) == left:
            new = old
        else:
            shares = [weight * left / total if total else left / len(old) for weight in old]
            new = parts_adding_up(shares, left, FINEST) if _is_fine(left) else _rest_last(shares, left)
    weights = {child.id: weight for child, weight in zip(others, new, strict=True)}
    moved += [child.id for child, weight in zip(others, old, strict=True) if weights[child.id] != weight]
    return tuple(
        replace(child, weight=wanted.get(child.id, weights.get(child.id))) for child in node.children
    )


def _is_fine(number: Decimal) -> bool:
    return number == number.quantize(FINEST)


def _rest_last(shares: list[Decimal], left: Decimal) -> list[Decimal]:
    """Shares cut to what is kept; the first bears what is missing, to the last digit."""
    cut = [share.quantize(FINEST) for share in shares]
    return [cut[0] + left - sum(cut, ZERO), *cut[1:]]
