"""`fiel init`, `fiel validate` and the program's own options."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from tests.support.command_line import CliRunner
from typer.testing import Result

from fiel import __version__
from fiel.entrypoints.cli.everything import app
from fiel.entrypoints.cli.exits import Exit, exit_of
from fiel.entrypoints.cli.group import FielGroup
from fiel.entrypoints.cli.localize import help_texts
from fiel.entrypoints.cli.writing import write_whole
from fiel.entrypoints.words.help import HELP_PT
from fiel.kernel import errors


def fiel(*arguments: object) -> Result:
    """Run a command in Portuguese, 80 columns wide."""
    environment = {"COLUMNS": "80", "FIEL_LANG": "pt"}
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env=environment)


def test_init_writes_a_file_that_validates(tmp_path: Path) -> None:
    """What init writes, validate accepts."""
    file = tmp_path / "carteira.toml"
    assert fiel("init", file).exit_code == 0
    done = fiel("validate", file)
    assert done.exit_code == 0
    assert "sem problemas" in done.stdout


def test_init_does_not_overwrite_unless_forced(tmp_path: Path) -> None:
    """An existing file is a conflict (5) and stays as it was; --force replaces it."""
    file = tmp_path / "carteira.toml"
    file.write_text("mine", encoding="utf-8")
    assert fiel("init", file).exit_code == 5
    assert file.read_text(encoding="utf-8") == "mine"
    assert fiel("init", file, "--force").exit_code == 0
    assert file.read_text(encoding="utf-8") != "mine"


def test_validate_lists_every_problem_with_its_line(tmp_path: Path) -> None:
    """Two problems give two lines of the form file:line:, and exit code 2."""
    file = tmp_path / "carteira.toml"
    fiel("init", file)
    text = file.read_text(encoding="utf-8")
    broken = text.replace('VALE3F = "50"', 'VALE3F = "49"').replace('price = "35.84"', "price = 35.84")
    file.write_text(broken, encoding="utf-8")
    done = fiel("validate", file)
    lines = done.stdout.splitlines()
    assert done.exit_code == 2
    assert len(lines) == 2
    assert all(line.startswith(f"{file}:") and line.split(":")[1].isdigit() for line in lines)
    assert "float_refused" in done.stdout
    assert "somam 99" in done.stdout


def test_version_and_help() -> None:
    """--version names the version; without a command the help is shown, in Portuguese."""
    assert f"fiel {__version__}\n" == fiel("--version").stdout
    done = fiel()
    assert done.exit_code == 0
    assert "Comandos" in done.stdout
    assert "Exemplos:" in done.stdout


def test_every_help_text_has_a_translation() -> None:
    """No command or option is shown to a Portuguese reader in English."""
    missing = [text for text in help_texts(typer.main.get_command(app)) if text not in HELP_PT]
    assert missing == []


def test_an_unknown_command_is_a_usage_error() -> None:
    """The block names the command and points at the help."""
    done = fiel("pln")
    assert done.exit_code == 2
    assert "o comando pln não existe" in done.stderr
    assert "veja: fiel --help" in done.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.InvalidInput("c", "m"), 2),
        (errors.Refused("c", "m"), 3),
        (errors.NotFound("c", "m"), 4),
        (errors.Conflict("c", "m"), 5),
        (errors.Unavailable("c", "m"), 6),
        (errors.Corrupt("c", "m"), 7),
        (errors.InvalidInputs([errors.InvalidInput("c", "m")], subject="s"), 2),
    ],
)
def test_every_kind_of_error_has_its_exit_code(error: errors.FielError, code: int) -> None:
    """The exit codes are the documented ones."""
    assert code == exit_of(error)


def test_interruption_is_130() -> None:
    """Ctrl-C during a command ends with the conventional code and no traceback."""
    program = typer.Typer(cls=FielGroup)

    @program.callback()
    def root() -> None:
        """A group with the program's own handling."""

    @program.command()
    def wait() -> None:
        """Stands for a long search."""
        raise KeyboardInterrupt

    assert CliRunner().invoke(program, ["wait"]).exit_code == Exit.INTERRUPTED


def test_a_defect_is_a_short_message_with_code_1() -> None:
    """An unexpected exception becomes one block that names --debug."""
    program = typer.Typer(cls=FielGroup)

    @program.callback()
    def root() -> None:
        """A group with the program's own handling."""

    @program.command()
    def fail() -> None:
        """Stands for a defect."""
        raise ZeroDivisionError("division by zero")

    done = CliRunner().invoke(program, ["fail"])
    assert done.exit_code == 1
    assert "ZeroDivisionError: division by zero" in done.stderr
    assert "--debug" in done.stderr


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    """Writing onto a folder is refused and no temporary file stays."""
    (tmp_path / "taken").mkdir()
    with pytest.raises(errors.InvalidInput):
        write_whole(tmp_path / "taken", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_the_program_runs_as_a_process(tmp_path: Path) -> None:
    """The installed door works in another process, with accents on a terminal that cannot show them."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "FIEL_LANG": "pt", "COLUMNS": "80"}
    command = [sys.executable, "-c", "from fiel.entrypoints.cli import main; main()", "plan", "nowhere.toml"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
    assert done.returncode == 4
    assert "Traceback" not in done.stderr
