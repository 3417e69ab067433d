"""`fiel plan` on portfolio files: forms, languages, refusals and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.command_line import CliRunner
from typer.testing import Result

from fiel.copilot.files.template import template
from fiel.entrypoints.cli.everything import app


@pytest.fixture
def wallet(tmp_path: Path) -> Path:
    """The file that `fiel init` writes."""
    file = tmp_path / "carteira.toml"
    file.write_text(template(), encoding="utf-8")
    return file


def fiel(*arguments: object, **environment: str) -> Result:
    """Run a command as a user would, 80 columns wide."""
    variables = {"COLUMNS": "80", "FIEL_LANG": "pt", **environment}
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env=variables)


def test_the_plan_is_text_for_80_columns(wallet: Path) -> None:
    """The default is Portuguese text without escape codes that fits 80 columns."""
    done = fiel("plan", wallet, "--cash", "1000")
    assert done.exit_code == 0
    assert "\x1b" not in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 80
    assert done.stdout.startswith("Compre ")


@pytest.mark.parametrize("arguments", [("--lang", "en"), ()])
def test_english_by_option_or_by_environment(wallet: Path, arguments: tuple[str, ...]) -> None:
    """--lang wins over FIEL_LANG; either gives English."""
    done = fiel("plan", wallet, "--cash", "1000", *arguments, FIEL_LANG="pt" if arguments else "en")
    assert done.stdout.startswith("Buy ")


def test_json_is_data_and_nothing_else(wallet: Path) -> None:
    """--json prints one JSON document with decimal strings on standard output."""
    done = fiel("plan", wallet, "--cash", "1000", "--json")
    record = json.loads(done.stdout, parse_float=pytest.fail)
    assert {"id", "orders", "objective", "lower_bound", "gap_proven", "weights_after"} <= record.keys()


def test_csv_goes_to_a_file_whole(wallet: Path, tmp_path: Path) -> None:
    """--output writes the data to a file and tells so on standard error only."""
    target = tmp_path / "orders.csv"
    done = fiel("plan", wallet, "--cash", "1000", "--csv", "--output", target)
    assert done.stdout == ""
    assert target.read_text(encoding="utf-8").startswith("asset,name,side,")
    assert [target] == list(tmp_path.glob("*.csv"))


def test_explain_tells_each_level(wallet: Path) -> None:
    """--explain shows the levels of every order, before and after."""
    done = fiel("plan", wallet, "--cash", "1000", "--explain")
    assert "Por que cada ordem" in done.stdout
    assert "Falta antes" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("--cash", "1.000"), 2, "Escreva sem separador de milhar: 1000"),
        (("--cash", "1000,00"), 2, "Escreva só dígitos"),
        (("--cash", "1", "--withdraw", "1"), 2, "não os dois"),
        (("--mode", "sell"), 2, "Este modo não existe"),
        (("--json", "--csv"), 2, "--json ou --csv"),
        (("--now", "yesterday"), 2, "não é uma data com hora"),
        (("--width", "5"), 2, "valor inválido para '--width'"),
        (("--foo",), 2, "a opção --foo não existe"),
        (("--max-price-age", "5d"), 3, "dias e o limite é 5 dias"),
        (("--withdraw", "999999"), 3, "A retirada passa em R$"),
        (("--instance", "x.json"), 2, "Use só um"),
    ],
)
def test_what_cannot_be_answered_says_what_to_do(
    wallet: Path, arguments: tuple[str, ...], code: int, text: str
) -> None:
    """Each refusal has its exit code and a Portuguese sentence on standard error; nothing on stdout."""
    done = fiel("plan", wallet, *arguments)
    assert code == done.exit_code
    assert text in " ".join(done.stderr.split())
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_a_missing_file_is_not_found() -> None:
    """A file that is not there is exit code 4, with the way to make one."""
    done = fiel("plan", "nowhere.toml")
    assert done.exit_code == 4
    assert "fiel init nowhere.toml" in " ".join(done.stderr.split())


def test_nothing_to_plan_is_a_usage_error(tmp_path: Path) -> None:
    """Without a file, an instance or a book the command says how to begin."""
    done = fiel("plan", FIEL_DATA_DIR=str(tmp_path))
    told = " ".join(done.stderr.split())
    assert done.exit_code == 2
    assert all(part in told for part in ("source_missing", "fiel import", "fiel init", "--instance"))


@pytest.mark.parametrize("option", ["--user", "--category", "--losses", "--database"])
def test_what_is_said_of_the_book_does_not_go_with_a_file(wallet: Path, option: str) -> None:
    """A file says itself what the book says; nothing is ignored in silence."""
    done = fiel("plan", wallet, option, "x=y")
    assert done.exit_code == 2
    assert f"{option} só vale com o plano do livro" in " ".join(done.stderr.split())


def test_an_instance_takes_none_of_them() -> None:
    """It says everything itself."""
    done = fiel("plan", "--instance", "x.json", "--user", "ana")
    assert done.exit_code == 2
    assert "option_unused" in done.stderr


def test_english_errors_use_the_engines_own_words(wallet: Path) -> None:
    """In English the block carries the message of the error, its place and its code."""
    done = fiel("plan", wallet, "--withdraw", "999999", "--lang", "en")
    assert "Refused: the withdrawal is" in done.stderr
    assert "code: withdrawal_too_large" in done.stderr
