"""`fiel demo`: an example wallet at real prices of a recorded day; no network, no file."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Annotated

import typer
from rich.console import Console, RenderableType
from rich.constrain import Constrain
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.screen import ColorOption, LangOption, WidthOption, screen, show, words_of
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import Unavailable

#: The contributions that the demonstration plans, in BRL.
DEMO_CONTRIBUTIONS = ("1000", "50000")
LOOPBACK, PORT = "127.0.0.1", 8000
#: The first page of a fresh process is asked for; a slow machine may take this long.
ANSWER_S = 60.0


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("demo", epilog="Example: fiel demo --lang en")(demo)


def demo(
    lang: LangOption = "pt",
    width: WidthOption = None,
    *,
    no_color: ColorOption = False,
    page: Annotated[
        bool,
        typer.Option(
            "--page/--no-page", help="Serve its page too (default): in a terminal until Ctrl-C, else once."
        ),
    ] = True,
) -> None:
    """Plan R$ 1,000 and R$ 50,000 for an example wallet at real B3 closing prices of one recorded day."""
    console = screen(width, no_color=no_color)
    show(console, *demonstration(console, words_of(lang)))
    if page:
        serve_page(words_of(lang), stays=sys.stdin.isatty() and sys.stdout.isatty())


def serve_page(words: Words, *, stays: bool) -> None:
    """The page with the demonstration's wallet: until stopped, or until it has answered once.

    Raises `Unavailable` where nothing can be listened on, or the page does not answer.
    """
    from fiel.entrypoints.cli.surroundings import settings_here
    from fiel.entrypoints.worker.serving import serve_demonstration
    from fiel.infra import system

    begun, asking = system.elapsed_seconds(), _Asking()

    def told(url: str, stop: Callable[[], None]) -> None:
        def answered() -> None:
            seconds = Decimal(str(system.elapsed_seconds() - begun))
            key = "demo_served" if stays else "demo_served_once"
            show_note(note(key, words, url=url, seconds=words.decimals(seconds, 1)))
            if not stays:
                stop()

        asking.begin(url, answered, stop)

    serve_demonstration(settings_here(), LOOPBACK, _port(), told=told, lang=words.lang)
    if asking.fault is not None:
        raise asking.fault


class _Asking:
    """Asks the page once it is served, beside the server."""

    def __init__(self) -> None:
        self.fault: Unavailable | None = None

    def begin(self, url: str, answered: Callable[[], None], stop: Callable[[], None]) -> None:
        """In a thread of its own."""
        threading.Thread(target=self._ask, args=(url, answered, stop), daemon=True).start()

    def _ask(self, url: str, answered: Callable[[], None], stop: Callable[[], None]) -> None:
        import httpx

        try:
            status = httpx.get(f"{url}/", timeout=ANSWER_S, trust_env=False).status_code
        except httpx.HTTPError as error:
            status, why = 0, str(error)
        else:
            why = f"status {status}"
        if status == 200:
            answered()
            return
        self.fault = Unavailable("page_unanswered", f"the page at {url}/ did not answer ({why})")
        stop()


def _port() -> int:
    """The usual port where it is free, else any."""
    with socket.socket() as tried:
        # As the server itself does: a port that was just closed is free.
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((LOOPBACK, PORT))
        except OSError:
            return 0
    return PORT


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
