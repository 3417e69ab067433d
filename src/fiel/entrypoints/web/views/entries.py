"""Rows that were booked, as the pages show them: filtered, paged, each with what it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode

from fiel.copilot.booking.lines import TYPED
from fiel.copilot.booking.looking import BookedRow
from fiel.kernel.errors import InvalidInput

PAGE_ROWS = 100
TEXT_MAX = 60
#: Filters of the address, in the order of their chips.
FILTERS = ("ativo", "tipo", "de", "ate", "conta", "importacao", "estornos")


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One row of the book. Numbers as they were said: units, reais (or `currency`) per unit and in all."""

    id: str
    day: date
    kind: str
    asset: str
    account: str
    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal | None
    fees: Decimal | None
    taxes: Decimal | None
    note: str
    source: str
    file_row: int | None
    booked_at: datetime
    reversed_at: datetime | None


@dataclass(frozen=True, slots=True)
class EntriesAsk:
    """What the address asks for; `page` from 1. Empty is all."""

    asset: str = ""
    kind: str = ""
    first: date | None = None
    last: date | None = None
    account: str = ""
    draft: str = ""
    reversed_too: bool = False
    page: int = 1

    def query(self, without: str = "", **changes: str) -> str:
        """The address of the same list, a filter left out or others put in; the first page of it."""
        told = {
            "ativo": self.asset,
            "tipo": self.kind,
            "de": self.first.isoformat() if self.first else "",
            "ate": self.last.isoformat() if self.last else "",
            "conta": self.account,
            "importacao": self.draft,
            "estornos": "1" if self.reversed_too else "",
            **changes,
        }
        kept = {name: value for name, value in told.items() if value and name != without}
        return "/lancamentos" + (f"?{urlencode(kept)}" if kept else "")


def read_ask(query: Mapping[str, str]) -> EntriesAsk:
    """The filters of an address. Raises `InvalidInput` (date_malformed) naming the field."""
    number = query.get("pagina", "1")
    return EntriesAsk(
        query.get("ativo", "").strip().upper()[:TEXT_MAX],
        query.get("tipo", "").strip()[:TEXT_MAX],
        _day(query, "de"),
        _day(query, "ate"),
        query.get("conta", "").strip()[:TEXT_MAX],
        query.get("importacao", "").strip()[:TEXT_MAX],
        query.get("estornos") == "1",
        int(number) if number.isdecimal() and 0 < len(number) < 7 else 1,
    )


def _day(query: Mapping[str, str], name: str) -> date | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("date_malformed", f"{text[:20]!r} is not a day", field=name) from None


@dataclass(frozen=True, slots=True)
class EntriesView:
    """A page of rows, latest first. `total` counts all that the filters let through."""

    ask: EntriesAsk
    rows: tuple[EntryRow, ...]
    total: int
    page: int
    pages: int
    kinds: tuple[str, ...]
    accounts: tuple[str, ...]
    chips: tuple[tuple[str, str], ...] = field(default=())


def entries_view(
    rows: Sequence[BookedRow], wallet: str, ask: EntriesAsk, of_draft: frozenset[str] | None = None
) -> EntriesView:
    """`rows`: all of the wallet, those taken back too. `of_draft`: ids of the rows of an import."""
    shown = [row for row in rows if _fits(row, wallet, ask, of_draft)]
    shown.sort(key=lambda row: (row.day, row.booked_at, row.id), reverse=True)
    pages = max(1, -(-len(shown) // PAGE_ROWS))
    page = min(max(ask.page, 1), pages)
    return EntriesView(
        ask,
        tuple(entry_rows(shown[(page - 1) * PAGE_ROWS : page * PAGE_ROWS], wallet)),
        len(shown),
        page,
        pages,
        tuple(sorted({row.kind for row in rows})),
        tuple(sorted({account_label(row.user_id, wallet) for row in rows})),
        tuple(_chips(ask)),
    )


def _fits(row: BookedRow, wallet: str, ask: EntriesAsk, of_draft: frozenset[str] | None) -> bool:
    return (
        (ask.reversed_too or row.reversed_at is None)
        and ask.asset in ("", row.asset)
        and ask.kind in ("", row.kind)
        and (ask.first is None or row.day >= ask.first)
        and (ask.last is None or row.day <= ask.last)
        and ask.account in ("", account_label(row.user_id, wallet))
        and (of_draft is None or row.id in of_draft)
    )


def _chips(ask: EntriesAsk) -> Iterable[tuple[str, str]]:
    """(filter, what it lets through) of each that is set."""
    told = {
        "ativo": ask.asset,
        "tipo": ask.kind,
        "de": ask.first.isoformat() if ask.first else "",
        "ate": ask.last.isoformat() if ask.last else "",
        "conta": ask.account,
        "importacao": ask.draft,
        "estornos": "1" if ask.reversed_too else "",
    }
    return ((name, told[name]) for name in FILTERS if told[name])


def account_label(user_id: str, wallet: str) -> str:
    """What people call an account of a wallet; its own is `-`."""
    return "-" if user_id == wallet else user_id.removeprefix(f"{wallet}/")


def entry_rows(rows: Iterable[BookedRow], wallet: str) -> list[EntryRow]:
    """Rows of the book as they are shown."""
    return [_entry(row, wallet) for row in rows]


def _entry(row: BookedRow, wallet: str) -> EntryRow:
    said = row.said
    number = {
        name: Decimal(said[name]) if name in said else None
        for name in ("quantity", "price", "amount", "fees", "taxes")
    }
    is_typed = row.family == TYPED
    return EntryRow(
        row.id,
        row.day,
        row.kind,
        row.asset,
        account_label(row.user_id, wallet),
        number["quantity"],
        number["price"],
        number["amount"],
        number["fees"],
        number["taxes"],
        said.get("x_note", ""),
        "" if is_typed else row.family.removeprefix("b3-"),
        None if is_typed else row.row,
        row.booked_at,
        row.reversed_at,
    )
