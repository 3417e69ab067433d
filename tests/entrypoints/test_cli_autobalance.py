"""`fiel autobalance`: enrolling, looking, running once, deciding; from the command line, as people do it."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from string import Formatter

import pytest
from tests.support.command_line import Fiel, answer, run_fiel
from tests.support.custody_homes import ready_made
from typer.main import get_command
from typer.testing import Result

from fiel.autobalance.journal_port import Hindrance
from fiel.autobalance.triggers import WhyNot
from fiel.entrypoints.cli.everything import app
from fiel.entrypoints.cli.localize import help_texts
from fiel.entrypoints.words.autobalance import AUTOBALANCE_NOTES
from fiel.entrypoints.words.autobalance_desk import AUTOBALANCE_DESK_NOTES, WHY_NOT
from fiel.entrypoints.words.help import HELP_PT
from fiel.infra.system import SystemClock

TARGETS = """
schema = "fiel-portfolio/1"

[assets.XPML11]
kind = "fii"
quantity = "7"

[targets.shares]
weight = "60"
PETR4F = "100"

[targets.funds]
weight = "40"
XPML11 = "100"
"""
MORE = TARGETS.replace('XPML11 = "100"', 'XPML11 = "50"\nBOVA11 = "50"') + '\n[assets.BOVA11]\nkind = "etf"\n'
ENROLL = ("autobalance", "enroll", "ana", "--hours", "always", "--by", "eva")


@pytest.fixture
def fiel(tmp_path: Path) -> Fiel:
    """Runs `fiel ...` on a book of this test alone, in English."""

    def run(*arguments: object, lang: str = "en", **variables: str) -> Result:
        url = f"sqlite:///{ready_made(tmp_path / 'book.db')}"
        environment = {"FIEL_DATABASE_URL": url} | variables
        return run_fiel(*arguments, lang=lang, environment=environment)

    return run


@pytest.fixture
def funded(fiel: Fiel, tmp_path: Path) -> Fiel:
    """Ana has R$ 2,000.00, 600 PETR4 and 40 XPML11 at prices of now, and wants 60 % and 40 %."""
    (tmp_path / "targets.toml").write_text(TARGETS, encoding="utf-8")
    fiel("custody", "deposit", "ana", "2000")
    fiel("custody", "bring", "ana", "PETR4", "600", "6000.00", "--key", "p")
    fiel("custody", "bring", "ana", "XPML11", "40", "4100.00", "--key", "x")
    priced(fiel, PETR4="40.00", XPML11="104.00")
    assert fiel("targets", "set", tmp_path / "targets.toml").exit_code == 0
    return fiel


def priced(fiel: Fiel, ago: timedelta = timedelta(), **prices: str) -> None:
    """Prices as of now, or a while ago."""
    at = (SystemClock().now() - ago).isoformat()
    for ticker, price in prices.items():
        found = fiel("custody", "price", ticker, price, "--as-of", at, "--source", "test")
        assert found.exit_code == 0, found.stderr


def refusal(result: Result, code: int, word: str) -> str:
    """What a command that was refused said."""
    assert result.exit_code == code, result.stdout + result.stderr
    assert word in result.stderr
    return result.stderr


def test_an_account_is_enrolled_with_its_saved_targets(funded: Fiel) -> None:
    """The tree of `fiel targets`, the odd-lot line as the book's asset in its lot, the options on top."""
    found = answer(funded(*ENROLL, "--threshold", "5", "--relative", "25", "--cool-down", "1d", "--json"))
    assert (found["status"], found["broker"], found["statusBy"]) == ("active", "paper", "eva")
    assert found["strategy"]["kind"] == "threshold"
    assert (found["strategy"]["absolute"], found["strategy"]["relative"]) == ("0.05", "0.25")
    assert (found["hours"], found["coolDownSeconds"]) == (None, 86_400)
    leaves = [(t["id"], t["asset"], t["target"], t["lot"]) for t in found["targets"] if t["asset"]]
    assert leaves == [
        ("shares.PETR4F", "PETR4", "0.6", "1"),
        ("funds.XPML11", "XPML11", "0.4", "1"),
    ]

    told = funded(*ENROLL, "--lot", "0.001", "--calendar", "monthly", lang="pt").stdout
    assert "Age todo mês." in told
    assert "0,001" in told


def test_a_file_may_say_the_targets(funded: Fiel, tmp_path: Path) -> None:
    """Its strategy is taken; figures that the book says and holdings beside the targets are named."""
    file = tmp_path / "other.toml"
    plain = TARGETS.replace('[assets.XPML11]\nkind = "fii"\nquantity = "7"\n', "")
    text = plain.replace('XPML11 = "100"', 'BOVA11 = "100"')
    file.write_text(
        f'{text}\n[strategy]\nkind = "threshold"\nabsolute = "3"\n\n[assets.BOVA11]\nkind = "etf"\n'
    )
    found = answer(funded(*ENROLL, "--targets", file, "--json"))
    assert found["strategy"]["absolute"] == "0.03"
    shown = funded(*ENROLL, "--targets", file)
    assert "left as they are: XPML11" in shown.stderr


def test_what_cannot_be_balanced_is_refused(funded: Fiel, fiel: Fiel) -> None:
    """No account, no targets, an unknown broker, options out of range: nothing is enrolled."""
    refusal(fiel("autobalance", "enroll", "bob"), 4, "bob")
    fiel("custody", "deposit", "leo", "100")
    assert "targets" in refusal(fiel("autobalance", "enroll", "leo"), 3, "targets_missing")
    refusal(funded(*ENROLL, "--broker", "nobody"), 2, "broker_unknown")
    for option, value in (
        ("--threshold", "0"),
        ("--calendar", "daily"),
        ("--cool-down", "soon"),
        ("--hours", "18-10"),
        ("--lot", "0"),
        ("--minimum-gain", "-1"),
    ):
        refusal(funded(*ENROLL, option, value), 2, option)
    refusal(funded("autobalance", "status", "ana"), 4, "portfolio_unknown")
    counts = answer(funded("autobalance", "status", "--json"))["counts"]
    assert counts == {"active": 0, "paused": 0, "stale": 0}


def test_cash_that_is_kept_elsewhere_is_refused(fiel: Fiel, tmp_path: Path) -> None:
    """Nobody could say whether a purchase is covered."""
    from fiel.bootstrap import open_custody
    from fiel.custody.accounts import CashMode
    from fiel.settings import Settings

    url = f"sqlite:///{ready_made(tmp_path / 'book.db')}"
    with open_custody(Settings.read({}, tmp_path, "linux"), url) as opened:
        opened.custody.open_account("leo", "BRL", CashMode.EXTERNAL)
    refusal(fiel("autobalance", "enroll", "leo"), 3, "cash_external")


def test_an_odd_lot_position_is_not_bought_twice(funded: Fiel) -> None:
    """What is held as PETR4F would not count as PETR4: refused, before anything is bought again."""
    funded("custody", "bring", "ana", "PETR4F", "7", "70.00", "--key", "odd")
    refusal(funded(*ENROLL), 3, "position_on_odd_lot")


def test_a_dry_run_says_what_would_be_done(funded: Fiel) -> None:
    """Orders with stages and limits, the reserve, every node, prices with source; nothing is written."""
    funded(*ENROLL)
    found = answer(funded("autobalance", "dry-run", "ana", "--json"))
    assert (found["would"], found["trigger"]) == ("order", "band")
    sides = [(o["stage"], o["side"], o["ticker"]) for o in found["orders"]]
    assert sides == [(1, "SELL", "PETR4"), (2, "BUY", "XPML11")]
    assert found["whole"] == "28160.00"
    shares = found["drift"][0]
    assert (shares["id"], shares["target"], shares["actual"], shares["isOut"]) == (
        "shares",
        "0.6",
        "0.852273",
        True,
    )
    assert {p["source"] for p in found["prices"]} == {"test"}
    told = funded("autobalance", "dry-run", "ana", "--explain").stdout
    assert "+25.23" in told
    assert "Purchases reserve up to R$" in told
    assert "Nothing was written or sent." in told
    assert answer(funded("autobalance", "history", "ana", "--json"))["batches"] == []


def test_a_dry_run_says_why_nothing_would_be_done(funded: Fiel, tmp_path: Path) -> None:
    """In band at given prices, at old prices, without a price, paused: each has its word."""
    funded(*ENROLL)

    def why(*arguments: str) -> tuple[str, str]:
        found = answer(funded("autobalance", "dry-run", "ana", *arguments, "--json"))
        assert (found["would"], found["orders"]) == ("nothing", [])
        return found["whyNot"], found["detail"] or ""

    assert why("--price", "PETR4=9.50", "--price", "XPML11=95")[0] == "inside_bands"
    funded("autobalance", "pause", "ana", "--reason", "holidays")
    assert why()[0] == "paused"
    funded("autobalance", "resume", "ana", "--reason", "back")
    refusal(funded("autobalance", "dry-run", "ana", "--price", "PETR4"), 2, "price_malformed")
    (tmp_path / "more.toml").write_text(MORE, encoding="utf-8")
    funded(*ENROLL, "--targets", tmp_path / "more.toml")
    assert why() == ("price_missing", "BOVA11")
    priced(funded, timedelta(hours=1), BOVA11="130.00")
    assert why()[0] == "price_too_old"
    assert "a price is too old (BOVA11" in funded("autobalance", "dry-run", "ana").stdout


def test_a_command_leaves_no_log_behind(fiel: Fiel) -> None:
    """What it wrote its log to is closed when it has ended, and the next one of the process goes on."""
    root = logging.getLogger()
    before = root.handlers[:]
    assert fiel("autobalance", "run", "--once").exit_code == 0
    assert root.handlers == before


def test_run_once_balances_and_says_what_happened(funded: Fiel) -> None:
    """The batch runs to its end through the paper broker, custody has it, and the next look rests."""
    funded(*ENROLL)
    funded("custody", "deposit", "zoe", "5")
    done = answer(funded("autobalance", "run", "--once", "--json"))
    assert done["lookedAt"] == 1
    (batch,) = done["batches"]
    assert (batch["portfolio"], batch["status"], batch["trigger"]) == ("ana", "done", "band")
    assert {o["state"] for o in batch["operations"]} == {"done"}
    held = answer(funded("positions", "--user", "ana", "--json"))["positions"]
    assert {p["asset"]: p["quantity"] for p in held} == {
        "PETR4": f"{600 - int(batch['operations'][0]['executed'])}",
        "XPML11": f"{40 + int(batch['operations'][1]['executed'])}",
    }
    again = answer(funded("autobalance", "run", "--once", "--json"))
    assert [(left["portfolio"], left["code"]) for left in again["notBegun"]] == [("ana", "cooling_down")]
    listed = answer(funded("autobalance", "history", "ana", "--json"))
    assert [each["id"] for each in listed["batches"]] == [batch["id"]]
    assert [each["action"] for each in listed["notes"]] == ["enrolled"]
    told = funded("autobalance", "history", "ana", lang="pt").stdout
    assert "concluído" in told
    assert "executada" in told
    assert "1 lote(s), o último terminou" in funded("autobalance", "status", "ana", lang="pt").stdout


def test_another_brokers_portfolios_are_left_alone(funded: Fiel) -> None:
    """A run through the paper broker does not look at what is enrolled with the exchange."""
    funded(*ENROLL, "--broker", "exchange")
    assert answer(funded("autobalance", "run", "--once", "--json"))["lookedAt"] == 0


def test_people_pause_and_resume(funded: Fiel) -> None:
    """With who and why, kept in the history and shown in the status."""
    funded(*ENROLL)
    paused = funded("autobalance", "pause", "ana", "--reason", "holidays", "--by", "eva")
    assert "ana is paused" in paused.stdout
    busy = answer(funded("autobalance", "status", "--json"))
    assert busy["counts"]["paused"] == 1
    assert [(p["portfolio"], p["statusReason"], p["statusBy"]) for p in busy["portfolios"]] == [
        ("ana", "holidays", "eva")
    ]
    assert "holidays" in funded("autobalance", "status").stdout
    refusal(funded("autobalance", "clear-stale", "ana", "--reason", "x"), 3, "not_stale")
    refusal(funded("autobalance", "resume", "ana", "--reason", " "), 2, "reason_missing")
    assert answer(funded("autobalance", "resume", "ana", "--reason", "back", "--json"))["status"] == "active"
    notes = answer(funded("autobalance", "history", "ana", "--json"))["notes"]
    assert [(n["action"], n["reason"]) for n in notes[:2]] == [("resumed", "back"), ("paused", "holidays")]
    assert "Nothing in progress" in funded("autobalance", "status").stdout


def test_a_stale_portfolio_waits_for_a_person(fiel: Fiel, tmp_path: Path) -> None:
    """A simulation whose exchange refuses to undo leaves STALE ones: seen, not resumed, cleared once."""
    url = f"sqlite:///{tmp_path / 'sim.db'}"
    sizes = ("--portfolios", 10, "--stocks", 8, "--waves", "4,4", "--seed", 2, "--fail-rate", 0.25)
    result = answer(fiel("simulate", *sizes, "--database", url, "--json"))
    here = ("--database", url)
    found = answer(fiel("autobalance", "status", "--json", *here))
    stale = [each["portfolio"] for each in found["portfolios"]]
    assert stale == sorted(result["stale"])
    assert found["counts"]["stale"] == len(stale) > 0
    name = stale[0]
    refusal(fiel("autobalance", "resume", name, "--reason", "x", *here), 3, "is_stale")
    assert "clear-stale" in fiel("autobalance", "status", name, *here).stdout
    (batch, *_) = answer(fiel("autobalance", "history", name, "--json", *here))["batches"]
    assert batch["status"] == "stale"
    assert [a["kind"] for a in batch["operations"][0]["attempts"]][:1] == ["forward"]
    first = fiel("autobalance", "run", "--once", *here)
    assert all(each in first.stderr for each in stale), first.stderr
    assert not any(each in fiel("autobalance", "run", "--once", *here).stderr for each in stale)
    cleared = fiel("autobalance", "clear-stale", name, "--reason", "looked", "--by", "eva", "--json", *here)
    assert (answer(cleared)["status"], answer(cleared)["statusBy"]) == ("active", "eva")
    refusal(fiel("autobalance", "clear-stale", name, "--reason", "again", *here), 3, "not_stale")
    last = answer(fiel("autobalance", "history", name, "--json", *here))["notes"][0]
    assert (last["action"], last["saga"], last["reason"]) == ("cleared", batch["id"], "looked")


def test_alerts_are_tried(fiel: Fiel) -> None:
    """One message to each channel; a channel that cannot be reached is named and the exit code is 6."""
    assert answer(fiel("autobalance", "test-alerts", "--json")) == [
        {"channel": "log", "sent": True, "detail": None}
    ]
    deaf = fiel("autobalance", "test-alerts", FIEL_ALERT_WEBHOOK="http://127.0.0.1:9/hook")
    assert deaf.exit_code == 6
    assert "webhook: NOT sent" in deaf.stdout


def test_a_worker_is_told_its_shard(fiel: Fiel) -> None:
    """What is no shard is refused before anything is opened."""
    for text, code in (
        ("4/4", "shard_out_of_range"),
        ("half", "shard_malformed"),
        ("-1/2", "shard_malformed"),
    ):
        refusal(fiel("worker", "autobalance", "--shard", text), 2, code)
    refusal(fiel("autobalance", "run", "--json"), 2, "json_without_once")


def test_every_help_and_note_is_there_in_both_languages() -> None:
    """A help text that was changed in one language only would show in English; notes name the same things."""
    groups = get_command(app).commands  # type: ignore[attr-defined]
    commands = [
        groups["autobalance"],
        groups["simulate"],
        groups["dev"].commands["exchange"],
        groups["worker"].commands["autobalance"],
    ]
    helps = [text for command in commands for text in help_texts(command)]
    assert len(helps) > 50
    assert [text for text in helps if text not in HELP_PT] == []
    names = Formatter()
    for key, texts in {**AUTOBALANCE_NOTES, **AUTOBALANCE_DESK_NOTES}.items():
        told = [{name for _, name, _, _ in names.parse(text) if name} for text in texts]
        assert told[0] == told[1], key
    assert {f"ab_why_{code}" for code in (*WhyNot, *Hindrance)} <= AUTOBALANCE_DESK_NOTES.keys()
    assert {code.value for code in (*WhyNot, *Hindrance)} == WHY_NOT
