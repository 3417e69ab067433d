"""`/lancamentos`: what was booked, typing one more, correcting and reversing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from fiel.copilot.booking.looking import BookedRow, Looking
from fiel.copilot.booking.typed import typed_file
from fiel.entrypoints.http.security import Scope, require
from fiel.entrypoints.web.csv_answers import csv_answer, csv_form
from fiel.entrypoints.web.desks import booking_desk, draft_desk, wallet_for_entries
from fiel.entrypoints.web.rendering import render, texts_of
from fiel.entrypoints.web.request import Form, FormOf, Site, redirect, site
from fiel.entrypoints.web.typed_numbers import number_box
from fiel.entrypoints.web.views.entries import EntriesAsk, EntriesView, entries_view, entry_rows, read_ask
from fiel.entrypoints.web.views.entry_form import (
    COMMON,
    FIELDS_OF,
    EntryPreview,
    form_kind,
    preview,
    reversal_moves,
    row_said,
)
from fiel.entrypoints.web.views.typed_entries import FormProblem, problem_of, said_of
from fiel.kernel.csv_cells import csv_text
from fiel.kernel.errors import InvalidInput, NotFound

routes = APIRouter(include_in_schema=False)
_TRADE = [Depends(require(Scope.TRADE))]


@routes.get("/lancamentos")
def entries(request: Request) -> Response:
    """The list, filtered and paged."""
    page = site(request)
    if page.wallet_or_none is None:
        return render(request, "entries_empty.html")
    return render(request, "entries.html", block="list", view=_view(page, read_ask(request.query_params)))


@routes.get("/lancamentos.csv")
def entries_csv(request: Request) -> Response:
    """All rows that the filters let through, as a file."""
    page, ask = site(request), read_ask(request.query_params)
    heads = (
        "id",
        "date",
        "kind",
        "asset",
        "account",
        "quantity",
        "price",
        "amount",
        "fees",
        "taxes",
        "source",
        "row",
        "reversed_at",
        "note",
    )
    rows, number = [], 1
    while True:
        view = _view(page, ask, number)
        rows += [
            (
                row.id,
                row.day,
                row.kind,
                row.asset,
                row.account,
                row.quantity,
                row.price,
                row.amount,
                row.fees,
                row.taxes,
                row.source,
                row.file_row,
                None if row.reversed_at is None else row.reversed_at.isoformat(),
                row.note,
            )
            for row in view.rows
        ]
        if number >= view.pages:
            break
        number += 1
    return csv_answer("lancamentos.csv", csv_text(heads, rows, csv_form(request)))


def _view(page: Site, ask: EntriesAsk, number: int | None = None) -> EntriesView:
    key = ("entries", page.wallet, page.version())
    rows = page.memo.get(key, lambda: Looking(page.database).rows(page.wallet, taken_back=True))
    of_draft = None
    if ask.draft:
        draft = draft_desk(page).named(ask.draft)
        if draft.wallet != page.wallet:
            raise NotFound("draft_unknown", "there is no such import", field="importacao")
        of_draft = frozenset(draft.outcome.rows if draft.outcome else ())
    return entries_view(rows, page.wallet, ask if number is None else replace(ask, page=number), of_draft)


@routes.get("/lancamentos/novo")
def new(request: Request) -> Response:
    """The form; with `corrige=` filled in from the row to be corrected."""
    asked = request.query_params
    row = _row(site(request), asked["corrige"]) if asked.get("corrige") else None
    kind = asked.get("tipo") or (form_kind(row) if row else None) or "buy"
    return _form(request, kind if kind in FIELDS_OF else "buy", correcting=row, typed=_typed_of(row))


@routes.post("/lancamentos/novo", dependencies=_TRADE)
def book(request: Request, form: FormOf) -> Response:
    """Show what would change; with `fazer=lancar` book it."""
    page, kind = site(request), form.text("tipo")
    desk, wallet = booking_desk(page), wallet_for_entries(page)
    correcting = _row(page, form.text("corrige")) if form.text("corrige") else None
    try:
        row = row_said(kind, said_of(form), page.today)
        shown = preview(page.database, desk, wallet, row)
    except InvalidInput as error:
        problem = problem_of(texts_of(request), error, form)
        return _form(request, kind, 422, problem=problem, correcting=correcting, typed=_typed(form))
    short = form.text("descoberto") == "1"
    if form.text("fazer") != "lancar" or (shown.missing and not short) or shown.waits is not None:
        return _form(request, kind, shown=shown, correcting=correcting, typed=_typed(form))
    if correcting is not None and correcting.reversed_at is None:
        desk.take_back(wallet, [correcting.id])
    done = desk.accept(wallet, [typed_file([row])], allow_short=short)
    told = "notice_ent_booked" if done.rows else "notice_ent_known"
    return redirect("/lancamentos", "notice_ent_corrected" if correcting else told)


def _form(
    request: Request,
    kind: str,
    status: int = 200,
    *,
    typed: dict[str, str] | None = None,
    problem: FormProblem | None = None,
    shown: EntryPreview | None = None,
    correcting: BookedRow | None = None,
) -> Response:
    page, kind = site(request), kind if kind in FIELDS_OF else "buy"
    kinds = tuple(FIELDS_OF)
    return render(
        request,
        "entry_form.html",
        status=status,
        kind=kind,
        common=kinds[:COMMON],
        others=kinds[COMMON:],
        fields=FIELDS_OF[kind],
        typed={"data": page.today.isoformat(), **(typed or {})},
        problem=problem,
        shown=shown,
        correcting=correcting,
        accounts=_accounts(page),
    )


def _typed(form: Form) -> dict[str, str]:
    return {name: form.text(name) for name in form.fields if name != "csrf"}


def _typed_of(row: BookedRow | None) -> dict[str, str]:
    """What a row of the book would have been typed as."""
    if row is None:
        return {}
    numbers = {"quantidade": "quantity", "preco": "price", "valor": "amount", "custos": "fees"}
    said: dict[str, Any] = {
        name: number_box(Decimal(row.said[ours])) for name, ours in numbers.items() if ours in row.said
    }
    account = row.said.get("institution", "")
    return {**said, "data": row.day.isoformat(), "ativo": row.asset, "conta": account}


def _accounts(page: Site) -> tuple[str, ...]:
    wallet = page.wallet_or_none
    if wallet is None:
        return ()
    return tuple(dict.fromkeys(each.name for each in Looking(page.database).accounts(wallet) if each.name))


@routes.get("/lancamentos/{row_id}/estornar")
def ask_reversal(request: Request, row_id: str) -> Response:
    """What taking a row back would change."""
    page = site(request)
    row = _row(page, row_id)
    moves = reversal_moves(page.database, page.wallet, row)
    [shown] = entry_rows([row], page.wallet)
    return render(request, "entry_reverse.html", row=shown, moves=moves)


@routes.post("/lancamentos/{row_id}/estornar", dependencies=_TRADE)
def reverse(request: Request, row_id: str, form: FormOf) -> Response:  # noqa: ARG001 (its token)
    """Take it back by reversing entries; a second click changes nothing."""
    page = site(request)
    row = _row(page, row_id)
    if row.reversed_at is None:
        booking_desk(page).take_back(page.wallet, [row.id])
    return redirect("/lancamentos", "notice_ent_reversed")


def _row(page: Site, row_id: str) -> BookedRow:
    """A row of the wallet. Raises `NotFound` (row_unknown)."""
    for row in Looking(page.database).rows(page.wallet, taken_back=True):
        if row.id == row_id:
            return row
    raise NotFound("row_unknown", "this wallet has no such entry", field="lancamento")
