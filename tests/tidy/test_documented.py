"""What people can call is documented: commands and options, the Python names, dependencies, make targets."""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pytest
import typer
from scripts.generate_cli_reference import PAGE, commands, reference

from tests.tidy.rules.sources import repository

ROOT = repository()


class Style(StrEnum):
    """A choice, as the commands use them."""

    SHORT = "short"
    LONG = "long"


def _sample() -> typer.Typer:
    app = typer.Typer(help="Weighs things.")

    @app.command()
    def weigh(
        file: Annotated[Path, typer.Argument(help="What to weigh.")],
        style: Annotated[Style, typer.Option(help="How to say it.")] = Style.SHORT,
        quiet: Annotated[bool, typer.Option("--quiet", help="Say | nothing.")] = False,
    ) -> None:
        """Weigh one thing."""

    @app.command(hidden=True)
    def secret() -> None:
        """Not shown."""

    @app.command()
    def demo() -> None:
        """Show it."""

    return app


def _documented(names: list[str], page: str) -> list[str]:
    """The names that do not stand on the page in code."""
    code = set(re.findall(r"[\w.]+", " ".join(re.findall(r"`[^`\n]+`|^:::.*$", page, re.MULTILINE))))
    return [name for name in names if name not in code]


def test_the_command_line_page_is_up_to_date() -> None:
    """docs/reference/cli.md is what the commands say of themselves; `make fmt` writes it."""
    from fiel.entrypoints.cli.everything import app

    assert PAGE.read_text(encoding="utf-8") == reference(app), "run `make fmt`"


def test_every_command_and_option_says_what_it_does() -> None:
    """No command, argument or option of the program is without help."""
    from typer.main import get_command

    from fiel.entrypoints.cli.everything import app

    silent = [name for name, command in commands(get_command(app), "fiel") if not command.help]
    silent += [
        f"{name} {param.name}"
        for name, command in commands(get_command(app), "fiel")
        for param in command.params
        if param.name not in {"install_completion", "show_completion"} and not getattr(param, "help", None)
    ]
    assert silent == []


def test_the_page_shows_arguments_options_choices_and_defaults() -> None:
    """The generated page has every visible command, with its usage and its parameters."""
    page = reference(_sample())

    assert "## fiel weigh\n\nWeigh one thing.\n\n```text\nfiel weigh [OPTIONS] FILE\n```" in page
    assert "| `FILE` | What to weigh. **Required.** |" in page
    assert "| `--style` short \\| long | How to say it. Default: `short`. |" in page
    assert "| `--quiet` | Say \\| nothing. |" in page
    assert "## fiel demo" in page
    assert "secret" not in page


def test_every_public_name_is_in_the_api_reference() -> None:
    """Each name of `fiel.__all__` stands in docs/reference/api.md."""
    import fiel

    page = (ROOT / "docs/reference/api.md").read_text(encoding="utf-8")
    assert _documented([f"fiel.{name}" for name in fiel.__all__], page) == []


def test_a_name_that_is_not_on_the_page_is_found() -> None:
    """A name counts as documented only when it stands whole, and in code."""
    page = "`fiel.plan(portfolio)` and fiel.load\n\n::: fiel.Plan\n"
    assert _documented(["fiel.plan", "fiel.Plan", "fiel.load", "fiel.pla"], page) == ["fiel.load", "fiel.pla"]


def test_every_key_of_the_example_is_in_the_reference_of_the_file() -> None:
    """Each key that `fiel init` writes, commented out or not, is on the page of the portfolio file."""
    from fiel.copilot.files.template import template

    keys = set(re.findall(r"^(?:# )?([a-z_]+) = ", template(), re.MULTILINE))
    page = (ROOT / "docs/reference/portfolio-file.md").read_text(encoding="utf-8")
    assert len(keys) > 20
    assert _documented(sorted(keys), page) == []


def _dependencies() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["project"]["optional-dependencies"] | project["dependency-groups"]
    lines = project["project"]["dependencies"] + [line for group in groups.values() for line in group]
    return [re.split(r"[\[><=~ ]", line)[0] for line in lines if isinstance(line, str)]


@pytest.mark.parametrize("name", _dependencies())
def test_every_dependency_is_justified(name: str) -> None:
    """Each dependency of pyproject.toml has its line in docs/reference/dependencies.md."""
    page = (ROOT / "docs/reference/dependencies.md").read_text(encoding="utf-8")
    assert f"| `{name}` |" in page


def test_every_error_kind_and_exit_code_is_on_the_page() -> None:
    """docs/reference/exit-codes.md lists each class of the error tree and each status of the commands."""
    from fiel.entrypoints.cli.exits import Exit
    from fiel.kernel import errors

    page = (ROOT / "docs/reference/exit-codes.md").read_text(encoding="utf-8")
    kinds = [n for n, kind in vars(errors).items() if getattr(kind, "__module__", "") == errors.__name__]
    assert len(kinds) > 5
    assert [name for name in kinds if name not in {"FielError", "Rejected"} and f"`{name}`" not in page] == []
    assert [int(code) for code in Exit] == [int(n) for n in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)]
