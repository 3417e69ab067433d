"""Errors on standard error: one clear block that says what, where and what to do. Never a traceback."""

from __future__ import annotations

import re
from typing import Any

from rich.padding import Padding
from rich.text import Text

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Lang, Words
from fiel.entrypoints.answers.failures import told
from fiel.entrypoints.cli.screen import screen
from fiel.entrypoints.words.notes import counted, note
from fiel.kernel.errors import Conflict, Corrupt, FielError, InvalidInputs, NotFound, Refused, Unavailable

__all__ = [
    "place_of",
    "show_failure",
    "show_note",
    "show_unexpected",
    "show_usage",
    "told",
]

_KINDS: tuple[tuple[type[FielError], str], ...] = (
    (Refused, "kind_refused"),
    (NotFound, "kind_not_found"),
    (Conflict, "kind_conflict"),
    (Unavailable, "kind_unavailable"),
    (Corrupt, "kind_corrupt"),
)
_USAGE = (
    (re.compile(r"No such option:? '?(?P<what>\S+?)'?\.?( .*)?"), "no_such_option"),
    (re.compile(r"No such command '(?P<what>.+?)'\.?( .*)?"), "no_such_command"),
    (re.compile(r"Missing \w+ (?P<what>.+?)\.( .*)?"), "missing_option"),
    (re.compile(r"Got unexpected extra arguments? \((?P<what>.+)\)"), "extra_argument"),
    (re.compile(r"Invalid value for (?P<what>.+?): .*", re.DOTALL), "bad_value"),
    (re.compile(r"Option '(?P<what>\S+)' requires .*"), "needs_value"),
)


def show_failure(error: FielError, words: Words) -> None:
    """The block of one error, or of every problem of a document."""
    if isinstance(error, InvalidInputs):
        _show(_kind(error), counted("problem", len(error.problems), words), words)
        for problem in error.problems:
            _show_line(f"  {place_of(problem, words) or '-'}: {told(problem, words)} [{problem.code}]")
        return
    _show(_kind(error), told(error, words), words)
    place = place_of(error, words)
    if place:
        _show_line(f"  {note('where', words)}: {place}", "dim")
    _show_line(f"  {note('code', words)}: {error.code}", "dim")


def show_usage(error: Any, words: Words) -> None:
    """The block of a command line that cannot be understood."""
    message = str(error.format_message())
    _show("kind_usage", _usage_told(message, words), words)
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "fiel"
    _show_line(f"  {note('usage_hint', words, command=command)}", "dim")


def show_unexpected(error: Exception, words: Words) -> None:
    """The block of a defect: its kind and first line, and how to see the rest."""
    first = (str(error).splitlines() or [""])[0][:200]
    _show("kind_unexpected", f"{type(error).__name__}: {first}" if first else type(error).__name__, words)
    _show_line(f"  {note('unexpected_hint', words)}", "dim")


def show_note(text: str, style: str = "") -> None:
    """A line for people on standard error, beside data on standard output."""
    _show_line(text, style)


def place_of(error: FielError, words: Words) -> str:
    """Field and, when known, file and line."""
    file, line = error.details.get("file"), error.details.get("line")
    located = note("place_in_file", words, file=file, line=line) if file and line else file
    return printable(" · ".join(part for part in (error.field, located) if part))


def _usage_told(message: str, words: Words) -> str:
    if words.lang is Lang.EN:
        return message
    for pattern, key in _USAGE:
        match = pattern.fullmatch(message)
        if match:
            return note(key, words, what=match["what"])
    return message


def _kind(error: FielError) -> str:
    if isinstance(error, InvalidInputs) and all(isinstance(p, Refused) for p in error.problems):
        return "kind_refused"
    return next((key for kind, key in _KINDS if isinstance(error, kind)), "kind_rejected")


def _show(kind: str, text: str, words: Words) -> None:
    console = screen(stderr=True)
    console.print(Text.assemble((f"{note(kind, words)}: ", "bold red"), text))


def _show_line(text: str, style: str = "") -> None:
    indent = len(text) - len(text.lstrip(" "))
    screen(stderr=True).print(Padding(Text(text.strip(), style), (0, 0, 0, indent), expand=False))
