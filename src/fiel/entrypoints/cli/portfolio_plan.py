"""The plan of a portfolio: asked, and shown as text, JSON or CSV."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from rich.console import Console
from rich.status import Status
from rich.text import Text

from fiel.copilot.buying import Plan, load
from fiel.copilot.buying import plan as plan_of
from fiel.copilot.plan_view.words import Words
from fiel.copilot.portfolio import Portfolio
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.market.prices import AGE_MAX, at_market_prices
from fiel.entrypoints.cli.screen import screen, show, write_out
from fiel.entrypoints.cli.writing import write_whole
from fiel.entrypoints.words.notes import note


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

    def with_price_age(self, portfolio: Portfolio) -> Ask:
        """With the age that prices of the market may have, unless the portfolio or the option says one."""
        if portfolio.price_age_seconds_max is not None or self.max_price_age is not None:
            return self
        return replace(self, max_price_age=AGE_MAX)


@dataclass(frozen=True, slots=True)
class Form:
    """How the answer is shown: "text", "json" or "csv", and where."""

    format: str
    explain: bool
    output: Path | None
    width: int | None
    no_color: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """What is said beside a plan: lines for people, and keys of the JSON."""

    lines: tuple[str, ...] = ()
    record: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


BesideOf: TypeAlias = Callable[[Plan], Beside]


def plan_portfolio(file: Path, ask: Ask, form: Form, words: Words, *, market: bool = False) -> None:
    """Read, plan and show; `market`: at the market's prices. Raises what reading and planning raise."""
    portfolio = load(file)
    if market:
        portfolio = at_market_prices(portfolio, words)
        ask = ask.with_price_age(portfolio)
    show_plan(portfolio, ask, form, words)


def show_plan(
    portfolio: Portfolio, ask: Ask, form: Form, words: Words, beside: BesideOf | None = None
) -> None:
    """Plan and show. `beside` says what stands beside the plan. Raises what planning raises."""
    console = screen(stderr=True)
    with _waiting(console, words) if console.is_terminal else nullcontext():
        plan = plan_of(portfolio, **asdict(ask), lang=words.lang)
    more = Beside() if beside is None else beside(plan)
    if form.output is not None:
        write_whole(form.output, _text(plan, form, more))
        show_note(note("plan_written", words, file=form.output))
    elif form.format == "text":
        _print(plan, form, words)
        _print_beside(more, form)
    else:
        write_out(_text(plan, form, more))


def _waiting(console: Console, words: Words) -> Status:
    """What a person sees until the plan is there."""
    # The compiler costs every command half a second, and only planning needs it.
    from fiel.rebalancing.readiness import compiles_first

    return console.status(note("compiling" if compiles_first() else "solving", words))


def _text(plan: Plan, form: Form, beside: Beside) -> str:
    match form.format:
        case "json":
            record = plan.to_dict() | dict(beside.record)
            return f"{json.dumps(record, ensure_ascii=False, indent=2)}\n"
        case "csv":
            return plan.to_csv()
        case _:
            text = f"{plan.to_text(width=form.width or 80, explain=form.explain)}\n"
            return text + "".join(f"{line}\n" for line in ("", *beside.lines) if beside.lines)


def _print_beside(beside: Beside, form: Form) -> None:
    if beside.lines:
        show(screen(form.width, no_color=form.no_color), Text(), *(Text(line) for line in beside.lines))


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
