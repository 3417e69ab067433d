"""`fiel autobalance status`: one portfolio whole, or everything that a person may have to look at."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.autobalance import status_record
from fiel.entrypoints.answers.balance_words import verdict_words
from fiel.entrypoints.answers.values import moment_text
from fiel.entrypoints.cli.answers import JsonOption, LimitOption, write_json
from fiel.entrypoints.cli.autobalance.answers import opened_balancer, saga_word, standing_word
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from fiel.autobalance.portfolios import PortfolioStatus, PortfolioView

PortfolioToShow = Annotated[
    str | None,
    typer.Argument(
        metavar="[PORTFOLIO]", help="The account of the book (default: all that are not quietly active)."
    ),
]

#: Columns of names, with their places among the cells.
_NAMES = MappingProxyType({"ab_portfolio": 0, "ab_batch": 2})


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("status", epilog="Example: fiel autobalance status ana")(status)


def status(
    portfolio: PortfolioToShow = None,
    *,
    limit: LimitOption = 100,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show how a portfolio stands: what runs, what nobody knows, and why nothing was done.

    Without one: counts, and all that are stale, paused, in progress or in doubt.
    """
    words = words_of(lang)
    with opened_balancer(database) as opened:
        portfolios, now = opened.parts.portfolios, opened.parts.clock.now()
        if portfolio is not None:
            view = portfolios.status(portfolio)
        else:
            counts, busy = portfolios.counts(), portfolios.busy(limit)
    if portfolio is None:
        _show_all(counts, busy, now, words, as_json=as_json)
    elif as_json:
        write_json(status_record(view) | {"asOf": moment_text(now)})
    else:
        _show_one(view, now, words)


def _show_all(
    counts: Mapping[PortfolioStatus, int],
    busy: Sequence[PortfolioView],
    now: datetime,
    words: Words,
    *,
    as_json: bool,
) -> None:
    if as_json:
        total = {status.value: count for status, count in counts.items()}
        write_json(
            {"asOf": moment_text(now), "counts": total, "portfolios": [status_record(each) for each in busy]}
        )
        return
    named = {status.value: count for status, count in counts.items()}
    write_out(note("ab_counts", words, **named, total=sum(named.values()), at=words.moment(now)))
    if not busy:
        write_out(note("ab_all_quiet", words))
        return
    rows = [_cells(each, words) for each in busy]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("ab_portfolio", "ab_status", "ab_batch", "ab_in_doubt", "ab_since"):
        right = title == "ab_in_doubt"
        # A name that is cut short cannot be asked for.
        least = max(len(row[_NAMES[title]]) for row in rows) if title in _NAMES else None
        table.add_column(
            note(title, words), justify="right" if right else "left", min_width=least, overflow="fold"
        )
    for row in rows:
        table.add_row(*row)
    show(screen(), Text(), table)
    write_out("")
    for each in busy:
        if (reason := _reason(each)) is not None:
            name = printable(each.portfolio.portfolio)
            write_out(note("ab_why_so", words, portfolio=name, reason=printable(reason)))


def _cells(view: PortfolioView, words: Words) -> tuple[str, ...]:
    known = view.portfolio
    saga = view.unfinished
    return (
        printable(known.portfolio),
        standing_word(known, words) if saga is None else saga_word(saga, words),
        (known.stale_saga or "-") if saga is None else saga.id,
        str(len(view.in_doubt)) if view.in_doubt else "-",
        words.moment(known.status_at if saga is None else saga.started_at),
    )


def _reason(view: PortfolioView) -> str | None:
    if view.unfinished is not None and view.portfolio.status.value == "active":
        return view.unfinished.failed
    return view.portfolio.status_reason


def _show_one(view: PortfolioView, now: datetime, words: Words) -> None:
    known = view.portfolio
    named = {"portfolio": printable(known.portfolio), "currency": known.currency, "broker": known.broker}
    write_out(note("ab_one", words, **named, status=standing_word(known, words), at=words.moment(now)))
    for line in _lines(view, words):
        write_out(f"  {printable(line)}")


def _lines(view: PortfolioView, words: Words) -> list[str]:
    known = view.portfolio
    at, by = words.moment(known.status_at), known.status_by or "?"
    lines = [note("ab_one_since", words, at=at, by=by, reason=known.status_reason or "-")]
    if known.stale_saga is not None:
        lines.append(note("ab_one_stale", words, saga=known.stale_saga, portfolio=known.portfolio))
    if view.unfinished is not None:
        saga = view.unfinished
        lines.append(
            note(
                "ab_one_running",
                words,
                saga=saga.id,
                status=saga_word(saga, words),
                at=words.moment(saga.started_at),
                orders=len(saga.operations),
            )
        )
    if view.in_doubt:
        lines.append(note("ab_one_doubt", words, orders=", ".join(view.in_doubt)))
    if known.last_done_at is None:
        lines.append(note("ab_one_never", words, n=known.sagas_begun))
    else:
        lines.append(note("ab_one_last", words, n=known.sagas_begun, at=words.moment(known.last_done_at)))
    if known.verdict is not None and known.verdict_at is not None:
        code, _, detail = known.verdict.partition(": ")
        told = verdict_words(code, detail, words)
        lines.append(note("ab_one_verdict", words, at=words.moment(known.verdict_at), why=told))
    return lines
