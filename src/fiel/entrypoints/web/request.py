"""What a page knows of its request: who asks, whose wallet, in which language; and the forms it was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar
from urllib.parse import quote

from fastapi import Depends
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse

from fiel.bootstrap import OpenCustody, OpenIncome
from fiel.bootstrap.versions import version_of
from fiel.copilot.plan_view.words import Lang
from fiel.copilot.wallets import first_wallets, is_known
from fiel.entrypoints.http import security
from fiel.entrypoints.http.kept import Memo
from fiel.entrypoints.http.market_door import MarketDoor
from fiel.entrypoints.http.once import once
from fiel.entrypoints.http.security import Principal
from fiel.entrypoints.http.services import HttpServices
from fiel.entrypoints.web.preferences import DEMO, NOTICE, WALLET, Preferences
from fiel.infra.storage.database import Database
from fiel.kernel.errors import Conflict, InvalidInput, NotFound, Refused, Unavailable
from fiel.market.sanitizer.context import local_day
from fiel.settings import Settings

if TYPE_CHECKING:
    from fiel.autobalance.parts import Parts

WALLETS_MAX = 50
FIELDS_MAX, FILES_MAX, FIELD_BYTES_MAX = 4000, 20, 256 * 1024
_NOTICE_BYTES_MAX = 1500
Part = TypeVar("Part")


@dataclass(frozen=True)
class Site:
    """One request seen by a page. What it reads of the database it reads once.

    `wallet` raises `NotFound` (book_empty) in a book without any, which is answered with the first visit;
    `wallet_or_none` does not.
    """

    request: Request
    services: HttpServices
    prefs: Preferences
    now: datetime

    @property
    def lang(self) -> Lang:
        """The language of the page."""
        return self.prefs.lang

    @property
    def today(self) -> date:
        """The day in Brasilia."""
        return local_day(self.now)

    @property
    def principal(self) -> Principal:
        """Who asks."""
        return security.principal_of(self.request)

    @property
    def opened(self) -> OpenCustody:
        """The open book: its database, its commands, its reads."""
        return _there(self.services.opened, "opened")

    @property
    def database(self) -> Database:
        """The book's database."""
        return self.opened.database

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return _there(self.services.settings, "settings")

    @property
    def income(self) -> OpenIncome:
        """The income room."""
        return _there(self.services.income, "income")

    @property
    def autobalance(self) -> Parts:
        """The auto-balancer."""
        return _there(self.services.autobalance, "autobalance")

    @property
    def market(self) -> MarketDoor:
        """The way to the market's room."""
        return _there(self.services.market, "market")

    @property
    def memo(self) -> Memo:
        """Reckoned views; use `version()` and the day in the key."""
        found: Memo = self.request.app.state.memo
        return found

    @once
    def wallets(self) -> tuple[str, ...]:
        """The wallets that the principal may see, in the order of the book."""
        own = self.principal.wallets
        with self.database.reading() as connection:
            if own is not None:
                return tuple(each for each in sorted(own)[:WALLETS_MAX] if is_known(connection, each))
            return tuple(first_wallets(connection, WALLETS_MAX))

    @once
    def wallet_or_none(self) -> str | None:
        """Of `?carteira=`, else of the cookie, else the first one. Raises `NotFound` (user_unknown)."""
        asked = self.request.query_params.get("carteira")
        if asked is not None:
            if not self._may_show(asked):
                raise NotFound("user_unknown", "there is no such wallet", field="carteira")
            return asked
        kept = self.request.cookies.get(WALLET)
        if kept is not None and self._may_show(kept):
            return kept
        return self.wallets[0] if self.wallets else None

    @property
    def chosen_wallet(self) -> str | None:
        """The wallet that the address names, when it may be seen and is another than the kept one."""
        asked = self.request.query_params.get("carteira")
        if asked is None or asked == self.request.cookies.get(WALLET) or not self._may_show(asked):
            return None
        return asked

    @property
    def wallet(self) -> str:
        """The same. Raises `NotFound` (book_empty) without any."""
        found = self.wallet_or_none
        if found is None:
            raise NotFound("book_empty", "the book holds nothing yet", field="carteira")
        security.about_wallet(self.request, found)
        return found

    @once
    def _version(self) -> str:
        # Prices that are kept in Redis change without a trace in the database.
        elsewhere = f"/{self.now:%H:%M}" if self.settings.outside.redis_url else ""
        return f"{self.database.shown}/{version_of(self.database)}{elsewhere}"

    def version(self) -> str:
        """Another text whenever anything changed that a page may show, and each minute where prices are kept
        outside of the database."""
        return self._version

    def _may_show(self, wallet: str) -> bool:
        if wallet in self.wallets:
            return True
        if not self.principal.may_see(wallet) or len(self.wallets) < WALLETS_MAX:
            return False
        with self.database.reading() as connection:
            return is_known(connection, wallet)


def site(request: Request) -> Site:
    """What the page knows of its request; the same object however often it is asked."""
    known: Site | None = getattr(request.state, "site", None)
    if known is None:
        services = _services_of(request)
        prefs = Preferences.of(request.cookies, services.lang)
        known = Site(request, services, prefs, services.clock.now())
        request.state.site = known
    return known


def _services_of(request: Request) -> HttpServices:
    """Of the book; of the demonstration beside it for who looks at that."""
    services: HttpServices = request.app.state.services
    if services.demonstration is None or request.cookies.get(DEMO) != "1":
        return services
    return services.demonstration()


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was sent, bounded: its fields as text, and its files."""

    fields: Mapping[str, Sequence[str]]
    uploads: Mapping[str, Sequence[UploadFile]]

    def text(self, name: str, default: str = "") -> str:
        """The first value of a field, without blanks around it."""
        found = self.fields.get(name)
        return found[0].strip() if found else default

    def all(self, name: str) -> Sequence[str]:
        """Every value of a field."""
        return self.fields.get(name, ())

    def files(self, name: str) -> Sequence[UploadFile]:
        """The files of a field; an empty choice is none. Read one with `each.file.read()`."""
        return self.uploads.get(name, ())


async def form_of(request: Request) -> Form:
    """The form of a request, with the token of its session. Raises `Refused` (form_expired), `InvalidInput`.

    In a handler: `def save(request: Request, form: FormOf) -> Response`.
    """
    try:
        read = await request.form(max_files=FILES_MAX, max_fields=FIELDS_MAX, max_part_size=FIELD_BYTES_MAX)
    except HTTPException as error:
        raise InvalidInput("form_malformed", f"the form cannot be read: {error.detail}") from None
    fields: dict[str, list[str]] = {}
    uploads: dict[str, list[UploadFile]] = {}
    for name, value in read.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                uploads.setdefault(name, []).append(value)
        else:
            fields.setdefault(name, []).append(value)
    form = Form(fields, uploads)
    if not security.csrf_ok(request, form.text("csrf")):
        await read.close()
        raise Refused(
            "form_expired", "this form is of another session; open the page again and repeat", field="csrf"
        )
    return form


FormOf = Annotated[Form, Depends(form_of)]


def redirect(path: str, notice_key: str | None = None, **values: str) -> RedirectResponse:
    """303 to a page of ours; the text of `notice_key` (`notice_...`) is told there once."""
    if not path.startswith("/") or path.startswith(("//", "/\\")):
        raise Conflict("redirect_outside", "only pages of this site are gone to")
    answer = RedirectResponse(path, status_code=303)
    if notice_key is not None:
        told = quote(json.dumps([notice_key, values], ensure_ascii=True))[:_NOTICE_BYTES_MAX]
        answer.set_cookie(NOTICE, told, max_age=60, httponly=True, samesite="lax")
    return answer


def _there(part: Part | None, name: str) -> Part:
    if part is None:
        raise Unavailable("part_missing", f"this process was started without {name}")
    return part
