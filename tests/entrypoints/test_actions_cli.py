"""`fiel actions`, and categories that `fiel tax` remembers: what people and programs read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from tests.support.command_line import Fiel, answer, run_fiel
from tests.support.custody_homes import ready_made
from typer.testing import Result

from fiel.copilot.actions.manual import KINDS
from fiel.entrypoints.words.actions import ACTIONS_NOTES
from fiel.infra.storage.database import Database
from fiel.market import event_codec
from fiel.market.store.events import SHARES, EventRow, StoredEvents
from fiel.market.values import ShareEvent, ShareKind


@pytest.fixture
def fiel(tmp_path: Path) -> Fiel:
    """Runs `fiel ...` on ana's book: 100 ITSA4 at 10.00 since January; the market tells a bonus of 5 %."""
    url = f"sqlite:///{ready_made(tmp_path / 'book.db')}"

    def run(*arguments: object, lang: str = "en") -> Result:
        return run_fiel(*arguments, lang=lang, columns=300, environment={"FIEL_DATABASE_URL": url})

    at = "2026-01-05T12:00:00-03:00"
    done = run("custody", "bring", "ana", "ITSA4", "100", "1000.00", "--occurred-at", at)
    assert done.exit_code == 0, done.stderr
    database = Database.at(url)
    com = date(2026, 3, 10)
    event = ShareEvent("ITSA4", ShareKind.BONUS, "BONIFICACAO", Decimal("1.05"), com, "brapi")
    row = EventRow("e", SHARES, com, None, event_codec.told_text(event))
    StoredEvents(database).save("ITSA4", [row], at=datetime(2026, 3, 11, tzinfo=UTC))
    database.close()
    return run


BONUS = "ITSA4:bonus:2026-03-11"


def test_what_the_book_lacks_for_people(fiel: Fiel) -> None:
    """The action, its source, what it changes, what is not known, and how to book it."""
    told = fiel("actions").stdout
    for part in (
        "Actions that the book of ana lacks, up to ",
        f"{BONUS}  bonus of ITSA4 on 2026-03-11: 5 per 100, declared cost ? (source: brapi)",
        "100 → 105",
        "1,000.00 → 1,000.00",
        f"say it with --declared-cost {BONUS}=MONEY",
        "Nothing was booked. To book: the same line with --accept.",
    ):
        assert part in told


def test_in_portuguese(fiel: Fiel) -> None:
    """The words are Brazilian, and so are the numbers."""
    told = fiel("actions", lang="pt").stdout
    assert "bonificação de ITSA4 em 11/03/2026: 5 por 100" in told
    assert "1.000,00 → 1.000,00" in told


def test_accepting_for_programs(fiel: Fiel) -> None:
    """Booked with its declared cost; after it nothing is open, and accepting again books nothing."""
    done = answer(fiel("actions", "--accept", "--only", BONUS, "--declared-cost", f"{BONUS}=18.89", "--json"))
    (action,) = done["actions"]
    assert (done["entries"], action["terms"]["declared_cost"]) == (1, "18.89")
    (effect,) = action["effects"]
    assert (effect["quantityAfter"], effect["costAfter"]) == ("105", "1094.45")
    assert answer(fiel("actions", "--json"))["actions"] == []
    assert answer(fiel("actions", "--accept", "--json"))["entries"] == 0
    (held,) = answer(fiel("positions", "--json"))["positions"]
    assert (held["quantity"], held["totalCost"]) == ("105", "1094.45")


def test_typing_an_action(fiel: Fiel) -> None:
    """Shown by default, booked when asked, and the same again says that it is there."""
    split = ("actions", "add", "split", "ITSA4", "--ratio", "1:2", "--day", "2026-02-02")
    told = fiel(*split).stdout
    assert "split or grouping of ITSA4 on 2026-02-02: ratio 1:2 (source: typed)" in told
    assert "100 → 200" in told
    assert "Nothing was booked" in told
    assert "Booked: 1 action(s), 1 entries" in fiel(*split, "--accept").stdout
    assert "It is in the book already" in fiel(*split, "--accept").stdout
    assert answer(fiel(*split, "--json"))["actions"][0]["bookedBefore"] is True


@pytest.mark.parametrize(
    ("arguments", "exit_code", "part"),
    [
        (["--only", "nothing"], 4, "nenhum evento em aberto"),
        (["--declared-cost", "nothing"], 2, "escreva ID=VALOR"),
        (["add", "split", "ITSA4"], 2, "Falta --ratio"),
        (["add", "split", "PETR4", "--ratio", "1:2", "--day", "2026-02-02"], 3, "não havia PETR4"),
    ],
)
def test_what_is_wrong_is_named(fiel: Fiel, arguments: list[str], exit_code: int, part: str) -> None:
    """The exit code of its kind, and a sentence that says what to do."""
    done = fiel("actions", *arguments, lang="pt")
    assert (done.exit_code, part in done.stderr) == (exit_code, True), done.stderr


def test_every_kind_and_term_has_words() -> None:
    """Whatever can be typed can be shown."""
    terms = {name for needed, allowed in KINDS.values() for name in needed | allowed}
    assert {f"actions_kind_{kind}" for kind in KINDS} <= ACTIONS_NOTES.keys()
    assert {f"actions_term_{name}" for name in terms} <= ACTIONS_NOTES.keys()


def test_a_category_is_remembered(fiel: Fiel) -> None:
    """Said with --remember it counts in later commands; said without, it is forgotten."""
    for ticker in ("XPML11", "HGLG11"):
        at = "2026-01-05T12:00:00-03:00"
        fiel("custody", "bring", "ana", ticker, "10", "1000.00", "--occurred-at", at)
    year = ("tax", "year", "2026", "--json")
    assert "HGLG11" in fiel(*year, "--category", "XPML11=fii", "--remember").stderr
    done = fiel(*year, "--category", "HGLG11=fii")
    assert done.exit_code == 0, done.stderr
    assert fiel(*year).exit_code != 0
    missing = fiel(*year).stderr
    assert ("HGLG11" in missing, "XPML11" in missing) == (True, False)
