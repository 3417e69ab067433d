"""`fiel demo`: an example wallet at real prices of a recorded day; no network, no file."""

from __future__ import annotations

from decimal import Decimal

import typer
from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.screen import ColorOption, LangOption, WidthOption, screen, words_of
from fiel.entrypoints.words.notes import note


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("demo", epilog="Example: fiel demo --lang en")(demo)


def demo(lang: LangOption = "pt", width: WidthOption = None, *, no_color: ColorOption = False) -> None:
    """Plan R$ 1,000 and R$ 50,000 for an example wallet at real B3 closing prices of one recorded day."""
    print_demo(screen(width, no_color=no_color), words_of(lang))


def print_demo(console: Console, words: Words) -> None:
    """The whole demonstration on a console."""
    from fiel.copilot.demo import DEMO_CONTRIBUTIONS, demo_plan
    from fiel.copilot.plan_view.terminal import WIDTH_MAX, plan_renderable
    from fiel.copilot.recorded_prices import recorded_instant

    width = min(console.width, WIDTH_MAX)
    day = words.moment(recorded_instant()).split(" ")[0]
    console.print(Text(note("demo_title", words), "bold"))
    console.print(Text(note("demo_wallet", words, day=day), "dim"), width=width)
    for contribution in DEMO_CONTRIBUTIONS:
        plan = demo_plan(contribution, words.lang)
        console.print()
        title = Text(note("demo_question", words, money=words.money(Decimal(contribution))), "bold cyan")
        console.print(Rule(title, characters="═", style="cyan"), width=width)
        console.print(plan_renderable(plan.view, words, width=width, ascii_only=console.options.ascii_only))
    console.print()
    console.print(Rule(Text(note("demo_next", words), "bold cyan"), characters="═", style="cyan"), width=width)
    console.print(Padding(Text(note("demo_next_lines", words)), (0, 0, 0, 2)), width=width)
