"""`fiel custody`: a book kept from the command line."""

from __future__ import annotations

import io
import json
import random
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.support.command_line import CliRunner, Fiel, answer
from tests.support.custody_homes import ready_made
from typer.testing import Result

from fiel.entrypoints.cli.custody import event_lines
from fiel.entrypoints.cli.everything import app


@pytest.fixture
def fiel(tmp_path: Path) -> Fiel:
    """Runs `fiel custody ...` on a book of this test alone, in English."""

    def run(*arguments: object, book: str = "book", lang: str = "en", stdin: bytes | None = None) -> Result:
        url = f"sqlite:///{ready_made(tmp_path / (book + '.db'))}"
        environment = {"COLUMNS": "400", "FIEL_LANG": lang, "FIEL_DATABASE_URL": url}
        return CliRunner().invoke(
            app, ["custody", *(str(argument) for argument in arguments)], env=environment, input=stdin
        )

    return run


def event(status: str = "PENDING", **fields: Any) -> dict[str, Any]:
    """Order 1 of ana: buy 100 PETR4 at 10.00."""
    return {
        "orderId": 1,
        "userId": "ana",
        "ticker": "PETR4",
        "quantity": 100,
        "price": 10.00,
        "executedPrice": None,
        "side": "BUY",
        "status": status,
        "eventTimestamp": [2026, 5, 4, 10, 0],
    } | fields


def written(path: Path, lines: Sequence[dict[str, Any] | str]) -> Path:
    """A file of events, one per line."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def test_a_deposit_with_a_key_is_made_once(fiel: Fiel) -> None:
    """The same key and amount is the same deposit; with another amount it is a conflict (5)."""
    assert answer(fiel("deposit", "ana", "100.50", "--key", "k", "--json"))["balance"] == "100.50"
    again = answer(fiel("deposit", "ana", "100.50", "--key", "k", "--json"))
    assert (again["balance"], again["repeated"]) == ("100.50", True)
    other = fiel("deposit", "ana", "100.51", "--key", "k")
    assert other.exit_code == 5
    assert "amount" in other.stderr
    assert answer(fiel("deposit", "ana", "1", "--json"))["balance"] == "101.50"


def test_money_is_told_the_local_way(fiel: Fiel) -> None:
    """People read reais in Portuguese by default, and in English when they ask for it."""
    told = fiel("deposit", "ana", "1234.5", lang="pt").stdout
    assert told == "ana: saldo R$ 1.234,50, reservado R$ 0,00, disponível R$ 1.234,50.\n"
    assert "balance R$ 1,235.50" in fiel("deposit", "ana", "1").stdout


def test_a_withdrawal_takes_what_is_available_and_no_more(fiel: Fiel) -> None:
    """Refused (3) above it, not found (4) without an account, invalid (2) for what is no amount."""
    fiel("deposit", "ana", "100")
    assert fiel("withdraw", "ana", "100.01").exit_code == 3
    assert answer(fiel("withdraw", "ana", "40", "--json"))["availableBalance"] == "60.00"
    assert fiel("withdraw", "bob", "1").exit_code == 4
    assert fiel("withdraw", "ana", "1", "--currency", "USD").exit_code == 4
    for text in ("0", "1,0", "1e3", "NaN", "0.001"):
        refused = fiel("withdraw", "ana", text)
        assert (refused.exit_code, "amount" in refused.stderr) == (2, True)


def test_replay_counts_what_became_of_each_line(fiel: Fiel, tmp_path: Path) -> None:
    """Good, repeated, waiting, unreadable and blank lines; the bad ones are named with their number."""
    fiel("deposit", "ana", "2000")
    fill = event("FILLED", executedPrice="9.90")
    lines: list[dict[str, Any] | str] = [
        event(),
        "",
        fill,
        fill,
        "{nonsense",
        event("FILLED", orderId=9, executedPrice=1),
        event(price=0),
    ]
    done = fiel("replay", written(tmp_path / "e.jsonl", lines), "--json")
    assert answer(done) == {
        "lines": 6,
        "applied": 2,
        "duplicates": 1,
        "stale": 0,
        "parked": 1,
        "deadLetters": 2,
        "alerts": 0,
        "waiting": 1,
    }
    assert "line 5: message_not_json" in done.stderr
    assert "line 7: number_not_positive" in done.stderr
    assert "PETR4" in fiel("export").stdout


def test_replay_reads_standard_input(fiel: Fiel) -> None:
    """A dash is standard input, with a mark at its start and lines ended as on Windows."""
    fiel("deposit", "ana", "2000")
    text = b"\xef\xbb\xbf" + json.dumps(event()).encode() + b"\r\n" + json.dumps(event(orderId=2)).encode()
    assert answer(fiel("replay", "-", "--json", stdin=text))["applied"] == 2


def test_replay_of_a_file_that_is_not_there(fiel: Fiel, tmp_path: Path) -> None:
    """Not found (4) for a missing file, invalid (2) for a folder."""
    assert fiel("replay", tmp_path / "none.jsonl").exit_code == 4
    assert fiel("replay", tmp_path).exit_code == 2


def test_lines_are_read_in_bounded_pieces() -> None:
    """A line beyond the limit is cut and the rest of it read over; batches end by number and by size."""
    long = b"x" * (event_lines.LINE_BYTES_MAX + 5_000_000)
    found = [*event_lines.lines(io.BytesIO(b"one\n" + long + b"\n\n  \nlast"))]
    assert [(line.number, len(line.value)) for line in found] == [
        (1, 3),
        (2, event_lines.LINE_BYTES_MAX + 1),
        (5, 4),
    ]
    fat = b"y" * (event_lines.BATCH_BYTES_MAX // 2)
    stream = io.BytesIO(b"\n".join([fat, fat, b"a", b"b", b"c", b"d"]))
    assert [len(batch) for batch in event_lines.batches(stream, 3)] == [2, 3, 1]


def test_a_line_that_is_too_long_is_a_dead_letter(fiel: Fiel) -> None:
    """It is kept to look at, and the lines after it are taken."""
    fiel("deposit", "ana", "2000")
    text = b"[" * 200_000 + b"\n" + json.dumps(event()).encode()
    counts = answer(fiel("replay", "-", "--json", stdin=text))
    assert (counts["applied"], counts["deadLetters"]) == (1, 1)
    (letter,) = answer(fiel("dlq", "list", "--json"))
    assert letter["code"] == "message_too_large"


def _many() -> list[dict[str, Any]]:
    chance = random.Random(7)
    lines = []
    for number in range(1, 241):
        user, ticker = chance.choice(["ana", "bia"]), chance.choice(["PETR4", "VALE3"])
        order = event(orderId=number, userId=user, ticker=ticker, quantity=chance.randrange(4, 50))
        order |= {"price": f"{chance.randrange(1, 60)}.{chance.randrange(1000):03d}"}
        order |= {"eventTimestamp": [2026, 5, 4, 10, number % 60, number // 60, number]}
        part = {"filledQuantity": order["quantity"] // 2, "executedPrice": chance.randrange(1, 60)}
        end = chance.choice(["FILLED", "FILLED", "CANCELLED", "REJECTED", "EXPIRED"])
        lines += [order, order | {"status": "PARTIALLY_FILLED"} | part]
        lines.append(order | {"status": end, "executedPrice": "12.345"})
    return lines


def test_a_shuffled_and_doubled_file_exports_the_same_bytes(fiel: Fiel, tmp_path: Path) -> None:
    """Clean into one book, shuffled and doubled into another (one part through a pipe): equal bytes."""
    clean, chance = _many(), random.Random(11)
    mixed: list[dict[str, Any] | str] = [*clean, *chance.choices(clean, k=150), "broken", "broken"]
    chance.shuffle(mixed)
    for book in ("clean", "mixed"):
        for user in ("ana", "bia"):
            assert fiel("deposit", user, "1000000", book=book).exit_code == 0
    fiel("replay", written(tmp_path / "clean.jsonl", [*clean, "broken"]), book="clean")
    fiel("replay", written(tmp_path / "first.jsonl", mixed[:300]), book="mixed")
    rest = written(tmp_path / "rest.jsonl", mixed[300:]).read_bytes()
    assert answer(fiel("replay", "-", "--json", book="mixed", stdin=rest))["duplicates"] > 0
    left, right = fiel("export", book="clean"), fiel("export", "--format", "json", book="mixed")
    assert left.exit_code == right.exit_code == 0
    assert left.stdout_bytes == right.stdout_bytes
    assert len(json.loads(left.stdout)["reservations"]) == 240
    fiel("export", "--output", tmp_path / "book.json", book="mixed")
    assert (tmp_path / "book.json").read_bytes() == left.stdout_bytes
    assert fiel("check", book="mixed").exit_code == 0


def test_the_program_itself_replays_a_pipe(tmp_path: Path) -> None:
    """A process of its own: events on standard input, the book on standard output, nothing else there."""
    url = f"sqlite:///{ready_made(tmp_path / 'book.db')}"

    def run(*arguments: str, stdin: bytes = b"") -> bytes:
        program = [str(Path(sys.executable).with_name("fiel")), "custody", *arguments, "--database", url]
        return subprocess.run(program, input=stdin, stdout=subprocess.PIPE, check=True).stdout

    run("deposit", "ana", "2000")
    run("replay", "-", stdin=json.dumps(event()).encode())
    (account,) = json.loads(run("export"))["accounts"]
    assert (account["userId"], account["blockedBalance"]) == ("ana", "1000.00")


def test_check_names_the_row_that_was_changed_by_hand(fiel: Fiel, tmp_path: Path) -> None:
    """A sound book is 0; a balance edited in the database is 1, and named with both figures."""
    fiel("deposit", "ana", "100")
    assert "1 accounts" in fiel("check").stdout
    with closing(sqlite3.connect(tmp_path / "book.db")) as raw:
        raw.execute("UPDATE accounts SET balance = 10001")
        raw.commit()
    wrong = fiel("check")
    assert wrong.exit_code == 1
    assert "account ana/BRL: balance: expected 10000, found 10001" in wrong.stdout
    told = fiel("check", "--json")
    assert told.exit_code == 1
    assert {"row", "code", "expected", "found"} == set(json.loads(told.stdout)["findings"][0])


def test_a_dead_letter_is_shown_replayed_and_discarded(fiel: Fiel, tmp_path: Path) -> None:
    """Unknown account: replay fails (3) until the deposit, then it is applied; nonsense is discarded."""
    fiel("replay", written(tmp_path / "e.jsonl", [event(), "nonsense"]))
    letters = {each["code"]: each["id"] for each in answer(fiel("dlq", "list", "--json"))}
    unknown, nonsense = letters["account_unknown"], letters["message_not_json"]
    assert answer(fiel("dlq", "show", nonsense, "--json"))["body"] == "nonsense"
    assert '"orderId": 1' in fiel("dlq", "show", unknown).stdout
    assert fiel("dlq", "replay", unknown).exit_code == 3
    fiel("deposit", "ana", "2000")
    done = fiel("dlq", "replay", unknown)
    assert (done.exit_code, done.stdout) == (0, f"{unknown}: applied\n")
    assert fiel("dlq", "replay", "--all").exit_code == 3
    assert fiel("dlq", "discard", nonsense).exit_code == 0
    assert fiel("dlq", "list").stdout == "No dead letters.\n"
    assert {each["status"] for each in answer(fiel("dlq", "list", "--all", "--json"))} == {
        "replayed",
        "discarded",
    }
    assert fiel("dlq", "discard", nonsense).exit_code == 3
    assert fiel("dlq", "show", "dead_none").exit_code == 4
    assert fiel("dlq", "replay").exit_code == 2


def test_alerts_are_listed_newest_first(fiel: Fiel, tmp_path: Path) -> None:
    """An order that was refused for lack of money is told."""
    assert fiel("alerts").stdout == "No alerts.\n"
    fiel("deposit", "ana", "5")
    fiel("replay", written(tmp_path / "e.jsonl", [event()]))
    (alert,) = answer(fiel("alerts", "--json"))
    assert (alert["code"], alert["orderId"]) == ("order_refused", "1")
    assert "order_refused  ana  1" in fiel("alerts").stdout


def test_a_name_with_control_characters_cannot_drive_the_terminal(fiel: Fiel) -> None:
    """What a message holds is shown without its escapes."""
    fiel("replay", "-", stdin=b'\x1b[31m{"orderId": 1}')
    (letter,) = answer(fiel("dlq", "list", "--json"))
    assert "\x1b" not in fiel("dlq", "show", letter["id"]).stdout


def test_without_a_verb_the_help_is_shown(fiel: Fiel) -> None:
    """`fiel custody` and `fiel custody dlq` list what they can do, in Portuguese."""
    for arguments in ((), ("dlq",)):
        done = fiel(*arguments, lang="pt")
        assert (done.exit_code, "Comandos" in done.stdout) == (0, True)


def test_a_variable_that_cannot_be_used_is_named(fiel: Fiel, tmp_path: Path) -> None:
    """Exit code 2, and the name of the variable, in the language of the user."""
    done = CliRunner().invoke(
        app, ["custody", "check"], env={"FIEL_CUSTODY_PARK_FOR": "soon", "FIEL_LANG": "pt", "COLUMNS": "200"}
    )
    assert done.exit_code == 2
    assert "FIEL_CUSTODY_PARK_FOR: escreva um número e a unidade" in done.stderr
