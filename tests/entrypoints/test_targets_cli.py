"""`fiel targets`, and `fiel plan` on the saved book: what people and programs read."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
import typer
from tests.copilot.own_plan.books import NOW, SavedBook
from tests.support.command_line import Fiel, answer, run_fiel
from tests.support.custody_homes import ready_made
from typer.testing import Result

from fiel.bootstrap import open_custody
from fiel.entrypoints.cli.everything import app
from fiel.entrypoints.cli.localize import help_texts
from fiel.entrypoints.words.help import HELP_PT
from fiel.settings import Settings

#: Names of commands never meet, whoever opens the book.
_NAMES = count(1, 1000)
NOW_OPTION = ("--now", NOW.isoformat())
TARGETS = (
    'schema = "fiel-portfolio/1"\n[assets.BOVA11]\nkind = "etf"\n[targets]\nPETR4F = "60"\nBOVA11 = "40"\n'
)


@pytest.fixture
def fiel(tmp_path: Path) -> Fiel:
    """Runs `fiel ...` on a book of this test alone, which is empty."""

    def run(*arguments: object, lang: str = "en", **more: str) -> Result:
        url = f"sqlite:///{ready_made(tmp_path / 'book.db')}"
        environment = {
            "FIEL_DATABASE_URL": url,
            "FIEL_DATA_DIR": str(tmp_path),
        }
        environment |= {"FIEL_MARKET_OFFLINE": "1", "VISUAL": "", "EDITOR": ""} | more
        return run_fiel(*arguments, lang=lang, environment=environment)

    return run


@contextmanager
def open_book(folder: Path) -> Iterator[SavedBook]:
    """The book of the test, to tell it more."""
    settings = Settings.read({"FIEL_DATA_DIR": str(folder)}, folder, sys.platform)
    with open_custody(settings, f"sqlite:///{ready_made(folder / 'book.db')}") as opened:
        yield SavedBook(opened, count(next(_NAMES)))


@pytest.fixture
def held(fiel: Fiel, tmp_path: Path) -> Fiel:
    """The same with PETR4 at two brokers and on the wallet's own account, money, and prices."""
    with open_book(tmp_path) as book:
        for label in ("clear", "xp"):
            book.has_account(label)
            book.holds("PETR4", "300", "3000.00", account=label)
        book.deposits("350.00")
        book.holds("VALE3", "200", "2000.00", account="xp")
        book.sells("2026-11-03", "VALE3", "200", "60.00", account="xp")
        book.costs(PETR4="40.00", BOVA11="100.00")
    return fiel


@pytest.fixture
def saved(held: Fiel, tmp_path: Path) -> Fiel:
    """The same with targets."""
    done = held("targets", "set", _file(tmp_path, TARGETS))
    assert done.exit_code == 0, done.stderr
    return held


def _file(folder: Path, text: str) -> Path:
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return file


def _editor(folder: Path, *steps: str) -> dict[str, str]:
    """An editor that does the steps in Python to `text`, one after each other run."""
    script = folder / "editor.py"
    script.write_text(
        "import pathlib, sys\nfile = pathlib.Path(sys.argv[1])\ntext = file.read_text('utf-8')\n"
        + "\n".join(steps)
        + "\nfile.write_text(text, 'utf-8')\n",
        encoding="utf-8",
    )
    return {"EDITOR": f"{sys.executable} {script}"}


def told(result: Result) -> str:
    """Standard error on one line."""
    return " ".join(result.stderr.split())


def test_a_book_without_targets_names_the_command(held: Fiel) -> None:
    """A refusal (3) that says what to do, in both languages."""
    done = held("plan", "--cash", "1000", *NOW_OPTION, lang="pt")
    assert (done.exit_code, done.stdout) == (3, "")
    assert "fiel targets edit" in told(done)
    assert "fiel targets edit" in told(held("plan", lang="en"))


@pytest.mark.parametrize("command", [("targets", "show"), ("targets", "edit")])
def test_without_a_book_the_way_to_begin_is_named(fiel: Fiel, command: tuple[str, str]) -> None:
    """Nothing was imported yet (4)."""
    done = fiel(*command, EDITOR="true")
    assert done.exit_code == 4
    assert "fiel import" in told(done)


def test_the_plan_of_the_book_for_people(saved: Fiel) -> None:
    """Orders, where the shares to be sold are, and where each figure comes from."""
    done = saved("plan", "--mode", "full", *NOW_OPTION)
    assert done.exit_code == 0, done.stderr
    assert "Sale of PETR4F: clear holds 300 units." in done.stdout
    assert "Sale of PETR4F: xp holds 300 units." in done.stdout
    assert "Book of ana: positions at the end of 2026-11-20, all accounts together (ana, clear, xp)." in (
        done.stdout
    )
    assert "Cash of the book: R$ 350.00 (ana R$ 350.00 on 2026-11-20 15:00 +00:00)." in done.stdout
    assert "The cash of clear, xp is not in the book: say it with --cash." in done.stdout
    assert "Tax of 2026-11 so far: shares sold R$ 12,000.00, R$ 8,000.00 more exempt;" in done.stdout
    assert "b3 (PETR4)" in done.stdout


def test_the_plan_of_the_book_for_programs(saved: Fiel) -> None:
    """The plan as ever, and one key more that tells of the book; figures as exact text."""
    record = answer(saved("plan", "--mode", "full", "--json", *NOW_OPTION))
    sold = next(order for order in record["orders"] if order["asset"] == "PETR4F")
    assert (sold["side"], sold["quantity"]) == ("sell", "200")
    book = record["book"]
    assert book["sales"] == [
        {"asset": "PETR4F", "account": "clear", "held": "300"},
        {"asset": "PETR4F", "account": "xp", "held": "300"},
    ]
    assert [(each["account"], each["free"]) for each in book["cash"]] == [
        ("ana", "350.00"),
        ("clear", None),
        ("xp", None),
    ]
    assert book["month_tax"] == {
        "month": "2026-11",
        "stock_sales": "12000.00",
        "exemption_left": "8000.00",
        "losses": {"common": "0.00", "day_trade": "0.00", "fii": "0.00"},
    }


def test_other_forms_are_those_of_files(saved: Fiel, tmp_path: Path) -> None:
    """CSV, reasons, a withdrawal, a file to write to."""
    rows = list(csv.DictReader(io.StringIO(saved("plan", "--cash", "400", "--csv", *NOW_OPTION).stdout)))
    assert [(row["asset"], row["side"]) for row in rows] == [("BOVA11", "buy")]
    assert "Why each order" in saved("plan", "--cash", "400", "--explain", *NOW_OPTION).stdout
    withdrawn = answer(saved("plan", "--withdraw", "500", "--json", *NOW_OPTION))
    assert {order["side"] for order in withdrawn["orders"]} == {"sell"}
    file = tmp_path / "plan.txt"
    done = saved("plan", "--cash", "400", "--output", file, *NOW_OPTION)
    assert done.stdout == ""
    assert "Cash of the book" in file.read_text(encoding="utf-8")


def test_new_money_comes_to_the_cash_of_the_book(saved: Fiel) -> None:
    """As with a file: what is there and what is new are both told."""
    summary = answer(saved("plan", "--cash", "1000", "--json", *NOW_OPTION))["summary"]
    assert (summary["cash_before"], summary["flow"]) == ("350.00", "1000.00")


def test_old_prices_are_refused_unless_said_otherwise(saved: Fiel) -> None:
    """Five days, as for the market's; --max-price-age says more."""
    late = ("--now", "2026-11-27T15:00:00Z")
    done = saved("plan", "--cash", "1000", *late, lang="pt")
    assert done.exit_code == 3
    assert "7 dias e o limite é 5 dias" in told(done)
    assert saved("plan", "--cash", "1000", "--max-price-age", "8d", *late).exit_code == 0


def test_a_missing_price_says_how_to_get_it(saved: Fiel, tmp_path: Path) -> None:
    """By the market, by hand, or out of the whole."""
    text = TARGETS.replace('BOVA11 = "40"', 'BOVA11 = "30"\nWEGE3F = "10"')
    assert saved("targets", "set", _file(tmp_path, text)).exit_code == 0
    done = saved("plan", "--cash", "1000", *NOW_OPTION)
    assert done.exit_code == 3
    assert "no price is kept of WEGE3F; ask the market with `fiel plan --market`" in told(done)


def test_an_unknown_category_names_the_option(held: Fiel, tmp_path: Path) -> None:
    """A sale of what nothing tells: to sell it must be said, to buy it need not."""
    with open_book(tmp_path) as book:
        book.holds("XPTO11", "10", "1000.00", account="xp")
        book.sells("2026-11-04", "XPTO11", "10", "110.00", account="xp")
    held("targets", "set", _file(tmp_path, TARGETS))
    done = held("plan", "--mode", "full", *NOW_OPTION)
    assert done.exit_code == 3
    assert "--category XPTO11=fii" in told(done)
    assert held("plan", "--mode", "full", "--category", "XPTO11=fii", *NOW_OPTION).exit_code == 0
    bought = held("plan", "--cash", "1000", *NOW_OPTION)
    assert bought.exit_code == 0
    assert "The month's tax cannot be reckoned" in told(bought)


def test_targets_are_checked_whole_before_they_are_kept(saved: Fiel, tmp_path: Path) -> None:
    """Every problem with its place; the targets of before stay."""
    wrong = TARGETS.replace('"60"', '"70"').replace('"etf"', '"stok"')
    done = saved("targets", "set", _file(tmp_path, wrong))
    assert done.exit_code == 2
    assert "mine.toml, line 3" in told(done)
    assert "mine.toml, line 4" in told(done)
    assert saved("targets", "show", "--toml").stdout == TARGETS


def test_figures_of_the_book_in_a_file_are_named(held: Fiel, tmp_path: Path) -> None:
    """A whole portfolio file may be taken; what does not count in it is told."""
    done = held("targets", "set", _file(tmp_path, f'{TARGETS}[cash]\navailable = "5"\n'))
    assert done.exit_code == 0
    assert "Targets of ana kept: 2 assets, 2 nodes. Now: fiel plan --cash 1000" in done.stdout
    assert "Not used here, because the book says it: cash.available (line 8)" in told(done)


def test_targets_beside_what_there_is(saved: Fiel) -> None:
    """The tree with shares of now, their prices' source and time; the same for programs."""
    done = saved("targets", "show")
    assert "Targets of ana, kept on" in done.stdout
    cells = [line.split() for line in done.stdout.splitlines()]
    assert ["PETR4F", "60.00", "60.00", "100.00", "24,000.00"] in cells
    assert ["BOVA11", "40.00", "40.00", "0.00", "0.00"] in cells
    assert "The whole: R$ 24,000.00 (positions on" in done.stdout
    assert "Prices: b3 (PETR4), 2026-11-20 15:00 +00:00: PETR4F" in done.stdout
    record = answer(saved("targets", "show", "--json"))
    assert (record["whole"], record["cash"], record["withoutPrice"]) == ("24000.00", "350.00", [])
    assert [(row["asset"], row["target"], row["actual"]) for row in record["targets"]] == [
        ("PETR4F", "0.6", "1.000000"),
        ("BOVA11", "0.4", "0.000000"),
    ]
    assert record["prices"] == [
        {"source": "b3 (PETR4)", "asOf": "2026-11-20T15:00:00+00:00", "assets": ["PETR4F"]}
    ]


def test_what_nothing_tells_is_told_to_the_tree_too(held: Fiel, tmp_path: Path) -> None:
    """An asset without a target may need its category: the refusal names the option, which is there."""
    with open_book(tmp_path) as book:
        book.holds("XPTO11", "10", "1000.00", account="xp")
        book.costs(XPTO11="100.00")
    held("targets", "set", _file(tmp_path, TARGETS))
    refused = held("targets", "show")
    assert refused.exit_code == 3
    assert "--category XPTO11=fii" in told(refused)
    shown = answer(held("targets", "show", "--category", "XPTO11=fii", "--json"))
    assert shown["whole"] == "25000.00"


def test_editing_without_an_editor_says_what_to_do(held: Fiel) -> None:
    """Both ways: naming an editor, and a file."""
    done = held("targets", "edit")
    assert done.exit_code == 2
    assert "EDITOR=nano" in told(done)
    assert "fiel targets set" in told(done)


def test_editing_begins_with_what_is_held(held: Fiel, tmp_path: Path) -> None:
    """The template goes to the editor; what comes back is kept, and no copy stays behind."""
    editor = _editor(tmp_path, "assert 'PETR4F = \"100\"' in text", "text += '# mine\\n'")
    done = held("targets", "edit", **editor)
    assert done.exit_code == 0, done.stderr
    assert held("targets", "show", "--toml").stdout.endswith("# mine\n")
    assert not list(tmp_path.glob("targets-*"))


def test_a_template_left_as_it_came_is_not_kept(held: Fiel, tmp_path: Path) -> None:
    """Closing the editor is no decision: the file stays, and the command to keep it is told."""
    done = held("targets", "edit", **_editor(tmp_path))
    (file,) = tmp_path.glob("targets-*/targets.toml")
    assert done.exit_code == 0
    assert f"fiel targets set {file}" in told(done)
    assert held("targets", "show").exit_code == 3
    assert held("targets", "set", file).exit_code == 0


def test_saved_targets_left_as_they_were(saved: Fiel, tmp_path: Path) -> None:
    """Nothing changes and nothing is left behind."""
    done = saved("targets", "edit", **_editor(tmp_path))
    assert "Nothing changed" in told(done)
    assert not list(tmp_path.glob("targets-*"))


def test_problems_keep_the_text_in_a_file(saved: Fiel, tmp_path: Path) -> None:
    """Without a terminal there is no second try: the file and its line are told (2), nothing is lost."""
    done = saved("targets", "edit", **_editor(tmp_path, "text = text.replace('60', '61')"))
    (file,) = tmp_path.glob("targets-*/targets.toml")
    assert done.exit_code == 2
    assert f"{file}, line 4" in told(done)
    assert f"fiel targets set {file}" in told(done)
    assert 'PETR4F = "61"' in file.read_text(encoding="utf-8")
    assert saved("targets", "show", "--toml").stdout == TARGETS


def test_an_editor_that_fails_names_the_file(saved: Fiel, tmp_path: Path) -> None:
    """It is not there, or it ends with an error (6)."""
    for editor in ("no-such-editor-here", f"{sys.executable} -c 'raise SystemExit(3)'"):
        done = saved("targets", "edit", EDITOR=editor)
        assert done.exit_code == 6
        assert "targets.toml" in told(done)


def test_prices_of_the_market(saved: Fiel) -> None:
    """--market asks for prices; offline they are the recorded ones, with their date and source."""
    done = saved("plan", "--cash", "1000", "--market", "--max-price-age", "99999d", "--json")
    record = answer(done)
    (priced,) = [each for each in record["prices"] if "PETR4F" in each["assets"]]
    assert "PETR4" in priced["source"]
    assert priced["source"] != "b3 (PETR4)"


def test_every_help_text_is_in_portuguese() -> None:
    """The group, its commands, options and examples have a translation."""
    group = typer.main.get_command(app).commands["targets"]  # type: ignore[attr-defined]
    missing = [text for text in help_texts(group) if text not in HELP_PT]
    assert not missing
