"""The targets as rows to show, with what there is of each now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from fiel.copilot.portfolio import Portfolio
from fiel.kernel.rounding import finance_context
from fiel.portfolio.targets import Band, TargetNode

_ZERO = Decimal(0)
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One node. `weight` is percent of the class above, `target` and `actual` are fractions of the whole.

    `value` in reais. Both `value` and `actual` are `None` where a price is missing: of the node, or of
    anything in the whole.
    """

    id: str
    label: str
    depth: int
    asset: str | None
    is_cash: bool
    weight: Decimal
    target: Decimal
    value: Decimal | None
    actual: Decimal | None
    band: Band | None


@dataclass(frozen=True, slots=True)
class TargetTree:
    """Every node in the order of the text. `whole` in reais: what is held, and cash that has a target."""

    rows: tuple[TargetRow, ...]
    whole: Decimal | None
    missing: tuple[str, ...]


def target_tree(portfolio: Portfolio) -> TargetTree:
    """The tree of a priced portfolio; lines without a price are named in `missing`."""
    lines = [line for line in portfolio.assets if not line.ignored]
    # What is not held is worth nothing at any price.
    values = {
        line.id: _ZERO if not line.quantity else None if line.price is None else line.price * line.quantity
        for line in lines
    }
    has_cash = any(node.cash for node in portfolio.targets.walk())
    cash = portfolio.cash if has_cash else _ZERO
    with localcontext(finance_context()):
        whole = _sum([*values.values(), cash])
        rows = tuple(_rows(portfolio.targets, values, cash, whole, Decimal(1), 0))
    return TargetTree(rows, whole, tuple(sorted(name for name, value in values.items() if value is None)))


def _rows(
    node: TargetNode,
    values: Mapping[str, Decimal | None],
    cash: Decimal,
    whole: Decimal | None,
    share: Decimal,
    depth: int,
) -> Iterator[TargetRow]:
    for child in node.children:
        weight = child.weight or _ZERO
        target = share * weight / _HUNDRED
        value = _sum(
            cash if leaf.cash else values.get(leaf.asset or "", _ZERO)
            for leaf in child.walk()
            if leaf.is_leaf
        )
        actual = value / whole if whole and value is not None else None
        yield TargetRow(
            child.id, child.name, depth, child.asset, child.cash, weight, target, value, actual, child.band
        )
        yield from _rows(child, values, cash, whole, target, depth + 1)


def _sum(values: Iterator[Decimal | None] | list[Decimal | None]) -> Decimal | None:
    total = _ZERO
    for value in values:
        if value is None:
            return None
        total += value
    return total
