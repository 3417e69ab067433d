"""A plan for the terminal, with rich: as wide as the screen, coloured where colour means something.

`plan_renderable` is what the command line prints; `plain_text` is the same without any escape code.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.constrain import Constrain
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view import sentences
from fiel.copilot.plan_view.bars import ASCII_INK, UNICODE_INK, bar
from fiel.copilot.plan_view.terminal_orders import explained_orders, orders_block
from fiel.copilot.plan_view.view import NodeRow, PlanView
from fiel.copilot.plan_view.words import Words

WIDTH_MIN = 60
#: From this width on, money and balance stand side by side and there are bars.
WIDTH_COMFORTABLE = 76
#: From this width on, bars are long; wider than the last one nothing gets better.
WIDTH_LONG_BARS = 96
WIDTH_MAX = 100


def plan_renderable(
    view: PlanView, words: Words, *, width: int, explain: bool = False, ascii_only: bool = False
) -> RenderableType:
    """The whole plan as one rich renderable for a terminal `width` columns wide (at most 100 are used)."""
    width = min(width, WIDTH_MAX)
    blocks: list[RenderableType] = [Text(sentences.headline(view, words), "bold"), ""]
    if view.orders:
        blocks += [_title(words("orders"), width), orders_block(view, words, width), ""]
    if explain and view.orders:
        blocks += [_title(words("explain_title"), width), explained_orders(view, words, width), ""]
    blocks += [_money_and_balance(view, words, width), ""]
    blocks += [_title(f"{words('before_after')} ({words('share_of_whole')})", width)]
    blocks += [_before_after(view, words, width, ascii_only=ascii_only), ""]
    if view.skips:
        blocks += [_title(words("skipped"), width), _skipped(view, words), ""]
    blocks += [_title(words("proof"), width), _notes([sentences.proof(view, words)])]
    blocks += [_notes(sentences.hints(view, words)), ""]
    blocks += [_title(words("prices"), width), _notes(sentences.price_notes(view, words))]
    return Constrain(Group(*blocks), width)


def plain_text(view: PlanView, words: Words, *, width: int = 80, explain: bool = False) -> str:
    """The plan as text without escape codes, at most `width` columns, no trailing blanks."""
    console = Console(
        file=StringIO(),
        width=max(width, WIDTH_MIN),
        color_system=None,
        legacy_windows=False,
        force_terminal=False,
    )
    with console.capture() as captured:
        console.print(plan_renderable(view, words, width=console.width, explain=explain))
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def _title(text: str, width: int) -> RenderableType:
    return Constrain(Rule(Text(text, "bold"), align="left", style="dim", characters="─"), width)


def _notes(lines: Iterable[str]) -> RenderableType:
    return Group(*(Padding(Text(line), (0, 0, 0, 2)) for line in lines))


def _money_and_balance(view: PlanView, words: Words, width: int) -> RenderableType:
    left = Group(_title(words("money"), width), _money(view, words))
    right = Group(_title(words("balance"), width), _balance(view, words))
    notes = sentences.tax_lines(view, words)
    if view.money.was_rounded:
        notes.append(words("money_rounded"))
    below: list[RenderableType] = [Padding(Text(note, "dim"), (0, 0, 0, 2)) for note in notes]
    if width < WIDTH_COMFORTABLE:
        return Group(left, "", right, *below)
    grid = Table.grid(expand=True, padding=(0, 2, 0, 0))
    grid.add_column(ratio=1)
    grid.add_column(ratio=1)
    grid.add_row(left, right)
    return Group(grid, *below)


def _money(view: PlanView, words: Words) -> Table:
    money, grid = view.money, Table.grid(padding=(0, 2, 0, 0))
    grid.add_column()
    grid.add_column(justify="right")
    lines = [("cash_before", money.cash_before)]
    if money.flow:
        lines.append(("contribution" if money.flow > 0 else "withdrawal", abs(money.flow)))
    if money.sells:
        lines.append(("sells", money.sells))
    lines += [("buys", money.buys), ("fees", money.fees), ("tax", money.tax)]
    for key, amount in lines:
        grid.add_row(Text(f"  {words(key)}"), Text(words.money(amount, view.currency)))
    total = Text(words.money(money.cash_left, view.currency), "bold")
    grid.add_row(Text(f"  {words('cash_left')}", "bold"), total)
    return grid


def _balance(view: PlanView, words: Words) -> Table:
    drift, grid = view.solution.drift, Table.grid(padding=(0, 2, 0, 0))
    grid.add_column()
    grid.add_column(justify="right")
    distances = [sentences.distance(t) for t in (drift.tracking_before, drift.tracking_after)]
    rows: tuple[tuple[str, Decimal, Decimal, int, str], ...] = (
        ("drift_largest", drift.largest_before * 100, drift.largest_after * 100, 2, "points"),
        ("drift_half_sum", drift.half_sum_before * 100, drift.half_sum_after * 100, 2, "percent_sign"),
        ("drift_distance", distances[0], distances[1], 1, "basis_points"),
    )
    for key, before, after, places, unit in rows:
        shown = [words.decimals(number, places) for number in (before, after)]
        line = words("from_to", before=shown[0], after=shown[1], unit=words(unit))
        grid.add_row(Text(f"  {words(key)}"), Text(line, "green" if after < before else ""))
    return grid


def _before_after(view: PlanView, words: Words, width: int, *, ascii_only: bool) -> RenderableType:
    cells = 30 if width >= WIDTH_LONG_BARS else 13
    ink = ASCII_INK if ascii_only else UNICODE_INK
    gap = 2 if width >= WIDTH_LONG_BARS else 1
    table = Table(box=None, padding=(0, gap, 0, 0), pad_edge=False, header_style="dim")
    table.add_column(f"  {words('node')}", no_wrap=True, overflow="ellipsis", ratio=1)
    for key in ("before", "after", "target", "deviation"):
        # Numbers are never cut: the names give way.
        table.add_column(words(key), justify="right", no_wrap=True, min_width=7)
    has_bars = width >= WIDTH_COMFORTABLE
    if has_bars:
        table.add_column("", no_wrap=True, width=cells + 2)
    for row in view.nodes:
        line = [
            _label(row, words),
            *(Text(words.percent(share)) for share in (row.before, row.after, row.target)),
        ]
        line.append(_deviation(row, words))
        table.add_row(*line, *([bar(row, cells, ink)] if has_bars else []))
    legend = words("bars_legend", line=ink.target, held=ink.held, bought=ink.bought, sold=ink.sold)
    if any(row.band is not None for row in view.nodes):
        legend += words("bars_legend_band")
    return Group(table, Padding(Text(legend, "dim"), (0, 0, 0, 2))) if has_bars else table


def _label(row: NodeRow, words: Words) -> Text:
    return Text(f"  {'  ' * row.depth}{sentences.label_of(row, words)}", "" if row.is_leaf else "bold")


def _deviation(row: NodeRow, words: Words) -> Text:
    mark = "!" if row.is_outside_band else ""
    style = "bold red" if row.is_outside_band else ""
    return Text(f"{mark}{words.percent(row.deviation, signed=True)}", style)


def _skipped(view: PlanView, words: Words) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, overflow="ellipsis", max_width=28)
    grid.add_column()
    for row in view.skips:
        grid.add_row(Text(f"  {row.asset}"), Text(sentences.why_not(row, view, words)))
    return grid
