"""`fiel simulate`: the sums of a small fleet, the same for the same seed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.command_line import CliRunner
from typer.testing import Result

from fiel.entrypoints.cli.everything import app

SMALL = ("--portfolios", "3", "--stocks", "4", "--waves", "3", "--seed", "5")
#: What depends on the machine.
MEASURED = {"seconds"}


def simulate(*options: str, lang: str = "en") -> Result:
    """A run of `fiel simulate`."""
    return CliRunner().invoke(app, ["simulate", *options], env={"COLUMNS": "100", "FIEL_LANG": lang})


def answered(*options: str) -> dict[str, Any]:
    """What it says to programs, but for what is measured."""
    result = simulate(*SMALL, "--json", *options)
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return {key: value for key, value in found.items() if key not in MEASURED}


def test_a_run_adds_up_and_a_database_is_used_once(tmp_path: Path) -> None:
    """Custody and exchange agree, no order twice; a book that holds somebody is left alone."""
    url = f"sqlite:///{tmp_path / 'sim.db'}"
    found = answered("--database", url)
    assert (found["stale"], found["duplicate_orders"], found["conservation"]) == ([], 0, True)
    again = simulate(*SMALL, "--database", url)
    assert again.exit_code == 3
    assert "book_not_empty" in again.stderr


def test_it_speaks_portuguese_first() -> None:
    """The table, with its seed and both languages."""
    told = simulate(*SMALL, lang="pt").stdout
    assert "Simulação · semente 5" in told
    assert "conferem: custódia e bolsa" in told


@pytest.mark.parametrize(
    ("options", "word"),
    [(("--waves", "many"), "waves_malformed"), (("--fail-rate", "2"), "--fail-rate")],
)
def test_what_makes_no_sense_is_refused(options: tuple[str, str], word: str) -> None:
    """Naming the option."""
    result = simulate(*options)
    assert result.exit_code == 2
    assert word in result.stderr
