"""`fiel custody income`: what assets paid, from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.command_line import Fiel, answer, run_fiel
from tests.support.custody_homes import ready_made
from typer.testing import Result


@pytest.fixture
def fiel(tmp_path: Path) -> Fiel:
    """Runs `fiel custody ...` on a book of this test alone, where ana has R$ 100.00."""

    def run(*arguments: str, lang: str = "en") -> Result:
        url = f"sqlite:///{ready_made(tmp_path / 'book.db')}"
        return run_fiel("custody", *arguments, lang=lang, columns=400, environment={"FIEL_DATABASE_URL": url})

    run("deposit", "ana", "100.00")
    return run


def test_income_is_booked_on_its_day(fiel: Fiel) -> None:
    """The balance has the net; the statement of that day the payment, at noon of São Paulo."""
    done = answer(fiel("income", "ana", "petr4", "85.00", "--withheld", "15", "--on", "2026-03-30", "--json"))
    assert (done["balance"], done["availableBalance"], done["repeated"]) == ("185.00", "185.00", False)
    day = ("--from", "2026-03-30T00:00:00-03:00", "--to", "2026-03-31T00:00:00-03:00")
    (entry,) = answer(fiel("statement", "ana", *day, "--json"))["entries"]
    assert (entry["type"], entry["ticker"], entry["amount"]) == ("INCOME", "PETR4", "85.00")
    assert entry["occurredAt"] == "2026-03-30T15:00:00+00:00"


def test_income_with_a_key_is_booked_once(fiel: Fiel) -> None:
    """Again the same is done before; with another kind it is a conflict (5) that names the kind."""
    asked = ("income", "ana", "PETR4", "85.00", "--key", "k", "--kind")
    first, again = (answer(fiel(*asked, "jcp", "--json")) for _ in range(2))
    assert (again["entryId"], again["repeated"]) == (first["entryId"], True)
    other = fiel(*asked, "dividend")
    assert (other.exit_code, "kind" in other.stderr) == (5, True)


def test_income_taken_back(fiel: Fiel) -> None:
    """Amounts stay without a sign; the option says that they went the other way, tax included."""
    fiel("income", "ana", "PETR4", "85.00", "--withheld", "15.00")
    back = fiel("income", "ana", "PETR4", "85.00", "--withheld", "15.00", "--taken-back", "--json")
    assert answer(back)["balance"] == "100.00"
    told = answer(fiel("export"))["transactions"]
    assert [(line["amount"], line.get("withheld")) for line in told] == [
        ("100.00", None),
        ("-85.00", "-15.00"),
        ("85.00", "15.00"),
    ]


def test_income_is_told_to_people(fiel: Fiel) -> None:
    """Who, what, and the money that is there now, in either language."""
    told = fiel("income", "ana", "petr4", "1234.5", lang="pt").stdout
    assert told.startswith("ana: PETR4 lançado; saldo R$ 1.334,50, disponível R$ 1.334,50. Lançamento ")
    assert "PETR4 booked; balance R$ 1,335.50" in fiel("income", "ana", "PETR4", "1").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (("ana", "PETR4", "0"), 2, "amount"),
        (("ana", "PETR4", "1,0"), 2, "amount"),
        (("ana", "PETR4", "1", "--withheld", "-1"), 2, "withheld"),
        (("ana", "PETR4", "1", "--kind", "rent"), 2, "kind"),
        (("ana", "PETR4", "1", "--on", "30/03/2026"), 2, "--on"),
        (("bob", "PETR4", "1"), 4, "userId"),
    ],
)
def test_what_cannot_be_booked(fiel: Fiel, arguments: tuple[str, ...], code: int, named: str) -> None:
    """Invalid (2) names the place; an account that does not exist is not found (4)."""
    refused = fiel("income", *arguments)
    assert (refused.exit_code, named in refused.stderr) == (code, True)
