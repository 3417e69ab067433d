"""`fiel plan` without a file: the saved book of a wallet, and what stands beside its plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.own_plan import book_record, losses_of
from fiel.entrypoints.cli.answers import day_words
from fiel.entrypoints.cli.failures import show_note, told
from fiel.entrypoints.cli.market.prices import at_market_prices
from fiel.entrypoints.cli.portfolio_plan import Ask, Beside, Form, show_plan
from fiel.entrypoints.cli.surroundings import settings_here
from fiel.entrypoints.cli.tax.options import month_text, show_remarks
from fiel.entrypoints.words.notes import counted, note
from fiel.kernel.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from fiel.copilot.buying import Plan
    from fiel.copilot.own_plan.desk import OwnPlanDesk
    from fiel.copilot.own_plan.owned import CashAt, Owned
    from fiel.copilot.own_plan.planning import OwnPortfolio
    from fiel.copilot.own_plan.targets_text import Targets
    from fiel.tax.monthly import MonthTax

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class OwnTold:
    """What the command line says of the book."""

    user: str | None
    categories: Sequence[str]
    repricing: Sequence[str]
    losses: Sequence[str]
    database: str | None


def plan_own_book(own: OwnTold, ask: Ask, form: Form, words: Words, *, market: bool) -> None:
    """Plan the saved book and show it. Raises `InvalidInput` (source_missing) when there is none."""
    from fiel.bootstrap import open_custody, open_prices
    from fiel.copilot.buying import present
    from fiel.copilot.own_plan.desk import OwnPlanDesk
    from fiel.copilot.own_plan.prices import require_prices, with_kept_prices
    from fiel.copilot.taxes.told import read_told
    from fiel.infra.system import SystemClock
    from fiel.market.sanitizer.context import local_day

    said = read_told(own.categories, own.repricing, own.losses)
    settings = settings_here()
    with open_custody(settings, own.database) as opened:
        desk = OwnPlanDesk(opened.database, SystemClock(), said)
        wallet = _wallet(desk, own.user)
        saved = desk.required(wallet)
        seen = desk.look(wallet)
        targets = desk.read(seen, saved.body, name=note("targets_name", words, wallet=wallet))
        found = desk.portfolio(seen, targets, local_day(ask.now or present()))
        _refuse_unknown_tax(found.owned, ask)
        prices = open_prices(settings.outside, opened.database)
        try:
            portfolio = with_kept_prices(found.portfolio, prices.source)
        finally:
            prices.close()
    if market:
        portfolio = at_market_prices(portfolio, words)
    require_prices(portfolio)
    show_beside(found, words)
    show_plan(portfolio, ask.with_price_age(portfolio), form, words, lambda plan: beside(plan, found, words))


def _wallet(desk: OwnPlanDesk, user: str | None) -> str:
    try:
        return desk.wallet(user)
    except NotFound as error:
        if error.code != "book_empty":
            raise
        raise InvalidInput(
            "source_missing",
            "there is no book to plan yet: bring in what you have with `fiel import FILE...`, or say what to "
            "plan: a portfolio file (`fiel init portfolio.toml` writes an example), --instance FILE.json or "
            "--instances FOLDER",
        ) from None


def _refuse_unknown_tax(owned: Owned, ask: Ask) -> None:
    """What sells needs the month's tax; what only buys goes on without."""
    sells = ask.withdraw is not None or ask.mode not in (None, "contribution")
    if sells and owned.month_refused is not None:
        raise owned.month_refused


def show_beside(found: OwnPortfolio, words: Words) -> None:
    """On standard error: what must be known beside the numbers."""
    owned = found.owned
    if owned.month_refused is not None:
        show_note(note("own_tax_unknown", words, why=told(owned.month_refused, words)), "yellow")
    if owned.open_orders:
        show_note(counted("own_open_orders", owned.open_orders, words), "yellow")
    if found.untargeted:
        show_note(note("own_untargeted", words, assets=printable(", ".join(found.untargeted))), "yellow")
    show_unused(found.targets, words)
    show_remarks(owned.remarks, words)


def show_unused(targets: Targets, words: Words) -> None:
    """The places of a text that say what the book says."""
    if targets.unused:
        places = ", ".join(
            note("targets_unused_line", words, place=each.place, line=each.line) for each in targets.unused
        )
        show_note(note("targets_unused", words, places=printable(places)), "yellow")


def beside(plan: Plan, found: OwnPortfolio, words: Words) -> Beside:
    """Where the figures come from, and where what is to be sold is."""
    return Beside(tuple(_lines(plan, found, words)), {"book": book_record(plan, found)})


def _lines(plan: Plan, found: OwnPortfolio, words: Words) -> Iterator[str]:
    from fiel.copilot.own_plan.planning import sales_at, untaxed_sales

    owned = found.owned
    for sale in sales_at(plan.orders, owned):
        for part in sale.parts:
            named = {"asset": printable(sale.line), "account": printable(part.account)}
            yield note("own_sale_at", words, **named, quantity=words.quantity(part.quantity))
    if untaxed := untaxed_sales(plan.orders, found.portfolio):
        yield note("own_untaxed", words, assets=printable(", ".join(untaxed)))
    accounts = ", ".join(printable(each.account) for each in owned.cash) or printable(owned.wallet)
    named = {"wallet": printable(owned.wallet), "day": day_words(owned.on, words)}
    yield note("own_book", words, **named, accounts=accounts)
    yield from _cash_lines(owned.cash, words)
    if owned.month is not None:
        yield _tax_line(owned.month, owned.exemption_left, words)


def _cash_lines(cash: Sequence[CashAt], words: Words) -> Iterator[str]:
    kept = [(each, each.free) for each in cash if each.free is not None]
    if kept:
        parts = (
            note(
                "own_cash_of",
                words,
                account=printable(each.account),
                amount=words.money(free),
                at=words.moment(each.as_of),
            )
            for each, free in kept
        )
        total = words.money(sum((free for _, free in kept), _ZERO))
        yield note("own_cash", words, total=total, parts="; ".join(parts))
    elsewhere = [printable(each.account) for each in cash if each.free is None]
    if elsewhere:
        yield note("own_cash_elsewhere", words, accounts=", ".join(elsewhere))


def _tax_line(month: MonthTax, left: Decimal | None, words: Words) -> str:
    losses = losses_of(month)
    return note(
        "own_tax",
        words,
        month=month_text(month.month, words),
        sales=words.money(month.stock_sales),
        left=words.money(left or _ZERO),
        common=words.money(losses["common"]),
        fii=words.money(losses["fii"]),
    )
