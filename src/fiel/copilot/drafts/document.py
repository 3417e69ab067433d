"""Drafts as JSON text and back, numbers as exact decimal text, days as ISO."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from fiel.copilot.drafts.draft import Choice, Decision, Decisions, Draft, DraftState, Outcome
from fiel.copilot.importing.rows import ReadFile, Reasoned, Row, RowKind
from fiel.copilot.store.drafts import StoredDraft
from fiel.kernel.errors import Corrupt

_LISTS = ("not_booked", "review", "unknown")
_TABLES = ("positions", "provisioned", "aggregated", "income_sums")


def stored(draft: Draft) -> StoredDraft:
    """A draft as it is kept."""
    return StoredDraft(
        draft.id,
        draft.wallet,
        draft.state.value,
        files_text(draft.files),
        decisions_text(draft.decisions),
        None if draft.outcome is None else outcome_text(draft.outcome),
        draft.version,
        draft.created_at,
        draft.changed_at,
    )


def draft_of(kept: StoredDraft) -> Draft:
    """What `stored` made. Raises `Corrupt` (draft_damaged)."""
    return Draft(
        kept.id,
        kept.wallet,
        DraftState(kept.state),
        files_of(kept.body),
        decisions_of(kept.decisions),
        kept.version,
        kept.created_at,
        kept.changed_at,
        None if kept.outcome is None else outcome_of(kept.outcome),
    )


def files_text(files: Sequence[ReadFile]) -> str:
    """What was read, as text."""
    return json.dumps([_file(each) for each in files], ensure_ascii=False, separators=(",", ":"))


def files_of(text: str) -> tuple[ReadFile, ...]:
    """What `files_text` wrote. Raises `Corrupt` (draft_damaged)."""
    try:
        return tuple(_file_of(each) for each in json.loads(text))
    except (ValueError, KeyError, TypeError, IndexError, ArithmeticError) as error:
        raise Corrupt("draft_damaged", f"what was read cannot be read back ({error})") from None


def _file(read: ReadFile) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": read.name,
        "sha256": read.sha256,
        "format": read.format,
        "layout": read.layout,
        "facts": dict(read.facts),
        "booked": [_row(each) for each in read.booked],
    }
    found |= {name: [_reasoned(each) for each in getattr(read, name)] for name in _LISTS}
    return found | {name: [dict(each) for each in getattr(read, name)] for name in _TABLES}


def _file_of(found: Mapping[str, Any]) -> ReadFile:
    rows = {name: tuple(_reasoned_of(each) for each in found[name]) for name in _LISTS}
    tables = {name: tuple(found[name]) for name in _TABLES}
    return ReadFile(
        found["name"],
        found["sha256"],
        found["format"],
        found["layout"],
        tuple(_row_of(each) for each in found["booked"]),
        rows["not_booked"],
        rows["review"],
        rows["unknown"],
        tables["positions"],
        tables["provisioned"],
        tables["aggregated"],
        tables["income_sums"],
        found["facts"],
    )


def _row(row: Row) -> list[Any]:
    numbers = (row.quantity, row.price, row.amount, row.fees, row.taxes)
    return [
        row.row,
        None if row.kind is None else row.kind.value,
        None if row.day is None else row.day.isoformat(),
        row.ticker,
        row.raw_ticker,
        row.institution,
        row.currency,
        *(None if each is None else f"{each:f}" for each in numbers),
        dict(row.extra),
    ]


def _row_of(cells: Sequence[Any]) -> Row:
    number, kind, day, ticker, raw, institution, currency, *rest = cells
    quantity, price, amount, fees, taxes = (None if each is None else Decimal(each) for each in rest[:5])
    return Row(
        number,
        None if kind is None else RowKind(kind),
        None if day is None else date.fromisoformat(day),
        ticker,
        raw,
        quantity,
        price,
        amount,
        institution,
        currency,
        fees,
        taxes,
        rest[5],
    )


def _reasoned(each: Reasoned) -> list[Any]:
    return [_row(each.row), each.reason, each.accept, each.text]


def _reasoned_of(cells: Sequence[Any]) -> Reasoned:
    row, reason, accept, text = cells
    return Reasoned(_row_of(row), reason, accept, text)


def decisions_text(said: Decisions) -> str:
    """What a person decided, as text."""
    return json.dumps(
        {
            "rows": {key: [each.choice.value, dict(each.said)] for key, each in said.rows.items()},
            "tickers": dict(said.tickers),
            "openings": list(said.openings),
            "account": said.account,
            "short": said.allow_short,
        },
        ensure_ascii=False,
    )


def decisions_of(text: str) -> Decisions:
    """What `decisions_text` wrote. Raises `Corrupt` (draft_damaged)."""
    try:
        found = json.loads(text)
        rows = {key: Decision(Choice(choice), said) for key, (choice, said) in found["rows"].items()}
        openings = tuple(found["openings"])
        return Decisions(rows, found["tickers"], openings, found["account"], found["short"])
    except (ValueError, KeyError, TypeError) as error:
        raise Corrupt("draft_damaged", f"the decisions cannot be read back ({error})") from None


def outcome_text(done: Outcome) -> str:
    """What came of a draft, as text."""
    return json.dumps(
        {
            "files": [list(each) for each in done.files],
            "rows": list(done.rows),
            "entries": done.entries,
            "replaced": done.replaced,
            "alerts": list(done.alerts),
        },
        ensure_ascii=False,
    )


def outcome_of(text: str) -> Outcome:
    """What `outcome_text` wrote. Raises `Corrupt` (draft_damaged)."""
    try:
        found = json.loads(text)
        files = tuple((name, layout) for name, layout in found["files"])
        rows, alerts = tuple(found["rows"]), tuple(found["alerts"])
        return Outcome(files, rows, found["entries"], found["replaced"], alerts)
    except (ValueError, KeyError, TypeError) as error:
        raise Corrupt("draft_damaged", f"the outcome cannot be read back ({error})") from None
