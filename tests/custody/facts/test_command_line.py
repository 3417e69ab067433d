"""`fiel custody` on a book that facts were told to."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

from fiel.entrypoints.cli.everything import app
from tests.custody.facts.telling import EVA, Teller, bought, paid
from tests.custody.facts.test_reading import YEAR
from tests.support.command_line import CliRunner

Fiel = Callable[..., Result]


@pytest.fixture
def year(file_book: Teller) -> Teller:
    """A little of everything; something was taken back; eva's cash is elsewhere."""
    told = (bought(10, 500, "hers", of=EVA), paid("jcp", 85, "jcp", withheld=15, of=EVA))
    file_book.tell(*YEAR, *told)
    file_book.undo("sale", "back", "custody")
    return file_book


@pytest.fixture
def fiel(year: Teller) -> Fiel:
    """Runs a command on that book."""
    environment = {"COLUMNS": "300", "FIEL_LANG": "en", "FIEL_DATABASE_URL": year.bank.home.url}

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["custody", *arguments], env=environment)

    return run


def test_a_book_is_checked_and_sealed(fiel: Fiel) -> None:
    """The checker, the seals and the count of the chain find nothing."""
    for command in (("check",), ("seal",), ("verify-chain",)):
        result = fiel(*command)
        assert result.exit_code == 0, result.output
    assert json.loads(fiel("check", "--json").output)["findings"] == []


def test_a_balance_and_what_is_held(fiel: Fiel) -> None:
    """After all that came and went."""
    answer = fiel("summary", "ana", "--json")
    assert answer.exit_code == 0, answer.output
    assert "4372.50" in answer.output
    held = fiel("holdings", "ana", "--at", "2026-05-05T12:00:00Z", "--json")
    assert held.exit_code == 0, held.output
    assert "299.5" in held.output
    assert fiel("holdings", "eva", "--at", "2026-05-05T12:00:00Z").exit_code == 0


def test_a_statement_names_every_kind(fiel: Fiel) -> None:
    """Trades, fees, taxes and what was given back, as table and as JSON."""
    period = ("ana", "--from", "2026-03-01T00:00:00Z", "--to", "2026-04-01T00:00:00Z")
    table, document = fiel("statement", *period), fiel("statement", *period, "--json")
    assert (table.exit_code, document.exit_code) == (0, 0), table.output + document.output
    for word in ("SETTLEMENT", "FEE", "TAX", "CAPITAL_RETURN", "CORRECTION"):
        assert word in document.output


def test_an_export_and_what_was_received(fiel: Fiel) -> None:
    """Both can be read by machines."""
    exported = fiel("export")
    assert exported.exit_code == 0, exported.output
    assert {"TRADE", "TAX", "FEE"} < {
        each["transactionType"] for each in json.loads(exported.output)["transactions"]
    }
