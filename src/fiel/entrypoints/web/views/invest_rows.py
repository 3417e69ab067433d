"""Shares before and after a plan, each adding up to exactly the whole, and the bars that show them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

from fiel.copilot.plan_view.adding_up import parts_adding_up
from fiel.kernel.rounding import finance_context
from fiel.rebalancing.plan import NodeState, Solution

ZERO, ONE = Decimal(0), Decimal(1)
#: Shares are shown in percent with one decimal: the fraction of that.
SHOWN = Decimal("0.001")
#: Bars are drawn on so many units.
SCALE = 1000


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A node of the tree, or what stands beside it (`kind`: node, untargeted, cash, costs).

    Fractions of the whole: `before` of the whole before the money came, `after` of the one with it.
    """

    id: str
    label: str
    depth: int
    kind: str
    asset: str | None
    target: Decimal
    before: Decimal
    after: Decimal
    value_before: Decimal
    value_after: Decimal
    band: Decimal | None

    @property
    def off_before(self) -> Decimal:
        """Before minus target."""
        return self.before - self.target

    @property
    def off_after(self) -> Decimal:
        """After minus target."""
        return self.after - self.target

    @property
    def is_out(self) -> bool:
        """Whether it is out of its band after the plan."""
        return self.band is not None and abs(self.off_after) > self.band


@dataclass(frozen=True, slots=True)
class Shares:
    """Every row, parents first. Those of depth 1 add up to exactly 1, before and after, as they are shown:
    to a tenth of a percent, the largest remainders rounded up."""

    rows: tuple[ShareRow, ...]

    @property
    def top(self) -> tuple[ShareRow, ...]:
        """The classes, and what stands beside them."""
        return tuple(row for row in self.rows if row.depth == 1)

    @property
    def total_after(self) -> Decimal:
        """The sum of the column, as shown."""
        return sum((row.after for row in self.top), ZERO)

    @property
    def total_before(self) -> Decimal:
        """The sum of the column, as shown; zero where there was nothing."""
        return sum((row.before for row in self.top), ZERO)

    @property
    def total_target(self) -> Decimal:
        """The sum of the targets: the whole."""
        return sum((row.target for row in self.top), ZERO)

    @classmethod
    def of(cls, solution: Solution) -> Shares:
        """The shares of a plan."""
        with localcontext(finance_context()):
            return cls(tuple(_rows(solution)))


def _rows(solution: Solution) -> list[ShareRow]:
    nodes = [node for node in solution.nodes if node.depth > 0]
    top = [node for node in nodes if node.depth == 1]
    has_cash = any(node.is_cash for node in nodes)
    held = sum((node.value_before for node in top), ZERO)
    cash_before = ZERO if has_cash else solution.cash_before
    cash_after = ZERO if has_cash else solution.residual_cash
    costs = solution.fees + solution.tax
    before = [node.value_before for node in top] + [cash_before, ZERO]
    if has_cash:
        # The tree's own cash before holds the new money already: it was not there before.
        before = [_cash_value(node, solution) for node in top] + [ZERO, ZERO]
        held = sum(before, ZERO)
    after = [node.value_after for node in top] + [cash_after, costs]
    shown_before, shown_after = _adding_up(before), _adding_up(after)
    whole_before, whole_after = held + cash_before, sum(after, ZERO)
    exact = {node.id: place for place, node in enumerate(top)}
    rows = [
        _row(node, solution, whole_before, whole_after)
        if node.id not in exact
        else _top_row(node, before[exact[node.id]], shown_before[exact[node.id]], shown_after[exact[node.id]])
        for node in nodes
    ]
    extra = (("caixa", "cash", -2, cash_before, cash_after), ("custos", "costs", -1, ZERO, costs))
    for name, kind, place, value_before, value_after in extra:
        if value_before or value_after:
            share = shown_before[place], shown_after[place]
            rows.append(ShareRow(name, "", 1, kind, None, ZERO, *share, value_before, value_after, None))
    return rows


def _cash_value(node: NodeState, solution: Solution) -> Decimal:
    """What a node was worth before the money came."""
    return node.value_before - (solution.flow if node.is_cash else ZERO)


def _adding_up(values: list[Decimal]) -> list[Decimal]:
    whole = sum(values, ZERO)
    if whole <= 0:
        return [ZERO for _ in values]
    return parts_adding_up([value / whole for value in values], ONE, SHOWN)


def _kind(node: NodeState) -> str:
    if node.is_cash:
        return "cash_node"
    return "untargeted" if node.id.startswith("untargeted:") else "node"


def _top_row(node: NodeState, value: Decimal, before: Decimal, after: Decimal) -> ShareRow:
    return ShareRow(
        node.id,
        node.label,
        node.depth,
        _kind(node),
        node.asset,
        node.target,
        before,
        after,
        value,
        node.value_after,
        node.band,
    )


def _row(node: NodeState, solution: Solution, whole_before: Decimal, whole_after: Decimal) -> ShareRow:
    value = _cash_value(node, solution)
    return ShareRow(
        node.id,
        node.label,
        node.depth,
        _kind(node),
        node.asset,
        node.target,
        value / whole_before if whole_before > 0 else ZERO,
        node.value_after / whole_after if whole_after > 0 else ZERO,
        value,
        node.value_after,
        node.band,
    )


def worst_of(shares: Shares) -> tuple[Decimal, Decimal]:
    """The largest deviation of any class or asset before and after, a fraction of the whole."""
    judged = [row for row in shares.rows if row.kind in {"node", "cash_node", "untargeted"}]
    return (
        max((abs(row.off_before) for row in judged), default=ZERO),
        max((abs(row.off_after) for row in judged), default=ZERO),
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """One row drawn: lengths of 0 to `SCALE` on one scale for all rows."""

    row: ShareRow
    before: int
    after: int
    target: int
    band_from: int
    band_to: int


def bars_of(shares: Shares) -> tuple[Bar, ...]:
    """Bars of the classes and what stands beside them, on the scale of the longest of them."""
    rows = shares.top
    longest = max((max(row.before, row.after, row.target) for row in rows), default=ZERO)
    longest = max(longest, Decimal("0.01"))
    return tuple(
        Bar(
            row,
            _length(row.before, longest),
            _length(row.after, longest),
            _length(row.target, longest),
            _length(row.target - (row.band or ZERO), longest),
            _length(row.target + (row.band or ZERO), longest),
        )
        for row in rows
    )


def _length(share: Decimal, longest: Decimal) -> int:
    return int(max(ZERO, min(share / longest, ONE)) * SCALE)
