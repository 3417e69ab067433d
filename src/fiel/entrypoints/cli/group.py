"""The group of all commands: speaks the user's language, and turns errors into a block and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.exits import Exit, exit_of
from fiel.entrypoints.cli.failures import show_failure, show_unexpected, show_usage
from fiel.entrypoints.cli.localize import localize
from fiel.entrypoints.cli.screen import chosen_lang
from fiel.kernel.errors import FielError

#: Typer carries its own copy of click; the base of its complaints is found, not imported from within.
COMPLAINT: type[Any] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
#: Typer's own signals and complaints pass through to `main`.
_SIGNALS: tuple[type[BaseException], ...] = (typer.Exit, typer.Abort, COMPLAINT, BrokenPipeError)


class FielGroup(TyperGroup):
    """`fiel` and its commands."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command; with `standalone_mode` the process ends with the exit code."""
        arguments = list(sys.argv[1:] if args is None else args)
        words = Words(chosen_lang(arguments, os.environ))
        localize(self, words.lang)
        extra.setdefault("obj", words)
        try:
            code = super().main(
                arguments,
                prog_name or "fiel",
                complete_var,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **extra,
            )
        except typer.Abort:
            code = Exit.INTERRUPTED
        except COMPLAINT as error:
            show_usage(error, words)
            code = Exit.INVALID
        if standalone_mode:
            sys.exit(int(code or 0))
        return code

    def invoke(self, ctx: Any) -> Any:
        """Run the command; whatever it raises becomes one clear block on standard error."""
        words = ctx.obj if isinstance(ctx.obj, Words) else Words()
        try:
            return super().invoke(ctx)
        except FielError as error:
            show_failure(error, words)
            raise typer.Exit(exit_of(error)) from None
        except _SIGNALS:
            raise
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            show_unexpected(error, words)
            raise typer.Exit(Exit.UNEXPECTED) from None
