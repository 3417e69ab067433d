"""A file is known by what it holds; what is not known is refused with what differs, never misread."""

from __future__ import annotations

import pytest
from tests.support.import_files import (
    FUNDS_HEADER,
    INCOME_SUMS_HEADER,
    KINVO_HEADER,
    MOVEMENT_HEADER,
    PROVISIONED_HEADER,
    RECEIVED_HEADER,
    SHARES_HEADER,
    STATUS_INVEST_HEADER,
    TRADE_HEADER,
    TRADE_SUMS_HEADER,
    delimited,
    negociacao,
    row_export,
    trade,
    workbook,
)

from fiel.copilot.importing.limits import DEFAULT_LIMITS
from fiel.copilot.importing.reading import read_file, recognise
from fiel.copilot.importing.registry import all_readers
from fiel.copilot.importing.source import open_source
from fiel.kernel.errors import InvalidInput


@pytest.mark.parametrize(
    ("expected", "data"),
    [
        ("b3-negociacao", workbook({"Negociação": [TRADE_HEADER]})),
        ("b3-negociacao", delimited([TRADE_HEADER])),
        ("b3-movimentacao", workbook({"Movimentação": [MOVEMENT_HEADER]})),
        ("b3-movimentacao", delimited([[*MOVEMENT_HEADER, "Conta"]], ",")),
        ("b3-proventos-recebidos", workbook({"Proventos Recebidos": [RECEIVED_HEADER]})),
        ("b3-eventos-provisionados", workbook({"Folha1": [PROVISIONED_HEADER]})),
        ("b3-posicao", workbook({"Acoes": [SHARES_HEADER]})),
        ("b3-consolidado", workbook({"Posição - Fundos": [FUNDS_HEADER]})),
        ("b3-consolidado", workbook({"Acoes": [SHARES_HEADER], "Proventos Recebidos": [RECEIVED_HEADER]})),
        ("b3-consolidado", workbook({"Negociações": [TRADE_SUMS_HEADER]})),
        ("b3-consolidado", workbook({"Proventos Recebidos": [INCOME_SUMS_HEADER]})),
        ("statusinvest", delimited([STATUS_INVEST_HEADER])),
        ("statusinvest", workbook({"Planilha1": [STATUS_INVEST_HEADER]})),
        ("kinvo-extrato", workbook({"Extrato": [KINVO_HEADER]})),
        (
            "investidor10-posicoes",
            delimited([["a", "b", "c"], ["FIIs", "XPML11", "3", "", "", "", "", "R$ 9,00"]]),
        ),
    ],
)
def test_each_report_has_one_reader_whatever_its_name(expected: str, data: bytes) -> None:
    """The content alone tells the format: exactly one reader claims it, under any file name."""
    assert read_file("download (3).bin", data).format == expected


def test_headers_are_compared_without_case_accents_and_blanks() -> None:
    """`  data do negocio ` is the column `Data do Negócio`."""
    header = [f"  {name.upper().replace('Ç', 'C').replace('Ã', 'A')} " for name in TRADE_HEADER]
    read = read_file("x", workbook({"a": [header, trade("XPML11", 2, "99.87")]}))
    assert [row.ticker for row in read.booked] == ["XPML11"]


def test_columns_are_found_by_name_in_any_order() -> None:
    """A spreadsheet with its columns moved reads the same."""
    turned = [tuple(reversed(row)) for row in (TRADE_HEADER, trade("XPML11", 2, "99.87"))]
    assert (
        read_file("a", workbook({"a": turned})).booked
        == read_file("b", negociacao(trade("XPML11", 2, "99.87"))).booked
    )


def test_a_preamble_and_a_cover_sheet_stand_before_the_table() -> None:
    """Title lines are passed over and not kept; a sheet that is not the report is told by its title."""
    rows = [["Extrato"], ["CPF", "000.000.000-00"], [], TRADE_HEADER, trade()]
    read = read_file("a.xlsx", workbook({"Capa": [["JOÃO DA SILVA"]], "Negociação": rows}))

    assert [row.row for row in read.booked] == [5]
    assert [(told.reason, told.row.extra) for told in read.unknown] == [
        ("sheet_not_recognised", {"sheet": "Capa"})
    ]
    assert "JOÃO" not in repr(read)
    assert "000.000" not in repr(read)


@pytest.mark.parametrize(
    ("header", "missing", "new", "repeated"),
    [
        ([*TRADE_HEADER, "Corretagem"], "", "Corretagem", ""),
        (TRADE_HEADER[:-1], "Valor", "", ""),
        ([*TRADE_HEADER[:-1], "Valor Líquido"], "Valor", "Valor Líquido", ""),
        ([*TRADE_HEADER, "Preço"], "", "", "Preço"),
    ],
)
def test_a_changed_layout_is_told_and_not_read(
    header: list[str], missing: str, new: str, repeated: str
) -> None:
    """One column more, less, renamed or repeated: the error names the format and the columns."""
    with pytest.raises(InvalidInput) as refused:
        read_file("negociacao.xlsx", workbook({"Negociação": [header, trade()]}))
    error = refused.value
    assert (error.code, error.field) == ("layout_changed", "Negociação!1")
    assert error.details == {
        "resembles": "b3-negociacao",
        "missing": missing,
        "new": new,
        "repeated": repeated,
    }


def test_a_changed_sheet_beside_good_ones_refuses_the_report() -> None:
    """A position sheet whose layout changed would be missing from the snapshot: nothing is read."""
    with pytest.raises(InvalidInput, match="Valor de Mercado") as refused:
        read_file(
            "posicao.xlsx",
            workbook({"Acoes": [SHARES_HEADER], "BDR": [[*SHARES_HEADER[:-1], "Valor de Mercado"]]}),
        )
    assert refused.value.field == "BDR!1"


def test_one_word_of_a_header_is_no_signature() -> None:
    """A table that only shares a few words with a report is not called a changed form of it."""
    with pytest.raises(InvalidInput) as refused:
        read_file("mine.csv", delimited([["Data", "Produto", "Loja", "Total"], ["1", "2", "3", "4"]]))
    assert refused.value.code == "format_not_recognised"
    assert "b3-negociacao" in str(refused.value)


def test_two_reports_in_one_workbook_are_ambiguous() -> None:
    """Trades and movements pasted into one workbook are refused with both names."""
    both = workbook({"a": [TRADE_HEADER], "b": [MOVEMENT_HEADER]})
    with pytest.raises(InvalidInput) as refused:
        read_file("both.xlsx", both)
    assert refused.value.code == "format_ambiguous"
    assert refused.value.details["formats"] == "b3-negociacao, b3-movimentacao"


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_text_tables_in_every_separator_and_encoding(separator: str, encoding: str) -> None:
    """`Mercado à Vista` and its numbers read the same however a spreadsheet saved them."""
    row = [str(value) for value in trade("XPML11", 2, "99.87")]
    read = read_file("a.csv", delimited([TRADE_HEADER, row], separator, encoding))
    assert [row.extra["market"] for row in read.booked] == ["Mercado à Vista"]
    assert read.layout == "b3-negociacao-csv"


def test_rows_exported_as_json_are_a_table() -> None:
    """A list of objects with the report's columns reads as the report."""
    row = [str(value) for value in trade("XPML11F", 2, "99.87", market="Mercado Fracionário")]
    read = read_file("a.json", row_export(TRADE_HEADER, [row]))
    assert (read.layout, [row.ticker for row in read.booked]) == ("b3-negociacao-json", ["XPML11"])


def test_a_reader_is_only_asked_about_its_own_kinds_of_files() -> None:
    """JSON that is not a list of rows belongs to no table reader, and the error says what it is."""
    source = open_source("a.json", b'{"activities": []}', DEFAULT_LIMITS)
    tabular = [reader for reader in all_readers() if reader.format.startswith("b3-")]
    with pytest.raises(InvalidInput, match="this is JSON"):
        recognise(source, tabular)


def test_the_hash_of_the_bytes_is_kept() -> None:
    """The same bytes have the same hash under any name; others have another."""
    first, again = negociacao(trade()), negociacao(trade("VALE3"))
    assert read_file("a", first).sha256 == read_file("b", first).sha256
    assert read_file("a", first).sha256 != read_file("a", again).sha256
