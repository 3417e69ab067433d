"""`fiel plan`: the orders for the saved book, a portfolio file, one instance, or a folder of instances."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import typer

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli import plan_options as options
from fiel.entrypoints.cli.answers import moment_of
from fiel.entrypoints.cli.instances import answer_file, answer_folder
from fiel.entrypoints.cli.own_plan import OwnTold, plan_own_book
from fiel.entrypoints.cli.portfolio_plan import Ask, Form, plan_portfolio
from fiel.entrypoints.cli.screen import ColorOption, LangOption, WidthOption, words_of
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.cli.tax.options import CategoryOption, LossesOption, RepricingOption, UserOption
from fiel.entrypoints.words.help import EXIT_CODES, PLAN_EXAMPLES
from fiel.kernel.errors import InvalidInput

#: In Brazil 1.000 is a thousand, here it would be one: rather asked than guessed.
_AMBIGUOUS = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+")


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("plan", epilog=PLAN_EXAMPLES + EXIT_CODES)(plan)


def plan(
    portfolio: options.PortfolioArgument = None,
    *,
    cash: options.CashOption = None,
    withdraw: options.WithdrawOption = None,
    mode: options.ModeOption = None,
    explain: options.ExplainOption = False,
    as_json: options.JsonOption = False,
    as_csv: options.CsvOption = False,
    kappa: options.KappaOption = None,
    cost_sensitivity: options.CostSensitivityOption = None,
    market: options.MarketOption = False,
    max_price_age: options.PriceAgeOption = None,
    now: options.NowOption = None,
    max_nodes: options.NodesOption = None,
    instance: options.InstanceOption = None,
    instances: options.InstancesOption = None,
    output: options.OutputOption = None,
    user: UserOption = None,
    category: CategoryOption = None,
    repricing: RepricingOption = None,
    losses: LossesOption = None,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
    width: WidthOption = None,
    no_color: ColorOption = False,
) -> None:
    """What exactly to buy or sell, why, and what the portfolio looks like before and after."""
    words = words_of(lang)
    source = _one_source(portfolio, instance, instances)
    of_book: dict[str, object] = {
        "user": user,
        "category": category,
        "repricing": repricing,
        "losses": losses,
    }
    of_book |= {"database": database}
    if source is None or source is portfolio:
        ask = Ask(
            cash=_amount(cash, "cash"),
            withdraw=_amount(withdraw, "withdraw"),
            mode=mode,
            kappa=kappa,
            cost_sensitivity=cost_sensitivity,
            max_price_age=max_price_age,
            now=None if now is None else moment_of(now, "now"),
            max_nodes=max_nodes,
        )
        form = Form(_format(as_json=as_json, as_csv=as_csv), explain, output, width, no_color)
        if source is None:
            told = OwnTold(user, category or (), repricing or (), losses or (), database)
            plan_own_book(told, ask, form, words, market=market)
            return
        _refuse_unused(of_book, "option_of_book", "goes with the plan of the book, without a file")
        plan_portfolio(source, ask, form, words, market=market)
        return
    own: dict[str, object] = {"cash": cash, "withdraw": withdraw, "mode": mode, "kappa": kappa, "now": now}
    own |= {"cost_sensitivity": cost_sensitivity, "market": market, "max_price_age": max_price_age}
    _refuse_unused(own | of_book, "option_unused", "does not go with an instance, which says it itself")
    _answer(source, is_folder=source is instances, output=output, max_nodes=max_nodes, words=words)


def _answer(
    source: Path, *, is_folder: bool, output: Path | None, max_nodes: int | None, words: Words
) -> None:
    if not is_folder:
        answer_file(source, output, max_nodes, words)
        return
    if output is None:
        raise InvalidInput(
            "output_missing", "with --instances, give the folder to write: --output", field="output"
        )
    answer_folder(source, output, max_nodes, words)


def _one_source(portfolio: Path | None, instance: Path | None, instances: Path | None) -> Path | None:
    """What was given; `None` is the saved book."""
    given = [path for path in (portfolio, instance, instances) if path is not None]
    if len(given) > 1:
        raise InvalidInput("sources_several", "give only one: a portfolio file, --instance or --instances")
    return given[0] if given else None


def _refuse_unused(given: Mapping[str, object], code: str, why: str) -> None:
    for name, value in given.items():
        if value:
            option = f"--{name.replace('_', '-')}"
            raise InvalidInput(code, f"{option} {why}", field=name, details={"option": option})


def _format(*, as_json: bool, as_csv: bool) -> str:
    if as_json and as_csv:
        raise InvalidInput("formats_several", "give --json or --csv, not both")
    return "json" if as_json else "csv" if as_csv else "text"


def _amount(text: str | None, field: str) -> str | None:
    """Money as typed; refused when a Brazilian would read it as a thousand times more."""
    if text is not None and _AMBIGUOUS.fullmatch(text):
        digits = text.replace(".", "")
        raise InvalidInput(
            "amount_ambiguous",
            f"{text} could be a thousand or one; write it without a thousands separator: {digits}",
            field=field,
            details={"text": text, "plain": digits},
        )
    return text
