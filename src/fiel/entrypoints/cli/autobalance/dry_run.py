"""`fiel autobalance dry-run`: what would happen now, and why or why not. Nothing is written."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.balance_words import percent_words, strategy_words, verdict_words
from fiel.entrypoints.answers.dry_run import Looked, dry_run_record, look, value_of
from fiel.entrypoints.answers.values import amount_of, nanos
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.autobalance.answers import (
    PortfolioArgument,
    opened_balancer,
    saga_word,
)
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.autobalance_desk import DRY_RUN_EXAMPLES
from fiel.entrypoints.words.notes import note
from fiel.kernel.rounding import round_half_up

if TYPE_CHECKING:
    from fiel.autobalance.drifting import Drifted, DriftRow
    from fiel.autobalance.journal_port import Plan
    from fiel.custody.ports import LastPrice


PriceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--price",
        metavar="TICKER=VALUE",
        help="A price to reckon with, as of now (default: the last one that is kept). May be repeated.",
    ),
]
ExplainOption = Annotated[
    bool, typer.Option("--explain", help="Every class and asset: target, what there is, its band.")
]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("dry-run", epilog=DRY_RUN_EXAMPLES)(dry_run)


def dry_run(
    portfolio: PortfolioArgument,
    *,
    price: PriceOption = None,
    explain: ExplainOption = False,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show what would be ordered now, in which stages and at which limits, or why nothing would be.

    At the prices given or kept; nothing is written and nothing is sent.
    """
    words = words_of(lang)
    with opened_balancer(database) as opened:
        found = look(opened.parts, portfolio, price or [])
    if as_json:
        write_json(dry_run_record(found))
        return
    _show(found, words, explain=explain)


def _show(found: Looked, words: Words, *, explain: bool) -> None:
    known = found.view.portfolio
    named = {"portfolio": printable(known.portfolio), "currency": known.currency, "broker": known.broker}
    write_out(note("ab_dry", words, **named, at=words.moment(found.at)))
    if found.drift is not None:
        whole = words.money(round_half_up(found.drift.whole, 2), known.currency)
        worst = max((abs(row.actual - row.target) for row in found.drift.rows), default=Decimal(0))
        write_out(note("ab_dry_whole", words, whole=whole, worst=percent_words(worst, words)))
    write_out(note("ab_acts", words, when=strategy_words(found.strategy, words)))
    _show_answer(found, words)
    if explain and found.drift is not None:
        show(screen(), Text(), _drift_table(found.drift, words, known.currency))
    _show_prices(found, words, explain=explain)
    write_out(note("ab_dry_nothing_sent", words))


def _show_answer(found: Looked, words: Words) -> None:
    from fiel.autobalance.planning import NotPlanned

    answer = found.answer
    if answer is None:
        saga = found.view.unfinished
        assert saga is not None  # noqa: S101 (there is no answer only while one runs)
        write_out(note("ab_dry_running", words, saga=saga.id, status=saga_word(saga, words)))
    elif isinstance(answer, NotPlanned):
        write_out(note("ab_dry_no", words, why=verdict_words(answer.code.value, answer.detail, words)))
    else:
        worst = words.percent(Decimal(answer.worst))
        cause = note(f"ab_cause_{answer.trigger}", words)
        write_out(note("ab_dry_yes", words, cause=cause, worst=worst))
        show(screen(), Text(), _orders_table(answer, words))
        write_out("")
        cash = 0 if found.account is None else found.account.available
        named = {"reserve": found.reserve, "cash": cash}
        money = {
            key: words.money(amount_of(minor, answer.currency), answer.currency)
            for key, minor in named.items()
        }
        write_out(note("ab_dry_reserve", words, **money))
        if answer.note:
            write_out(printable(note("ab_dry_note", words, note=answer.note)))


def _orders_table(plan: Plan, words: Words) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    unit = words.sign(plan.currency)
    for title in ("ab_stage", "ab_side", "ab_asset", "ab_quantity", "ab_price", "ab_limit", "ab_value"):
        left = title in {"ab_side", "ab_asset"}
        priced = {"unit": unit} if title in {"ab_price", "ab_limit", "ab_value"} else {}
        table.add_column(note(title, words, **priced), justify="left" if left else "right")
    for each in plan.operations:
        table.add_row(
            str(each.stage),
            note(f"ab_{each.side.value.lower()}", words),
            printable(each.ticker),
            words.quantity(nanos(each.quantity)),
            words.price(nanos(each.price)),
            words.price(nanos(each.limit)),
            words.amount(value_of(each)),
        )
    return table


def _drift_table(drift: Drifted, words: Words, currency: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(note("ab_target", words))
    for title in ("ab_of_whole", "ab_now", "ab_off", "ab_band"):
        table.add_column(note(title, words), justify="right")
    table.add_column(note("ab_value", words, unit=words.sign(currency)), justify="right")
    table.add_column("")
    for row in drift.rows:
        table.add_row(*_drift_cells(row, words))
    return table


def _drift_cells(row: DriftRow, words: Words) -> tuple[str, ...]:
    return (
        f"{'  ' * row.depth}{printable(row.label)}",
        percent_words(row.target, words),
        percent_words(row.actual, words),
        words.percent((row.actual - row.target) * 100, signed=True),
        "-" if row.limit is None else percent_words(row.limit, words),
        words.amount(round_half_up(row.value, 2)),
        note("ab_out", words) if row.is_out else "",
    )


def _show_prices(found: Looked, words: Words, *, explain: bool) -> None:
    from fiel.custody.ports import LastPrice

    currency = found.view.portfolio.currency
    by_source: dict[str, list[LastPrice]] = {}
    for each in found.prices.values():
        if isinstance(each, LastPrice) and each.currency == currency:
            by_source.setdefault(each.source, []).append(each)
    for source, several in sorted(by_source.items()):
        dated = [each.as_of for each in several if each.as_of is not None]
        oldest = words.moment(min(dated)) if len(dated) == len(several) else note("ab_no_time", words)
        names = ", ".join(
            f"{each.ticker} {words.price(nanos(each.price))}" if explain else each.ticker for each in several
        )
        write_out(printable(note("ab_prices", words, source=source, at=oldest, assets=names)))
    missing = [
        ticker
        for ticker, each in found.prices.items()
        if not isinstance(each, LastPrice) or each.currency != currency
    ]
    if missing:
        write_out(printable(note("ab_prices_missing", words, assets=", ".join(missing))))
