"""`fiel autobalance pause`, `resume`, `clear-stale` and `test-alerts`: what people decide and try."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.autobalance import portfolio_record
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.autobalance.answers import (
    ByOption,
    PortfolioArgument,
    ReasonOption,
    opened_balancer,
    person,
)
from fiel.entrypoints.cli.exits import Exit
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption, settings_here
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.autobalance.alerting.assembly import Tried
    from fiel.autobalance.portfolios import BalancedPortfolio


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command("pause", epilog='Example: fiel autobalance pause ana --reason "holidays"')(pause)
    group.command("resume", epilog='Example: fiel autobalance resume ana --reason "back"')(resume)
    group.command(
        "clear-stale", epilog='Example: fiel autobalance clear-stale ana --reason "PETR4 was sold"'
    )(clear_stale)
    group.command("test-alerts", epilog="Example: fiel autobalance test-alerts")(try_alerts)


def pause(
    portfolio: PortfolioArgument,
    *,
    reason: ReasonOption,
    by: ByOption = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Begin no more batches of a portfolio; one that runs goes on to its end."""
    words = words_of(lang)
    with opened_balancer(database) as opened:
        found = opened.parts.portfolios.pause(portfolio, reason=reason, by=person(by))
    _answer("ab_paused_done", found, reason, words, as_json=as_json)


def resume(
    portfolio: PortfolioArgument,
    *,
    reason: ReasonOption,
    by: ByOption = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Balance a paused portfolio again. A STALE one is cleared with `clear-stale`, after somebody looked."""
    words = words_of(lang)
    with opened_balancer(database) as opened:
        found = opened.parts.portfolios.resume(portfolio, reason=reason, by=person(by))
    _answer("ab_resumed_done", found, reason, words, as_json=as_json)


def clear_stale(
    portfolio: PortfolioArgument,
    *,
    reason: ReasonOption,
    by: ByOption = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Let a STALE portfolio be balanced again, after a person looked at what the broker really did.

    Refused while the broker may have an order that nobody knows the outcome of. The reason stays for ever.
    """
    words = words_of(lang)
    with opened_balancer(database) as opened:
        found = opened.parts.portfolios.clear_stale(portfolio, reason=reason, by=person(by))
    _answer("ab_cleared_done", found, reason, words, as_json=as_json)


def try_alerts(*, as_json: JsonOption = False, lang: LangOption = "pt") -> None:
    """Send one message to each channel of alerts that the settings name: log, webhook, e-mail.

    Exit code 6 when one did not go out.
    """
    from fiel.autobalance.alerting.assembly import send_test, senders_of
    from fiel.infra.system import RandomIds, SystemClock

    words, clock = words_of(lang), SystemClock()
    channels = settings_here().autobalance.alerts
    tried = send_test(channels, senders_of(channels, clock), clock, RandomIds("alert"))
    if as_json:
        write_json([_record(each) for each in tried])
    else:
        for each in tried:
            key = "ab_alert_sent" if each.ok else "ab_alert_failed"
            write_out(printable(note(key, words, channel=each.channel.value, detail=each.detail)))
    if not all(each.ok for each in tried):
        raise typer.Exit(Exit.UNAVAILABLE)


def _record(tried: Tried) -> dict[str, object]:
    return {"channel": tried.channel.value, "sent": tried.ok, "detail": tried.detail or None}


def _answer(key: str, found: BalancedPortfolio, reason: str, words: Words, *, as_json: bool) -> None:
    if as_json:
        write_json(portfolio_record(found))
        return
    by = found.status_by or "?"
    named = {"portfolio": found.portfolio, "by": by, "reason": found.status_reason or reason}
    named = {name: printable(value) for name, value in named.items()}
    write_out(note(key, words, **named, at=words.moment(found.status_at)))
