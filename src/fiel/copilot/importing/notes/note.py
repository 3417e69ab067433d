"""One note out of its pages, and whether its figures agree with each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from fiel.copilot.importing.notes.head import Head, read_head
from fiel.copilot.importing.notes.summary import Summary, middle_of, read_summary, starts_summary
from fiel.copilot.importing.notes.trades import Columns, Trade, columns_of, read_table
from fiel.copilot.importing.notes.wording import plain
from fiel.copilot.importing.notes.words import Line, Page

_ZERO = Decimal(0)
_SETTLES_WITHIN = 15
"""Days from trade to settlement, at most: two business days and long holidays."""


@dataclass(frozen=True, slots=True)
class Note:
    """What one note says. `not_understood`: lines of its table that are no trade."""

    head: Head
    pages: int
    trades: tuple[Trade, ...]
    summary: Summary | None
    not_understood: tuple[str, ...]
    futures: bool = False


@dataclass(slots=True)
class _Sheets:
    head: Head
    pages: list[Page]


def read_notes(pages: Iterable[Page]) -> tuple[Note, ...]:
    """The notes of a file, in order; a page without a head belongs to the one before.

    A page that comes twice (the same note sent twice) counts once. Pages before the first head say nothing.
    """
    return tuple(_note(sheets) for sheets in _by_note(pages))


def _by_note(pages: Iterable[Page]) -> Iterator[_Sheets]:
    sheets: list[_Sheets] = []
    seen: set[tuple[Head, str]] = set()
    skipping = False
    for page in pages:
        head = read_head(page)
        if head is not None:
            print_of = (head, "\n".join(line.text for line in page))
            skipping = bool(head.sheet) and print_of in seen
            seen.add(print_of)
        if skipping:
            continue
        known = next((one for one in sheets if head is not None and one.head.same_note(head)), None)
        if known is not None:
            known.pages.append(page)
        elif head is not None:
            sheets.append(_Sheets(head, [page]))
        elif sheets:
            sheets[-1].pages.append(page)
    yield from sheets


def _note(sheets: _Sheets) -> Note:
    trades: list[Trade] = []
    others: list[str] = []
    summary: Summary | None = None
    columns: Columns | None = None
    middle: float | None = None
    for page in sheets.pages:
        columns, table = _table_of(page, columns)
        if columns is not None:
            read = read_table(table, columns)
            trades += read.trades
            others += read.not_understood
        middle, under = _under_summary(page, middle)
        found = read_summary(under, middle) if middle is not None else None
        summary = found if found is not None and found.net is not None else summary
    futures = any(_is_futures(page) for page in sheets.pages)
    return Note(sheets.head, len(sheets.pages), tuple(trades), summary, tuple(others), futures)


def _table_of(page: Page, columns: Columns | None) -> tuple[Columns | None, tuple[Line, ...]]:
    """The columns (of this page, or of the one before when it has no head) and the lines of the table."""
    end = next((at for at, line in enumerate(page) if starts_summary(line)), len(page))
    for at, line in enumerate(page[:end]):
        found = columns_of(line)
        if found is not None:
            return found, page[at + 1 : end]
    has_head = read_head(page) is not None
    return columns, () if has_head else page[:end]


def _under_summary(page: Page, middle: float | None) -> tuple[float | None, tuple[Line, ...]]:
    for at, line in enumerate(page):
        if starts_summary(line):
            return middle_of(line) or middle, page[at + 1 :]
    return middle, ()


def _is_futures(page: Page) -> bool:
    texts = [plain(line.text) for line in page]
    return any("mercadoria" in text and "vencimento" in text for text in texts) or any(
        text.startswith("venda disponivel") for text in texts
    )


def differences(note: Note) -> tuple[str, ...]:
    """Every check of the note that does not hold, with both figures; empty when all agree."""
    found = [f"a line of the table is not understood: {text[:120]}" for text in note.not_understood]
    if not note.trades:
        found.append("no trade was found")
    found += [
        f"quantity x price is {trade.quantity * trade.price}, printed {trade.amount}: {trade.line}"
        for trade in note.trades
        if not trade.multiplies
    ]
    found += [
        f"a {'buy' if trade.buys else 'sell'} printed as {'D' if trade.debit else 'C'}: {trade.line}"
        for trade in note.trades
        if trade.buys != trade.debit
    ]
    return (*found, *_differences_of_sums(note))


def _differences_of_sums(note: Note) -> Iterator[str]:
    summary = note.summary
    if summary is None or summary.net is None or summary.operations is None:
        yield "the totals are missing: is the last page there?"
        return
    for name in ("sells", "buys", "option_sells", "option_buys", "forwards", "debentures"):
        printed, added = summary.sums.get(name, _ZERO), _sum(note.trades, name)
        if printed != added:
            yield f"{name.replace('_', ' ')}: printed {printed}, the trades add up to {added}"
    balance = sum((trade.amount * (-1 if trade.buys else 1) for trade in note.trades), _ZERO)
    if balance != summary.operations:
        yield f"operations: printed {summary.operations}, the trades add up to {balance}"
    net = summary.operations - summary.fees_paid
    if net != summary.net:
        withheld = " (the difference is the I.R.R.F. printed)" if _is_withheld(summary, net) else ""
        yield f"net: printed {summary.net}, operations less fees are {net}{withheld}"
    if summary.settles is None or not 0 <= (summary.settles - note.head.day).days <= _SETTLES_WITHIN:
        yield f"settlement day: printed {summary.settles}, trade day {note.head.day}"


def _is_withheld(summary: Summary, net: Decimal) -> bool:
    return summary.net is not None and bool(summary.withheld) and net - summary.net == summary.withheld


def group_of(trade: Trade) -> str:
    """The line of `Resumo dos Negócios` that a trade counts in."""
    market = plain(trade.market)
    if market.startswith("opcao"):
        return "option_buys" if trade.buys else "option_sells"
    if market.startswith("termo"):
        return "forwards"
    return "buys" if trade.buys else "sells"


def _sum(trades: Iterable[Trade], name: str) -> Decimal:
    return sum((trade.amount for trade in trades if group_of(trade) == name), _ZERO)
