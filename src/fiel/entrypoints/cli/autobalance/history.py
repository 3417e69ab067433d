"""`fiel autobalance history`: every batch with its orders, and what people decided."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.autobalance import average_price, batch_record, note_record
from fiel.entrypoints.answers.values import amount_of, nanos
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.autobalance.answers import PortfolioArgument, opened_balancer, saga_word
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.autobalance.portfolios import Note, Record
    from fiel.autobalance.saga.model import Attempt, Operation, Saga

#: Batches carry all of their orders: not as many are read as of lighter things.
BatchesOption = Annotated[int, typer.Option("--limit", min=1, max=200, help="How many to list at most.")]
#: Notes that the program itself shows as they were written, by their action.
_ACTIONS = frozenset({"enrolled", "paused", "resumed", "cleared"})


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("history", epilog="Example: fiel autobalance history ana --limit 5")(history)


def history(
    portfolio: PortfolioArgument,
    *,
    limit: BatchesOption = 5,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show the batches of a portfolio, the latest first: orders, tries, executions, what undoing cost.

    Below them what people decided. Money is in the account's currency, prices per unit.
    """
    words = words_of(lang)
    with opened_balancer(database) as opened:
        records, notes = opened.parts.portfolios.history(portfolio, limit)
    if as_json:
        write_json(
            {
                "portfolio": portfolio,
                "batches": [batch_record(each) for each in records],
                "notes": [note_record(each) for each in notes],
            }
        )
        return
    if not records:
        write_out(note("ab_history_none", words, portfolio=printable(portfolio)))
    for each in records:
        show_batch(each, words)
    write_out(note("ab_notes", words))
    for told in notes:
        write_out(f"  {_note_line(told, words)}")


def show_batch(record: Record, words: Words) -> None:
    """One batch: what asked for it, its orders and what became of each."""
    saga = record.saga
    write_out(
        note(
            "ab_batch_line",
            words,
            saga=saga.id,
            status=saga_word(saga, words),
            cause=note(f"ab_cause_{record.cause}", words) if record.cause in _CAUSES else record.cause,
            worst=words.percent(Decimal(record.worst)),
            begun=words.moment(saga.started_at),
            ended="-" if record.ended_at is None else words.moment(record.ended_at),
        )
    )
    if saga.failed is not None:
        write_out(f"  {printable(note('ab_batch_failed', words, why=saga.failed))}")
    if record.cost is not None:
        cost = words.money(amount_of(record.cost, saga.currency), saga.currency)
        write_out(f"  {note('ab_batch_cost', words, cost=cost)}")
    show(screen(), _orders(saga, words))
    for _, attempt in _attempts(saga):
        if attempt is not None and attempt.reason:
            name = attempt.id.removeprefix(f"{saga.id}.")
            write_out(f"  {printable(f'{name}: {attempt.reason}')}")


#: Columns that are never broken: their words say what happened.
_WHOLE = frozenset({"ab_order", "ab_side", "ab_asset", "ab_outcome"})
_CAUSES = frozenset({"always", "date", "band", "band_on_date"})


def _orders(saga: Saga, words: Words) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    titles = ("ab_order", "ab_side", "ab_asset", "ab_quantity", "ab_limit", "ab_executed", "ab_at_price")
    for title in (*titles, "ab_tries", "ab_outcome"):
        left = title in {"ab_order", "ab_side", "ab_asset", "ab_outcome"}
        unit = {"unit": words.sign(saga.currency)} if title in {"ab_limit", "ab_at_price"} else {}
        table.add_column(
            note(title, words, **unit), justify="left" if left else "right", no_wrap=title in _WHOLE
        )
    for operation, attempt in _attempts(saga):
        table.add_row(*_cells(saga, operation, attempt, words))
    return table


def _attempts(saga: Saga) -> Iterator[tuple[Operation, Attempt | None]]:
    """Every order, also those that were planned and never prepared."""
    for operation in saga.operations:
        if not operation.attempts:
            yield operation, None
        for attempt in operation.attempts:
            yield operation, attempt


def _cells(saga: Saga, operation: Operation, attempt: Attempt | None, words: Words) -> tuple[str, ...]:
    """The name of an order is shown without its batch's, which stands above."""
    if attempt is None:
        side, quantity, limit = operation.side, operation.quantity, operation.limit
        name, filled, average, tries = "-", 0, None, 0
        outcome = note("ab_not_sent", words)
    else:
        order = attempt.order
        side, quantity, limit, name = (
            order.side,
            order.quantity,
            order.limit,
            attempt.id.removeprefix(f"{saga.id}."),
        )
        filled, average, tries = attempt.filled, average_price(attempt), attempt.sends
        outcome = note(f"ab_attempt_{attempt.state}", words)
    return (
        printable(name),
        note(f"ab_{side.value.lower()}", words),
        printable(operation.ticker),
        words.quantity(nanos(quantity)),
        words.price(nanos(limit)),
        words.quantity(nanos(filled)),
        "-" if average is None else words.price(average),
        str(tries),
        printable(outcome),
    )


def _note_line(told: Note, words: Words) -> str:
    action = note(f"ab_note_{told.action}", words) if told.action in _ACTIONS else told.action
    about = f" {told.saga}" if told.saga else ""
    reason = f": {told.reason}" if told.reason else ""
    return printable(f"{words.moment(told.at)}  {action}{about} · {told.by}{reason}")
