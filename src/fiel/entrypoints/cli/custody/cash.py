"""`fiel custody deposit` and `withdraw`: money in and out, once per key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.values import amount_of, moment_text
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.custody.answers import (
    CurrencyOption,
    KeyOption,
    OccurredOption,
    UserArgument,
    occurred_of,
    opened_book,
)
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.custody.service import CashAnswer

AmountArgument = Annotated[str, typer.Argument(help="How much, such as 1000.00.")]


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command("deposit", epilog="Example: fiel custody deposit ana 1000.00 --key pix-7")(deposit)
    group.command("withdraw", epilog="Example: fiel custody withdraw ana 250.00 --key ted-3")(withdraw)


def deposit(
    user: UserArgument,
    amount: AmountArgument,
    key: KeyOption = None,
    currency: CurrencyOption = "BRL",
    occurred_at: OccurredOption = None,
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Put money into an account; the first deposit opens it."""
    words, occurred = words_of(lang), occurred_of(occurred_at)
    with opened_book(database) as opened:
        answer = opened.custody.deposit(user, amount, currency, key=key, occurred_at=occurred)
    _answer(answer, words, as_json=as_json)


def withdraw(
    user: UserArgument,
    amount: AmountArgument,
    key: KeyOption = None,
    currency: CurrencyOption = "BRL",
    occurred_at: OccurredOption = None,
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Take money out of an account: never more than is available, for the rest is held for orders."""
    words, occurred = words_of(lang), occurred_of(occurred_at)
    with opened_book(database) as opened:
        answer = opened.custody.withdraw(user, amount, currency, key=key, occurred_at=occurred)
    _answer(answer, words, as_json=as_json)


def _answer(answer: CashAnswer, words: Words, *, as_json: bool) -> None:
    account = answer.account
    balance, blocked, available = (
        amount_of(minor, account.currency) for minor in (account.balance, account.blocked, account.available)
    )
    if as_json:
        write_json(
            {
                "userId": account.user_id,
                "currency": account.currency,
                "balance": f"{balance:f}",
                "blockedBalance": f"{blocked:f}",
                "availableBalance": f"{available:f}",
                "updatedAt": moment_text(answer.at),
                "repeated": answer.repeated,
            }
        )
        return
    money = [words.money(amount, account.currency) for amount in (balance, blocked, available)]
    names = ("balance", "blocked", "available")
    line = note(
        "custody_account", words, user=printable(account.user_id), **dict(zip(names, money, strict=True))
    )
    write_out(f"{line} {note('custody_repeated', words)}" if answer.repeated else line)
