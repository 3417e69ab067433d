"""Only the command that is asked for is loaded, and the table of commands tells no untruth."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.main import get_command

from fiel.entrypoints.cli import COMMANDS, needed, program


@pytest.mark.parametrize("module", COMMANDS)
def test_a_module_brings_the_commands_that_the_table_tells(module: str) -> None:
    """A command that the table does not know could not be reached alone."""
    app = program([module])
    assert set(get_command(app).commands) == set(COMMANDS[module])  # type: ignore[attr-defined]


def test_the_command_that_is_asked_for_is_loaded() -> None:
    """Options before it do not hide it; what nobody knows, and nothing at all, loads everything."""
    assert needed(["serve", "--port", "0"], {}) == ("serve",)
    assert needed(["--debug", "scheduler"], {}) == ("worker",)
    assert needed(["--version"], {}) == ()
    for arguments in ([], ["--help"], ["srve"], ["--lang", "en", "plan"]):
        assert needed(arguments, {}) == COMMANDS
    assert needed(["serve"], {"_FIEL_COMPLETE": "complete_bash"}) == COMMANDS


def test_a_command_does_not_load_the_others() -> None:
    """`fiel serve --help` knows nothing of the compiler, the tax tables or the page."""
    told = "import sys; from fiel.entrypoints.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    told += "print([name for name in sys.modules if name.startswith(('fiel.tax', 'fastapi', 'numba'))])"
    done = subprocess.run(
        [sys.executable, "-c", told, "serve", "--help"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
