"""What the verbs of the auto-balancer share: the open parts, their options, and how its facts are shown."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.surroundings import settings_here
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.autobalance.portfolios import BalancedPortfolio
    from fiel.autobalance.saga.model import Saga
    from fiel.bootstrap.autobalance import OpenAutobalance

PortfolioArgument = Annotated[
    str, typer.Argument(metavar="PORTFOLIO", help="The account of the book that is balanced.")
]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept for ever.")]
ByOption = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who says so (default: the user of this machine).")
]
_SECOND = timedelta(seconds=1)


@contextmanager
def opened_balancer(database: str | None) -> Iterator[OpenAutobalance]:
    """The auto-balancer of the database that the command is about, whatever the brokers.

    Raises what `fiel.bootstrap.autobalance.open_autobalance` does.
    """
    from fiel.bootstrap.autobalance import open_autobalance

    with open_autobalance(settings_here(), database) as opened:
        yield opened


def person(by: str | None) -> str:
    """Who is at the keyboard."""
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def standing_word(portfolio: BalancedPortfolio, words: Words) -> str:
    """Whether it is active, paused or stale."""
    return note(f"ab_{portfolio.status}", words)


def saga_word(saga: Saga, words: Words) -> str:
    """How a batch stands."""
    return note(f"ab_saga_{saga.status}", words)
