"""The shapes of imports on the wire."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fiel.entrypoints.http.api.models import Day, Decimal, Instant, Money, Page, Question, Shape, Text


class ImportFile(Shape):
    """A file of an import. `bookedBefore`: the same bytes are in the book since then."""

    name: str
    format: str
    layout: str
    rows: int
    positions: int
    booked_before: Instant | None


class ImportProblem(Shape):
    """Why a row waits: a stable code, the column and what stands in it, and what is accepted."""

    code: str
    column: str
    value: str
    text: str
    accept: str


class ImportRow(Shape):
    """A row of a file and what becomes of it. `key` names it for decisions."""

    key: str
    file: int
    row: int
    state: Literal["new", "similar", "known", "taken_back", "waiting", "asked", "error", "ignored", "left"]
    kind: str | None
    date: Day | None
    asset: str | None
    account: str
    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal | None
    problem: ImportProblem | None
    twins: list[int]
    known_as: str | None


class Move(Shape):
    """What is held of an asset now, and would be afterwards."""

    asset: str
    before: Decimal
    after: Decimal


class Lack(Shape):
    """More leaves an account than it has: bring what was held before with `openings`."""

    asset: str
    account: str
    day: str
    quantity: Decimal


class Outcome(Shape):
    """What a booked import did."""

    rows: list[str]
    entries: int
    replaced: int
    alerts: list[str]


class ImportSummary(Shape):
    """An import on its way, without its rows."""

    id: str
    wallet: str
    state: Literal["open", "booked", "undone"]
    created_at: Instant
    changed_at: Instant
    outcome: Outcome | None


class Imports(Page):
    """The latest imports."""

    imports: list[ImportSummary]


class Import(ImportSummary):
    """An import against the book as it is now. Nothing is booked before it is accepted."""

    files: list[ImportFile]
    counts: dict[str, int]
    importable: int
    invested: Money | None
    received: Money | None
    moves: list[Move]
    missing: list[Lack]
    accounts_opened: list[str]
    replaced: int
    gone: int


class ImportRows(Page):
    """Rows of an import."""

    rows: list[ImportRow]


class RowDecision(Question):
    """What a person says of a row; `fix` gives its corrected values by field, `none` takes it back."""

    choice: Literal["ignore", "keep", "again", "fix", "none"]
    said: dict[Text, Text] = Field(default={})


class Decisions(Question):
    """What a person says. `tickers`: what a name on a note is; `openings`: `ASSET=QUANTITY@AVERAGE`."""

    rows: dict[Text, RowDecision] = Field(default={}, max_length=1_000)
    tickers: dict[Text, Text] = Field(default={}, max_length=100)
    openings: list[Text] = Field(default=[], max_length=100)
    account: Text | None = None
    allow_short: bool | None = None


class Undone(Shape):
    """How many rows were taken back."""

    id: str
    rows: int
