"""Console sessions in pages: `$ fiel ...` is run, and what it prints is compared with what the page shows.

    $ fiel validate broken.toml
    broken.toml: ... problem...
    [2]

`...` stands for any text; `[2]` at the end is the exit status, which is 0 when it is not given. A
command without anything under it is run, and only its status is looked at.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sybil import Document, Example, Region
from sybil.parsers.markdown import CodeBlockParser

from tests.docs.forked import CAN_FORK, forks

#: What a session sees of its surroundings; a session is short, so compiling kernels would only cost time.
SURROUNDINGS = {
    "COLUMNS": "100",
    "NO_COLOR": "1",
    "FIEL_LANG": "en",
    "PYTHONUTF8": "1",
    "NUMBA_DISABLE_JIT": "1",
}
_STATUS = re.compile(r"^\[(\d+)\]$")


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a session, with the output and the exit status that the page promises."""

    command: str
    output: str
    status: int


def steps(session: str) -> list[Step]:
    """The commands of a session; raises ValueError on text before the first one."""
    found: list[tuple[str, list[str]]] = []
    for line in session.strip().splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif not found:
            raise ValueError(f"a console block starts with `$ `, not with {line!r}")
        else:
            found[-1][1].append(line)
    return [_step(command, lines) for command, lines in found]


def _step(command: str, lines: list[str]) -> Step:
    status = _STATUS.match(lines[-1]) if lines else None
    if status:
        lines = lines[:-1]
    return Step(command, "\n".join(lines), int(status.group(1)) if status else 0)


def run(step: Step) -> str | None:
    """Run one command in the current folder; what is wrong with its answer, or `None`."""
    program, *arguments = shlex.split(step.command)
    if program != "fiel":
        return f"only `fiel` is run in pages, not {program!r}; use a fence of another language"
    status, printed = _ran(arguments)
    shown = f"$ {step.command}\n{printed}"
    if status != step.status:
        return f"exit status {status}, the page says {step.status}:\n{shown}"
    if step.output and not same(step.output, printed):
        return f"the page shows something else:\n{step.output}\n--- printed:\n{shown}"
    return None


def _ran(arguments: list[str]) -> tuple[int, str]:
    """The exit status of `fiel` with these arguments, and all that it printed."""
    # A page has a book of its own, and never that of whoever runs the tests.
    environment = {**os.environ, **SURROUNDINGS, "FIEL_DATA_DIR": str(Path.cwd() / "data")}
    if CAN_FORK:
        return forks(tuple(SURROUNDINGS.items())).run(arguments, environment, Path.cwd())
    result = subprocess.run(
        [str(Path(sys.executable).with_name("fiel")), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return result.returncode, result.stdout


def same(promised: str, printed: str) -> bool:
    """Whether what was printed is what the page promises, apart from trailing blanks and `...`."""
    flags = doctest.ELLIPSIS
    return doctest.OutputChecker().check_output(_trimmed(promised), _trimmed(printed), flags)


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines()) + "\n"


class ConsoleParser:
    """Finds the fenced blocks of language `console` for Sybil."""

    def __init__(self) -> None:
        self._blocks = CodeBlockParser(language="console", evaluator=_evaluate)

    def __call__(self, document: Document) -> Iterable[Region]:
        return self._blocks(document)


def _evaluate(example: Example) -> str | None:
    for step in steps(str(example.parsed)):
        problem = run(step)
        if problem:
            return problem
    return None
