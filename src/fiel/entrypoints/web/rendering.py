"""Templates to answers: the whole page, or one block of it for a request that swaps only that."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fiel.copilot.plan_view.words import Lang, Words
from fiel.entrypoints.web.catalogue import Catalogue, Texts
from fiel.entrypoints.web.navigation import navigation
from fiel.entrypoints.web.numbers import Numbers
from fiel.entrypoints.web.preferences import NOTICE, WALLET, YEAR_S
from fiel.entrypoints.web.request import Site, site
from fiel.entrypoints.web.static_files import StaticFiles
from fiel.kernel.errors import FielError

_CODE, _ISO_DAY = re.compile(r"\b[a-z]+\b"), re.compile(r"\b(\d{4})-(0[1-9]|1[0-2])-([0-2]\d)\b")
PARTIAL_HEADER = "HX-Request-Type"


@dataclass(frozen=True)
class Renderer:
    """The templates, the texts and the static files, read once."""

    environment: Environment
    catalogue: Catalogue
    languages: Mapping[Lang, Words]

    @classmethod
    def of(cls, static: StaticFiles) -> Renderer:
        """Over the templates of the package."""
        environment = Environment(
            loader=PackageLoader("fiel.entrypoints.web", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        environment.globals["static"] = static.address
        environment.filters.update(_filters())
        return cls(environment, Catalogue.read(), {lang: Words(lang) for lang in Lang})

    def texts(self, lang: Lang) -> Texts:
        """The catalogue in one language."""
        return self.catalogue.of(lang)

    def html(self, name: str, block: str | None, values: Mapping[str, Any]) -> str:
        """A template, or one of its blocks, with values."""
        template = self.environment.get_template(name)
        macros = self.environment.get_template("macros.html").make_module(dict(values))
        shown = {**values, "ui": macros}
        if block is None:
            return template.render(shown)
        context = template.new_context(shown)
        return "".join(template.blocks[block](context))


def render(
    request: Request, name: str, *, block: str | None = None, status: int = 200, **context: Any
) -> Response:
    """The page `name`; only its `block` when that is what a script asked for (see ui.md, never on restore).

    In every template: `t`, `w`, `prefs`, `wallet`, `wallets`, `principal`, `csrf`, `now`, `path`, `ui`
    (macros.html), `static(name)`, `demo`, and the filters of `rendering`.
    """
    page = site(request)
    renderer: Renderer = request.app.state.renderer
    part = block if request.headers.get(PARTIAL_HEADER) == "partial" else None
    values = _values(page, renderer) | context
    notice = None
    if part is None:
        notice = _notice(request, renderer.texts(page.lang))
        values |= {
            "notice": notice,
            "navigation": navigation(request.url.path, rules=page.principal.rules_over_all),
        }
    answer = HTMLResponse(renderer.html(name, part, values), status_code=status)
    answer.headers["Vary"] = f"{PARTIAL_HEADER}, Cookie"
    answer.headers["Cache-Control"] = "private, no-cache"
    if notice is not None:
        answer.delete_cookie(NOTICE)
    if values["wallet"] is not None and page.chosen_wallet is not None:
        secure = page.services.secure
        answer.set_cookie(
            WALLET, page.chosen_wallet, max_age=YEAR_S, httponly=True, samesite="lax", secure=secure
        )
    return answer


def texts_of(request: Request) -> Texts:
    """The texts in the language of the request, for files and chart descriptions."""
    renderer: Renderer = request.app.state.renderer
    return renderer.texts(site(request).lang)


def numbers_of(request: Request) -> Numbers:
    """Numbers as the request wants them, for sentences made in a handler."""
    prefs = site(request).prefs
    return Numbers(prefs.lang, prefs.hidden)


def _values(page: Site, renderer: Renderer) -> dict[str, Any]:
    try:
        wallet, wallets = page.wallet_or_none, page.wallets
    except FielError:
        wallet, wallets = None, ()
    request = page.request
    query = request.url.query
    return {
        "t": renderer.texts(page.lang),
        "w": renderer.languages[page.lang],
        "n": Numbers(page.lang, page.prefs.hidden),
        "prefs": page.prefs,
        "wallet": wallet,
        "wallets": wallets,
        "principal": page.principal,
        "csrf": getattr(request.state, "csrf", ""),
        "now": page.now,
        "path": request.url.path,
        "here": f"{request.url.path}?{query}" if query else request.url.path,
        "demo": page.services.demo,
        "demo_beside": page.services.demo and not request.app.state.services.demo,
    }


def _notice(request: Request, texts: Texts) -> Markup | None:
    """What the page before wanted to be told here; only our own texts, whatever the cookie says."""
    try:
        key, values = json.loads(unquote(request.cookies.get(NOTICE, "")))
    except (ValueError, TypeError):
        return None
    if not isinstance(key, str) or not key.startswith("notice_") or not texts.knows(key):
        return None
    try:
        return texts(key, **{str(name): str(value) for name, value in dict(values).items()})
    except (KeyError, IndexError, TypeError, ValueError):
        return None


def _filters() -> dict[str, Any]:
    return {
        "money": _money,
        "signed_money": _signed_money,
        "percent": _percent,
        "signed_percent": _signed_percent,
        "points": _points,
        "quantity": _quantity,
        "price": _price,
        "per_unit": _per_unit,
        "day": _day,
        "short_day": _short_day,
        "weekday": _weekday,
        "month": _month,
        "moment": _moment,
        "sources": _sources,
        "zone": _zone,
        "data": data_block,
    }


def data_block(value: Any) -> Markup:
    """JSON that may stand inside `<script type="application/json">`. Decimals become JSON numbers."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
    # Without "<" nothing in it can end the script element that it stands in.
    return Markup(  # noqa: S704
        text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        # For drawing only: a chart has fewer pixels than a float has digits.
        return float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} has no place in a chart")


def _n(context: Context) -> Numbers:
    found: Numbers = context["n"]
    return found


@pass_context
def _money(context: Context, value: Decimal | None, currency: str = "BRL") -> str:
    return _n(context).money(value, currency) if value is not None else str(context["t"]("no_data"))


@pass_context
def _signed_money(context: Context, value: Decimal | None, currency: str = "BRL") -> str:
    if value is None:
        return str(context["t"]("no_data"))
    return _n(context).money(value, currency, signed=True)


@pass_context
def _percent(context: Context, value: Decimal | None, places: int = 1) -> str:
    return _n(context).percent(value, places) if value is not None else str(context["t"]("no_data"))


@pass_context
def _signed_percent(context: Context, value: Decimal | None, places: int = 1) -> str:
    if value is None:
        return str(context["t"]("no_data"))
    return _n(context).percent(value, places, signed=True)


@pass_context
def _points(context: Context, value: Decimal | None, places: int = 1) -> str:
    return _n(context).points(value, places) if value is not None else str(context["t"]("no_data"))


@pass_context
def _quantity(context: Context, value: Decimal | None) -> str:
    return _n(context).quantity(value) if value is not None else str(context["t"]("no_data"))


@pass_context
def _price(context: Context, value: Decimal | None, currency: str = "BRL", asset: str = "") -> str:
    if value is None:
        return str(context["t"]("no_data"))
    return _n(context).price(value, currency, asset)


@pass_context
def _per_unit(context: Context, value: Decimal | None, currency: str = "BRL") -> str:
    return _n(context).per_unit(value, currency) if value is not None else str(context["t"]("no_data"))


@pass_context
def _sources(context: Context, names: Iterable[str]) -> str:
    return "; ".join(source_text(context["t"], _n(context), each) for each in names)


def source_text(t: Texts, n: Numbers, name: str) -> str:
    """The name of a source for people: codes by their words, days as the language writes them."""

    def word(found: re.Match[str]) -> str:
        key = f"source_{found[0]}"
        return t.plain(key) if t.knows(key) else found[0]

    def day(found: re.Match[str]) -> str:
        return n.day(date(int(found[1]), int(found[2]), int(found[3])))

    return _ISO_DAY.sub(day, _CODE.sub(word, name))


@pass_context
def _zone(context: Context, name: str) -> str:
    return str(context["t"]("zone_brasilia")) if name == "America/Sao_Paulo" else name


@pass_context
def _day(context: Context, value: date | None) -> str:
    return _n(context).day(value) if value is not None else str(context["t"]("no_data"))


@pass_context
def _short_day(context: Context, value: date | None) -> str:
    return _n(context).short_day(value) if value is not None else str(context["t"]("no_data"))


@pass_context
def _weekday(context: Context, value: date) -> str:
    return _n(context).weekday(value)


@pass_context
def _month(context: Context, value: date | None) -> str:
    return _n(context).month(value) if value is not None else str(context["t"]("no_data"))


@pass_context
def _moment(context: Context, value: datetime | None) -> str:
    return _n(context).moment(value) if value is not None else str(context["t"]("no_data"))
