"""The old CEI portal, tables with a mapping, our own document; and the public samples of all the others."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.copilot.importing.shared_samples import differences, expected_files, samples
from tests.support.old_workbooks import old_workbook

from fiel.copilot.importing.limits import DEFAULT_LIMITS, Limits
from fiel.copilot.importing.others import READERS
from fiel.copilot.importing.others.mapping import mapped_reader, read_mapping
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.reading import recognise
from fiel.copilot.importing.record import as_record
from fiel.copilot.importing.rows import ReadFile, RowKind
from fiel.copilot.importing.source import open_source
from fiel.kernel.errors import FielError, InvalidInput

HEADER = (
    "Data Negócio", None, "C/V", "Mercado", "Prazo", "Código", "Especificação do Ativo", "Quantidade",
    "Preço (R$)", "Valor Total (R$)",
)  # fmt: skip


def read(data: bytes, readers: tuple[Reader, ...] = READERS, limits: Limits = DEFAULT_LIMITS) -> ReadFile:
    """The file, recognised and read."""
    source = open_source("file", data, limits)
    return recognise(source, readers).read(source)


def cei(*rows: tuple[str | float | None, ...]) -> bytes:
    """A list of trades of CEI: title block, header in row 5, trades, and its footer."""
    head = [(None,), ("Código / Nome da Instituição Intermediadora",), ("99 – CORRETORA",), (None,), HEADER]
    return old_workbook([*head, *rows, (None,), ("Notas: (*) Preço por lote de mil ações",)])


def cei_row(side: str = "C", code: str = "PETR4", **changes: Any) -> tuple[str | float | None, ...]:
    """One trade with padded texts, as CEI writes them."""
    day, market = changes.get("day", "   01/12/21"), changes.get("market", "Mercado a Vista     ")
    value = changes.get("value", 2012.5)
    return (day, None, f"{side}             ", market, None, code, "NOME PN", 100.0, 20.125, value)


def test_cei_trades() -> None:
    """Padded texts, two-digit years, native numbers, broker of the title block, fractional market."""
    found = read(cei(cei_row(), cei_row("V", "PETR4F")))
    assert [(row.row, row.kind, row.ticker, row.raw_ticker) for row in found.booked] == [
        (6, RowKind.BUY, "PETR4", "PETR4"),
        (7, RowKind.SELL, "PETR4", "PETR4F"),
    ]
    first = found.booked[0]
    assert (first.day, first.institution) == (date(2021, 12, 1), "99 – CORRETORA")
    assert (str(first.quantity), str(first.price), str(first.amount)) == ("100", "20.125", "2012.5")


@pytest.mark.parametrize(
    ("changes", "list_name", "reason"),
    [
        ({"code": "PETRA300", "market": "Opção de Compra"}, "review", "option"),
        ({"value": 2000.0}, "review", "figures_differ"),
        ({"code": "NOME ESTRANHO"}, "review", "ticker_missing"),
        ({"day": "31/02/21"}, "unknown", "date_malformed"),
        ({"side": "X"}, "unknown", "side_unknown"),
        ({"value": "muito"}, "unknown", "number_malformed"),
    ],
)
def test_cei_rows_that_are_not_booked(changes: dict[str, Any], list_name: str, reason: str) -> None:
    """Each is in one list with a reason."""
    found = read(cei(cei_row(**changes), cei_row()))
    assert [entry.reason for entry in getattr(found, list_name)] == [reason]
    assert [row.row for row in found.booked] == [7]


def test_cei_files_that_are_refused() -> None:
    """Another table, a damaged workbook, too many rows."""
    for data, code, limits in (
        (old_workbook([("RESUMO DOS SALDOS EM 31/12/2019",)]), "cei_layout_unknown", DEFAULT_LIMITS),
        (cei(cei_row())[:1500], "workbook_damaged", DEFAULT_LIMITS),
        (cei(cei_row(), cei_row()), "file_too_large", Limits(rows_max=5)),
    ):
        with pytest.raises(FielError) as caught:
            read(data, limits=limits)
        assert caught.value.code == code


MAPPING = """
decimal = ","
date = "dd/mm/yyyy"
institution = "BANCO X"

[columns]
date = "Data"
kind = "Operação"
ticker = "Papel"
quantity = "Qtde"
price = "Preço"
fees = "Custos"

[kinds]
"C" = "buy"
"V" = "sell"
"Saldo" = "ignore"
"""
TABLE = (
    "Extrato de operações;;;;;;\n"
    "Data;Operação;Papel;Qtde;Preço;Custos;Canal\n"
    "10/01/2025;C;PETR4F;-1.000;37,20;1,15;app\n"
    "11/01/2025;Saldo;;;;;\n"
    "12/01/2025;v;PETR4;40;38,1;;app\n"
    "13/01/2025;Brinde;PETR4;1;1,00;;app\n"
    "2025-01-14;C;PETR4;1;1,00;;app\n"
    "14/01/2025;C;;1;1,00;;app\n"
    "15/01/2025;C;PETR4;;1,00;;app\n"
)


@pytest.mark.parametrize("as_json", [False, True])
def test_any_table_by_a_mapping(as_json: bool) -> None:
    """Header below a title, words by the dictionary of kinds, other columns counted; TOML and JSON."""
    import tomllib

    text = json.dumps(tomllib.loads(MAPPING)) if as_json else MAPPING
    found = read(TABLE.encode("cp1252"), (mapped_reader(read_mapping(text, "my.toml")),))
    assert [(row.row, row.kind, row.ticker, row.quantity, row.amount) for row in found.booked] == [
        (3, RowKind.BUY, "PETR4", Decimal(1000), Decimal("37200.00")),
        (5, RowKind.SELL, "PETR4", Decimal(40), Decimal("1524.00")),
    ]
    assert found.booked[0].institution == "BANCO X"
    assert [entry.reason for entry in found.not_booked] == ["ignored"]
    assert [entry.reason for entry in found.review] == ["ticker_missing"]
    assert [entry.reason for entry in found.unknown] == ["kind_unknown", "date_malformed", "quantity_missing"]
    assert found.facts["columns_not_used"] == "1"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (('date = "dd/mm/yyyy"', 'date = "yy"'), "date"),
        (('decimal = ","', 'decimal = ";"'), "decimal"),
        (('"C" = "buy"', '"C" = "steal"'), "kinds.C"),
        (('fees = "Custos"', 'cost = "Custos"'), "columns.cost"),
        (('kind = "Operação"', ""), "columns"),
        (("institution", "institutions"), "institutions"),
        (("[columns]", "[columns"), "my.toml"),
    ],
)
def test_a_wrong_mapping_names_the_place(change: tuple[str, str], field: str) -> None:
    """Nothing of it is guessed."""
    with pytest.raises(InvalidInput) as caught:
        read_mapping(MAPPING.replace(*change), "my.toml")
    assert (caught.value.code, caught.value.field) == ("mapping_malformed", field)


def entries(*items: Any) -> bytes:
    """A document of our own."""
    return json.dumps({"format": "fiel-entries", "version": 1, "entries": list(items)}).encode()


BUY = {
    "kind": "buy",
    "date": "2025-01-10",
    "ticker": "petr4",
    "quantity": "100",
    "price": "37.20",
    "fees": 1.15,
}


def test_our_own_document() -> None:
    """Texts and numbers read exactly; amount and price are worked out of each other."""
    deposit = {"kind": "deposit", "date": "2025-01-09", "amount": "5000"}
    found = read(entries(BUY, BUY | {"price": None, "amount": "3720.00"}, deposit))
    assert [(str(row.price), str(row.amount)) for row in found.booked[:2]] == [("37.20", "3720.00")] * 2
    assert (found.booked[0].ticker, found.booked[0].fees) == ("PETR4", Decimal("1.15"))
    assert found.booked[2].kind is RowKind.DEPOSIT


@pytest.mark.parametrize(
    ("change", "list_name", "reason"),
    [
        ({"kind": "gift"}, "unknown", "kind_unknown"),
        ({"date": "10/01/2025"}, "unknown", "date_malformed"),
        ({"quantity": "1,5"}, "unknown", "number_malformed"),
        ({"quantity": "-1"}, "unknown", "number_negative"),
        ({"quantity": -1}, "unknown", "number_negative"),
        ({"price": None}, "unknown", "price_missing"),
        ({"prise": "1"}, "unknown", "member_unknown"),
        ({"note": "x" * 501}, "unknown", "text_malformed"),
        ({"ticker": ""}, "review", "ticker_missing"),
        ({"amount": "3721.00"}, "review", "figures_differ"),
    ],
)
def test_an_entry_that_is_not_complete_says_why(change: dict[str, Any], list_name: str, reason: str) -> None:
    """It is in one list with a reason, and the entry beside it is booked."""
    found = read(entries(BUY | change, BUY))
    assert [entry.reason for entry in getattr(found, list_name)] == [reason]
    assert [row.row for row in found.booked] == [2]


@pytest.mark.parametrize(
    "text",
    ['{"format": "fiel-entries", "version": 2, "entries": []}', '{"format": "fiel-entries", "version": 1}'],
)
def test_a_document_of_another_version_is_refused(text: str) -> None:
    """It is not read halfway."""
    with pytest.raises(InvalidInput) as caught:
        read(text.encode())
    assert caught.value.code == "document_malformed"


PUBLIC = ("ghostfolio", "portfolio-performance", "international", "cei-legacy")


def public_files() -> list[str]:
    """Paths of all public samples of these formats."""
    root = samples()
    if root is None:
        return []
    return sorted(str(path.relative_to(root)) for folder in PUBLIC for path in (root / folder).iterdir())


@pytest.mark.parametrize("path", public_files())
def test_public_samples_are_read_as_expected(path: str) -> None:
    """Also run on the public samples when they are at hand; those without expectations lose no row."""
    root = samples()
    assert root is not None
    found = read((root / path).read_bytes())
    rows = [row.row for row in found.booked]
    rows += [entry.row.row for entry in (*found.not_booked, *found.review, *found.unknown)]
    assert sorted(rows) == list(range(min(rows), min(rows) + len(rows)))
    expected = expected_files(*PUBLIC).get(path)
    if expected is None:
        return
    record = as_record(found)
    for name in ("booked", "review"):
        listed = record[name]
        assert isinstance(listed, list)
        record[name] = [row | ({"index": int(row["index"])} if "index" in row else {}) for row in listed]
    assert not list(differences(record, expected))
