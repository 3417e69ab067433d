"""What a route of the API works with: the open book, who asks, and whose wallet may be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Path, Request

from fiel.autobalance.parts import Parts
from fiel.bootstrap import OpenCustody, OpenIncome
from fiel.copilot.booking.desk import BookingDesk
from fiel.copilot.wallets import is_known
from fiel.custody.bookings import Bookings
from fiel.custody.names import read_user_id
from fiel.entrypoints.http.market_door import MarketDoor
from fiel.entrypoints.http.security import Principal, Scope, principal_of, require
from fiel.entrypoints.http.services import HttpServices
from fiel.infra.storage.database import Database
from fiel.infra.zones import zone_of
from fiel.kernel.errors import InvalidInput, NotFound, Rejected, Unavailable
from fiel.market.sanitizer.context import local_day
from fiel.settings import Settings

#: Dependencies of routes, by what they let people do.
READ, TRADE, ADMIN = (Depends(require(scope)) for scope in (Scope.READ, Scope.TRADE, Scope.ADMIN))


@dataclass(frozen=True, slots=True)
class Desk:
    """One request: the services, who asks, and the present."""

    services: HttpServices
    principal: Principal
    now: datetime

    @property
    def today(self) -> date:
        """Today in Brasilia."""
        return local_day(self.now)

    @property
    def opened(self) -> OpenCustody:
        """The open book. Raises `Unavailable` where only the wallet's old routes are served."""
        if self.services.opened is None:
            raise Unavailable("not_served", "this process serves the wallet alone", field="service")
        return self.services.opened

    @property
    def database(self) -> Database:
        """The database of the book."""
        return self.opened.database

    @property
    def settings(self) -> Settings:
        """The settings of the process."""
        if self.services.settings is None:
            raise Unavailable("not_served", "this process serves the wallet alone", field="service")
        return self.services.settings

    @property
    def income(self) -> OpenIncome:
        """The income desk, its titles and forecasts."""
        if self.services.income is None:
            raise Unavailable("income_closed", "income is not served by this process", field="service")
        return self.services.income

    @property
    def balancer(self) -> Parts:
        """The parts of the auto-balancer."""
        parts = self.services.autobalance
        if parts is None:
            raise Unavailable("autobalance_closed", "the auto-balancer is not served here", field="service")
        return parts

    @property
    def market(self) -> MarketDoor:
        """The way to the market's room."""
        if self.services.market is None:
            raise Unavailable("market_closed", "market data is not served by this process", field="service")
        return self.services.market

    @property
    def booking(self) -> BookingDesk:
        """What books rows; days are those of the settings' zone."""
        custody = self.opened.custody
        bookings = Bookings(custody.book, self.services.clock)
        return BookingDesk(self.database, bookings, self.services.clock, zone_of(self.settings.income.zone))

    def known(self, wallet: str) -> str:
        """A wallet that is there and that the caller may see. Raises `NotFound` for any other."""
        if self.principal.may_see(read_user_id(wallet)):
            with self.database.reading() as connection:
                if is_known(connection, wallet):
                    return wallet
        raise NotFound("user_unknown", "the book has no such wallet", field="wallet")

    def own(self, wallet: str) -> str:
        """A wallet of the caller, there or still to begin. Raises `NotFound` for one of others."""
        if not self.principal.may_see(read_user_id(wallet)):
            raise NotFound("user_unknown", "the book has no such wallet", field="wallet")
        return wallet


def desk_of(request: Request) -> Desk:
    """The desk of a request."""
    services: HttpServices = request.app.state.services
    return Desk(services, principal_of(request), services.clock.now())


At = Annotated[Desk, Depends(desk_of)]
Wallet = Annotated[
    str,
    Path(
        description="The wallet's name. One of another owner is answered with 404.",
        min_length=1,
        max_length=100,
        examples=["ana"],
    ),
]


def day_in(text: str | None, field: str) -> date | None:
    """A day of a query. Raises `InvalidInput` (day_malformed)."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            "day_malformed", f"{text[:20]!r} is not a day; write it like 2026-01-31", field=field
        ) from None


@contextmanager
def missing(*codes: str) -> Iterator[None]:
    """Errors of these codes mean that what the path names is not there: 404."""
    try:
        yield
    except Rejected as error:
        if error.code in codes:
            raise NotFound(error.code, error.message, field=error.field) from error
        raise
