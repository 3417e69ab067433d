"""`--ids` and `fiel why`: every number that is printed can be asked after, down to the row that told it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fiel.entrypoints.cli import app

Fiel = Callable[..., Result]
_ID = re.compile(r"\b(?:positions|performance|tax)/ana/\S+")


@pytest.fixture
def fiel(tmp_path: Path) -> Fiel:
    """Runs `fiel ...` on a book of this test alone, with two trades, a dividend and a sale."""

    def run(*arguments: str, lang: str = "en") -> Result:
        url = f"sqlite:///{tmp_path / 'book.db'}"
        environment = {"COLUMNS": "300", "FIEL_LANG": lang, "FIEL_DATABASE_URL": url}
        return CliRunner().invoke(app, list(arguments), env=environment)

    for row in (
        "buy PETR4 --quantity 1000 --price 30 --day 2026-01-12",
        "buy VALE3 --quantity 10 --price 60 --day 2026-02-10 --account xp",
        "dividend PETR4 --quantity 1000 --amount 250 --day 2026-02-20",
        "sell PETR4 --quantity 700 --price 36 --fees 2.50 --day 2026-03-10",
    ):
        done = run("book", "add", *row.split(), "--user", "ana", "--accept")
        assert done.exit_code == 0, done.output
    return run


@pytest.mark.parametrize(
    "report",
    [
        "positions --ids",
        "performance --period 2026-01-01..2026-06-30 --level asset --ids",
        "tax month 2026-03 --ids",
        "tax year 2026 --ids",
    ],
)
def test_every_number_of_a_report_can_be_asked_after(fiel: Fiel, report: str) -> None:
    """Each id that a report prints is answered with the entries behind it."""
    shown = fiel(*report.split())
    assert shown.exit_code == 0, shown.output
    ids = _ID.findall(shown.output)
    assert ids
    answers = [fiel("why", number, "--json") for number in ids]
    assert {answer.exit_code for answer in answers} == {0}
    told = [json.loads(answer.output) for answer in answers]
    assert any(each["entries"] for each in told)
    assert all(each["number"] == number for each, number in zip(told, ids, strict=True))


def test_income_is_the_payment_and_the_row_that_told_it(fiel: Fiel) -> None:
    """One entry, its money, and the row with its id."""
    number = "performance/ana/2026-01-01..2026-06-30/asset:PETR4/income"
    [entry] = json.loads(fiel("why", number, "--json").output)["entries"]
    assert (entry["asset"], entry["cash"], entry["kind"]) == ("PETR4", "250.00", "INCOME")
    [row] = [each for each in json.loads(fiel("book", "list", "--json").output) if each["kind"] == "dividend"]
    assert entry["row"]["id"] == row["id"]
    assert entry["id"] in row["entries"]


def test_a_person_reads_the_same(fiel: Fiel) -> None:
    """In Portuguese: what is asked, the days, and the origin of each entry."""
    shown = fiel("why", "tax/ana/2026-03-01..2026-03-31/category:stock/sales", lang="pt").output
    assert "Vendas, categoria stock, carteira ana, 01/03/2026 a 31/03/2026. Lançamentos: 1" in shown
    assert "−700" in shown
    assert "typed" in shown


def test_what_names_no_number_is_said(fiel: Fiel) -> None:
    """Exit code 2, and what to do."""
    answer = fiel("why", "petr4")
    assert answer.exit_code == 2
    assert "names no number" in answer.output
