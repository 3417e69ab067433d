"""Runs `fiel` many times over without starting Python each time: every command is a fork of one process
that has imported the program, and is a process of its own all the same.

A page has twenty commands, and a start costs as long as what most of them do. How the program starts by
itself is looked at in `tests/entrypoints/test_start.py`.
"""

from __future__ import annotations

import atexit
import functools
import importlib
import json
import os
import pkgutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

CAN_FORK = hasattr(os, "fork") and sys.platform.startswith("linux")
#: Imported by some commands only, and long to import.
_SLOW = ("numpy", "sqlalchemy.dialects.sqlite", "alembic.command", "babel.numbers", "rich.table", "httpx")
_READY = b"ready\n"


class Forks:
    """The process that is forked, and the line to it. For one thread."""

    def __init__(self, surroundings: Mapping[str, str]) -> None:
        mine, theirs = socket.socketpair()
        self._line = mine.makefile("rwb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.docs.forked", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env={**os.environ, **surroundings},
            cwd=Path(__file__).parents[2],
        )
        theirs.close()
        mine.close()
        atexit.register(self.close)
        if self._line.readline() != _READY:
            raise RuntimeError("the process that runs the pages' commands did not start")

    def run(self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[int, str]:
        """The exit status of a command in a folder, and all that it printed."""
        with tempfile.NamedTemporaryFile(prefix="fiel-page-") as printed:
            asked = {
                "arguments": list(arguments),
                "environment": dict(environment),
                "folder": str(folder),
                "printed": printed.name,
            }
            self._line.write(json.dumps(asked).encode() + b"\n")
            self._line.flush()
            answer = self._line.readline()
            if not answer:
                raise RuntimeError("the process that runs the pages' commands has ended")
            return int(answer), Path(printed.name).read_text(encoding="utf-8")

    def close(self) -> None:
        """End it."""
        self._line.close()
        self._process.wait(30)


@functools.cache
def forks(surroundings: tuple[tuple[str, str], ...]) -> Forks:
    """One for each process that runs tests."""
    return Forks(dict(surroundings))


def _serve(line: Any) -> None:
    """Fork for each command that is asked for, until nobody asks any more."""
    _import_everything()
    line.write(_READY)
    line.flush()
    for asked in line:
        child = os.fork()
        if not child:
            _become(json.loads(asked))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        line.write(f"{status}\n".encode())
        line.flush()


def _import_everything() -> None:
    import fiel

    for module in pkgutil.walk_packages(fiel.__path__, "fiel."):
        if ".migrations." not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in _SLOW:
        importlib.import_module(name)


def _become(asked: dict[str, Any]) -> None:
    """The command, in the child: never comes back."""
    status = 1
    try:
        os.environ.clear()
        os.environ.update(asked["environment"])
        os.chdir(asked["folder"])
        out = os.open(asked["printed"], os.O_WRONLY | os.O_TRUNC)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, target in ((nothing, 0), (out, 1), (out, 2)):
            os.dup2(number, target)
        sys.argv = ["fiel", *asked["arguments"]]
        from fiel.entrypoints.cli import main

        main()
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    except BaseException:  # noqa: BLE001 (shown as Python would show it)
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])).makefile("rwb"))
