"""Writes docs/reference/cli.md from the commands themselves; with --check only says if it is out of date."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import typer
from typer.main import get_command

PAGE = Path(__file__).resolve().parents[1] / "docs/reference/cli.md"
#: A bar inside a cell of a table.
BAR = "\\|"
_WORDS = {int: "INTEGER", float: "NUMBER", Path: "PATH"}
HEADER = """\
# Command line

<!-- Written by `make fmt` (scripts/generate_cli_reference.py) from the program's own help; do not edit. -->

Errors go to standard error, without a traceback; the [exit codes](exit-codes.md) say what kind they
are. `--help` after any command prints what stands here.
"""


def reference(app: typer.Typer) -> str:
    """The page for every command of `app`, in the order in which `--help` lists them."""
    # Typer brings its own copy of click, whose classes are private: we only read their attributes.
    root: Any = get_command(app)
    sections = [section for name, command in commands(root, "fiel") for section in _section(name, command)]
    return "\n".join([HEADER, *sections]).rstrip() + "\n"


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """A command and all below it that are not hidden, with their full names."""
    if getattr(command, "hidden", False):
        return
    yield name, command
    for child_name, child in getattr(command, "commands", {}).items():
        yield from commands(child, f"{name} {child_name}")


def _section(name: str, command: Any) -> list[str]:
    params = [p for p in command.params if not getattr(p, "hidden", False) and p.name != "help"]
    children = list(getattr(command, "commands", {}))
    arguments = [p for p in params if p.param_type_name == "argument"]
    options = [p for p in params if p.param_type_name == "option"]
    usage = [name, *(["[OPTIONS]"] if options else []), *(_usage(p) for p in arguments)]
    usage += ["COMMAND"] if children else []
    lines = [f"## {name}", "", _prose(command.help), "", "```text", " ".join(usage), "```", ""]
    if children:
        return lines
    lines += _table("Argument", [(f"`{_usage(p)}`", p) for p in arguments])
    return lines + _table("Option", [(_option(p), p) for p in options])


def _table(title: str, rows: list[tuple[str, Any]]) -> list[str]:
    if not rows:
        return []
    body = [f"| {name} | {_meaning(param)} |" for name, param in rows]
    return [f"| {title} | Meaning |", "|---|---|", *body, ""]


def _usage(param: Any) -> str:
    name = (param.metavar or param.name).strip("[]").upper()
    return name if param.required else f"[{name}]"


def _option(param: Any) -> str:
    names = ", ".join(f"`{name}`" for name in (*param.opts, *param.secondary_opts))
    if param.is_flag:
        return names
    value = param.metavar or _value(param.type_descriptor.annotation)
    return f"{names} {value.replace('|', BAR)}"


def _value(annotation: Any) -> str:
    """What to write after the option: the choices, or a word for the type."""
    kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
    kind = kinds[0] if kinds else annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        return " | ".join(str(member.value) for member in kind)
    return _WORDS.get(kind, "TEXT")


def _meaning(param: Any) -> str:
    text = _one_line(param.help or "")
    default = getattr(param.default, "value", param.default)
    if param.required:
        text += " **Required.**"
    elif default is not None and not callable(default) and default not in (False, (), "", ...):
        text += f" Default: `{default}`."
    return text.replace("|", BAR)


def _prose(help_text: str | None) -> str:
    return re.sub(r"\n{3,}", "\n\n", (help_text or "").replace("\b", "").replace("\f", "")).strip()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` return 1 when it is not what would be written."""
    from fiel.entrypoints.cli.everything import app

    page = reference(app)
    if arguments == ["--check"]:
        return int(not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page)
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
