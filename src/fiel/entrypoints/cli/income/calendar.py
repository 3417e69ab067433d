"""`fiel income calendar`: past and coming payments by month, each with its state and why."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.income import LAYERS, calendar_record
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.income.opening import (
    OfflineOption,
    RenewOption,
    UserOption,
    fetch_unknown,
    opened_income,
    plan_of,
    user_of,
    worth_of,
)
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.income import CALENDAR_EXAMPLES
from fiel.entrypoints.words.income_reasons import reasons_text
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from fiel.copilot.income.view import IncomeView
    from fiel.income.calendar import CalendarEntry
    from fiel.income.share_events import ShareEntitlement
    from fiel.income.summary import Bucket, Stack

MonthsOption = Annotated[
    int, typer.Option("--months", min=1, max=60, help="Months to show, from this one on.")
]
PastOption = Annotated[int, typer.Option("--past", min=0, max=120, help="Months to show before this one.")]
ByOption = Annotated[str, typer.Option("--by", metavar="month|day|asset|class", help="What is added up.")]
WhyOption = Annotated[bool, typer.Option("--why", help="Of each payment also why it stands where it stands.")]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("calendar", epilog=CALENDAR_EXAMPLES)(calendar)


def calendar(
    *,
    user: UserOption = None,
    months: MonthsOption = 12,
    past: PastOption = 3,
    by: ByOption = "month",
    why: WhyOption = False,
    renew: RenewOption = False,
    offline: OfflineOption = False,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show what was paid and what will be: received, confirmed, announced or estimated, gross and net.

    Estimates are never shown as announced. Nothing is written: see `fiel income reconcile`.
    """
    from fiel.copilot.income.view import Span, income_view
    from fiel.income.summary import By

    words = words_of(lang)
    if by not in set(By):
        raise InvalidInput("by_unknown", "add up by month, day, asset or class", field="--by")
    with opened_income(database) as opened:
        wallet = user_of(opened, user)
        fetch_unknown(opened, wallet, words, renew=renew, offline=offline, database=database)
        plan = plan_of(opened, wallet, words, offline=offline, database=database)
        worth = worth_of(opened, wallet)
        view = income_view(
            opened.desk, opened.forecasts, wallet, Span(months, past), by=By(by), plan=plan, worth=worth
        )
    if as_json:
        write_json(calendar_record(view))
        return
    _show(view, words, why=why)


def _show(view: IncomeView, words: Words, *, why: bool) -> None:
    head = note("income_of", words, wallet=printable(view.wallet), day=view.as_of, zone=view.zone)
    write_out(head)
    write_out(_year_line(view, words))
    show(screen(), Text(), _bars(view, words), Text(), _payments(view, words))
    if why:
        show(screen(), Text(), *_whys(view, words))
    for action in view.actions:
        write_out(_action_line(action, words))
    sources = sorted({each.source for each in (*view.entries, *view.undated)})
    if sources:
        write_out(note("income_sources", words, sources=printable("; ".join(sources))))
    for asset, reasons in view.without_forecast.items():
        told = reasons_text(reasons, words)
        show_note(note("income_no_forecast", words, asset=printable(asset), why=told), "dim")
    for title, refusal in view.without_plan:
        told = f"{refusal.message} [{refusal.code}]"
        show_note(note("income_no_plan", words, title=printable(title.label), why=told), "yellow")
    if view.proposals:
        show_note(note("income_proposals", words, n=len(view.proposals)), "yellow")
    if view.unmatched:
        show_note(note("income_unmatched", words, n=len(view.unmatched)), "yellow")


def _action_line(each: ShareEntitlement, words: Words) -> str:
    """A split, bonus or right: what comes, and what a right costs."""
    one = each.announcement
    told = {
        "day": one.com_date,
        "asset": printable(one.asset),
        "kind": note(f"income_action_{one.kind.value}", words),
        "held": words.quantity(each.held),
        "change": words.quantity(each.change),
        "source": one.source,
    }
    line = note("income_action", words, **told)
    if each.cost is None:
        return line
    until = "-" if one.until is None else one.until.isoformat()
    return f"{line} {note('income_action_cost', words, cost=words.money(each.cost), until=until)}"


def _year_line(view: IncomeView, words: Words) -> str:
    year = view.year
    cost = "-" if year.on_cost is None else f"{words.percent(year.on_cost)} %"
    value = "-" if year.on_value is None else f"{words.percent(year.on_value)} %"
    line = note("income_year", words, amount=words.money(year.received), cost=cost, value=value)
    return f"{line} ({reasons_text(year.reasons, words)})" if year.reasons else line


def _bars(view: IncomeView, words: Words) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(note(f"income_by_{view.summary.by.value}", words))
    for layer in LAYERS:
        table.add_column(note(f"income_layer_{layer}", words), justify="right")
    table.add_column(note("income_total_net", words), justify="right")
    table.add_column(note("income_capital", words), justify="right")
    for bucket in view.summary.buckets:
        table.add_row(*_bar(bucket, printable(bucket.key) or "-", words))
    for total in view.summary.totals:
        table.add_row(*_bar(total, note("income_total", words), words), style="bold")
    return table


def _bar(bucket: Bucket, key: str, words: Words) -> list[Text]:
    layers = [_net(bucket.income, layer) for layer in LAYERS]
    cells = [words.money(net, bucket.currency) if net else "-" for net in layers]
    capital = bucket.capital.total.net
    total = words.money(bucket.income.total.net, bucket.currency)
    return [
        Text(each) for each in (key, *cells, total, words.money(capital, bucket.currency) if capital else "-")
    ]


def _net(stack: Stack, layer: str) -> Decimal:
    net: Decimal = getattr(stack, layer).net
    return net


def _payments(view: IncomeView, words: Words) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("day", "asset", "kind", "state", "gross", "withheld", "net"):
        right = name in {"gross", "withheld", "net"}
        whole = right or name in {"day", "state"}
        justify: JustifyMethod = "right" if right else "left"
        table.add_column(note(f"income_{name}", words), justify=justify, no_wrap=whole, overflow="fold")
    for entry in (*view.entries, *view.undated):
        style = _STYLES.get(entry.state.value, "")
        table.add_row(*(Text(printable(cell)) for cell in _cells(entry, words)), style=style)
    return table


def _whys(view: IncomeView, words: Words) -> list[Text]:
    """One line for each payment: why it stands where it stands."""
    lines = []
    for entry in (*view.entries, *view.undated):
        kind = note(f"income_kind_{entry.kind.value}", words)
        why = reasons_text(entry.reasons, words)
        told = f"{_day_text(entry.day)} {entry.asset} {kind}: {why} [{entry.source}]"
        lines.append(Text(printable(told), style="dim"))
    return lines


_STYLES = {"estimated": "dim", "late": "yellow", "missing": "red", "corrected": "yellow"}


def _cells(entry: CalendarEntry, words: Words) -> list[str]:
    return [
        _day_text(entry.day),
        entry.asset,
        note(f"income_kind_{entry.kind.value}", words),
        note(f"income_state_{entry.state.value}", words),
        words.money(entry.gross, entry.currency),
        words.money(entry.withheld, entry.currency) if entry.withheld else "-",
        words.money(entry.net, entry.currency),
    ]


def _day_text(day: date | None) -> str:
    return "-" if day is None else day.isoformat()
