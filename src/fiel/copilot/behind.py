"""What is behind a number that was printed: the journal entries that it is made of, newest last.

A number names its wallet, its days, its scope and its measure (`NumberId`). Worths and gains rest on all
that touched the scope; income, fees and taxes on the entries of that kind alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from types import MappingProxyType

from fiel.copilot.income.announced import AnnouncedOf, announced_of
from fiel.copilot.income.view import class_of
from fiel.copilot.income.wallet import asset_of, local_day
from fiel.copilot.number_ids import NumberId
from fiel.copilot.store.accounts import users_of
from fiel.copilot.store.booked import BookedRow, rows_with_entries
from fiel.copilot.store.remembered import CATEGORY, remembered_of
from fiel.copilot.taxes.book import read_book
from fiel.copilot.taxes.told import Told
from fiel.custody.events import BookedEntry, ChangeKind
from fiel.custody.ledger.income import PAID
from fiel.custody.queries import Snapshot
from fiel.infra.storage.database import Database, Session
from fiel.kernel.errors import InvalidInput, NotFound
from fiel.market.queries import events_of

#: The measures of one kind of entry; all others rest on whatever touched the scope.
_MEASURES: Mapping[str, Callable[[BookedEntry], bool]] = MappingProxyType(
    {
        "income": lambda entry: entry.kind in PAID,
        "fees": lambda entry: bool(entry.fee) or entry.kind is ChangeKind.FEE,
        "taxes": lambda entry: bool(entry.withheld) or entry.kind is ChangeKind.TAX,
        "quantity": lambda entry: bool(entry.quantity),
        "total_cost": lambda entry: bool(entry.quantity) or entry.kind is ChangeKind.CAPITAL_RETURN,
        "average_cost": lambda entry: bool(entry.quantity) or entry.kind is ChangeKind.CAPITAL_RETURN,
        "sales": lambda entry: entry.quantity < 0 and bool(entry.gross),
    }
)
#: What is there at an instant rests on all that came before it, not on the days of the report.
_FROM_THE_BEGINNING = frozenset({"initial", "final", "quantity", "total_cost", "average_cost", "taxed_gain"})
LEVELS = ("portfolio", "account", "asset", "class", "category")


@dataclass(frozen=True, slots=True)
class Behind:
    """The entries of a number, with the row of a file (or of a person) that made each, where one did."""

    number: NumberId
    entries: tuple[BookedEntry, ...]
    rows: Mapping[str, BookedRow]


def behind(database: Database, number: NumberId, zone: tzinfo) -> Behind:
    """The entries behind a number. Raises `NotFound` (wallet_unknown), `InvalidInput` (number_id_unknown)."""
    if number.level not in LEVELS:
        raise InvalidInput(
            "number_id_unknown", f"there is no level {number.level!r} in {number}", field="NUMBER-ID"
        )
    with database.reading() as connection:
        users = users_of(connection, number.wallet)
        entries = Snapshot(connection).entries_of(users)
        if not entries:
            raise NotFound("wallet_unknown", f"the book has nothing of {number.wallet}", field="NUMBER-ID")
        is_within = _scope(connection, number, entries, zone)
        wanted = _MEASURES.get(number.measure, _any)
        found = tuple(
            entry
            for entry in entries
            if _first(number) <= local_day(entry.occurred_at, zone) <= number.until
            and is_within(entry)
            and wanted(entry)
        )
        made = rows_with_entries(connection, number.wallet, [entry.id for entry in found])
    rows = {entry: row for row in made for entry in row.entries}
    ordered = sorted(found, key=lambda entry: (entry.occurred_at, entry.id))
    return Behind(number, tuple(ordered), MappingProxyType(rows))


def _any(_: BookedEntry) -> bool:
    return True


def _first(number: NumberId) -> date:
    return date.min if number.measure in _FROM_THE_BEGINNING else number.first


def _scope(
    connection: Session, number: NumberId, entries: list[BookedEntry], zone: tzinfo
) -> Callable[[BookedEntry], bool]:
    level, name = number.level, number.name
    if level == "portfolio":
        return _any
    if level == "account":
        return lambda entry: entry.user_id == name
    if level == "asset":
        return lambda entry: entry.ticker is not None and asset_of(entry.ticker) == name
    if level == "category":
        told = Told().after(remembered_of(connection, number.wallet, CATEGORY))
        known = read_book(connection, number.wallet, zone, told).categories.known
        of_category = {asset for asset, category in known.items() if category.value == name}
        return _among(_sold(entries, number, zone) & of_category)
    assets = {asset_of(entry.ticker) for entry in entries if entry.ticker is not None}
    events = events_of(connection, assets)
    announced = {
        asset: announced_of(events[asset]) if asset in events else AnnouncedOf(asset) for asset in assets
    }
    return _among({asset for asset in assets if class_of(asset, announced[asset]) == name})


def _sold(entries: list[BookedEntry], number: NumberId, zone: tzinfo) -> set[str]:
    """What was sold in the days of the number: a gain rests on these assets, and on how they came."""
    return {
        asset_of(entry.ticker)
        for entry in entries
        if entry.ticker is not None
        and entry.quantity < 0 < entry.gross
        and number.first <= local_day(entry.occurred_at, zone) <= number.until
    }


def _among(assets: set[str]) -> Callable[[BookedEntry], bool]:
    return lambda entry: entry.ticker is not None and asset_of(entry.ticker) in assets
