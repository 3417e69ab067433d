"""`fiel custody`: the past, the chain, prices and worth, and reconciliation, from the command line."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.command_line import Fiel, answer, run_fiel
from tests.support.custody_homes import ready_made
from typer.testing import Result

YEAR = ("--from", "2020-01-01T00:00:00Z", "--to", "2100-01-01T00:00:00Z")
OLD = "2020-01-01T00:00:00-03:00"


@pytest.fixture
def fiel(tmp_path: Path) -> Fiel:
    """Runs `fiel custody ...` on a book of this test alone, in English."""

    def run(*arguments: object, lang: str = "en") -> Result:
        url = f"sqlite:///{ready_made(tmp_path / 'book.db')}"
        return run_fiel("custody", *arguments, lang=lang, environment={"FIEL_DATABASE_URL": url})

    return run


@pytest.fixture
def funded(fiel: Fiel) -> Fiel:
    """Ana brought R$ 5,000.00 and 100 PETR4 that cost 3,820.00."""
    fiel("deposit", "ana", "5000")
    fiel("bring", "ana", "PETR4", "100", "3820.00", "--key", "opening")
    return fiel


def test_a_statement_leads_from_opening_to_closing(funded: Fiel) -> None:
    """Opening, entries and closing; the unit, the axis, the source and the instant are said."""
    funded("withdraw", "ana", "0.01")
    found = answer(funded("statement", "ana", *YEAR, "--axis", "recorded", "--json"))
    assert (found["opening"], found["closing"], found["axis"]) == ("0.00", "4999.99", "recorded")
    assert [(e["type"], e["amount"]) for e in found["entries"]] == [
        ("DEPOSIT", "5000.00"),
        ("WITHDRAWAL", "-0.01"),
    ]
    told = funded("statement", "ana", *YEAR, lang="pt").stdout
    assert "extrato em BRL" in told
    assert "R$ 4.999,99" in told
    assert "Fonte: o diário do livro" in told


def test_the_past_is_asked_by_instants_with_a_zone(funded: Fiel) -> None:
    """Before all of it the account holds nothing; a day without zone and an unknown axis are wrong."""
    before = answer(funded("holdings", "ana", "--at", OLD, "--json"))
    assert (before["balance"], before["positions"]) == ("0.00", [])
    now = answer(funded("holdings", "ana", "--at", "2100-01-01T00:00:00Z", "--json"))
    assert [(p["ticker"], p["quantity"], p["averagePrice"]) for p in now["positions"]] == [
        ("PETR4", "100", "38.2")
    ]
    assert "38.20" in funded("holdings", "ana", "--at", "2100-01-01T00:00:00Z").stdout
    assert funded("holdings", "ana", "--at", "2026-05-04").exit_code == 2
    assert funded("holdings", "ana", "--at", OLD, "--axis", "told").exit_code == 2
    assert funded("statement", "bob", *YEAR).exit_code == 4


def test_what_happened_before_is_told_with_its_time(fiel: Fiel) -> None:
    """Money and shares that came earlier are there at that time, and were not known of then."""
    fiel("deposit", "ana", "10", "--occurred-at", OLD)
    fiel("bring", "ana", "VALE3", "1", "5", "--occurred-at", OLD)
    found = answer(fiel("holdings", "ana", "--at", OLD, "--json"))
    assert (found["balance"], [each["ticker"] for each in found["positions"]]) == ("10.00", ["VALE3"])
    known = answer(fiel("holdings", "ana", "--at", OLD, "--axis", "recorded", "--json"))
    assert (known["balance"], known["positions"]) == ("0.00", [])
    assert fiel("deposit", "ana", "10", "--occurred-at", "yesterday").exit_code == 2


def test_the_chain_is_sealed_verified_and_broken(funded: Fiel, tmp_path: Path) -> None:
    """The head proves the past: an entry changed by hand is named, and the exit code is 1."""
    assert answer(funded("verify-chain", "--json"))["unsealed"] == 2
    assert answer(funded("seal", "--json")) == {"sealed": 2}
    head = answer(funded("verify-chain", "--json"))["head"]
    funded("deposit", "ana", "1")
    sound = funded("verify-chain", "--expect", head)
    assert (sound.exit_code, head in sound.stdout, "not sealed yet: 1" in sound.stdout) == (0, True, True)
    other = funded("verify-chain", "--expect", f"2:{'0' * 64}", "--json")
    assert (other.exit_code, json.loads(other.stdout)["sound"]) == (1, False)
    assert funded("verify-chain", "--expect", "2").exit_code == 2
    with closing(sqlite3.connect(tmp_path / "book.db")) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE postings SET amount = amount + 1 WHERE entry_seq = 2")
        database.commit()
    broken = funded("verify-chain")
    assert broken.exit_code == 1
    assert "Journal entry 2 " in broken.stdout


def test_what_an_account_is_worth(funded: Fiel) -> None:
    """Without a price the valuation is incomplete, with an old one too; an older price changes nothing."""
    assert answer(funded("summary", "ana", "--json"))["missingPrices"] == ["PETR4"]
    assert "its price is missing" in funded("summary", "ana").stdout
    late = "2026-05-04T17:00:00-03:00"
    assert answer(funded("price", "PETR4", "38.20", "--as-of", late, "--source", "B3", "--json"))["kept"]
    assert not answer(funded("price", "PETR4", "1", "--as-of", OLD, "--json"))["kept"]
    found = answer(funded("summary", "ana", "--json"))
    assert (found["totalEquity"], found["missingPrices"], found["priceSources"]) == ("8820.00", [], ["B3"])
    assert funded("price", "PETR4", "0", "--as-of", late).exit_code == 2
    assert "R$ 8.820,00" in funded("summary", "ana", lang="pt").stdout


def test_shares_are_brought_once_per_key(funded: Fiel) -> None:
    """The same key and shares are the same entry; other shares under the key are a conflict."""
    first = answer(funded("bring", "ana", "VALE3", "1", "0", "--key", "k", "--json"))
    assert answer(funded("bring", "ana", "VALE3", "1", "0", "--key", "k", "--json")) == first
    assert funded("bring", "ana", "VALE3", "2", "0", "--key", "k").exit_code == 5
    assert funded("bring", "ana", "VALE3", "-1", "0").exit_code == 2


def _reconciled(fiel: Fiel, file: Path, *more: str) -> Result:
    return fiel("reconcile", file, "--statement", "xp", "--as-of", "2026-01-02T00:00:00Z", *more)


def test_differences_wait_for_a_person(fiel: Fiel, tmp_path: Path) -> None:
    """Compared, listed, shown, approved once and dismissed; without a name nobody decides."""
    fiel("deposit", "ana", "5000")
    file = tmp_path / "xp.csv"
    file.write_text("userId,currency,asset,quantity\nana,BRL,CASH,0.01\nana,BRL,PETR4,1\n", encoding="utf-8")
    cash, shares = answer(_reconciled(fiel, file, "--json"))["differences"]
    assert (cash["ours"], cash["theirs"], shares["theirs"]) == ("0.00", "0.01", "1")
    assert "2 differences" in _reconciled(fiel, file).stdout
    listed = fiel("differences", "list").stdout
    assert cash["id"] in listed
    assert "here R$ 0.00, statement R$ 0.01" in listed
    assert "asset: CASH" in fiel("differences", "show", cash["id"]).stdout
    assert fiel("differences", "approve", cash["id"]).exit_code == 2
    assert fiel("differences", "show", "none").exit_code == 4
    assert "approved by bia" in fiel("differences", "approve", cash["id"], "--by", "bia").stdout
    again = answer(fiel("differences", "approve", cash["id"], "--by", "bia", "--json"))
    assert (again["repeated"], again["status"]) == (True, "approved")
    assert "dismissed by bia" in fiel("differences", "dismiss", shares["id"], "--by", "bia").stdout
    assert fiel("differences", "approve", shares["id"], "--by", "bia").exit_code == 5
    assert answer(fiel("differences", "list", "--json")) == []
    assert len(answer(fiel("differences", "list", "--all", "--json"))) == 2
    assert fiel("check").exit_code == 0


def test_a_bad_statement_is_told_by_line_and_column(fiel: Fiel, tmp_path: Path) -> None:
    """Each wrong line with its column, in the user's language; a missing file is not found."""
    file = tmp_path / "xp.csv"
    file.write_text("userId,currency,asset,quantity\nana,BRL,CASH,0.001\nana,BRL,PETR4\n", encoding="utf-8")
    wrong = _reconciled(fiel, file)
    assert wrong.exit_code == 2
    assert "line 2" in wrong.stderr
    assert "quantity" in wrong.stderr
    assert "line 3" in wrong.stderr
    told = fiel("reconcile", file, "--statement", "xp", "--as-of", OLD, lang="pt").stderr
    assert "A linha tem 3 colunas" in told
    assert _reconciled(fiel, tmp_path / "none.csv").exit_code == 4
