"""Imports: files are read into a draft, looked at against the book, accepted once, and undone."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Path, Query, Request, UploadFile
from starlette.responses import Response

from fiel.copilot.drafts.desk import FILES_MAX, DraftDesk
from fiel.copilot.drafts.draft import Choice, Decision, Draft, DraftState
from fiel.copilot.drafts.reviewing import Review, ReviewRow, RowState
from fiel.copilot.importing.limits import DEFAULT_LIMITS, too_large
from fiel.copilot.importing.reading import read_file
from fiel.copilot.importing.rows import ReadFile
from fiel.entrypoints.answers.values import moment_text, number_text
from fiel.entrypoints.http.api.answering import answered, problems, reads, reply, writes
from fiel.entrypoints.http.api.desk import READ, TRADE, At, Desk, Wallet
from fiel.entrypoints.http.api.import_shapes import (
    Decisions,
    Import,
    ImportRows,
    Imports,
    RowDecision,
    Undone,
)
from fiel.entrypoints.http.api.models import money
from fiel.entrypoints.http.api.paging import Cursor, Limit, cursor_of, part, place_of
from fiel.entrypoints.http.api.repeating import Done, Key, hashed, once
from fiel.infra.system import RandomIds
from fiel.kernel.errors import Conflict, InvalidInput, NotFound, Refused

routes = APIRouter(prefix="/api/v1/portfolios/{wallet}/imports", tags=["imports"], dependencies=[READ])
BRL = "BRL"


ImportId = Annotated[str, Path(min_length=1, max_length=100, description="The id of an import.")]


@routes.post(
    "",
    summary="Read files into an import",
    operation_id="createImport",
    status_code=201,
    dependencies=[TRADE],
    responses=writes(Import, "The import to look at; nothing is booked", status=201),
)
def created(
    request: Request,
    wallet: Wallet,
    desk: At,
    files: Annotated[list[UploadFile], File(description="Reports, notes, statements, exports.")],
    password: Annotated[
        str | None, Form(max_length=200, description="Of a protected note; it is not kept.")
    ] = None,
    key: Key = None,
) -> Response:
    """Every data row is in one state, with its reason. What the book has already is not booked again."""
    name = desk.own(wallet)
    if len(files) > FILES_MAX:
        raise InvalidInput("too_many_files", f"at most {FILES_MAX} files at once", field="files")
    read = [_read(each, password) for each in files]

    def effect() -> Done:
        draft = drafts_of(desk).begin(name, read)
        place = f"/api/v1/portfolios/{name}/imports/{draft.id}"
        return Done(_body(drafts_of(desk).review(draft)), 201, {"Location": place})

    return once(desk, request, key, [each.sha256 for each in read], effect)


@routes.get(
    "",
    summary="The latest imports",
    operation_id="listImports",
    responses=reads(Imports, "The latest first"),
)
def listed(request: Request, wallet: Wallet, desk: At, limit: Limit = 20) -> Response:
    """Open, booked and undone ones."""
    found = drafts_of(desk).recent(desk.own(wallet), limit)
    return reply(request, {"imports": [_summary(each) for each in found], "nextCursor": None})


@routes.get(
    "/{import_id}",
    summary="An import against the book",
    operation_id="getImport",
    responses=reads(Import, "Counts, effects, and what lacks", 422),
)
def one(request: Request, wallet: Wallet, import_id: ImportId, desk: At) -> Response:
    """As the book is now; a booked one says what it did."""
    return reply(request, _shown(desk, _draft(desk, wallet, import_id)))


@routes.get(
    "/{import_id}/rows",
    summary="The rows of an import",
    operation_id="listImportRows",
    responses=reads(ImportRows, "Rows in the order of the files", 422),
)
def rows(
    request: Request,
    wallet: Wallet,
    import_id: ImportId,
    desk: At,
    state: Annotated[str | None, Query(max_length=20, description="Only rows in this state.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """What becomes of each row, and what is asked of people."""
    place = place_of(cursor, int)
    review = drafts_of(desk).review(_draft(desk, wallet, import_id))
    wanted = [row for row in review.rows if state is None or row.state.value == state]
    start = 0 if place is None else max(0, place[0])
    shown, more = part(wanted[start : start + limit + 1], limit)
    end = cursor_of(start + limit) if more else None
    return reply(request, {"rows": [_row(each) for each in shown], "nextCursor": end})


@routes.post(
    "/{import_id}/decisions",
    summary="Decide about rows",
    operation_id="decideImport",
    dependencies=[TRADE],
    responses=writes(Import, "The import with what was said"),
)
def decided(request: Request, wallet: Wallet, import_id: ImportId, asked: Decisions, desk: At) -> Response:
    """Leave rows out, mend them, name tickers, or say what was held before."""
    drafts, draft = drafts_of(desk), _draft(desk, wallet, import_id)
    if asked.rows:
        drafts.decide(draft.id, {key: _decision(each) for key, each in asked.rows.items()})
    for name, ticker in asked.tickers.items():
        drafts.say_ticker(draft.id, name, ticker)
    for opening in asked.openings:
        drafts.say_opening(draft.id, opening)
    if asked.account is not None:
        drafts.say_account(draft.id, asked.account)
    if asked.allow_short is not None:
        drafts.allow_short(draft.id, allowed=asked.allow_short)
    return reply(request, _shown(desk, drafts.named(draft.id)))


@routes.post(
    "/{import_id}/accept",
    summary="Book an import",
    operation_id="acceptImport",
    dependencies=[TRADE],
    responses=writes(Import, "It is in the book: all of it, once"),
)
def accepted(request: Request, wallet: Wallet, import_id: ImportId, desk: At, key: Key = None) -> Response:
    """All that is new, in one transaction, or nothing."""
    name = desk.own(wallet)

    def effect() -> Done:
        drafts, draft = drafts_of(desk), _draft(desk, name, import_id)
        try:
            drafts.accept(draft)
        except Refused as error:
            if error.code != "shares_missing":
                raise
            told = error.details.get("told", "")
            message = f"more leaves than is held: {told}; say what was held before with `openings`"
            raise Refused(error.code, message, field="openings", details=error.details) from error
        return Done(_shown(desk, drafts.named(draft.id)))

    return once(desk, request, key, {}, effect)


@routes.post(
    "/{import_id}/undo",
    summary="Undo an import",
    operation_id="undoImport",
    dependencies=[TRADE],
    responses=writes(Undone, "What it booked is reversed"),
)
def undone(request: Request, wallet: Wallet, import_id: ImportId, desk: At, key: Key = None) -> Response:
    """All that it booked is taken back by reversing entries; nothing is deleted."""
    name = desk.own(wallet)

    def effect() -> Done:
        draft = _draft(desk, name, import_id)
        return Done({"id": draft.id, "rows": drafts_of(desk).undo(draft)})

    return once(desk, request, key, {}, effect)


@routes.delete(
    "/{import_id}",
    summary="Forget an open import",
    operation_id="deleteImport",
    status_code=204,
    dependencies=[TRADE],
    responses=answered(None, "It is forgotten", status=204) | problems(409),
)
def dropped(wallet: Wallet, import_id: ImportId, desk: At) -> Response:
    """Only one that was never booked."""
    draft = _draft(desk, wallet, import_id)
    if draft.state is not DraftState.OPEN:
        raise Conflict("draft_closed", "a booked import is undone, not forgotten", field="import")
    drafts_of(desk).drop(draft.id)
    return Response(None, 204)


def drafts_of(desk: Desk) -> DraftDesk:
    """Drafts on the open book."""
    return DraftDesk(desk.database, desk.booking, desk.services.clock, RandomIds("import"))


def _draft(desk: Desk, wallet: str, import_id: str) -> Draft:
    name = desk.own(wallet)
    if import_id.isprintable():
        found = drafts_of(desk).named(import_id)
        if found.wallet == name:
            return found
    raise NotFound("draft_unknown", "there is no such import", field="import")


def _read(file: UploadFile, password: str | None) -> ReadFile:
    name = (file.filename or "file")[-200:]
    data = file.file.read(DEFAULT_LIMITS.bytes_max + 1)
    if len(data) > DEFAULT_LIMITS.bytes_max:
        raise too_large("bytes", f"more than {DEFAULT_LIMITS.bytes_max:,}", DEFAULT_LIMITS.bytes_max, name)
    return read_file(name if name.isprintable() else hashed(name), data, password=password)


def _decision(said: RowDecision) -> Decision | None:
    return None if said.choice == "none" else Decision(Choice(said.choice), dict(said.said))


def _summary(draft: Draft) -> dict[str, Any]:
    done = draft.outcome
    return {
        "id": draft.id,
        "wallet": draft.wallet,
        "state": draft.state.value,
        "createdAt": moment_text(draft.created_at),
        "changedAt": moment_text(draft.changed_at),
        "outcome": None
        if done is None
        else {
            "rows": list(done.rows),
            "entries": done.entries,
            "replaced": done.replaced,
            "alerts": list(done.alerts),
        },
    }


def _shown(desk: Desk, draft: Draft) -> dict[str, Any]:
    """Against the book while it is open; what it did afterwards."""
    return _body(drafts_of(desk).review(draft))


def _body(review: Review) -> dict[str, Any]:
    return _summary(review.draft) | {
        "files": [
            {
                "name": each.name,
                "format": each.format,
                "layout": each.layout,
                "rows": each.rows,
                "positions": each.positions,
                "bookedBefore": None if each.before is None else moment_text(each.before.booked_at),
            }
            for each in review.files
        ],
        "counts": {state.value: review.count(state) for state in RowState},
        "importable": review.importable,
        "invested": money(review.invested, BRL),
        "received": money(review.received, BRL),
        "moves": [
            {"asset": each.asset, "before": number_text(each.before), "after": number_text(each.after)}
            for each in review.moves
        ],
        "missing": [
            {
                "asset": each.asset,
                "account": each.account,
                "day": str(each.day),
                "quantity": number_text(each.quantity),
            }
            for each in review.missing
        ],
        "accountsOpened": list(review.accounts_opened),
        "replaced": review.replaced,
        "gone": review.gone,
    }


def _row(each: ReviewRow) -> dict[str, Any]:
    row, why = each.row, each.problem
    return {
        "key": each.key,
        "file": each.file,
        "row": row.row,
        "state": each.state.value,
        "kind": None if row.kind is None else row.kind.value,
        "date": None if row.day is None else row.day.isoformat(),
        "asset": each.asset,
        "account": each.account,
        "quantity": number_text(row.quantity),
        "price": number_text(row.price),
        "amount": number_text(row.amount),
        "problem": None
        if why is None
        else {
            "code": why.code,
            "column": why.column,
            "value": why.value,
            "text": why.text,
            "accept": why.accept,
        },
        "twins": list(each.twins),
        "knownAs": each.known_as or None,
    }
