"""`fiel plan`: the orders for a portfolio file, for one instance, or for a folder of instances."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import typer

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli import plan_options as options
from fiel.entrypoints.cli.answers import moment_of
from fiel.entrypoints.cli.instances import answer_file, answer_folder
from fiel.entrypoints.cli.portfolio_plan import Ask, Form, plan_portfolio
from fiel.entrypoints.cli.screen import ColorOption, LangOption, WidthOption, words_of
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
    lang: LangOption = "pt",
    width: WidthOption = None,
    no_color: ColorOption = False,
) -> None:
    """What exactly to buy or sell, why, and what the portfolio looks like before and after."""
    words = words_of(lang)
    source = _one_source(portfolio, instance, instances)
    if source is portfolio:
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
        plan_portfolio(source, ask, form, words, market=market)
        return
    own = {"cash": cash, "withdraw": withdraw, "mode": mode, "kappa": kappa, "now": now}
    own |= {"cost_sensitivity": cost_sensitivity, "market": "yes" if market else None}
    _refuse_unused(own | {"max_price_age": max_price_age})
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


def _one_source(portfolio: Path | None, instance: Path | None, instances: Path | None) -> Path:
    given = [path for path in (portfolio, instance, instances) if path is not None]
    if not given:
        raise InvalidInput(
            "source_missing",
            "say what to plan: a portfolio file, --instance FILE.json or --instances FOLDER; "
            "to begin: fiel init portfolio.toml",
        )
    if len(given) > 1:
        raise InvalidInput("sources_several", "give only one: a portfolio file, --instance or --instances")
    return given[0]


def _refuse_unused(given: Mapping[str, str | None]) -> None:
    for name, value in given.items():
        if value is not None:
            option = f"--{name.replace('_', '-')}"
            raise InvalidInput(
                "option_unused",
                f"{option} goes with a portfolio file; an instance says it itself",
                field=name,
                details={"option": option},
            )


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
