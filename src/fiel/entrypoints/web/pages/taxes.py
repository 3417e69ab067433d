"""`/impostos`: what is owed, by when, by which law, and the forms of the annual return."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from fiel.copilot.own_plan.kinds import kind_of, tax_word
from fiel.copilot.plan_view.words import Lang
from fiel.copilot.taxes.desk import TaxDesk
from fiel.copilot.taxes.remarks import Remark
from fiel.copilot.taxes.told import OUTSIDE, WORDS, read_told
from fiel.entrypoints.web.csv_answers import csv_answer, csv_form
from fiel.entrypoints.web.error_texts import refusal_text
from fiel.entrypoints.web.rendering import numbers_of, render, texts_of
from fiel.entrypoints.web.request import FormOf, Site, redirect, site
from fiel.entrypoints.web.views.taxes import TaxPage, read_year, tax_page
from fiel.kernel.errors import NotFound, Refused
from fiel.tax.csv_text import csv_tables

routes = APIRouter(include_in_schema=False)
_PAGE = "taxes.html"
_QUOTED = (
    (" to ", " a "),
    (" and ", " e "),
    ("par. ", "§ "),
    ("(late)", "(atraso)"),
    ("(minimum)", "(mínimo)"),
    ("as of", "na redação da"),
)
#: What can be said of an asset on the page; the rest is for the command line.
CHOICES = tuple(word for word in WORDS if word not in ("forward", "future"))


@routes.get("/impostos")
def taxes(request: Request) -> Response:
    """The page; what only the investor can say is asked on it."""
    page = site(request)
    year = read_year(request.query_params.get("ano", ""), page.today)
    try:
        shown = _page(page, year)
    except Refused as refusal:
        return _refused(request, year, refusal)
    return render(
        request,
        _PAGE,
        page=shown,
        refusal=None,
        year=year,
        subject=lambda text: _subject(request, text),
        source=lambda text: _source(request, text),
        remark=lambda one: _remark(request, one),
        why=None if shown.year_refused is None else refusal_text(request, shown.year_refused),
        asset=_asked_about(shown.year_refused),
        likely=_likely(_asked_about(shown.year_refused)),
        word=lambda each: _word(request, each),
        tables=() if shown.year_view is None else tuple(csv_tables(shown.year_view.summary)),
        choices=CHOICES,
    )


@routes.get("/impostos/{year}/{table}.csv")
def table_csv(request: Request, year: str, table: str) -> Response:
    """One form of the year. Raises `NotFound` (table_unknown), and what the year raises."""
    page = site(request)
    number = read_year(year, page.today)
    tables = csv_tables(_desk(page).year(page.wallet, number, page.today).summary, csv_form(request))
    if table not in tables:
        raise NotFound("table_unknown", "there is no such table", field="table")
    return csv_answer(f"{table}-{number}.csv", tables[table])


@routes.post("/impostos/categorias")
def categorize(request: Request, form: FormOf) -> Response:
    """Keep what an asset is for tax, as `fiel tax --category ... --remember` does."""
    page = site(request)
    asset, word = form.text("ativo").upper(), form.text("categoria").lower()
    told = read_told([f"{asset}={word}"])
    TaxDesk(page.database, told).remember(page.wallet, page.now)
    return redirect("/impostos", "notice_taxes_category", asset=asset, word=_word(request, word))


def _desk(page: Site) -> TaxDesk:
    return TaxDesk(page.database)


def _page(page: Site, year: int) -> TaxPage:
    key = ("taxes", page.wallet, page.version(), page.today, year)
    return page.memo.get(key, lambda: tax_page(_desk(page), page.wallet, year, page.today))


def _asked_about(refusal: Refused | None) -> str:
    """The asset of which only the investor can say what it is for tax; empty when that is not the matter."""
    if refusal is None or refusal.code != "category_missing":
        return ""
    return refusal.details.get("first", "")


def _likely(asset: str) -> str | None:
    """What a code that is no ticker most probably is: a title, outside of the taxes on shares."""
    kind = kind_of(asset, {}) if asset else None
    return None if kind is None else tax_word(kind)


def _refused(request: Request, year: int, refusal: Refused) -> Response:
    """What stands in the way, and what to do about it."""
    details = refusal.details
    return render(
        request,
        _PAGE,
        page=None,
        refusal=refusal_text(request, refusal),
        code=refusal.code,
        held=details.get("held", ""),
        asset=_asked_about(refusal),
        likely=_likely(_asked_about(refusal)),
        year=year,
        choices=CHOICES,
        word=lambda each: _word(request, each),
    )


def _word(request: Request, word: str) -> str:
    """What an asset may be, as people say it."""
    texts = texts_of(request)
    key = f"taxes_category_{word if word != OUTSIDE else 'outside'}"
    return texts.plain(key) if texts.knows(key) else word


def _subject(request: Request, text: str) -> str:
    """What a rule is about."""
    texts = texts_of(request)
    kind, _, name = text.partition(".")
    if kind == "category":
        return texts.plain(f"taxes_category_{name}")
    told = texts.plain(f"taxes_rule_{kind}")
    return f"{told} ({texts.plain(f'taxes_pool_{name}')})" if name else told


def _source(request: Request, text: str) -> str:
    """A law as it is quoted in the language of the page: the rows of the rules quote it in English."""
    if site(request).lang is not Lang.PT:
        return text
    for english, portuguese in _QUOTED:
        text = text.replace(english, portuguese)
    return text


def _remark(request: Request, one: Remark) -> str:
    """What must be said beside the numbers."""
    texts, numbers = texts_of(request), numbers_of(request)
    told: dict[str, Any] = dict(one.values)
    if one.day is not None:
        told["day"] = numbers.day(one.day)
    if site(request).prefs.hidden:
        told |= {name: "•••" for name in ("amount", "quantity") if name in told}
    return texts.plain(f"taxes_remark_{one.code}", **told)
