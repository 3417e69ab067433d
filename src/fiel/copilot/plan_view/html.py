"""A plan as a small HTML table for notebooks: escaped, styled inline, without scripts or links."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from fiel.copilot.plan_view import sentences
from fiel.copilot.plan_view.view import NodeRow, PlanView
from fiel.copilot.plan_view.words import Words

_CELL = "padding:2px 10px;text-align:right"
_TEXT = "padding:2px 10px;text-align:left"
_TABLE = "border-collapse:collapse;margin:6px 0;font-variant-numeric:tabular-nums"
_NOTE = "color:#767676;font-size:90%;margin:2px 0"


def html_text(view: PlanView, words: Words) -> str:
    """The headline, the orders with their reasons, before and after, the proof and the prices."""
    return "".join(
        [
            f'<div lang="{words.lang.locale.replace("_", "-")}">',
            f"<p><strong>{escape(sentences.headline(view, words))}</strong></p>",
            _orders(view, words) if view.orders else "",
            _nodes(view, words),
            _notes([f"{words('proof')}: {sentences.proof(view, words)}", *sentences.hints(view, words)]),
            _notes(f"{words('prices')}: {note}" for note in sentences.price_notes(view, words)),
            "</div>",
        ]
    )


def _orders(view: PlanView, words: Words) -> str:
    sign = words.sign(view.currency)
    header = [words("side"), words("asset"), words("quantity")]
    header += [f"{words(key)} {sign}" for key in ("price", "value", "fee")]
    rows = [
        [
            words(row.side),
            f"{row.asset} {row.name}" if row.name != row.asset else row.asset,
            words.quantity(row.quantity),
            words.price(row.price) + row.mark,
            words.amount(row.value),
            words.amount(row.fee),
            sentences.why(row, view, words),
        ]
        for row in view.orders
    ]
    return _table([*header, words("why")], rows, text_columns={0, 1, 6})


def _nodes(view: PlanView, words: Words) -> str:
    header = [f"{words('before_after')} ({words('share_of_whole')})"]
    header += [words(key) for key in ("before", "after", "target")]
    header.append(f"{words('deviation')} {words('points')}")
    rows = [
        [
            "\N{NO-BREAK SPACE}" * (4 * row.depth) + sentences.label_of(row, words),
            *(words.percent(share) for share in (row.before, row.after, row.target)),
            _deviation(row, words),
        ]
        for row in view.nodes
    ]
    return _table(header, rows, text_columns={0})


def _deviation(row: NodeRow, words: Words) -> str:
    return ("! " if row.is_outside_band else "") + words.percent(row.deviation, signed=True)


def _table(header: list[str], rows: list[list[str]], text_columns: set[int]) -> str:
    def cells(tag: str, line: list[str]) -> str:
        styles = (_TEXT if i in text_columns else _CELL for i in range(len(line)))
        return "".join(
            f'<{tag} style="{style}">{escape(cell)}</{tag}>' for style, cell in zip(styles, line, strict=True)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return (
        f'<table style="{_TABLE}"><thead><tr>{cells("th", header)}</tr></thead><tbody>{body}</tbody></table>'
    )


def _notes(lines: Iterable[str]) -> str:
    return "".join(f'<p style="{_NOTE}">{escape(line)}</p>' for line in lines)
