"""`fiel import` as people type it: every row in one list, one object per file, one error per bad file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.command_line import CliRunner
from typer.testing import Result

from fiel.entrypoints.cli.everything import app

HEADER = (
    "Data do Negócio;Tipo de Movimentação;Mercado;Prazo/Vencimento;Instituição;Código de Negociação;"
    "Quantidade;Preço;Valor\n"
)
CSV = (
    HEADER
    + "12/03/2025;Compra;Mercado Fracionário;-;NU INVEST CORRETORA DE VALORES S.A.;TAEE11F;7;33,05;231,35\n"
    "27/03/2025;Compra;Opção de Venda sobre Ações;17/04/2025;CM CAPITAL MARKETS CCTVM LTDA;TAEEP334;"
    "200;0,21;42,00\n"
)


def fiel(*arguments: str) -> Result:
    """Run the command in English."""
    return CliRunner().invoke(app, ["import", *arguments], env={"FIEL_LANG": "en", "COLUMNS": "160"})


@pytest.fixture
def trades(tmp_path: Path) -> Path:
    """A purchase on the odd-lot board and one of an option, as a spreadsheet program saves them."""
    file = tmp_path / "negociacao.csv"
    file.write_text(CSV, encoding="utf-8")
    return file


def test_each_row_is_in_one_list(trades: Path) -> None:
    """The share is to be booked under its own code, the option waits for a person."""
    shown = fiel(str(trades)).stdout
    assert "1 rows to book: 1 buy" in shown
    assert "TAEE11 " in shown
    assert "1 rows to decide:" in shown


def test_programs_get_one_object_per_file(trades: Path) -> None:
    """Two files, two lines; numbers as text, the fractional F kept apart."""
    lines = fiel(str(trades), str(trades), "--preview", "--json").stdout.splitlines()
    first, second = map(json.loads, lines)
    assert first == second
    (row,) = first["booked"]
    assert (row["ticker"], row["raw_ticker"], row["quantity"], row["amount"]) == (
        "TAEE11",
        "TAEE11F",
        "7",
        "231.35",
    )
    assert first["review"][0]["row"] == 3


def test_a_bad_file_does_not_hide_a_good_one(trades: Path, tmp_path: Path) -> None:
    """The missing one and the damaged one are told, exit code 2, and the good one is shown."""
    damaged = tmp_path / "x.xlsx"
    damaged.write_bytes(b"PK\x03\x04 nothing more")
    result = fiel(str(tmp_path / "missing.csv"), str(damaged), str(trades))
    assert result.exit_code == 2
    assert "file_not_found" in result.output
    assert "1 rows to book" in result.stdout


def test_a_changed_layout_is_named(tmp_path: Path) -> None:
    """A column that nobody knows: it is told with the format that the file resembles."""
    file = tmp_path / "negociacao.csv"
    file.write_text(CSV.replace("Preço;Valor", "Preço Médio;Valor"), encoding="utf-8")
    result = fiel(str(file))
    assert result.exit_code == 2
    assert "layout_changed" in result.output
