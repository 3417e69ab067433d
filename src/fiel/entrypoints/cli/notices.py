"""`fiel notices`: what people are told of without asking."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from fiel.copilot.plan_view.view import printable
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.exits import Exit
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption, settings_here
from fiel.entrypoints.words.notes import note
from fiel.entrypoints.words.notices import NOTICES_EXAMPLES

if TYPE_CHECKING:
    from fiel.entrypoints.worker.notices import Watch


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    group = typer.Typer(
        name="notices", invoke_without_command=True, callback=_notices, epilog=NOTICES_EXAMPLES
    )
    group.command("show")(show)
    group.command("send")(send)
    group.command("test")(try_notices)
    app.add_typer(group)


def _notices(context: typer.Context) -> None:
    """What people are told of without asking: drift, payments, late payments, STALE, providers."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())


@contextmanager
def _watch(database: str | None) -> Iterator[Watch]:
    from fiel.bootstrap import income_of, open_custody, open_jobs, open_prices
    from fiel.bootstrap.autobalance import autobalance_of
    from fiel.entrypoints.worker.notices import watch_of

    settings = settings_here()
    with open_custody(settings, database) as opened:
        jobs, prices = open_jobs(settings, opened.database), open_prices(settings.outside, opened.database)
        try:
            income = income_of(settings, opened, jobs)
            parts = autobalance_of(settings, opened, prices.source)
            yield watch_of(settings, income, parts, prices.source)
        finally:
            prices.close()
            jobs.close()


def show(*, as_json: JsonOption = False, database: DatabaseOption = None, lang: LangOption = "pt") -> None:
    """Show what there is to tell now, whether it was told or not; nothing is sent."""
    from fiel.copilot.notices.words import body, subject

    words = words_of(lang)
    with _watch(database) as watch:
        found = watch.look()
    told = [(each, subject(each, words.lang), body(each, words.lang)) for each in found]
    if as_json:
        write_json(
            [
                {"kind": fact.kind.value, "wallet": fact.wallet or None, "subject": first, "body": rest}
                for fact, first, rest in told
            ]
        )
        return
    for _, first, rest in told:
        write_out(printable(first))
        for line in rest.splitlines():
            write_out(f"  {printable(line)}")
    if not told:
        write_out(note("notices_none", words))


def send(*, as_json: JsonOption = False, database: DatabaseOption = None, lang: LangOption = "pt") -> None:
    """Look once and send what was not told yet to webhook and e-mail; exit code 6 when one takes nothing.

    `fiel serve` does this every quarter of an hour.
    """
    words = words_of(lang)
    with _watch(database) as watch:
        told = watch.tell(watch.look())
    if as_json:
        write_json(asdict(told))
    else:
        write_out(note("notices_told", words, **asdict(told)))
    if told.failed:
        raise typer.Exit(Exit.UNAVAILABLE)


def try_notices(
    *, as_json: JsonOption = False, database: DatabaseOption = None, lang: LangOption = "pt"
) -> None:
    """Send one message to each channel that the settings name; exit code 6 when one did not go out."""
    words = words_of(lang)
    with _watch(database) as watch:
        tried = watch.test()
    if as_json:
        write_json(
            [
                {"channel": each.channel.value, "sent": each.ok, "detail": each.detail or None}
                for each in tried
            ]
        )
    else:
        for each in tried:
            key = "ab_alert_sent" if each.ok else "ab_alert_failed"
            write_out(printable(note(key, words, channel=each.channel.value, detail=each.detail)))
    if not all(each.ok for each in tried):
        raise typer.Exit(Exit.UNAVAILABLE)
