"""`fiel demo`: an example wallet at real prices of a recorded day; no network, no file."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import typer
from rich.console import Console, RenderableType
from rich.constrain import Constrain
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.screen import ColorOption, LangOption, WidthOption, screen, show, words_of
from fiel.entrypoints.words.notes import note

#: The contributions that the demonstration plans, in BRL.
DEMO_CONTRIBUTIONS = ("1000", "50000")


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("demo", epilog="Example: fiel demo --lang en")(demo)


def demo(lang: LangOption = "pt", width: WidthOption = None, *, no_color: ColorOption = False) -> None:
    """Plan R$ 1,000 and R$ 50,000 for an example wallet at real B3 closing prices of one recorded day."""
    console = screen(width, no_color=no_color)
    show(console, *demonstration(console, words_of(lang)))


def demonstration(
    console: Console, words: Words, contributions: Sequence[str] = DEMO_CONTRIBUTIONS
) -> list[RenderableType]:
    """The whole demonstration, for the width and the signs that a console has."""
    from fiel.copilot.demo import demo_plan
    from fiel.copilot.plan_view.terminal import WIDTH_MAX, plan_renderable
    from fiel.copilot.recorded_prices import recorded_instant

    width = min(console.width, WIDTH_MAX)
    day = words.moment(recorded_instant()).split(" ")[0]
    blocks: list[RenderableType] = [
        Text(note("demo_title", words), "bold"),
        Text(note("demo_wallet", words, day=day), "dim"),
    ]
    for contribution in contributions:
        plan = demo_plan(contribution, words.lang)
        money = words.money(Decimal(contribution))
        blocks += ["", _banner(note("demo_question", words, money=money))]
        blocks += [plan_renderable(plan.view, words, width=width, ascii_only=console.options.ascii_only)]
    blocks += [
        "",
        _banner(note("demo_next", words)),
        Padding(Text(note("demo_next_lines", words)), (0, 0, 0, 2)),
    ]
    return [Constrain(block, width) for block in blocks]


def _banner(text: str) -> Rule:
    return Rule(Text(text, "bold cyan"), characters="═", style="cyan")
