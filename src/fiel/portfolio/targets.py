"""The tree of targets: what share of the whole each class, sub-allocation and asset should have.

A weight is a percentage **of the parent**. The children of every node sum to exactly 100, compared
with Decimal equality: 33.33 + 33.33 + 33.33 is refused and told that 0.01 is missing, because a
silent normalisation would answer a question that nobody asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext

from fiel.kernel.errors import InvalidInput

HUNDRED = Decimal(100)
DEPTH_MAX = 32
NODES_MAX = 4096
#: Wide enough to add any weights that pass the limits without rounding, so that "exactly 100" is exact.
_EXACT = Context(prec=100)


@dataclass(frozen=True, slots=True)
class Band:
    """How far a node may drift before it is out: fractions (0.05 = 5 points; 0.25 = 25 % of the weight).

    The limit is the smaller of the two that are given (the "5/25" rule gives both).
    """

    absolute: Decimal | None = None
    relative: Decimal | None = None

    def limit(self, weight: Decimal) -> Decimal | None:
        """The half-width, as a fraction, for a node whose target is `weight` (a fraction)."""
        widths = []
        if self.absolute is not None:
            widths.append(self.absolute)
        if self.relative is not None:
            widths.append(self.relative * weight)
        return min(widths) if widths else None


@dataclass(frozen=True, slots=True)
class TargetNode:
    """A node of the tree. A leaf names an `asset` or is `cash`; any other node has children.

    `weight` is in percent of the parent and `None` for the root only. `band` overrides the
    strategy's band at this node.
    """

    id: str
    weight: Decimal | None = None
    children: tuple[TargetNode, ...] = ()
    asset: str | None = None
    cash: bool = False
    band: Band | None = None
    label: str | None = None

    @property
    def is_leaf(self) -> bool:
        return self.asset is not None or self.cash

    @property
    def name(self) -> str:
        """What people call it: the label if there is one, else the id."""
        return self.label or self.id

    def walk(self) -> Iterator[TargetNode]:
        """This node and all below it, parents first, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class PlacedNode:
    """A node with its place: the path of ids from the root, its depth and its share of the whole."""

    node: TargetNode
    path: tuple[str, ...]
    depth: int
    share: Decimal
    parent: str | None

    @property
    def id(self) -> str:
        return self.node.id


def placed(root: TargetNode) -> list[PlacedNode]:
    """Every node with its path and its share of the whole (a fraction; the root's is 1), parents first."""
    result: list[PlacedNode] = []

    def visit(node: TargetNode, path: tuple[str, ...], share: Decimal, parent: str | None) -> None:
        result.append(PlacedNode(node, path, len(path) - 1, share, parent))
        for child in node.children:
            weight = child.weight if child.weight is not None else Decimal(0)
            visit(child, (*path, child.id), share * weight / HUNDRED, node.id)

    visit(root, (root.id,), Decimal(1), None)
    return result


def problems_of(root: TargetNode, known_assets: frozenset[str] | None = None) -> list[InvalidInput]:
    """Everything that is wrong with a tree, in document order; empty when it is sound.

    Checks: sums of exactly 100, no negative weight, no float, sound bands, no repeated node or
    asset, one cash leaf at most, no class without an asset below it, no unknown asset, depth and
    size limits. A sum is judged only when every child has a weight that can be added.
    """
    found: list[InvalidInput] = []
    seen_nodes: set[str] = set()
    seen_assets: set[str] = set()
    cash_leaves = 0
    for count, (node, depth) in enumerate(_with_depth(root, 0)):
        place = f"targets.{node.id}"
        if count >= NODES_MAX or depth > DEPTH_MAX:
            found.append(
                InvalidInput(
                    "tree_too_large",
                    f"the tree has more than {NODES_MAX} nodes or {DEPTH_MAX} levels",
                    field=place,
                )
            )
            return found
        if node.id in seen_nodes:
            found.append(InvalidInput("node_repeated", f"node {node.id!r} appears twice", field=place))
        seen_nodes.add(node.id)
        found.extend(_problems_of_weight(node, place, is_root=depth == 0))
        found.extend(_problems_of_band(node, place))
        if node.cash:
            cash_leaves += 1
            if cash_leaves > 1:
                found.append(
                    InvalidInput("cash_repeated", "only one leaf of the tree can be cash", field=place)
                )
        if node.asset is not None:
            if node.asset in seen_assets:
                found.append(
                    InvalidInput("asset_repeated", f"asset {node.asset} has two targets", field=place)
                )
            seen_assets.add(node.asset)
            if known_assets is not None and node.asset not in known_assets:
                found.append(
                    InvalidInput(
                        "asset_unknown",
                        f"target names asset {node.asset}, which is not among the assets; add it",
                        field=place,
                    )
                )
        found.extend(_problems_of_children(node, place))
    return found


def _with_depth(node: TargetNode, depth: int) -> Iterator[tuple[TargetNode, int]]:
    yield node, depth
    if depth > DEPTH_MAX:
        return
    for child in node.children:
        yield from _with_depth(child, depth + 1)


def _problems_of_weight(node: TargetNode, place: str, *, is_root: bool) -> list[InvalidInput]:
    if is_root:
        return []
    if node.weight is None:
        return [InvalidInput("weight_missing", "give its weight, in percent of the parent", field=place)]
    if not isinstance(_as_given(node.weight), Decimal):
        return [_not_decimal(node.weight, "weight", place)]
    if node.weight.is_nan():
        return [InvalidInput("not_a_number", "weight is not a number; give it in percent", field=place)]
    if not node.weight.is_finite() or node.weight < 0 or node.weight > HUNDRED:
        return [
            InvalidInput(
                "weight_out_of_range", f"weight {node.weight} must lie from 0 to 100 percent", field=place
            )
        ]
    return []


def _as_given(value: object) -> object:
    """The value without its declared type: dataclasses do not check what code passes to them."""
    return value


def _not_decimal(value: object, name: str, place: str) -> InvalidInput:
    if isinstance(value, float):
        return InvalidInput(
            "float_refused", f"{name} is a float; use Decimal({str(value)!r}), which is exact", field=place
        )
    return InvalidInput("decimal_required", f"{name} must be a Decimal", field=place)


def _problems_of_band(node: TargetNode, place: str) -> list[InvalidInput]:
    if node.band is None:
        return []
    found: list[InvalidInput] = []
    for name, width in (("absolute", node.band.absolute), ("relative", node.band.relative)):
        if width is None:
            continue
        where = f"{place}.band.{name}"
        if not isinstance(_as_given(width), Decimal):
            found.append(_not_decimal(width, name, where))
        elif not width.is_finite() or width < 0:
            found.append(
                InvalidInput("band_out_of_range", f"band {width} must be a number from 0 up", field=where)
            )
    return found


def _problems_of_children(node: TargetNode, place: str) -> list[InvalidInput]:
    if node.asset is not None and node.cash:
        return [InvalidInput("leaf_ambiguous", "a leaf is an asset or cash, not both", field=place)]
    if node.is_leaf:
        if node.children:
            return [InvalidInput("leaf_with_children", "a leaf cannot have children", field=place)]
        return []
    if not node.children:
        return [
            InvalidInput(
                "class_without_asset",
                f"class {node.id!r} has a target but no asset below it; add one or remove the class",
                field=place,
            )
        ]
    total = _sum_of_weights(node)
    if total is not None and total != HUNDRED:
        missing = HUNDRED - total
        word = f"{missing} is missing" if missing > 0 else f"{-missing} too much"
        return [
            InvalidInput(
                "weights_not_100",
                f"the children of {node.id!r} sum to {total}, not 100: {word}",
                field=place,
                details={"sum": str(total), "missing": str(missing)},
            )
        ]
    return []


def _sum_of_weights(node: TargetNode) -> Decimal | None:
    """The exact sum, or `None` when some weight cannot be added (it is reported by itself)."""
    weights = [child.weight for child in node.children]
    if not all(isinstance(weight, Decimal) and weight.is_finite() for weight in weights):
        return None
    with localcontext(_EXACT):
        return sum((weight for weight in weights if weight is not None), Decimal(0))
