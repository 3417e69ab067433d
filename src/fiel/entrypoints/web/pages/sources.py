"""`/fontes`: can today's figures be trusted; and trying again, with its result."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from fiel.entrypoints.web.error_texts import refusal_text
from fiel.entrypoints.web.rendering import render, texts_of
from fiel.entrypoints.web.request import FormOf, Site, site
from fiel.entrypoints.web.views.sources import (
    REFUSED_SHOWN,
    SERIES_MAX,
    SYMBOLS_MAX,
    SourcesPage,
    Tried,
    read_retry,
    retried,
    sources_page,
)
from fiel.kernel.errors import Refused, Unavailable
from fiel.market.quotes import SYMBOLS_MAX as HEALTH_MAX
from fiel.market.quotes import is_symbol

routes = APIRouter(include_in_schema=False)
#: A retry may ask several services in turn.
_RETRY_S = 25.0
_KEPT_S = 5


@routes.get("/fontes")
def sources(request: Request) -> Response:
    """The page. Nothing is asked of anybody."""
    return _shown(request, ())


@routes.post("/fontes/tentar")
def retry(request: Request, form: FormOf) -> Response:
    """Ask again for what was chosen, and tell how it went."""
    page = site(request)
    if page.settings.market.offline:
        raise Refused("market_offline", "FIEL_MARKET_OFFLINE is set: nothing is asked", field="fontes")
    wanted = read_retry(form.all("ativo"), form.all("serie"), _held(page))
    firsts = {row.health.series: row.first_missing for row in _page(page).series}
    try:
        tried = page.market.ask(retried(wanted, firsts), _RETRY_S)
    except Unavailable as error:
        told = refusal_text(request, error)
        tried = tuple(Tried(each, "failed", detail=told) for each in (*wanted.symbols, *wanted.series))
    return _shown(request, tried)


def _shown(request: Request, tried: tuple[Tried, ...]) -> Response:
    page = site(request)
    shown = _page(page) if not tried else _now(page)
    texts = texts_of(request)

    def provider(name: str) -> str:
        key = f"sources_name_{name}"
        return texts.plain(key) if texts.knows(key) else name

    return render(
        request,
        "sources.html",
        page=shown,
        tried=tried,
        provider=provider,
        symbols_max=SYMBOLS_MAX,
        series_max=SERIES_MAX,
    )


def _page(page: Site) -> SourcesPage:
    """As of a few seconds ago at most: looking through years of rows is not done for every reload."""
    key = ("sources", page.wallet_or_none, page.version(), int(page.now.timestamp()) // _KEPT_S)
    return page.memo.get(key, lambda: _now(page))


def _now(page: Site) -> SourcesPage:
    """As of now. An asset without a quote has the last price that the other pages reckon with."""
    symbols = _held(page)[:HEALTH_MAX]
    health = page.market.ask(lambda market: market.health.health(symbols, quarantine=REFUSED_SHOWN))
    lacking = [one.symbol for one in health.quotes if one.as_of is None]
    closes = page.services.prices.last_prices(lacking) if lacking else {}
    return sources_page(health, closes, offline=page.settings.market.offline)


def _held(page: Site) -> list[str]:
    """The exchange's symbols that the wallet holds; none in a book without a wallet."""
    wallet = page.wallet_or_none
    if wallet is None:
        return []
    return sorted(each for each in page.income.desk.held(wallet) if is_symbol(each))
