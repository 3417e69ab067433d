"""Aportar: an amount, and at once the orders, with their reasons and the portfolio before and after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from fiel.copilot.own_plan.desk import OwnPlanDesk
from fiel.copilot.plan_view import sentences
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.failures import told
from fiel.entrypoints.web.catalogue import Texts
from fiel.entrypoints.web.csv_answers import csv_answer, csv_form
from fiel.entrypoints.web.rendering import PARTIAL_HEADER, numbers_of, render, source_text, texts_of
from fiel.entrypoints.web.request import Site, site
from fiel.entrypoints.web.views import invest_page as around
from fiel.entrypoints.web.views.ages import age_of
from fiel.entrypoints.web.views.invest import Ground, InvestView, assemble, invest, missing_prices
from fiel.entrypoints.web.views.invest_ask import InvestAsk, read_ask
from fiel.entrypoints.web.views.invest_plans import saved_plans
from fiel.kernel.errors import FielError, InvalidInput, NotFound, Refused

routes = APIRouter(include_in_schema=False)
#: A page shows the plans that were kept last.
PLANS_SHOWN = 5
#: Money in a sentence of the planner.
_AMOUNT = re.compile(r"R\$[\s\u00a0]?[0-9]+(?:[.,][0-9]+)*")


@routes.get("/aportar")
def invest_page(request: Request) -> Response:
    """The question and its answer; what is asked stands in the address."""
    page = site(request)
    pairs = [pair for pair in request.query_params.multi_items() if pair[0] != "carteira"]
    ask = read_ask(pairs)
    is_partial = request.headers.get(PARTIAL_HEADER) == "partial"
    mine = around.address(ask, named_wallet(request))
    if not is_partial and not ask.problems and any(not text.strip() for _, text in pairs):
        # A form without a script sends every empty box; the address to keep is the short one.
        return RedirectResponse(mine, status_code=303)
    context = Answering(request, page, ask).context()
    answer = render(request, "invest.html", block="plano", is_partial=is_partial, **context)
    if is_partial and not ask.problems:
        answer.headers["HX-Replace-Url"] = mine
    return answer


@routes.get("/aportar/ordens.csv")
def orders_csv(request: Request) -> Response:
    """The orders for a spreadsheet; no cell starts a formula. Raises what planning raises."""
    page = site(request)
    view = view_of(page, read_ask(request.query_params.multi_items()))
    name = f"ordens-{page.today.isoformat()}.csv"
    return csv_answer(name, view.plan.to_csv(form=csv_form(request)))


def named_wallet(request: Request) -> str | None:
    """The wallet, where the address names it: links then name it too."""
    return request.query_params.get("carteira")


def ask_of(query: str) -> InvestAsk:
    """The question of a text such as `valor=1.000&modo=vender`. Raises `InvalidInput` for a bad figure."""
    ask = read_ask(parse_qsl(query[:8000], max_num_fields=500))
    for problem in ask.problems.values():
        raise problem
    return ask


def ground_of(page: Site) -> Ground:
    """The book at its prices, read once per version. Raises what `assemble` raises."""
    wallet = page.wallet

    def make() -> Ground:
        desk = OwnPlanDesk(page.database, page.services.clock)
        return assemble(desk, page.services.prices, wallet, page.today, "alvos")

    return page.memo.get(("invest", wallet, page.version(), page.today), make)


def view_of(page: Site, ask: InvestAsk) -> InvestView:
    """The answer to a question. Raises what `invest` raises, and the first problem of the question."""
    for problem in ask.problems.values():
        raise problem
    return _answered(page, ground_of(page), ask)


def _answered(page: Site, ground: Ground, ask: InvestAsk) -> InvestView:
    """The answer, reckoned once for the same question, book and minute. Raises what `invest` raises."""
    minute = page.now.replace(second=0, microsecond=0)
    key = ("plan", ground.wallet, page.version(), minute, page.lang, tuple(ask.query()))
    return page.memo.get(key, lambda: invest(ground, ask, page.now, page.lang))


class Answering:
    """Everything that the template is given for one question."""

    def __init__(self, request: Request, page: Site, ask: InvestAsk) -> None:
        self.request, self.page, self.ask = request, page, ask
        self.t: Texts = texts_of(request)
        self.n = numbers_of(request)
        self.w = Words(page.lang)

    def context(self) -> dict[str, Any]:
        """The context. What has no honest answer is told in its place, not as an error of the page."""
        context = self._empty()
        page, ask = self.page, self.ask
        wallet = page.wallet
        try:
            ground = ground_of(page)
        except FielError as error:
            if isinstance(error, NotFound):
                raise
            context["no_targets"] = error.code == "targets_missing"
            context["refusal"] = told(error, self.w)
            return context
        context |= self._around(ground)
        context["missing"] = missing_prices(ground, ask)
        if not context["missing"]:
            try:
                view = _answered(page, ground, ask)
            except (InvalidInput, Refused, NotFound) as error:
                context["refusal"] = self._refused(error)
            else:
                context |= self._answer(ground, view)
        context["saved_plans"] = saved_plans(page.database, wallet, PLANS_SHOWN)
        return context

    def _empty(self) -> dict[str, Any]:
        ask = self.ask
        return {
            "ask": ask,
            "amount_typed": ask.typed.get("valor", ""),
            "in_query": named_wallet(self.request) is not None,
            "field_problems": [self._problem(each) for each in ask.problems.values()],
            "ground": None,
            "view": None,
            "refusal": None,
            "missing": (),
            "no_targets": False,
            "chips": [],
            "cash": Decimal(0),
            "saved_plans": [],
            "query": around.query_text(ask, named_wallet(self.request)),
        }

    def _around(self, ground: Ground) -> dict[str, Any]:
        cash = ground.portfolio.cash
        named = named_wallet(self.request)
        return {
            "ground": ground,
            "cash": cash,
            "chips": [
                {"href": chip.href, "label": self._chip(chip)} for chip in around.chips(self.ask, cash, named)
            ],
            "supposable_prices": around.supposable_prices(ground, self.ask, self._problem),
            "supposable_targets": around.supposable_targets(ground, self.ask, self._problem),
            "notes": list(self._notes(ground)),
            "enrolled": self._enrolled(ground.wallet),
        }

    def _chip(self, chip: around.Chip) -> str:
        if chip.kind == "clear":
            return self.t.plain("invest_chip_clear")
        if chip.kind == "cash":
            return self.t.plain("invest_chip_cash", amount=self.n.money(chip.amount))
        return self.t.plain("invest_chip_more", amount=self.n.number(chip.amount, 0))

    def _answer(self, ground: Ground, view: InvestView) -> dict[str, Any]:
        shown, named, ask = view.plan.view, named_wallet(self.request), self.ask
        labels = {node.id: node.name for node in ground.portfolio.targets.walk()}
        sides = {side: self.t.plain(f"invest_col_{side}") for side in ("buy", "sell")}
        return {
            "view": view,
            "headline": sentences.headline(shown, self.w),
            "whys": {
                one.row.asset: self._hidden(sentences.why(one.row, shown, self.w)) for one in view.orders
            },
            "why_nots": {
                row.asset: self._hidden(sentences.why_not(row, shown, self.w)) for row in view.skips
            },
            "hints": [self._hidden(line) for line in sentences.hints(shown, self.w)],
            "proof": self._proof(view),
            "tax_lines": [self._hidden(line) for line in sentences.tax_lines(shown, self.w)],
            "adjusted": [labels.get(name, name) for name in view.adjusted],
            "age": age_of(view.priced_at, self.page.now, self._sources(view)),
            "notes": [*self._notes(ground), *self._price_lines(view)],
            "orders_text": around.orders_text(view, sides, self.n.price),
            "parts_text": lambda parts: ", ".join(f"{name} {self.n.quantity(many)}" for name, many in parts),
            "with_old_prices": around.address(_with(ask, old_prices=True), named),
            "without_suppositions": around.address(_with(ask, prices={}, targets={}), named),
        }

    def _proof(self, view: InvestView) -> str:
        solution = view.plan.solution
        gap = sentences.gap_in_basis_points(solution.objective, solution.lower_bound)
        if solution.gap_proven <= sentences.GAP_PROVEN_ZERO:
            return self.t.plain("invest_proof_best")
        return self.t.plain("invest_proof_gap", gap=self.n.number(gap, 2))

    def _hidden(self, sentence: str) -> str:
        """A sentence with its amounts as dots, where values are hidden."""
        return hide_amounts(sentence) if self.page.prefs.hidden else sentence

    def _sources(self, view: InvestView) -> str:
        return ", ".join(sorted({note.source for note in view.plan.view.prices if note.source}))

    def _notes(self, ground: Ground) -> Iterator[str]:
        found, owned = ground.found, ground.found.owned
        if found.untargeted:
            yield self.t.plain("invest_untargeted", names=", ".join(found.untargeted))
        if owned.open_orders:
            yield str(self.t.count("invest_open_orders", owned.open_orders))
        elsewhere = [each.account for each in owned.cash if each.free is None]
        if elsewhere:
            yield self.t.plain("invest_cash_elsewhere", accounts=", ".join(elsewhere))
        if owned.month_refused is not None:
            yield self.t.plain("invest_tax_unknown", why=told(owned.month_refused, self.w))

    def _price_lines(self, view: InvestView) -> Iterator[str]:
        for note in view.plan.view.prices:
            at = self.n.moment(note.as_of) if note.as_of else self.t.plain("invest_prices_none")
            source = (
                source_text(self.t, self.n, note.source) if note.source else self.t.plain("invest_no_source")
            )
            yield f"{note.mark} {', '.join(note.assets)}: {at} · {source}".strip()

    def _enrolled(self, wallet: str) -> str | None:
        """The broker through which the wallet is balanced by itself, if it is."""
        parts = self.page.services.autobalance
        if parts is None:
            return None
        try:
            return parts.portfolios.status(wallet).portfolio.broker
        except NotFound:
            return None

    def _problem(self, problem: InvalidInput) -> str:
        if problem.code == "number_ambiguous":
            return self.t.plain("invest_ambiguous", **problem.details)
        if problem.code in {"number_malformed", "number_missing"}:
            return self.t.plain("invest_bad_number")
        return told(problem, self.w)

    def _refused(self, error: FielError) -> str:
        return told(error, self.w)


def _with(ask: InvestAsk, **changed: Any) -> InvestAsk:
    return replace(ask, **changed)


def hide_amounts(sentence: str) -> str:
    """A sentence of the planner with the digits after each money sign as dots.

    >>> hide_amounts("faltam R$ 1.234,50 e mais")
    'faltam R$ ••• e mais'
    """
    return _AMOUNT.sub("R$ •••", sentence)
