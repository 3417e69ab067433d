"""`/importar` and `/importacoes/{id}`: files are read, checked row by row, and only then booked."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from fiel.copilot.booking.typed import KINDS
from fiel.copilot.drafts.desk import FILES_MAX
from fiel.copilot.drafts.draft import Choice, Decision, Draft, DraftState
from fiel.copilot.drafts.reviewing import Review
from fiel.copilot.importing.limits import DEFAULT_LIMITS, too_large
from fiel.copilot.importing.reading import read_file
from fiel.copilot.importing.rows import ReadFile
from fiel.copilot.own_plan.first_targets import first_targets, save_first_targets
from fiel.entrypoints.http.security import Scope, require
from fiel.entrypoints.web.desks import draft_desk, wallet_for_entries
from fiel.entrypoints.web.fresh_prices import fetch_prices
from fiel.entrypoints.web.rendering import PARTIAL_HEADER, render, texts_of
from fiel.entrypoints.web.request import Form, FormOf, Site, redirect, site
from fiel.entrypoints.web.typed_numbers import number_box, typed_number
from fiel.entrypoints.web.views import importing as views
from fiel.entrypoints.web.views.typed_entries import FormProblem, problem_of, said_of
from fiel.kernel.errors import Conflict, FielError, InvalidInput, NotFound, Refused

routes = APIRouter(include_in_schema=False)
_TRADE = [Depends(require(Scope.TRADE))]
_MEGABYTE = 1_000_000
_CHOICES = {
    "ignorar": Choice.IGNORE,
    "manter": Choice.KEEP,
    "de_novo": Choice.AGAIN,
    "corrigir": Choice.FIX,
}


def _draft(request: Request, draft_id: str) -> Draft:
    """The draft of the address; of a wallet that is not theirs nobody is told that it exists."""
    page = site(request)
    draft = draft_desk(page).named(draft_id)
    if not page.principal.may_see(draft.wallet):
        raise NotFound("draft_unknown", "there is no such import", field="id")
    return draft


DraftOf = Annotated[Draft, Depends(_draft)]


@routes.get("/importar")
def choose(request: Request) -> Response:
    """Choose files."""
    return _choose(request)


@routes.post("/importar", dependencies=_TRADE)
def upload(request: Request, form: FormOf) -> Response:
    """Read the files into a draft; nothing is booked."""
    page = site(request)
    wallet = form.text("carteira") or wallet_for_entries(page)
    try:
        if not page.principal.may_see(wallet):
            raise NotFound("user_unknown", "there is no such wallet", field="carteira")
        files, problems = _read_all(request, form)
        if not problems:
            desk = draft_desk(page)
            draft = desk.begin(wallet, files)
            if account := form.text("conta"):
                desk.say_account(draft.id, account)
            return redirect(f"/importacoes/{draft.id}")
    except InvalidInput as error:
        problems = [("", views.file_problem_words(texts_of(request), error))]
    return _choose(request, problems, form)


def _read_all(request: Request, form: Form) -> tuple[list[ReadFile], list[tuple[str, str]]]:
    """What can be read, and (file, why) of what cannot."""
    t, files, problems = texts_of(request), list[ReadFile](), list[tuple[str, str]]()
    for each in form.files("arquivo")[: FILES_MAX + 1]:
        name = (each.filename or "")[:200]
        try:
            data = each.file.read(DEFAULT_LIMITS.bytes_max + 1)
            if len(data) > DEFAULT_LIMITS.bytes_max:
                raise too_large("bytes", f"{len(data):,}", DEFAULT_LIMITS.bytes_max, name)
            files.append(read_file(name, data, password=form.text("senha") or None))
        except FielError as error:
            problems.append((name, views.file_problem_words(t, error)))
        finally:
            each.file.close()
    return files, problems


def _choose(
    request: Request, problems: list[tuple[str, str]] | None = None, form: Form | None = None
) -> Response:
    page = site(request)
    wallet = page.wallet_or_none
    return render(
        request,
        "import.html",
        status=422 if problems else 200,
        problems=problems or [],
        recent=draft_desk(page).recent(wallet) if wallet else [],
        into=(form.text("carteira") if form else "") or wallet_for_entries(page),
        account=form.text("conta") if form else "",
        files_max=FILES_MAX,
        megabytes=DEFAULT_LIMITS.bytes_max // _MEGABYTE,
    )


@routes.get("/importacoes/{draft_id}")
def check(request: Request, draft: DraftOf) -> Response:
    """What the draft would do, or what it did."""
    if draft.state is not DraftState.OPEN:
        return _finished(request, draft)
    return _check(request, draft)


def _check(
    request: Request, draft: Draft, status: int = 200, problem: FormProblem | None = None, **told: Any
) -> Response:
    asked = request.query_params
    number = asked.get("pagina", "1")
    review = draft_desk(site(request)).review(draft)
    view = views.import_view(
        review,
        asked.get("ver", "todas"),
        int(number) if number.isdecimal() and len(number) < 7 else 1,
        told.pop("fixing", asked.get("corrigir", "")),
    )
    return render(
        request, "import_check.html", status=status, view=view, **_shown(request, review, problem), **told
    )


def _shown(request: Request, review: Review, problem: FormProblem | None = None) -> dict[str, Any]:
    t = texts_of(request)

    def address(**changes: str | int) -> str:
        asked = {
            name: request.query_params[name] for name in ("ver", "pagina") if name in request.query_params
        }
        query = urlencode(asked | {name: str(value) for name, value in changes.items()})
        return f"/importacoes/{review.draft.id}" + (f"?{query}" if query else "")

    return {
        "review": review,
        "draft": review.draft,
        "address": address,
        "why": lambda row: views.problem_words(t, row),
        "guess": views.guessed,
        "is_fixed": views.is_fixed,
        "is_kept": views.is_kept,
        "kinds": tuple((name, kind.value) for name, kind in KINDS.items()),
        "problem": problem,
        "box": number_box,
    }


@routes.get("/importacoes/{draft_id}/linhas/{key}")
def open_row(request: Request, draft: DraftOf, key: str) -> Response:
    """The form that corrects a row, alone or in its page."""
    return _row(request, draft, key, fixing=request.query_params.get("corrigir", ""))


@routes.post("/importacoes/{draft_id}/linhas/{key}", dependencies=_TRADE)
def decide(request: Request, draft: DraftOf, key: str, form: FormOf) -> Response:
    """Say something of one row: leave it out, keep it, correct it, take back what was said."""
    desk, choice = draft_desk(site(request)), _CHOICES.get(form.text("fazer"))
    try:
        said = said_of(form) if choice is Choice.FIX else {}
        decision = None if choice is None else Decision(choice, said)
        changed = desk.decide(draft.id, {key: decision})
    except InvalidInput as error:
        problem = problem_of(texts_of(request), error, form)
        return _row(request, draft, key, fixing=key, problem=problem, status=422)
    except Conflict:
        return redirect(f"/importacoes/{draft.id}", "notice_imp_changed")
    return _row(request, changed, key)


def _row(
    request: Request,
    draft: Draft,
    key: str,
    *,
    fixing: str = "",
    problem: FormProblem | None = None,
    status: int = 200,
) -> Response:
    """The rows that a decision changed, with the counters; the whole page for who has no script."""
    if request.headers.get(PARTIAL_HEADER) != "partial":
        if status == 200 and request.method == "POST":
            return redirect(f"/importacoes/{draft.id}?{_kept(request)}#linha-{key}")
        return _check(request, draft, status, problem, fixing=key)
    review = draft_desk(site(request)).review(draft)
    rows = views.affected(review, key)
    if not rows:
        raise NotFound("row_unknown", "the import has no such row", field="linha")
    view = views.import_view(review, fixing=fixing)
    shown = _shown(request, review, problem)
    # A live check answers 200: an error status would be told in the console, and the form says it anyway.
    return render(request, "import_row.html", block="answer", key=key, rows=rows, view=view, **shown)


def _kept(request: Request) -> str:
    asked = request.query_params
    return urlencode({name: asked[name] for name in ("ver", "pagina") if name in asked})


@routes.post("/importacoes/{draft_id}/todas", dependencies=_TRADE)
def decide_all(request: Request, draft: DraftOf, form: FormOf) -> Response:
    """Say the same of many rows: keep the similar ones, ignore the repeated, book again what was undone."""
    desk = draft_desk(site(request))
    review, wanted = desk.review(draft), form.text("fazer")
    if wanted == "manter":
        keys = [row.key for row in review.rows if row.twins and row.state.value == "similar"]
        said = dict.fromkeys(keys, Decision(Choice.KEEP))
    elif wanted == "ignorar":
        said = dict.fromkeys(views.repeated(review), Decision(Choice.IGNORE))
    else:
        keys = [row.key for row in review.rows if row.state.value == "taken_back"]
        said = dict.fromkeys(keys, Decision(Choice.AGAIN))
    if said:
        desk.decide(draft.id, dict(said))
    return redirect(f"/importacoes/{draft.id}")


@routes.post("/importacoes/{draft_id}/nomes", dependencies=_TRADE)
def say_name(request: Request, draft: DraftOf, form: FormOf) -> Response:
    """Which ticker a name on a note is."""
    try:
        draft_desk(site(request)).say_ticker(draft.id, form.text("nome"), form.text("codigo"))
    except InvalidInput as error:
        return _check(request, draft, 422, problem_of(texts_of(request), error, form, field="nome"))
    return redirect(f"/importacoes/{draft.id}")


@routes.post("/importacoes/{draft_id}/antes", dependencies=_TRADE)
def say_before(request: Request, draft: DraftOf, form: FormOf) -> Response:
    """What was held before the first row, or that more may be sold than is held."""
    desk = draft_desk(site(request))
    try:
        if form.text("fazer") in ("permitir", "proibir"):
            desk.allow_short(draft.id, allowed=form.text("fazer") == "permitir")
        else:
            average = typed_number(form.text("medio"), "medio", decimals_max=9)
            units = typed_number(form.text("quantidade"), "quantidade", decimals_max=9)
            account = "" if form.text("conta") in ("", "-") else f"/{form.text('conta')}"
            desk.say_opening(draft.id, f"{form.text('ativo')}={units:f}@{average:f}{account}")
    except InvalidInput as error:
        return _check(request, draft, 422, problem_of(texts_of(request), error, form, field="antes"))
    return redirect(f"/importacoes/{draft.id}")


@routes.post("/importacoes/{draft_id}/importar", dependencies=_TRADE)
def accept(request: Request, draft: DraftOf, form: FormOf) -> Response:
    """Book it, once: a second click finds it done."""
    address = f"/importacoes/{draft.id}"
    if draft.state is DraftState.OPEN and form.text("versao") != str(draft.version):
        return redirect(address, "notice_imp_changed")
    try:
        done = draft_desk(site(request)).accept(draft)
    except Conflict:
        return redirect(address)
    except Refused as error:
        if error.code != "shares_missing":
            raise
        return _check(request, draft, 422)
    return redirect(address, "notice_imp_done", n=str(done.rows))


@routes.post("/importacoes/{draft_id}/desfazer", dependencies=_TRADE)
def undo(request: Request, draft: DraftOf, form: FormOf) -> Response:  # noqa: ARG001 (its token)
    """Take all of it back by reversing entries."""
    address = f"/importacoes/{draft.id}"
    try:
        rows = draft_desk(site(request)).undo(draft)
    except Conflict:
        return redirect(address)
    return redirect(address, "notice_imp_undone", n=str(rows))


@routes.post("/importacoes/{draft_id}/descartar", dependencies=_TRADE)
def drop(request: Request, draft: DraftOf, form: FormOf) -> Response:  # noqa: ARG001 (its token)
    """Forget a draft that was not booked."""
    draft_desk(site(request)).drop(draft.id)
    return redirect("/importar", "notice_imp_dropped")


def _finished(
    request: Request, draft: Draft, said: dict[str, str] | None = None, status: int = 200
) -> Response:
    page: Site = site(request)
    is_booked = draft.state is DraftState.BOOKED
    ready = first_targets(page.database, page.services.clock, draft.wallet, page.today) if is_booked else None
    return render(
        request,
        "import_done.html",
        status=status,
        draft=draft,
        outcome=draft.outcome,
        ready=ready,
        said=said or {},
        asked_again=said is not None,
    )


@routes.post("/importacoes/{draft_id}/alvos", dependencies=_TRADE)
def use_as_targets(request: Request, draft: DraftOf, form: FormOf) -> Response:
    """Keep today's wallet as the targets, with what is said of assets that nothing tells the kind of."""
    page = site(request)
    said = {name.removeprefix("e."): form.text(name) for name in form.fields if name.startswith("e.")}
    where = page.database, page.services.clock
    ready = first_targets(*where, draft.wallet, page.today)
    if ready.has_targets:
        return redirect("/alvos")
    if any(not said.get(asset) for asset in ready.unknown):
        return _finished(request, draft, said, status=422)
    if not ready.is_priced(page.services.prices):
        fetch_prices(page, ready.assets)
    told = {asset: said[asset] for asset in ready.unknown}
    try:
        by_value = save_first_targets(*where, page.services.prices, draft.wallet, page.today, told, page.lang)
    except InvalidInput as error:
        if error.code != "targets_there":
            raise
        return redirect("/alvos")
    return redirect("/aportar", "notice_imp_targets" if by_value else "notice_imp_targets_equal")
