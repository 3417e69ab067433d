"""`fiel ...` run in this process, and what it said."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

import typer
from typer import testing
from typer.main import get_command
from typer.testing import Result

from fiel.copilot.plan_view.words import Lang
from fiel.entrypoints.cli.everything import app
from fiel.entrypoints.cli.screen import chosen_lang

#: Runs a command on the book that a fixture made.
Fiel = Callable[..., Result]


class CliRunner(testing.CliRunner):
    """Typer's runner builds all commands anew for each call, longer than what most of them do: this one
    builds them once for each language, as their help is put into it in place."""

    def invoke(
        self,
        app: typer.Typer,
        args: str | Sequence[str] | None = None,
        input: str | bytes | None = None,  # noqa: A002 (its name in typer)
        env: Mapping[str, str | None] | None = None,
        catch_exceptions: bool = True,
        color: bool = False,
        **extra: Any,
    ) -> Result:
        """A command with its arguments, as typer's own."""
        words = shlex.split(args) if isinstance(args, str) else list(args or ())
        named = {name: text for name, text in {**os.environ, **(env or {})}.items() if text is not None}
        command = _built(app, chosen_lang(words, named))
        code: Any = 0
        raised: BaseException | None = None
        with self.isolation(input=input, env=env, color=color) as streams:
            try:
                command.main(args=words, prog_name=command.name or "root", **extra)
            except SystemExit as ended:
                code, raised = ended.code or 0, ended if ended.code else None
            except Exception as error:
                if not catch_exceptions:
                    raise
                code, raised = 1, error
            sys.stdout.flush()
            sys.stderr.flush()
            told = [each.getvalue() for each in streams]
        return Result(self, told[0], told[1], told[2], None, code, raised)


@cache
def _built(app: typer.Typer, lang: Lang) -> Any:
    return get_command(app)


def run_fiel(
    *arguments: object,
    lang: str = "en",
    columns: int = 200,
    given: str | bytes | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Result:
    """A command, in English; `given` is its standard input."""
    named = {"COLUMNS": str(columns), "FIEL_LANG": lang, **environment}
    return CliRunner().invoke(app, [str(each) for each in arguments], env=named, input=given)


def answer(result: Result) -> Any:
    """The JSON that a command printed, after it ended well."""
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)
