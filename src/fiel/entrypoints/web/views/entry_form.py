"""Typing one entry: which fields each kind has, and what booking or reversing one would change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from fiel.copilot.booking.desk import BookingDesk
from fiel.copilot.booking.looking import BookedRow, Looking
from fiel.copilot.booking.preparing import Prepared
from fiel.copilot.booking.typed import KINDS, typed_file, typed_row
from fiel.copilot.drafts.reviewing import Missing, Moves, moves_of
from fiel.copilot.importing.rows import Reasoned, Row, RowKind
from fiel.copilot.income.wallet import asset_of
from fiel.custody.accounts import money_of, units_of
from fiel.custody.events import BookFact, BookIncome
from fiel.entrypoints.web.views.typed_entries import FIELDS
from fiel.infra.storage.database import Database
from fiel.kernel.errors import InvalidInput

_TRADE = ("data", "ativo", "quantidade", "preco", "custos", "conta", "nota")
_PAID = ("data", "ativo", "valor", "imposto", "conta", "nota")
_MONEY = ("data", "valor", "conta", "nota")
#: The fields of each kind, in the order of the form; the first five kinds are the common ones.
FIELDS_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "buy": _TRADE,
        "sell": _TRADE,
        "dividend": _PAID,
        "deposit": _MONEY,
        "opening": ("data", "ativo", "quantidade", "preco", "conta", "nota"),
        "jcp": _PAID,
        "fii-income": _PAID,
        "interest": _PAID,
        "capital-return": ("data", "ativo", "valor", "conta", "nota"),
        "withdrawal": _MONEY,
        "transfer": ("data", "ativo", "quantidade", "conta", "para", "nota"),
        "fee": _MONEY,
        "tax": _MONEY,
        "rights-sale": ("data", "ativo", "quantidade", "valor", "conta", "nota"),
        "fraction-sale": ("data", "ativo", "quantidade", "valor", "conta", "nota"),
    }
)
COMMON = 5
#: Without these a kind says nothing; an amount of a trade follows from quantity and price.
NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {kind: tuple(name for name in fields if name in ("data", "ativo", "quantidade", "preco", "valor"))
     for kind, fields in FIELDS_OF.items()}
)  # fmt: skip
_BY_ROW_KIND = {kind: name for name, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class EntryPreview:
    """What booking one typed row would do. `waits`: why it would not; `known`: the book has it."""

    moves: tuple[Moves, ...]
    money: Decimal | None
    currency: str
    known: bool
    waits: Reasoned | None
    missing: tuple[Missing, ...]
    accounts: tuple[str, ...]

    @property
    def can_be_booked(self) -> bool:
        """Whether there is something to book."""
        return not self.known and self.waits is None


def row_said(kind: str, said: Mapping[str, str], today: date) -> Row:
    """The typed row. Raises `InvalidInput`: value_missing at its field, date_malformed, what `typed_row`
    raises."""
    if kind not in FIELDS_OF:
        raise InvalidInput("kind_unknown", "choose a kind of the list", field="kind")
    for name in NEEDED[kind]:
        if name != "data" and not said.get(FIELDS[name]):
            raise InvalidInput("value_missing", "this value is missing", field=FIELDS[name])
    wanted = {FIELDS[name] for name in FIELDS_OF[kind]}
    told = {name: value for name, value in said.items() if name in wanted}
    try:
        day = date.fromisoformat(told.pop("day", "") or today.isoformat())
    except ValueError:
        raise InvalidInput("date_malformed", "that is no day", field="day") from None
    return typed_row(kind, day, told.pop("asset", None), text=told.pop("note", None), **told)


def preview(database: Database, desk: BookingDesk, wallet: str, row: Row) -> EntryPreview:
    """What booking it would change; nothing is written. Raises what `BookingDesk.prepare` raises."""
    prepared = desk.prepare(wallet, [typed_file([row])])
    [checked] = prepared.files
    return EntryPreview(
        moves_of(prepared, Looking(database).positions(wallet)),
        _money(prepared),
        row.currency or "BRL",
        bool(checked.compared.known),
        checked.waiting[0] if checked.waiting else None,
        missing_of(prepared),
        tuple(each.name for each in prepared.accounts_opened),
    )


def missing_of(prepared: Prepared) -> tuple[Missing, ...]:
    """What more leaves than is held."""
    return tuple(
        Missing(
            one.asset,
            prepared.accounts.label(one.user_id),
            date.fromisoformat(one.day),
            units_of(one.missing),
        )
        for one in prepared.shortages
    )


def _money(prepared: Prepared) -> Decimal | None:
    """What the cash gains (+) or pays (-), after fees; `None` where the row is about no money."""
    total, currency = 0, "BRL"
    for planned in prepared.planned:
        for told in planned.told:
            currency = told.account.currency
            if isinstance(told.command, BookFact):
                total += told.command.amount - told.command.fee
            elif isinstance(told.command, BookIncome):
                total += told.command.amount
    return money_of(total, currency) if total else None


def reversal_moves(database: Database, wallet: str, row: BookedRow) -> tuple[Moves, ...]:
    """What is held now and after the row is taken back."""
    book = Looking(database)
    change: defaultdict[str, int] = defaultdict(int)
    for lot in book.lots_of_entries(wallet, row.entries):
        change[asset_of(lot.ticker)] -= lot.quantity
    before: defaultdict[str, int] = defaultdict(int)
    for each in book.positions(wallet):
        before[asset_of(each.ticker)] += each.quantity
    return tuple(
        Moves(asset, units_of(before[asset]), units_of(before[asset] + moved))
        for asset, moved in sorted(change.items())
        if moved
    )


def form_kind(row: BookedRow) -> str | None:
    """The kind of the form that tells such a row; `None` for kinds that only files tell."""
    return _BY_ROW_KIND.get(RowKind(row.kind))
