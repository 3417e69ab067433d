"""BRAPI: what is not about one symbol: lists, macro series, the dollar and the usage of the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType

from fiel.market.simulator.desks.brapi import SYMBOLS_MAX, date_of, refusal
from fiel.market.simulator.sessions import local_day
from fiel.market.simulator.talk import Json, Reply, Request, Route, json_reply
from fiel.market.simulator.view import View

LIST_MAX = 2000
#: Their slug, and the series of the simulator.
MACRO = MappingProxyType(
    {"cdi": "cdi", "selicovernight": "selic", "selic": "selic_target", "ipca": "ipca", "inpc": "inpc"}
    | {"igpm": "igpm", "tr": "tr"}
)


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of the month's requests was used."""

    limit: int
    used: int


def usage_reply(usage: Usage) -> Reply:
    """How much of the plan is used."""
    return json_reply(
        {
            "planLimit": usage.limit,
            "currentUsage": usage.used,
            "remainingUsage": max(usage.limit - usage.used, 0),
            "window": "billing-cycle",
        }
    )


def _list(request: Request, _where: Route, view: View) -> Reply:
    sort = request.value("sortBy", "name")
    if sort not in ("name", "close", "change", "change_abs", "volume", "market_cap_basic", "sector"):
        return refusal(417, "Campo 'sortBy' inválido")
    found = _found(request.value("search"), view)
    limit = min(_whole(request.value("limit"), len(found)), LIST_MAX)
    page = _whole(request.value("page"), 1)
    shown = found[(page - 1) * limit : page * limit]
    pages = -(-len(found) // limit)
    return json_reply(
        {
            "indexes": [],
            "stocks": [_listed(symbol, view) for symbol in shown],
            "availableSectors": [],
            "availableStockTypes": ["stock", "fund", "bdr"],
            "currentPage": page,
            "totalPages": pages,
            "itemsPerPage": limit,
            "totalCount": len(found),
            "hasNextPage": page < pages,
        },
        comma=view.comma,
    )


def _listed(symbol: str, view: View) -> Json:
    quote = view.quote(symbol)
    return {
        "stock": quote.symbol,
        "name": quote.name,
        "close": quote.price,
        "change": quote.change_percent,
        "volume": quote.volume,
        "market_cap": None,
        "sector": None,
        "type": "fund" if symbol.endswith("11") else "stock",
    }


def _available(request: Request, _where: Route, view: View) -> Reply:
    return json_reply({"indexes": [], "stocks": list(_found(request.value("search"), view))})


def _found(search: str, view: View) -> list[str]:
    symbols = view.truth.world.symbols
    return [] if view.empty else [symbol for symbol in symbols if search.upper() in symbol]


def _macro(request: Request, where: Route, view: View) -> Reply:
    results: list[Json] = []
    errors: list[Json] = []
    today = local_day(view.at)
    start = date_of(request.value("startDate") or request.value("start")) or today - timedelta(days=365)
    end = date_of(request.value("endDate") or request.value("end")) or today
    limit = _whole(request.value("limit"), 20)
    for slug in where.parts[:SYMBOLS_MAX]:
        key = MACRO.get(slug.lower())
        if key is None:
            errors.append({"slug": slug, "code": "NOT_FOUND", "message": "Indicador não encontrado"})
            continue
        rows = view.rows(key, start, min(end, today))
        if request.value("sortOrder", "desc") == "desc":
            rows.reverse()
        told: list[Json] = [{"date": row.day.isoformat(), "value": row.value} for row in rows[:limit]]
        results.append({"symbol": slug, "slug": slug, "observations": told})
    body: dict[str, Json] = {"results": results, "errors": errors, "warnings": []}
    return json_reply(body, status=200 if results or not errors else 404, comma=view.comma)


def _currency(request: Request, _where: Route, view: View) -> Reply:
    pairs = [pair for pair in request.value("currency").split(",") if pair]
    if not pairs:
        return refusal(417, "Não foi possível encontrar o parâmetro obrigatório: 'currency'")
    today = local_day(view.at)
    rows = view.rows("usd_ptax", today - timedelta(days=15), today)
    if pairs != ["USD-BRL"] or not rows:
        return refusal(400, "Algo deu errado ao buscar essa moeda")
    ask = rows[-1].value
    return json_reply(
        {
            "currency": [
                {
                    "fromCurrency": "USD",
                    "toCurrency": "BRL",
                    "name": "Dólar Americano/Real Brasileiro",
                    "high": f"{ask:f}",
                    "low": f"{ask:f}",
                    "bidVariation": "0",
                    "percentageChange": "0",
                    "bidPrice": f"{ask - Decimal('0.0006'):f}",
                    "askPrice": f"{ask:f}",
                    "updatedAtTimestamp": str(int(view.now.timestamp())),
                    "updatedAtDate": f"{view.now:%Y-%m-%d %H:%M:%S}",
                }
            ]
        }
    )


def _whole(text: str, usual: int) -> int:
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 7 else max(usual, 1)


ANSWERS: Mapping[str, Callable[[Request, Route, View], Reply]] = MappingProxyType(
    {"list": _list, "available": _available, "macro": _macro, "currency": _currency}
)
