"""The plan of a portfolio file: asked, and shown as text, JSON or CSV."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.status import Status

from fiel.copilot.buying import Plan, load
from fiel.copilot.buying import plan as plan_of
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.market.prices import AGE_MAX, at_market_prices
from fiel.entrypoints.cli.screen import screen, show, write_out
from fiel.entrypoints.cli.writing import write_whole
from fiel.entrypoints.words.notes import note
from fiel.rebalancing.readiness import compiles_first


@dataclass(frozen=True, slots=True)
class Ask:
    """The question, as typed."""

    cash: str | None
    withdraw: str | None
    mode: str | None
    kappa: str | None
    cost_sensitivity: str | None
    max_price_age: str | None
    now: datetime | None
    max_nodes: int | None


@dataclass(frozen=True, slots=True)
class Form:
    """How the answer is shown: "text", "json" or "csv", and where."""

    format: str
    explain: bool
    output: Path | None
    width: int | None
    no_color: bool


def plan_portfolio(file: Path, ask: Ask, form: Form, words: Words, *, market: bool = False) -> None:
    """Read, plan and show; `market`: at the market's prices. Raises what reading and planning raise."""
    portfolio = load(file)
    if market:
        portfolio = at_market_prices(portfolio, words)
        if portfolio.price_age_seconds_max is None and ask.max_price_age is None:
            ask = replace(ask, max_price_age=AGE_MAX)
    console = screen(stderr=True)
    with _waiting(console, words) if console.is_terminal else nullcontext():
        plan = plan_of(portfolio, **asdict(ask), lang=words.lang)
    if form.output is not None:
        write_whole(form.output, _text(plan, form))
        show_note(note("plan_written", words, file=form.output))
    elif form.format == "text":
        _print(plan, form, words)
    else:
        write_out(_text(plan, form))


def _waiting(console: Console, words: Words) -> Status:
    """What a person sees until the plan is there."""
    return console.status(note("compiling" if compiles_first() else "solving", words))


def _text(plan: Plan, form: Form) -> str:
    match form.format:
        case "json":
            return f"{plan.to_json()}\n"
        case "csv":
            return plan.to_csv()
        case _:
            return f"{plan.to_text(width=form.width or 80, explain=form.explain)}\n"


def _print(plan: Plan, form: Form, words: Words) -> None:
    from fiel.copilot.plan_view.terminal import plan_renderable

    console = screen(form.width, no_color=form.no_color)
    show(
        console,
        plan_renderable(
            plan.view,
            words,
            width=console.width,
            explain=form.explain,
            ascii_only=console.options.ascii_only,
        ),
    )
