"""The files of a draft as they are to be booked: what was read, with what a person decided of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from fiel.copilot.booking.sorting import Said
from fiel.copilot.booking.typed import KINDS, opening_rows, typed_file
from fiel.copilot.drafts.draft import LISTS, Choice, Decision, Draft, row_key
from fiel.copilot.importing.codes import whole_lot
from fiel.copilot.importing.rows import ReadFile, Reasoned, Row, RowKind
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput

#: The values of a row that a person can correct.
FIXABLE = ("kind", "day", "asset", "quantity", "price", "amount", "fees", "account")
_DIGITS_MAX = 15
_DECIMALS: Mapping[str, int] = MappingProxyType({"quantity": 9, "price": 9, "amount": 2, "fees": 2})
_TEXT_MAX = 100


@dataclass(frozen=True, slots=True)
class Keyed:
    """A row of a draft with its name, and why it is not simply booked (`None`: it would be)."""

    key: str
    file: int
    row: Row
    told: Reasoned | None
    letter: str


@dataclass(frozen=True, slots=True)
class Applied:
    """Files to be prepared. `rows` that are in them by name, `keys` their names by the object's identity.
    Rows that are told besides (openings, rows booked again) stand in a file of their own, the first."""

    files: tuple[ReadFile, ...]
    said: Said
    rows: Mapping[str, Row]
    keys: Mapping[int, str]


def rows_in(draft: Draft) -> Iterator[Keyed]:
    """Every row of a draft, file by file, in the order of the file."""
    for at, file in enumerate(draft.files):
        found = [Keyed(row_key(at, "b", i), at, row, None, "b") for i, row in enumerate(file.booked)]
        for letter, name in LISTS.items():
            if letter != "b":
                listed: tuple[Reasoned, ...] = getattr(file, name)
                found += [
                    Keyed(row_key(at, letter, i), at, each.row, each, letter) for i, each in enumerate(listed)
                ]
        yield from sorted(found, key=lambda each: (each.row.extra.get("sheet", ""), each.row.row))


def applied(draft: Draft) -> Applied:
    """The files with every decision. Raises `InvalidInput` for an opening that is malformed."""
    said, rows = draft.decisions, dict[str, Row]()
    kept: list[list[Row]] = [[] for _ in draft.files]
    again: list[Row] = []
    for each in rows_in(draft):
        row, is_again = _decided(each, said.rows.get(each.key))
        if row is None:
            continue
        rows[each.key] = row
        (again if is_again else kept[each.file]).append(row)
    files = [replace(file, booked=tuple(rows)) for file, rows in zip(draft.files, kept, strict=True)]
    openings = opening_rows(said.openings, files, None)
    typed = [typed_file([*openings, *again])] if openings or again else []
    keys = {id(row): key for key, row in rows.items()}
    given = Said(said.tickers, said.account)
    return Applied((*typed, *files), given, MappingProxyType(rows), MappingProxyType(keys))


def _decided(each: Keyed, decision: Decision | None) -> tuple[Row | None, bool]:
    """The row to book, if any, and whether it is booked a second time."""
    choice = None if decision is None else decision.choice
    if choice is Choice.IGNORE:
        return None, False
    if decision is not None and choice is Choice.FIX:
        return fixed_row(each.row, decision.said), False
    return (each.row if each.told is None else None), choice is Choice.AGAIN


def fixed_row(row: Row, said: Mapping[str, str]) -> Row:
    """The row with the values that a person says in their place; what is not said stays as it was read.

    Numbers are exact text with a point (`1000.5`), days ISO. Raises `InvalidInput` naming the field:
    kind_unknown, date_malformed, number_malformed..., value_missing.
    """
    unknown = set(said) - set(FIXABLE)
    if unknown:
        raise InvalidInput("field_unknown", f"there is no field {min(unknown)}", field=min(unknown))
    numbers = {name: _number(name, said[name]) for name in _DECIMALS if said.get(name)}
    fixed = replace(
        row,
        kind=_kind(said["kind"]) if said.get("kind") else row.kind,
        day=_day(said["day"]) if said.get("day") else row.day,
        ticker=whole_lot(_text("asset", said["asset"]).upper()) if said.get("asset") else row.ticker,
        institution=_text("account", said["account"]) if said.get("account") else row.institution,
        quantity=numbers.get("quantity", row.quantity),
        price=numbers.get("price", row.price),
        amount=numbers.get("amount", row.amount),
        fees=numbers.get("fees", row.fees),
    )
    for name, value in (("kind", fixed.kind), ("day", fixed.day)):
        if value is None:
            raise InvalidInput("value_missing", "the row cannot be booked without it", field=name)
    return fixed


def _kind(text: str) -> RowKind:
    if text in KINDS:
        return KINDS[text]
    if text in set(RowKind):
        return RowKind(text)
    raise InvalidInput("kind_unknown", f"{text[:40]!r} is none of: {', '.join(KINDS)}", field="kind")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("date_malformed", f"{text[:40]!r} is not a day", field="day") from None


def _number(name: str, text: str) -> Decimal:
    return parse_decimal(
        text, field=name, decimals_max=_DECIMALS[name], minimum=0, integer_digits_max=_DIGITS_MAX
    )


def _text(name: str, text: str) -> str:
    found = " ".join(text.split())
    if not found or len(found) > _TEXT_MAX:
        raise InvalidInput("text_too_long", f"1 to {_TEXT_MAX} characters", field=name)
    return found
