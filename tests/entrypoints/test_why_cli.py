"""`--ids` and `fiel why`: every number that is printed can be asked after, down to the row that told it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.support.command_line import Fiel, run_fiel
from tests.support.custody_homes import ready_made
from typer.testing import Result

_TWO = ("PETR4", "ABEV3")
_ID = re.compile(r"\b(?:positions|performance|tax)/ana/\S+")


@pytest.fixture
def fiel(tmp_path: Path) -> Fiel:
    """Runs `fiel ...` on a book of this test alone, with two trades, a dividend and a sale."""

    def run(*arguments: str, lang: str = "en") -> Result:
        url = f"sqlite:///{ready_made(tmp_path / 'book.db')}"
        return run_fiel(*arguments, lang=lang, columns=300, environment={"FIEL_DATABASE_URL": url})

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


def test_a_wallet_with_a_slash_in_its_name_keeps_it_out_of_its_accounts(fiel: Fiel) -> None:
    """The column of accounts has "-" for the wallet's own and the label for one at a broker, nothing else."""
    head = ("book", "add", "buy")
    rows = (
        "PETR4 --quantity 1 --price 30 --day 2026-04-01",
        "ABEV3 --quantity 2 --price 15 --day 2026-04-02 --account xp",
    )
    previewed = [fiel(*head, *row.split(), "--user", "casa/ana").output for row in rows]
    assert [last_cell(shown, asset) for shown, asset in zip(previewed, _TWO, strict=True)] == ["-", "xp"]

    for row in rows:
        assert fiel(*head, *row.split(), "--user", "casa/ana", "--accept").exit_code == 0
    listed = fiel("book", "list", "--user", "casa/ana").output
    assert [last_cell(listed, asset) for asset in _TWO] == ["-", "xp"]

    asked = fiel("why", "positions/casa%2Fana/2026-04-01..2026-04-30/portfolio/quantity").output
    assert [last_cell(asked, asset, after=2) for asset in _TWO] == ["-", "xp"]


def last_cell(shown: str, asset: str, after: int = 0) -> str:
    """Of the one line about an asset, the last cell, or the last but so many."""
    [line] = [line for line in shown.splitlines() if f" {asset} " in line]
    return re.split(r" {2,}", line.strip())[-1 - after]
