"""`fiel custody bring`, `price` and `summary`: shares from elsewhere, and what all of it is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.values import amount_of, moment_text, quantity_of, quantity_text
from fiel.entrypoints.cli.answers import JsonOption, moment_of, write_json
from fiel.entrypoints.cli.custody.answers import (
    CurrencyOption,
    KeyOption,
    OccurredOption,
    UserArgument,
    occurred_of,
    opened_book,
)
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption, settings_here
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.custody.valuation import Valuation

TickerArgument = Annotated[str, typer.Argument(help="The ticker, such as PETR4.")]
QuantityArgument = Annotated[str, typer.Argument(help="How many, such as 100 or 0.5.")]
CostArgument = Annotated[str, typer.Argument(help="What all of them cost, such as 3820.00.")]
PriceArgument = Annotated[str, typer.Argument(help="The price of one, such as 38.20.")]
AsOfOption = Annotated[
    str, typer.Option("--as-of", metavar="INSTANT|now", help="When it was the price, with its zone.")
]
SourceOption = Annotated[str, typer.Option("--source", help="Who says so.")]


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command("bring", epilog="Example: fiel custody bring ana PETR4 100 3820.00 --key opening-1")(bring)
    group.command(
        "price", epilog="Example: fiel custody price PETR4 38.20 --as-of 2026-05-04T17:00:00-03:00"
    )(price)
    group.command("summary", epilog="Example: fiel custody summary ana")(summary)


def bring(
    user: UserArgument,
    ticker: TickerArgument,
    quantity: QuantityArgument,
    cost: CostArgument,
    key: KeyOption = None,
    currency: CurrencyOption = "BRL",
    occurred_at: OccurredOption = None,
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Bring shares from elsewhere into an account, with what they cost; the first thing brought opens it."""
    words, occurred = words_of(lang), occurred_of(occurred_at)
    with opened_book(database) as opened:
        entry = opened.custody.bring_shares(
            user, ticker, quantity, cost, currency, key=key, occurred_at=occurred
        )
    if as_json:
        write_json({"entryId": entry})
    else:
        told = {"user": printable(user), "ticker": printable(ticker.upper()), "quantity": quantity}
        write_out(note("bring_done", words, **told, entry=entry))


def price(
    ticker: TickerArgument,
    value: PriceArgument,
    as_of: AsOfOption,
    source: SourceOption = "manual",
    currency: CurrencyOption = "BRL",
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Put a price into the store beside the book; one that is older than the price there changes nothing.

    Where FIEL_REDIS_URL is set, valuations take their prices from there, and not from this store.
    """
    from fiel.bootstrap import stored_prices
    from fiel.custody.prices import given_price
    from fiel.infra.system import SystemClock

    words, moment = words_of(lang), SystemClock().now() if as_of == "now" else moment_of(as_of, "--as-of")
    given = given_price(ticker, value, currency, moment, source)
    with opened_book(database) as opened:
        kept = bool(stored_prices(opened.database).put([given]))
    if as_json:
        write_json({"ticker": given.ticker, "asOf": moment_text(given.as_of), "kept": kept})
    else:
        told = "price_kept" if kept else "price_older"
        write_out(note(told, words, ticker=given.ticker, at=words.moment(moment)))


def summary(
    user: UserArgument,
    currency: CurrencyOption = "BRL",
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show what an account is worth at last prices; a position without a price is named, and never zero."""
    words = words_of(lang)
    found = _valued(user, currency, database)
    if as_json:
        write_json(_record(found))
        return
    money = {
        name: words.money(amount_of(minor, found.account.currency), found.account.currency)
        for name, minor in _figures(found).items()
    }
    write_out(note("custody_account", words, user=printable(user), **money))
    for held in found.positions:
        write_out(_position_line(held, words))
    state = note(f"valuation_{found.completeness}", words)
    write_out(note("summary_worth", words, **money, valuation=state, at=words.moment(found.at)))
    if found.oldest_price_at is not None:
        oldest = words.moment(found.oldest_price_at)
        sources = ", ".join(_sources(found))
        write_out(note("summary_prices", words, oldest=oldest, sources=printable(sources)))
    for lack in found.lacks:
        write_out(note("summary_lack", words, ticker=lack.ticker, reason=note(f"lack_{lack.reason}", words)))


def _valued(user: str, currency: str, database: str | None) -> Valuation:
    from fiel.bootstrap import open_prices
    from fiel.custody.accounts import AccountKey
    from fiel.custody.names import read_currency, read_user_id
    from fiel.custody.valuation import value

    key = AccountKey(read_user_id(user), read_currency(currency))
    with opened_book(database) as opened:
        with opened.queries.snapshot() as book:
            account = book.account(key)
            held = [each for each in book.positions(key.user_id) if each.currency == key.currency]
        prices = open_prices(settings_here().outside, opened.database)
        try:
            found = prices.source.last_prices([position.ticker for position in held])
        finally:
            prices.close()
        return value(account, held, found, opened.custody.clock.now())


def _position_line(held: Any, words: Words) -> str:
    position, currency = held.position, held.position.currency
    names = {"ticker": position.ticker, "quantity": words.quantity(quantity_of(position.quantity))}
    if held.value is None:
        return note("summary_unpriced", words, **names)
    worth = words.money(amount_of(held.value, currency), currency)
    return note(
        "summary_position", words, **names, price=words.price(quantity_of(held.price.price)), value=worth
    )


def _figures(found: Valuation) -> dict[str, int]:
    account = found.account
    return {
        "balance": account.balance,
        "blocked": account.blocked,
        "available": account.available,
        "shares": found.positions_value,
        "total": found.total_equity,
    }


def _sources(found: Valuation) -> list[str]:
    return sorted({held.price.source for held in found.positions if held.price})


def _record(found: Valuation) -> dict[str, Any]:
    account = found.account
    currency = account.currency

    def money(minor: int) -> str:
        return f"{amount_of(minor, currency):f}"

    return {
        "userId": account.user_id,
        "currency": currency,
        "balance": money(account.balance),
        "blockedBalance": money(account.blocked),
        "availableBalance": money(account.available),
        "shortfall": money(account.shortfall),
        "positionsValue": money(found.positions_value),
        "totalEquity": money(found.total_equity),
        "valuation": found.completeness.value,
        "missingPrices": list(found.missing),
        "priceProblems": [{"ticker": lack.ticker, "reason": lack.reason} for lack in found.lacks],
        "positions": [
            {
                "ticker": held.position.ticker,
                "quantity": quantity_text(held.position.quantity),
                "price": None if held.price is None else quantity_text(held.price.price),
                "value": None if held.value is None else money(held.value),
            }
            for held in found.positions
        ],
        "oldestPriceAt": moment_text(found.oldest_price_at),
        "priceSources": _sources(found),
        "asOf": moment_text(found.at),
    }
