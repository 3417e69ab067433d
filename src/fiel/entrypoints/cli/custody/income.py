"""`fiel custody income`: what an asset paid, once per key."""

from __future__ import annotations

from datetime import datetime, time, tzinfo
from typing import TYPE_CHECKING, Annotated

import typer

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.values import amount_of, moment_text
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.custody.answers import CurrencyOption, KeyOption, UserArgument, opened_book
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.notes import note
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.months import parse_day

if TYPE_CHECKING:
    from fiel.custody.service import IncomeAnswer

TickerArgument = Annotated[str, typer.Argument(help="The ticker that paid, such as PETR4.")]
AmountArgument = Annotated[str, typer.Argument(help="What reached the account, after tax, such as 85.00.")]
KindOption = Annotated[
    str,
    typer.Option(
        "--kind",
        metavar="dividend|jcp|fii_income|interest|amortisation|redemption|other",
        help="What was paid; amortisation and redemption give back capital and lower the cost.",
    ),
]
WithheldOption = Annotated[
    str, typer.Option("--withheld", help="The tax that was kept back before, such as 15.00.")
]
OnOption = Annotated[
    str | None, typer.Option("--on", metavar="DAY", help="The day it was credited (default: now).")
]
TakenBackOption = Annotated[
    bool, typer.Option("--taken-back", help="The amount and the tax were told before and are taken back.")
]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command(
        "income",
        epilog="Example: fiel custody income ana PETR4 85.00 --kind jcp --withheld 15.00 --on 2026-03-30",
    )(income)


def income(
    user: UserArgument,
    ticker: TickerArgument,
    amount: AmountArgument,
    kind: KindOption = "dividend",
    withheld: WithheldOption = "0.00",
    on: OnOption = None,
    key: KeyOption = None,
    currency: CurrencyOption = "BRL",
    *,
    taken_back: TakenBackOption = False,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Book what an asset paid into an account: dividends and the like, or capital that came back."""
    words = words_of(lang)
    net, kept = (
        _signed(text, name, taken_back) for text, name in ((amount, "amount"), (withheld, "withheld"))
    )
    with opened_book(database) as opened:
        custody = opened.custody
        occurred = None if on is None else _noon(on, custody.zone)
        answer = custody.book_income(
            user, ticker, kind, net, key=key, occurred_at=occurred, withheld=kept, currency=currency
        )
    if as_json:
        _write(answer)
        return
    account = answer.account
    names = {"user": printable(account.user_id), "ticker": printable(ticker.upper())}
    line = note("income_done", words, **names, **_money(answer, words), entry=answer.entry_id)
    write_out(f"{line} {note('custody_repeated', words)}" if answer.repeated else line)


def _signed(text: str, field: str, taken_back: bool) -> object:
    """Amounts are written above zero; `--taken-back` says which way they went."""
    number = parse_decimal(text, field=field)
    if number < 0:
        raise InvalidInput("sign_unwanted", "write it without a sign; see --taken-back", field=field)
    return -number if taken_back else number


def _noon(text: str, zone: tzinfo) -> datetime:
    """The middle of the day, which no other zone of the country takes for another day."""
    return datetime.combine(parse_day(text, "--on"), time(12), zone)


def _money(answer: IncomeAnswer, words: Words) -> dict[str, str]:
    account = answer.account
    figures = {"balance": account.balance, "available": account.available}
    return {
        name: words.money(amount_of(minor, account.currency), account.currency)
        for name, minor in figures.items()
    }


def _write(answer: IncomeAnswer) -> None:
    account = answer.account
    balance, blocked, available = (
        f"{amount_of(minor, account.currency):f}"
        for minor in (account.balance, account.blocked, account.available)
    )
    write_json(
        {
            "entryId": answer.entry_id,
            "userId": account.user_id,
            "currency": account.currency,
            "balance": balance,
            "blockedBalance": blocked,
            "availableBalance": available,
            "updatedAt": moment_text(answer.at),
            "repeated": answer.repeated,
        }
    )
