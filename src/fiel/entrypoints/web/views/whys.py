"""What is behind a number: journal entries as rows, each with where it was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from fiel.copilot.behind import Behind
from fiel.copilot.number_ids import NumberId
from fiel.custody.accounts import money_of, units_of
from fiel.custody.events import BookedEntry

#: Entries on one page; the record for programs has all.
SHOWN_MAX = 500


@dataclass(frozen=True, slots=True)
class WhyRow:
    """A journal entry: money in its currency, units. `family` and `row` name the row of a file, or that a
    person typed it; both are empty for what came otherwise (`cause`)."""

    id: str
    at: datetime
    kind: str
    asset: str | None
    account: str
    currency: str
    quantity: Decimal | None
    cash: Decimal | None
    fee: Decimal | None
    withheld: Decimal | None
    family: str
    row: int | None
    cause: str


@dataclass(frozen=True, slots=True)
class WhyView:
    """`rows` newest last; `left_out`: those beyond what one page shows; `from_beginning`: whatever came
    before the last day counts."""

    number: NumberId
    rows: tuple[WhyRow, ...]
    count: int
    left_out: int
    from_beginning: bool


def why_view(found: Behind) -> WhyView:
    """The newest entries behind a number."""
    shown = found.entries[-SHOWN_MAX:]
    first = found.entries[0].occurred_at.date() if found.entries else found.number.first
    return WhyView(
        found.number,
        tuple(_row(found, entry) for entry in shown),
        len(found.entries),
        len(found.entries) - len(shown),
        first < found.number.first,
    )


def _row(found: Behind, entry: BookedEntry) -> WhyRow:
    told = found.rows.get(entry.id)
    wallet = found.number.wallet
    return WhyRow(
        entry.id.removeprefix("entry_")[:8],
        entry.occurred_at,
        entry.kind.value,
        entry.ticker,
        "" if entry.user_id == wallet else entry.user_id.removeprefix(f"{wallet}/"),
        entry.currency,
        units_of(entry.quantity) if entry.quantity else None,
        _money(entry, entry.gross),
        _money(entry, entry.fee),
        _money(entry, entry.withheld),
        "" if told is None else told.family.removeprefix("b3-"),
        None if told is None or not told.sha256 else told.row,
        entry.cause[:60],
    )


def _money(entry: BookedEntry, minor: int) -> Decimal | None:
    return money_of(minor, entry.currency) if minor else None
