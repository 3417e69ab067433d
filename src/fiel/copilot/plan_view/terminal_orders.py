"""The orders of a plan for the terminal: a table, each order with its reason, and the long explanation."""

from __future__ import annotations

from decimal import Decimal

from rich.console import Group, RenderableType
from rich.constrain import Constrain
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view import sentences
from fiel.copilot.plan_view.view import OrderRow, PlanView
from fiel.copilot.plan_view.words import Words
from fiel.rebalancing.plan import Side

_GAP = 2
_ASSET_WIDTH_MIN = 8
_LOTS, _FEE = 3, -1
_SIDE_STYLE = {Side.BUY: "bold green", Side.SELL: "bold red"}
_BP2 = sentences.BASIS_POINTS * sentences.BASIS_POINTS


def orders_block(view: PlanView, words: Words, width: int) -> RenderableType:
    """Header, one line per order with its name and reason below, and the total."""
    cells = [_cells(row, words) for row in view.orders]
    header = [words(key) for key in ("side", "asset", "quantity", "lots")]
    header += [f"{words(key)} {words.sign(view.currency)}" for key in ("price", "value", "fee")]
    total = ["", words("total"), "", "", "", *_totals(view, words)]
    header, total, *cells = _fitting([header, total, *cells], width, has_fees=view.has_fees)
    widths = _widths([header, total, *cells])
    widths[1] = max(_ASSET_WIDTH_MIN, min(widths[1], widths[1] + width - _needed(widths)))
    blocks: list[RenderableType] = [_line(header, widths, "dim", "dim")]
    for row, line in zip(view.orders, cells, strict=True):
        blocks.append(_line(line, widths, "", _SIDE_STYLE[row.side]))
        blocks.append(Padding(Text(_below(row, view, words), "dim"), (0, 0, 0, 2 + widths[0] + _GAP)))
    if len({row.side for row in view.orders}) == 1 < len(view.orders):
        blocks.append(_line(total, widths, "bold", "bold"))
    return Group(*blocks)


def _widths(lines: list[list[str]]) -> list[int]:
    return [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]


def _needed(widths: list[int]) -> int:
    return 2 + sum(widths) + _GAP * (len(widths) - 1)


def _fitting(lines: list[list[str]], width: int, *, has_fees: bool) -> list[list[str]]:
    """Without fees there is no column for them; on a narrow screen lots, then fees, are left out."""
    if not has_fees:
        lines = _without_column(lines, _FEE)
    for column in (_LOTS, _FEE) if has_fees else (_LOTS,):
        widths = _widths(lines)
        if _needed(widths) - widths[1] + _ASSET_WIDTH_MIN > width:
            lines = _without_column(lines, column)
    return lines


def _without_column(lines: list[list[str]], column: int) -> list[list[str]]:
    return [[cell for i, cell in enumerate(line) if i != column % len(line)] for line in lines]


def _cells(row: OrderRow, words: Words) -> list[str]:
    return [
        words(row.side),
        row.asset,
        words.quantity(row.quantity),
        f"{words.quantity(row.lots)}×{words.quantity(row.lot)}",
        words.price(row.price) + row.mark,
        words.amount(row.value),
        words.amount(row.fee),
    ]


def _totals(view: PlanView, words: Words) -> list[str]:
    """Value and fee of all orders together; shown when all are on one side, as sums across make no sense."""
    return [words.amount(view.money.buys + view.money.sells), words.amount(view.money.fees)]


def _below(row: OrderRow, view: PlanView, words: Words) -> str:
    name = [row.name] if row.name != row.asset else []
    return " · ".join([*name, *filter(None, [sentences.why(row, view, words)])])


def _line(cells: list[str], widths: list[int], style: str, side_style: str) -> Table:
    grid = Table.grid(padding=(0, _GAP, 0, 0))
    for i, width in enumerate(widths):
        grid.add_column(width=width, justify="left" if i < 2 else "right", no_wrap=True, overflow="ellipsis")
    texts = [Text(cell, side_style if i == 0 else style) for i, cell in enumerate(cells)]
    grid.add_row(*texts)
    return _indented(grid)


def _indented(block: RenderableType) -> Table:
    outer = Table.grid()
    outer.add_column(width=2)
    outer.add_column()
    outer.add_row("", block)
    return outer


def explained_orders(view: PlanView, words: Words, width: int) -> RenderableType:
    """For every order: what is missing at each level before and after, its marginal gain, life without it."""
    blocks: list[RenderableType] = []
    for row in view.orders:
        if row.reason is not None:
            blocks += [_explained(row, view, words), ""]
    solution = view.solution
    objective = words("explain_objective", objective=words.decimals(solution.objective * _BP2, 4))
    blocks.append(Padding(Text(f"{words('explain_sign')} · {objective}", "dim"), (0, 0, 0, 2)))
    return Constrain(Group(*blocks), width)


def _explained(row: OrderRow, view: PlanView, words: Words) -> RenderableType:
    if row.reason is None:
        return ""
    quantity, value = words.quantity(row.quantity), words.money(row.value, view.currency)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column(words("explain_level"), min_width=28, no_wrap=True, overflow="ellipsis")
    table.add_column(words("explain_before"), justify="right")
    table.add_column(words("explain_after"), justify="right")
    for level in row.reason.deficits:
        label = sentences.node_name(level.node, view, words)
        before, after = (words.money(amount, view.currency) for amount in (level.before, level.after))
        table.add_row(Text(label), before, after)
    title = Text.assemble(
        "  ", (words(row.side), _SIDE_STYLE[row.side]), f" {row.asset}: {quantity}, {value}"
    )
    notes = f"{_marginal(row.reason.gain_per_real, view, words)}; {_without(row, view, words)}"
    return Group(title, Padding(table, (0, 0, 0, 4)), Padding(Text(notes), (0, 0, 0, 4)))


def _marginal(gain_per_real: Decimal, view: PlanView, words: Words) -> str:
    hundred = Decimal(100)
    gain = words.decimals(gain_per_real * hundred * _BP2, 4)
    return words("explain_gain", gain=gain, money=words.money(hundred, view.currency))


def _without(row: OrderRow, view: PlanView, words: Words) -> str:
    rise = row.reason.objective_without if row.reason else None
    if rise is None:
        return words("explain_needed")
    now = sentences.distance(view.solution.objective)
    then = sentences.distance(view.solution.objective + rise)
    return words("explain_without", now=words.percent(now), then=words.percent(then))
