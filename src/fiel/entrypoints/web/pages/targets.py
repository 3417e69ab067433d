"""Alvos: the tree of targets, edited with every sum checked to exactly 100."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from fiel.copilot.own_plan.first_targets import held_text
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.failures import told
from fiel.entrypoints.http.security import Scope, require
from fiel.entrypoints.web.desks import own_plan_desk
from fiel.entrypoints.web.rendering import numbers_of, render, texts_of
from fiel.entrypoints.web.request import FormOf, Site, form_of, redirect, site
from fiel.entrypoints.web.typed_numbers import number_box
from fiel.entrypoints.web.views import targets_acts as acts
from fiel.entrypoints.web.views import targets_saving as saving
from fiel.entrypoints.web.views.invest_ask import TARGET
from fiel.entrypoints.web.views.targets_edit import PARENT, Checked, Editing, check, editing_of, read_editing
from fiel.entrypoints.web.views.targets_saving import Start
from fiel.kernel.errors import FielError, InvalidInput, InvalidInputs
from fiel.portfolio.instruments import Kind

routes = APIRouter(include_in_schema=False)
#: Errors that this page says in its own words.
_OWN = frozenset(
    {
        "label_missing",
        "asset_malformed",
        "asset_repeated",
        "kind_missing",
        "cash_repeated",
        "base_needs_sums",
    }
)
_KINDS = (
    "",
    *(Kind.STOCK.value, Kind.FII.value, Kind.ETF.value, Kind.BDR.value, Kind.TREASURY.value),
    *(Kind.FIXED_INCOME.value, Kind.FUND.value, Kind.CRYPTO.value, Kind.OTHER.value),
)


@dataclass(frozen=True, slots=True)
class Adding:
    """What stands in the boxes of what is to be added."""

    where: str
    name: str
    kind: str


@routes.get("/alvos")
def targets_page(request: Request) -> Response:
    """The editor: on the draft, else on what is saved, else on the wallet of today."""
    page = site(request)
    start = _start(page)
    draft = saving.draft_of(page.database, page.wallet)
    editing = draft[0] if draft is not None else saving.beginning(start, PARENT)
    if editing is None:
        return _text_page(request, start.text, start.problem, unreadable=True)
    return _show(request, start, editing, draft_at=None if draft is None else draft[1])


@routes.post("/alvos/conferir", dependencies=[Depends(require(Scope.READ))])
def check_targets(request: Request, form: FormOf) -> Response:
    """Every sum of what is typed; the boxes themselves are never sent back.

    It is asked at each pause of typing and changes no target: reading is enough, and the log of deeds
    is spared. The draft is kept only for who may save it.
    """
    page = site(request)
    editing = read_editing(form.fields)
    if page.principal.may(Scope.TRADE):
        saving.keep_draft(page.database, page.wallet, editing, page.now)
    checked = check(editing, _start(page).tree)
    return render(request, "targets_checked.html", **_around(request, checked))


@routes.post("/alvos", dependencies=[Depends(require(Scope.TRADE))])
def edit_targets(request: Request, form: FormOf) -> Response:
    """A button of the editor: one step of editing, the effect, or saving."""
    page = site(request)
    start = _start(page)
    editing = read_editing(form.fields)
    act, _, about = form.text("acao", "conferir").partition(":")
    if act == "salvar":
        return _save(request, start, editing)
    if act == "efeito":
        return _effect(request, start, editing)
    adding = Adding(form.text("onde"), form.text("novo"), form.text("nova_especie"))
    try:
        editing = _acted(act, about, editing, adding, request)
    except InvalidInput as error:
        return _show(request, start, editing, status=422, problems=[_told(request, error)], adding=adding)
    saving.keep_draft(page.database, page.wallet, editing, page.now)
    return _show(request, start, editing, draft_at=page.now)


@routes.post("/alvos/descartar", dependencies=[Depends(require(Scope.TRADE)), Depends(form_of)])
def discard_draft(request: Request) -> Response:
    """Forget the draft: what is saved holds."""
    page = site(request)
    saving.forget_draft(page.database, page.wallet)
    return redirect("/alvos", "notice_goal_discarded")


@routes.post("/alvos/da-carteira", dependencies=[Depends(require(Scope.TRADE)), Depends(form_of)])
def take_wallet(request: Request) -> Response:
    """The wallet of today as targets, saved at once; only where there are none yet, else it is the draft.

    Raises `InvalidInput` when nothing tells what an asset is: the text page then says what to write.
    """
    page = site(request)
    desk, wallet = own_plan_desk(page), page.wallet
    text = held_text(desk, page.services.prices, desk.look(wallet), page.today, page.lang).text
    try:
        if desk.saved(wallet) is None:
            saving.save_text(desk, wallet, text)
        else:
            tree = desk.read(desk.look(wallet), text, name=saving.NAME).portfolio.targets
            saving.keep_draft(page.database, wallet, editing_of(tree), page.now)
    except InvalidInput as error:
        return _text_page(request, text, error, unreadable=True, status=422)
    return redirect("/alvos", "notice_goal_from_wallet")


@routes.get("/alvos/texto")
def targets_text(request: Request) -> Response:
    """The targets as a person wrote them."""
    start = _start(site(request))
    return _text_page(request, start.text, start.problem)


@routes.post("/alvos/texto", dependencies=[Depends(require(Scope.TRADE))])
def save_text(request: Request, form: FormOf) -> Response:
    """Save a text; every problem of it is told with its line."""
    page = site(request)
    text = (form.all("texto") or [""])[0]
    try:
        saving.save_text(own_plan_desk(page), page.wallet, text)
    except InvalidInput as error:
        return _text_page(request, text, error, status=422)
    return redirect("/alvos", "notice_goal_saved")


def _start(page: Site) -> Start:
    def make() -> Start:
        return saving.start_of(own_plan_desk(page), page.services.prices, page.wallet, page.today, page.lang)

    return page.memo.get(("targets", page.wallet, page.version(), page.today, page.lang), make)


def _acted(act: str, about: str, editing: Editing, adding: Adding, request: Request) -> Editing:
    steps: dict[str, Callable[[], Editing]] = {
        "conferir": lambda: editing,
        "base": lambda: acts.in_base(editing, about),
        "dividir": lambda: acts.share_out(editing, about),
        "iguais": lambda: acts.equal_parts(editing, about),
        "por": lambda: acts.put_rest_in(editing, about),
        "tirar": lambda: acts.remove(editing, about),
        "classe": lambda: acts.add_class(editing, adding.where, adding.name),
        "ativo": lambda: acts.add_asset(editing, adding.where, adding.name, adding.kind),
        "caixa": lambda: acts.add_cash(editing, adding.where, texts_of(request).plain("goal_cash")),
    }
    if act not in steps:
        raise InvalidInput("act_unknown", "there is no such button", field="acao")
    return steps[act]()


def _save(request: Request, start: Start, editing: Editing) -> Response:
    page = site(request)
    checked = check(editing, start.tree)
    try:
        kept_all = saving.save_tree(own_plan_desk(page), page.wallet, start, checked)
    except InvalidInput as error:
        problems = [] if not checked.is_sound else _all_told(request, error)
        problems = problems or [texts_of(request).plain("goal_save_why_not")]
        return _show(request, start, editing, status=422, problems=problems)
    return redirect("/alvos", "notice_goal_saved" if kept_all else "notice_goal_saved_anew")


def _effect(request: Request, start: Start, editing: Editing) -> Response:
    """To the plan with these weights supposed: all of a class where one of it differs."""
    page = site(request)
    checked = check(editing, start.tree)
    if checked.tree is None or start.tree is None:
        return _show(
            request, start, editing, status=422, problems=[texts_of(request).plain("goal_save_why_not")]
        )
    saving.keep_draft(page.database, page.wallet, editing, page.now)
    before = {node.id: node for node in start.tree.walk()}
    said = []
    for node in checked.tree.walk():
        known = before.get(node.id)
        if known is None or {each.id for each in known.children} != {each.id for each in node.children}:
            continue
        weights = {each.id: each.weight for each in known.children}
        if any(weights[each.id] != each.weight for each in node.children):
            said += [(f"{TARGET}{each.id}", number_box(each.weight)) for each in node.children]
    return redirect(f"/aportar?{urlencode(said)}" if said else "/aportar")


def _show(
    request: Request,
    start: Start,
    editing: Editing,
    *,
    status: int = 200,
    problems: list[str] | None = None,
    draft_at: Any = None,
    adding: Adding | None = None,
) -> Response:
    page = site(request)
    checked = check(editing, start.tree)
    shares = page.memo.get(
        ("targets-now", page.wallet, page.version(), page.today),
        lambda: saving.actual_shares(own_plan_desk(page), page.services.prices, start, page.today),
    )
    n, t = numbers_of(request), texts_of(request)
    nows = {}
    for each in checked.rows:
        actual = shares.get(each.row.id)
        off = None if actual is None or each.share is None else n.points(actual - each.share)
        nows[each.row.id] = (
            ""
            if actual is None
            else t.plain("goal_now", actual=n.percent(actual))
            if off is None
            else t.plain("goal_now_off", actual=n.percent(actual), off=off)
        )
    context = _around(request, checked) | {
        "problems": problems or [],
        "draft_at": draft_at,
        "saved_at": start.saved_at,
        "nows": nows,
        "kinds": _KINDS,
        "adding": adding,
    }
    return render(request, "targets.html", status=status, **context)


def _around(request: Request, checked: Checked) -> dict[str, Any]:
    """What both the page and the check show."""
    t, n = texts_of(request), numbers_of(request)
    editing = checked.editing
    labels = {row.id: row.label for row in editing.rows} | {"": t.plain("goal_whole")}
    in_parent = editing.base == PARENT

    def other(each: Any) -> str:
        if each.problem is not None:
            return t.plain("goal_bad_number")
        if in_parent and each.share is not None:
            return t.plain("goal_equals", share=n.percent(each.share))
        if not in_parent and each.weight is not None:
            label = labels[each.row.parent]
            return t.plain("goal_equals_parent", weight=number_box(each.weight), label=label)
        return t.plain("goal_unknown")

    return {
        "checked": checked,
        "box": number_box,
        "others": {each.number: other(each) for each in checked.rows},
        "base_words": {
            row.id: t.plain("goal_of_parent", label=labels[row.parent])
            if in_parent and row.parent
            else t.plain("goal_of_whole")
            for row in editing.rows
        },
    }


def _text_page(
    request: Request, text: str, problem: InvalidInput | None, *, unreadable: bool = False, status: int = 200
) -> Response:
    problems = [] if problem is None else _all_told(request, problem)
    return render(
        request, "targets_text.html", status=status, text=text, problems=problems, unreadable=unreadable
    )


def _all_told(request: Request, error: InvalidInput) -> list[str]:
    """Every problem of a text, with its line."""
    t = texts_of(request)
    found = []
    for each in error.problems if isinstance(error, InvalidInputs) else (error,):
        line = each.details.get("line")
        why = _told(request, each)
        found.append(t.plain("goal_text_line", line=line, why=why) if line else why)
    return found


def _told(request: Request, error: FielError) -> str:
    t = texts_of(request)
    if error.code in _OWN:
        values = {"asset": error.details.get("asset", "")}
        return t.plain(f"goal_{error.code}", **values)
    return told(error, Words(site(request).lang))
