"""A bar of one node against its target, in terminal cells.

The target stands at the same column in every row, like the pointer of a scale: the bar shows what
share of its own target a node has. Cells are whole, so that a bar never shows more than there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from rich.text import Text

from fiel.copilot.plan_view.view import NodeRow


@dataclass(frozen=True, slots=True)
class Ink:
    """The signs of a bar; they differ without colour too."""

    held: str = "█"
    bought: str = "▓"
    sold: str = "░"
    target: str = "│"
    beyond: str = "›"


UNICODE_INK = Ink()
ASCII_INK = Ink("#", "+", "-", "|", ">")


def bar(row: NodeRow, cells: int, ink: Ink = UNICODE_INK) -> Text:
    """The bar of `row`, `cells` + 2 wide: held, bought or sold, the target's mark, `›` when it is cut."""
    at = cells * 2 // 3
    before, after = _cells(row.before, row.target, at), _cells(row.after, row.target, at)
    kept, changed = min(before, after), max(before, after)
    style_of_change, sign = ("green", ink.bought) if after > before else ("red", ink.sold)
    text = Text()
    for cell in range(cells):
        if cell == at:
            text.append(ink.target, "bold yellow")
        if cell < kept:
            text.append(ink.held, "cyan")
        elif cell < changed:
            text.append(sign, style_of_change)
        else:
            text.append(" ")
    text.append(ink.beyond if changed > cells else " ", "cyan")
    return text


def _cells(value: Decimal, target: Decimal, at: int) -> int:
    """How many cells `value` fills when `target` fills `at`; far beyond the end for a target of 0."""
    if value <= 0:
        return 0
    if target <= 0:
        return 10 * at
    return int((value / target * at).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
