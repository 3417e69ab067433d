"""`fiel tax month`: what was sold and gained, what is exempt, what losses take off, and the DARF."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.tax import month_record, read_month
from fiel.entrypoints.cli.answers import JsonOption, day_words, write_json
from fiel.entrypoints.cli.bond.reading import today_here
from fiel.entrypoints.cli.income.opening import opened_income, user_of
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.cli.tax.options import (
    CategoryOption,
    IdsOption,
    LossesOption,
    RememberOption,
    RepricingOption,
    UserOption,
    month_text,
    show_ids,
    show_remarks,
)
from fiel.entrypoints.words.notes import note
from fiel.entrypoints.words.tax import MONTH_EXAMPLES
from fiel.kernel.months import month_after

if TYPE_CHECKING:
    from fiel.copilot.number_ids import NumberId
    from fiel.copilot.taxes.desk import MonthView
    from fiel.tax.monthly import CategoryLine, MonthTax, PoolLine


MonthArgument = Annotated[
    str | None, typer.Argument(metavar="[YYYY-MM]", help="The month (default: this one).")
]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("month", epilog=MONTH_EXAMPLES)(month)


def month(
    month: MonthArgument = None,
    *,
    user: UserOption = None,
    category: CategoryOption = None,
    remember: RememberOption = False,
    repricing: RepricingOption = None,
    losses: LossesOption = None,
    ids: IdsOption = False,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show the tax of a month: sales, gains, what is exempt, losses used and carried, and the DARF to pay.

    All amounts are in reais (R$). Nothing is written but what --remember keeps. Not tax advice.
    """
    from fiel.copilot.taxes.desk import TaxDesk
    from fiel.copilot.taxes.told import read_told

    words, today = words_of(lang), today_here()
    wanted = today.replace(day=1) if month is None else read_month(month)
    told = read_told(category or (), repricing or (), losses or ())
    with opened_income(database) as opened:
        desk, wallet = TaxDesk(opened.database, told), user_of(opened, user)
        if remember:
            desk.remember(wallet, opened.clock.now())
        view = desk.month(wallet, wanted, today)
    if as_json:
        write_json(month_record(view))
        return
    _show(view, words)
    if ids:
        show_ids(_ids(view, words))


def _ids(view: MonthView, words: Words) -> Iterator[tuple[str, NumberId]]:
    """Sales and gain of each category; a day's trades share those of their category."""
    from fiel.copilot.number_ids import NumberId

    last = month_after(view.tax.month) - timedelta(days=1)
    for category in dict.fromkeys(line.category.value for line in view.tax.lines):
        name = note(f"tax_category_{category}", words)
        for title, measure in (("sales", "sales"), ("gain", "taxed_gain")):
            number_id = NumberId("tax", view.wallet, view.tax.month, last, f"category:{category}", measure)
            yield f"{name}, {note(f'tax_{title}', words)}", number_id


def _show(view: MonthView, words: Words) -> None:
    tax = view.tax
    write_out(note("tax_month_of", words, wallet=printable(view.wallet), month=month_text(tax.month, words)))
    if view.is_open:
        write_out(note("tax_month_open", words, day=day_words(view.today, words)))
    if tax.lines:
        show(screen(), Text(), _categories(tax, words), Text(), _pools(tax, words))
        write_out("")
    else:
        write_out(note("tax_nothing_sold", words))
    for line in (*_limit_lines(view, words), *_payment_lines(tax, words)):
        write_out(line)
    for law in view.laws:
        since = day_words(law.valid_from, words)
        write_out(
            note("tax_law", words, subject=_subject(law.subject, words), source=law.source, since=since)
        )
    write_out(note("tax_not_advice", words))
    show_remarks(view.remarks, words)


def _subject(subject: str, words: Words) -> str:
    kind, _, name = subject.partition(".")
    return note(f"tax_{kind}_{name}", words) if kind == "category" else _rule_text(kind, name, words)


def _rule_text(kind: str, pool: str, words: Words) -> str:
    text = note(f"tax_rule_{kind}", words)
    return f"{text} ({note(f'tax_pool_{pool}', words)})" if pool else text


def _categories(tax: MonthTax, words: Words) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(note("tax_category", words))
    for title in ("sales", "gain", "exempt"):
        table.add_column(note(f"tax_{title}", words), justify="right")
    for line in tax.lines:
        table.add_row(
            _name(line, words), *(words.amount(each) for each in (line.sales, line.gain, line.exempt))
        )
    return table


def _name(line: CategoryLine, words: Words) -> str:
    name = note(f"tax_category_{line.category.value}", words)
    return note("tax_day_traded", words, name=name) if line.is_day_trade else name


def _pools(tax: MonthTax, words: Words) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(note("tax_pool", words))
    for title in ("net", "losses_before", "losses_used", "losses_after", "taxable", "rate", "tax"):
        table.add_column(note(f"tax_{title}", words), justify="right")
    for line in tax.pools:
        if line.net or line.losses_before or line.losses_after:
            table.add_row(note(f"tax_pool_{line.pool.value}", words), *_pool_cells(line, words))
    return table


def _pool_cells(line: PoolLine, words: Words) -> tuple[str, ...]:
    rate = f"{words.decimals(line.rate * 100, 0)} %"
    losses = line.losses_before, line.losses_used, line.losses_after
    return (
        words.amount(line.net),
        *(words.amount(each) for each in losses),
        words.amount(line.taxable),
        rate,
        words.amount(line.tax),
    )


def _limit_lines(view: MonthView, words: Words) -> list[str]:
    tax = view.tax
    amounts = {"sales": words.money(tax.stock_sales), "limit": words.money(tax.stock_limit)}
    if tax.is_exempt:
        return [note("tax_limit_left", words, left=words.money(view.exemption_left), **amounts)]
    return [note("tax_limit_passed", words, **amounts)]


def _payment_lines(tax: MonthTax, words: Words) -> list[str]:
    lines = [
        note(
            "tax_due_line",
            words,
            tax=words.money(tax.tax),
            used=words.money(tax.credit_used),
            due=words.money(tax.due),
        )
    ]
    if tax.withheld or tax.credit_after or tax.credit_lapsed:
        left = tax.credit_after + tax.credit_lapsed
        values = {"withheld": words.money(tax.withheld), "left": words.money(left)}
        lines.append(note("tax_credit_lapsed" if tax.credit_lapsed else "tax_credit_left", words, **values))
    if tax.withheld_for_good:
        lines.append(note("tax_kept_for_good", words, amount=words.money(tax.withheld_for_good)))
    if tax.darf:
        due = day_words(tax.due_date, words)
        lines.append(note("tax_darf", words, code=tax.darf_code, amount=words.money(tax.darf), day=due))
    elif tax.unpaid:
        lines.append(note("tax_darf_waits", words, amount=words.money(tax.unpaid)))
    else:
        lines.append(note("tax_darf_none", words))
    return lines
