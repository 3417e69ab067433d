"""What the commands of income share: the open desk, whose income is meant, and what is read beside it."""

from __future__ import annotations

import asyncio
from datetime import date, tzinfo
from typing import TYPE_CHECKING, Annotated

import typer

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.surroundings import settings_here
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from fiel.bootstrap import OpenIncome
    from fiel.copilot.income.announced import AnnouncedOf
    from fiel.copilot.income.titles import Planned
    from fiel.copilot.income.view import Worth
    from fiel.custody.bookings import Bookings
    from fiel.infra.storage.database import Database
    from fiel.kernel.clock import Clock
    from fiel.market.symbol_events import SymbolEvents
    from fiel.settings import Settings

#: Assets asked for by one command; the market's worker asks for all of them, every day.
FETCH_MAX = 100

UserOption = Annotated[
    str | None,
    typer.Option("--user", metavar="USER", help="Whose income (default: the only user of the book)."),
]
RenewOption = Annotated[
    bool, typer.Option("--renew", help="Ask the services again what is announced of all that is held.")
]
OfflineOption = Annotated[
    bool,
    typer.Option(
        "--offline", help="Recorded figures only; nobody is asked (FIEL_MARKET_OFFLINE=1 does so too)."
    ),
]


def opened_income(database: str | None) -> OpenIncome:
    """The desk on the database of the option, or of the settings."""
    from fiel.bootstrap import open_income

    return open_income(settings_here(), database)


def zone_here() -> tzinfo:
    """The zone of the settings, in which the days of a book begin. Raises `InvalidInput` (zone_unknown)."""
    from fiel.infra.zones import zone_of

    return zone_of(settings_here().income.zone)


def booking_parts(opened: OpenIncome) -> tuple[Database, Bookings, Clock, tzinfo]:
    """What a desk that books facts is made of, on a book that is open."""
    from fiel.custody.bookings import Bookings

    return opened.database, Bookings(opened.custody.book, opened.clock), opened.clock, zone_here()


def user_of(opened: OpenIncome, user: str | None) -> str:
    """The user of the option, or the only one of the book; the accounts of one wallet are one user.

    Raises `InvalidInput` (user_unnamed) when there are several, `NotFound` (book_empty, user_unknown).
    """
    if user is not None:
        if not opened.desk.knows(user):
            raise NotFound("user_unknown", f"the book has no user {user}", field="--user")
        return user
    users = opened.desk.users(2)
    if len(users) == 1:
        return users[0]
    if users:
        raise InvalidInput("user_unnamed", "the book has several users; name one with --user", field="--user")
    raise NotFound(
        "book_empty",
        "the book holds nothing yet; `fiel custody deposit` and `fiel custody bring` begin one",
        field="--user",
    )


def fetch_unknown(
    opened: OpenIncome, wallet: str, words: Words, *, renew: bool, offline: bool, database: str | None
) -> None:
    """Ask for the payments of what the wallet holds and nobody asked for yet; of all of it with `renew`.

    What cannot be had is told, and stops nothing: what is kept still counts.
    """
    settings = settings_here()
    if offline or settings.market.offline:
        return
    assets = opened.desk.held(wallet)
    wanted = sorted(assets if renew else assets - opened.desk.announced_assets(assets))[:FETCH_MAX]
    if wanted:
        asyncio.run(_fetch(wanted, words, settings, database))


async def _fetch(assets: list[str], words: Words, settings: Settings, database: str | None) -> None:
    from fiel.bootstrap.market import open_market
    from fiel.market.quotes import is_symbol

    async with open_market(settings, database) as market:
        for step in await market.actions.sync_events([each for each in assets if is_symbol(each)]):
            if step.failed:
                show_note(note("market_sync_failed", words, where=step.symbol, why=step.failed), "yellow")


def plan_of(opened: OpenIncome, wallet: str, words: Words, *, offline: bool, database: str | None) -> Planned:
    """The payments to come of the wallet's titles, from the series that they need."""
    from fiel.copilot.income.titles import planned, spans_of
    from fiel.entrypoints.cli.bond.reading import series_told, today_here

    today = today_here()
    titles = opened.titles.of(wallet, today)
    told = series_told(spans_of(titles), today, words, offline=offline, database=database)
    return planned(titles, told, today)


def worth_of(opened: OpenIncome, wallet: str) -> Worth:
    """Cost and value of what the wallet holds."""
    from fiel.bootstrap import open_prices
    from fiel.copilot.income.worth import worth_of as worth

    prices = open_prices(settings_here().outside, opened.database)
    try:
        with opened.database.reading() as connection:
            return worth(connection, prices.source, wallet, opened.clock.now())
    finally:
        prices.close()


def announced_here(
    asset: str, on: str | None, words: Words, *, offline: bool, database: str | None
) -> tuple[AnnouncedOf, date]:
    """What is announced of an asset, and the day to look from: the one of the option, or today.

    Where nobody can be asked the package's recorded payments stand in, and the look is from their last day: a
    note says so. Raises `InvalidInput` (date_malformed), `NotFound` (events_unknown) when nobody knows any.
    """
    from fiel.copilot.bonds.dated_percents import read_day
    from fiel.copilot.income.announced import announced_of
    from fiel.entrypoints.cli.bond.reading import today_here

    events, is_recorded = asyncio.run(_events(asset, settings_here(), offline=offline, database=database))
    found = announced_of(events)
    if not found.payments:
        raise NotFound(
            "events_unknown",
            f"no payment of {events.symbol} is known; `fiel market events {events.symbol}` asks for them",
            field="ASSET",
        )
    today = today_here()
    if is_recorded:
        last = max(each.com_date for each in found.payments if each.com_date is not None)
        show_note(note("income_recorded", words, asset=events.symbol, day=last), "yellow")
        today = last
    return found, read_day(on, "--on") if on else today


async def _events(
    asset: str, settings: Settings, *, offline: bool, database: str | None
) -> tuple[SymbolEvents, bool]:
    """What is held of a symbol, asked for when nothing is; and whether it is only the package's recording."""
    from fiel.bootstrap.market import open_market
    from fiel.market.offline import recorded_symbol_events
    from fiel.market.quotes import read_symbol

    name = read_symbol(asset)
    if offline:
        return recorded_symbol_events(name), True
    async with open_market(settings, database) as market:
        held = await market.actions.events(name)
        if not held.cash and not settings.market.offline:
            await market.actions.sync_events([name])
            held = await market.actions.events(name)
    return (held, False) if held.cash else (recorded_symbol_events(name), True)
