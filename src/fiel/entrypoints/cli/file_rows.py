"""What a file holds, shown row by row, before anybody looks at the book."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.screen import screen, show, write_out
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.copilot.importing.rows import ReadFile, Reasoned, Row


def show_read(read: ReadFile, words: Words) -> None:
    """What a file holds, row by row."""
    head = {"file": printable(read.name), "format": read.layout}
    write_out(note("import_file", words, **head, sha=read.sha256[:12]))
    kinds = Counter(kind_words(row.kind.value, words) for row in read.booked if row.kind is not None)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "-"
    write_out(note("import_booked", words, n=len(read.booked), kinds=told))
    show(screen(), rows_table(read.booked, words))
    show_others(read, words)


def show_others(read: ReadFile, words: Words) -> None:
    """The rows of a file that are not simply booked, and its tables."""
    for name, listed in (("not_booked", read.not_booked), ("review", read.review), ("unknown", read.unknown)):
        write_out(note(f"import_{name}", words, n=len(listed)))
        for each in listed:
            write_out(reasoned_line(each))
    for name, table in (("positions", read.positions), ("provisioned", read.provisioned)):
        if table:
            write_out(note(f"import_{name}", words, n=len(table)))


def rows_table(rows: tuple[Row, ...], words: Words) -> Table:
    """Rows as a table."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("row", "day", "kind", "ticker", "quantity", "price", "amount", "institution"):
        right = name in {"row", "quantity", "price", "amount"}
        table.add_column(note(f"import_{name}", words), justify="right" if right else "left")
    for row in rows:
        cells = (
            str(row.row),
            "-" if row.day is None else row.day.isoformat(),
            "-" if row.kind is None else kind_words(row.kind.value, words),
            row.ticker or row.raw_ticker or "-",
            "-" if row.quantity is None else words.quantity(row.quantity),
            "-" if row.price is None else words.price(row.price),
            "-" if row.amount is None else amount_words(row.amount, row.currency or "BRL", words),
            row.institution or "-",
        )
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def reasoned_line(each: Reasoned) -> str:
    """A row with its reason."""
    row = each.row
    parts = (row.ticker or row.raw_ticker or "", *row.extra.values())
    what = " ".join(part for part in parts if part)[:80]
    return printable(f"  {row.row}: {each.text or each.reason}  {what}")


def kind_words(kind: str, words: Words) -> str:
    """What a kind of row is called by people."""
    return note(f"import_kind_{kind}", words)


def amount_words(amount: Decimal, currency: str, words: Words) -> str:
    """Money of a column in reais: other currencies bear their sign."""
    return words.amount(amount) if currency == "BRL" else words.money(amount, currency)
