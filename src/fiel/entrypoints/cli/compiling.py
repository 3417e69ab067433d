"""`fiel compile`: the engine's kernels made ready now."""

from __future__ import annotations

import typer

from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.words.notes import note


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("compile", epilog="Example: fiel compile")(compile_)


def compile_(*, lang: LangOption = "pt") -> None:
    """Compile the engine now (extra fast), so that nobody waits for it later.

    Needed once per installation, and done by itself when it is missing: `fiel serve` compiles beside
    its first minute, and a plan that is found soon does not wait. Good before measuring.
    """
    from fiel.infra.system import elapsed_seconds
    from fiel.rebalancing.jit import COMPILED

    words = words_of(lang)
    if not COMPILED:
        write_out(note("compile_not_here", words))
        return
    from fiel.rebalancing.compiling import cold_parts, compile_part

    for name in cold_parts():
        begun = elapsed_seconds()
        compile_part(name)
        seconds = f"{elapsed_seconds() - begun:.0f}"
        write_out(note("compiled", words, part=note(f"kernels_{name}", words), s=seconds))
    write_out(note("compile_done", words))
