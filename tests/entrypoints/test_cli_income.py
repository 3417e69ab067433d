"""`fiel income` as people type it: the calendar, what to accept, titles, forecasts and jobs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.infra.jobs.stage import at_work, eventually
from tests.support.command_line import CliRunner
from tests.support.custody_homes import ready_made
from tests.support.income_wallets import Pays, Town, open_town
from typer.testing import Result

from fiel.copilot.income.jobs import KIND, WalletDay
from fiel.entrypoints.cli.everything import app
from fiel.infra.jobs.port import GiveUp, Job
from fiel.infra.storage.schema import open_database
from fiel.market.values import CashKind
from fiel.settings import Settings

COM, PAID = date(2026, 7, 1), date(2026, 7, 14)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Town]:
    """Ana with a hundred ITUB4 since January, and a dividend and a JCP of them."""
    url = f"sqlite:///{ready_made(tmp_path / 'fiel.db')}"
    open_database(url).close()
    town = open_town(Settings.read({"FIEL_DATA_DIR": str(tmp_path)}, tmp_path, sys.platform), url)
    town.holds("ana", "ITUB4", "100")
    town.announce(Pays("ITUB4", "0.25", COM, PAID), Pays("ITUB4", "1.00", COM, PAID, CashKind.JCP))
    yield town
    town.opened.close()


def fiel(book: Town, *arguments: str, code: int = 0) -> Result:
    """Run a command on the book, offline, in English."""
    url = book.opened.database.url.render_as_string(hide_password=False).replace("+pysqlite", "")
    environment = {"FIEL_DATABASE_URL": url, "FIEL_MARKET_OFFLINE": "1", "FIEL_LANG": "en", "COLUMNS": "120"}
    result = CliRunner().invoke(app, list(arguments), env=environment)
    assert result.exit_code == code, result.output
    return result


def answer(book: Town, *arguments: str) -> Any:
    """What a command answers to a program."""
    return json.loads(fiel(book, *arguments, "--json").stdout)


def test_the_calendar_says_what_why_and_from_whom(book: Town) -> None:
    """Both payments with state, tax, reason and source; the sum of the month under its layer."""
    shown = fiel(book, "income", "calendar", "--past", "24", "--why").stdout
    assert "Income of ana on" in shown
    assert "R$ 82.50" in shown
    assert "held on the com date 2026-07-01; was to be paid on 2026-07-14" in shown
    assert "Sources: brapi" in shown


def test_the_calendar_for_programs_adds_up(book: Town) -> None:
    """Net is gross less withheld, and the layers of the total are the sum of the entries."""
    told = answer(book, "income", "calendar", "--past", "24")
    nets = {(each["kind"], each["gross"], each["withheld"], each["net"]) for each in told["entries"]}
    assert nets == {("dividend", "25.00", "0.00", "25.00"), ("jcp", "100.00", "17.50", "82.50")}
    (total,) = told["totals"]
    assert total["income"]["total"] == {"gross": "125.00", "withheld": "17.50", "net": "107.50"}
    assert (told["wallet"], told["zone"]) == ("ana", "America/Sao_Paulo")


def test_in_portuguese_first(book: Town) -> None:
    """Without a language it is Portuguese."""
    shown = fiel(book, "income", "calendar", "--past", "24", "--lang", "pt").stdout
    assert "Proventos de ana em" in shown
    assert "82,50" in shown


def test_reconcile_then_accept_then_nothing(book: Town) -> None:
    """Two proposals are listed and booked; after that there is nothing to accept and nothing changes."""
    told = answer(book, "income", "reconcile")
    assert {each["amount"] for each in told["proposals"]} == {"25.00", "82.50"}
    assert "booked, received" in fiel(book, "income", "accept", "--all").stdout
    again = answer(book, "income", "reconcile")
    assert (again["changed"], again["proposals"]) == ([], [])
    assert {each["state"] for each in again["records"]} == {"received"}
    assert "Nothing to accept" in fiel(book, "income", "accept", "--all").stdout
    assert fiel(book, "custody", "check").exit_code == 0


def test_a_look_leaves_no_trace(book: Town) -> None:
    """A dry run tells the same, and the next run still finds everything new."""
    assert len(answer(book, "income", "reconcile", "--dry-run")["changed"]) == 2
    assert len(answer(book, "income", "reconcile")["changed"]) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("income", "calendar", "--user", "nobody"), 4, "user_unknown"),
        (("income", "calendar", "--by", "colour"), 2, "by_unknown"),
        (("income", "calendar", "--months", "61"), 2, "--months"),
        (("income", "accept"), 2, "proposals_unnamed"),
        (("income", "accept", "proposal_of_nobody"), 4, "proposal_unknown"),
        (("income", "zone", "Mars/Olympus"), 2, "zone_unknown"),
        (("income", "titles", "remove", "title_of_nobody"), 4, "title_unknown"),
        (("income", "titles", "add", "CDB", "--pays", "110% CDI"), 2, "--bought"),
        (
            ("income", "titles", "add", "LTN", "--maturity", "2029-01-01", "--bought", "2026-01-05"),
            2,
            "--paid",
        ),
        (("income", "titles", "add", "poupanca", "--bought", "2026-01-05"), 3, "savings_has_no_flows"),
        (("income", "forecast", "XXXX3"), 4, "events_unknown"),
        (("income", "forecast", "TAEE11", "--on", "soon"), 2, "--on"),
        (("income", "jobs", "retry"), 2, "jobs_unnamed"),
        (("income", "jobs", "retry", "2026-07-15/ana"), 4, "dead_letter_unknown"),
    ],
)
def test_what_is_wrong_is_named(book: Town, arguments: tuple[str, ...], code: int, said: str) -> None:
    """An exit code of its kind, and the code or option that a person can look for."""
    assert said in fiel(book, *arguments, code=code).output


def test_several_users_must_be_named(book: Town) -> None:
    """With two users in the book nobody is guessed."""
    book.holds("bia", "ITUB4", "10")
    assert "user_unnamed" in fiel(book, "income", "calendar", code=2).output
    assert answer(book, "income", "calendar", "--user", "bia", "--past", "24")["wallet"] == "bia"


def test_an_empty_book_says_how_to_begin(book: Town, tmp_path: Path) -> None:
    """Not an empty table: the commands that put something in."""
    empty = f"sqlite:///{tmp_path}/empty.db"
    assert "custody bring" in fiel(book, "income", "calendar", "--database", empty, code=4).output


def test_titles_come_into_the_calendar(book: Town) -> None:
    """A CDB pays interest estimated from the recorded CDI, then capital; removed, it is gone."""
    add = ("income", "titles", "add", "CDB", "--pays", "110% CDI", "--start", "2026-01-05")
    more = ("--maturity", "2027-01-05", "--units", "10", "--bought", "2026-01-05")
    fiel(book, *add, *more)
    fiel(book, *add, *more)
    (title,) = answer(book, "income", "titles", "list")

    entries = answer(book, "income", "calendar", "--months", "24")["entries"]

    titles = [each for each in entries if each["origin"] == "fixed_income"]
    assert {each["kind"] for each in titles} == {"interest", "redemption"}
    assert all(
        each["state"] == "estimated" and each["reasons"][0].startswith("assumption:cdi") for each in titles
    )
    fiel(book, "income", "titles", "remove", title["titleId"])
    assert answer(book, "income", "titles", "list") == []


def test_a_forecast_explains_itself(book: Town) -> None:
    """The recorded payments of TAEE11: the methods tried, their errors, and what each payment rests on."""
    shown = fiel(book, "income", "forecast", "TAEE11", "--explain").output
    assert "only the payments recorded in the program" in shown
    assert "the last 12 months again" in shown
    assert "Rests on" in shown
    told = answer(book, "income", "forecast", "TAEE11", "--on", "2024-08-26")
    assert told["method"] in {each["method"] for each in told["candidates"]}
    assert all(each["basis"] for each in told["payments"])


def test_the_zone_of_a_wallet_is_kept(book: Town) -> None:
    """After it is set the calendar names it."""
    fiel(book, "income", "zone", "America/Manaus")
    assert answer(book, "income", "calendar")["zone"] == "America/Manaus"


def test_the_day_is_handed_out_once(book: Town) -> None:
    """`scheduler --once` hands out one job; again it has nothing to do. The status counts it."""
    environment = {"FIEL_INCOME_AT": "00:00"}
    url = book.opened.database.url.render_as_string(hide_password=False).replace("+pysqlite", "")
    run = CliRunner()
    arguments = ["scheduler", "--once", "--database", url, "--lang", "en"]
    assert "1 jobs handed out" in run.invoke(app, arguments, env=environment).stdout
    assert run.invoke(app, arguments, env=environment).stdout == ""
    assert answer(book, "income", "jobs", "status")["waiting"] == 1


def test_a_job_that_nobody_could_do_is_tried_again(book: Town) -> None:
    """It is listed with its reason, handed out again by id, and thrown away when nobody wants it."""
    queue = book.opened.jobs
    queue.enqueue([WalletDay("ana", date(2026, 7, 15)).job()])

    def torn(_: Job) -> None:
        raise GiveUp("stored_record", "cannot be read")

    with at_work(queue.worker({KIND: torn})):
        eventually(lambda: queue.dead_letters.list(KIND), "the dead letter")
    (dead,) = answer(book, "income", "jobs", "status")["dead"]
    assert (dead["id"], dead["reason"]) == ("2026-07-15/ana", "stored_record")
    assert "handed out again" in fiel(book, "income", "jobs", "retry", dead["id"]).stdout
    assert answer(book, "income", "jobs", "status")["waiting"] == 1
    with at_work(queue.worker({KIND: torn})):
        eventually(lambda: queue.dead_letters.list(KIND), "the dead letter again")
    fiel(book, "income", "jobs", "discard", "--all")
    assert answer(book, "income", "jobs", "status")["dead"] == []
