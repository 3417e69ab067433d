"""Files that nobody should trust: one clear error each, before any of their rows count."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.support.import_files import (
    FALSE_DIMENSION,
    HEAD,
    MAIN,
    OFFICE,
    TRADE_HEADER,
    Formula,
    archive,
    delimited,
    negociacao,
    relations,
    sheet_xml,
    trade,
    workbook,
)

from fiel.copilot.importing.limits import DEFAULT_LIMITS, Limits
from fiel.copilot.importing.reading import read_file
from fiel.kernel.errors import InvalidInput


def refusal(data: bytes, name: str = "file.xlsx", limits: Limits = DEFAULT_LIMITS) -> InvalidInput:
    """The error that reading raises."""
    with pytest.raises(InvalidInput) as refused:
        read_file(name, data, limits=limits)
    assert refused.value.field
    return refused.value


def package(sheet: str | bytes, **parts: str | bytes) -> bytes:
    """A workbook with this XML as its only sheet."""
    return archive(
        {
            "_rels/.rels": relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
            "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="Folha" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": relations({"rId1": ("worksheet", "sheet.xml")}),
            "xl/sheet.xml": sheet,
            **parts,
        }
    )


@pytest.mark.parametrize("data", [b"", b"  \r\n \t\n"])
def test_an_empty_file_is_said_to_be_empty(data: bytes) -> None:
    """Nothing, or only blanks, is an empty file."""
    assert refusal(data).code == "file_empty"


@pytest.mark.parametrize(
    "page",
    [
        b"<html><body><table><tr><td>Data</td></tr></table></body></html>",
        b"\xef\xbb\xbf\r\n<!DOCTYPE html>\n<html>",
        b"<!-- saved --><TABLE border=1>",
        b'<meta charset="utf-8"><table>',
    ],
)
def test_a_web_page_saved_as_xls_is_told(page: bytes) -> None:
    """HTML under a spreadsheet's name is refused with what to do."""
    error = refusal(page, "posicao.xls")
    assert (error.code, error.field) == ("html_not_workbook", "posicao.xls")
    assert "save it as .xlsx" in error.message


def test_a_pdf_named_xlsx_is_told_to_be_a_pdf() -> None:
    """The name does not make a workbook of a PDF."""
    with pytest.raises(InvalidInput, match="this is a PDF"):
        read_file("a.xlsx", b"%PDF-1.7\n%%EOF", readers=())


def test_a_workbook_named_csv_is_read_as_a_workbook() -> None:
    """Nor does a name take anything away."""
    assert len(read_file("a.csv", negociacao(trade())).booked) == 1


@pytest.mark.parametrize("share", [2, 10, 50, 90, 99])
def test_a_download_that_was_cut_is_damaged(share: int) -> None:
    """A part of a workbook is never read as if it were all of it."""
    data = negociacao(*[trade(f"AAA{i % 9}3") for i in range(200)])
    assert refusal(data[: len(data) * share // 100]).code == "workbook_damaged"


def test_flipped_bytes_are_damage_and_never_another_number() -> None:
    """The checksum of a part is checked before its cells count."""
    data = bytearray(negociacao(*[trade(price=str(i + 1)) for i in range(50)]))
    start = data.index(b"xl/worksheets/sheet1.xml") + 30
    data[start + 40] ^= 0xFF
    assert refusal(bytes(data)).code == "workbook_damaged"


def test_a_zip_bomb_is_refused_without_unpacking_it() -> None:
    """300 MB of blanks in 300 kB: refused by the sizes declared, within a few MB of memory."""
    bomb = package(b" " * 300_000_000)
    tracemalloc.start()
    try:
        error = refusal(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error.code == "zip_bomb"
    assert peak < 5_000_000


def test_a_zip_that_lies_about_its_size_is_stopped_while_unpacking() -> None:
    """What is declared as 10 bytes and unpacks to 50 MB is stopped on the way."""
    data = bytearray(package(b" " * 50_000_000))
    real, told = (50_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert data.count(real) >= 1
    assert refusal(bytes(data.replace(real, told))).code == "workbook_damaged"


def test_entities_are_refused_before_they_expand() -> None:
    """A document type (billion laughs) is never processed."""
    laughs = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
        f'<worksheet xmlns="{MAIN}"><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>'
    )
    assert "entities" in refusal(package(laughs)).message


def test_a_formula_is_refused_with_its_place() -> None:
    """A formula is not a value: neither computed, nor its saved result trusted."""
    bad = (*trade()[:8], Formula("G2*H2", "3720"))
    error = refusal(workbook({"Negociação": [TRADE_HEADER, trade(), bad]}))
    assert (error.code, error.field) == ("formula_in_cell", "Negociação!I3")


@pytest.mark.parametrize("cell", ["=1+1", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0"])
def test_a_formula_in_text_is_refused_too(cell: str) -> None:
    """Separated values that a spreadsheet would compute are refused the same way."""
    row = [*(str(value) for value in trade()[:8]), cell]
    error = refusal(delimited([TRADE_HEADER, row]), "a.csv")
    assert (error.code, error.field) == ("formula_in_cell", "a.csv:2")


def test_a_million_rows_are_refused_in_both_forms() -> None:
    """One error that names the limit, from a workbook and from a text, without keeping the rows."""
    line = ";".join(str(value) for value in trade())
    text = "\r\n".join([";".join(TRADE_HEADER), *[line] * 1_000_000]).encode()
    texts: dict[str, int] = {}
    row = '<row><c t="inlineStr"><is><t>x</t></is></c></row>'
    sheet = sheet_xml([], texts, FALSE_DIMENSION).replace("</sheetData>", row * 1_000_000 + "</sheetData>")
    wide = replace(DEFAULT_LIMITS, bytes_max=200_000_000, ratio_max=10_000)

    for data, name in ((text, "a.csv"), (package(sheet), "a.xlsx")):
        error = refusal(data, name, wide)
        assert (error.code, error.details) == (
            "file_too_large",
            {"limit": str(wide.rows_max), "what": "rows"},
        )


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        (replace(DEFAULT_LIMITS, bytes_max=100), "bytes"),
        (replace(DEFAULT_LIMITS, rows_max=2), "rows"),
        (replace(DEFAULT_LIMITS, cells_max=20), "cells"),
        (replace(DEFAULT_LIMITS, columns_max=8), "columns"),
        (replace(DEFAULT_LIMITS, cell_length_max=20), "characters in a cell"),
        (replace(DEFAULT_LIMITS, cells_max=11), "texts"),
        (replace(DEFAULT_LIMITS, sheets_max=0), "sheets"),
        (replace(DEFAULT_LIMITS, parts_max=3), "parts"),
    ],
)
def test_every_limit_of_a_workbook_is_kept(limits: Limits, what: str) -> None:
    """Each limit has its refusal, which says what there is too much of."""
    error = refusal(negociacao(trade(), trade(), trade(institution="X" * 21)), limits=limits)
    assert (error.code, error.details["what"]) == ("file_too_large", what)


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        (replace(DEFAULT_LIMITS, bytes_max=100), "bytes"),
        (replace(DEFAULT_LIMITS, rows_max=2), "rows"),
        (replace(DEFAULT_LIMITS, cells_max=20), "cells"),
        (replace(DEFAULT_LIMITS, columns_max=8), "columns"),
        (replace(DEFAULT_LIMITS, cell_length_max=20), "characters in a cell"),
    ],
)
def test_every_limit_of_a_text_is_kept(limits: Limits, what: str) -> None:
    """The same for separated values."""
    rows = [[str(value) for value in trade(institution="X" * 21)] for _ in range(3)]
    error = refusal(delimited([TRADE_HEADER, *rows]), limits=limits)
    assert (error.code, error.details["what"]) == ("file_too_large", what)


def test_another_archive_is_not_a_workbook() -> None:
    """A zip of reports, an .ods or a .docx is told to be none."""
    for parts in ({"report.xlsx": b"x"}, {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}):
        assert refusal(archive(parts)).code == "format_not_recognised"


def test_a_protected_workbook_asks_for_one_without_password() -> None:
    """Office encrypts into an old container with a stream of that name."""
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le")
    assert refusal(data).code == "workbook_encrypted"


def test_an_encrypted_zip_is_told() -> None:
    """The flag of an archive's part is seen before the part is opened."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("_rels/.rels", "x")
    data = bytearray(made.getvalue())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(data)).code == "workbook_encrypted"


@pytest.mark.parametrize("data", [bytes(range(256)) * 4, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 9])
def test_other_binary_is_not_text(data: bytes) -> None:
    """A picture is neither workbook, PDF nor text."""
    assert refusal(data).code == "file_not_text"


def test_broken_json_says_where() -> None:
    """JSON that is cut is refused with its place, deep nesting without a crash."""
    assert refusal(b'[{"Data": 1').code == "json_malformed"
    assert refusal(b"[" * 100_000).code == "json_malformed"
    assert refusal(b'[{"Data": 1e-999999}]').code == "json_malformed"
    assert refusal(b'[{"Data": 1e9999999999999999999999}]').code == "json_malformed"
    own = b'{"format": "fiel-entries", "version": 1, "entries": 1e9999999999999999999999}'
    assert refusal(own).code == "json_malformed"


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        (replace(DEFAULT_LIMITS, rows_max=2), "rows"),
        (replace(DEFAULT_LIMITS, rows_max=1), "objects"),
        (replace(DEFAULT_LIMITS, cells_max=3), "cells"),
        (replace(DEFAULT_LIMITS, cells_max=1), "values"),
        (replace(DEFAULT_LIMITS, columns_max=0), "columns"),
    ],
)
def test_every_limit_of_json_is_kept(limits: Limits, what: str) -> None:
    """Objects and values are counted before anything is parsed."""
    error = refusal(b"[" + b",".join([b'{"a": "b"}'] * 5) + b"]", limits=limits)
    assert (error.code, error.details["what"]) == ("file_too_large", what)


def test_text_that_is_not_separated_values_is_told() -> None:
    """A quote that is never closed over too much text is a malformed table."""
    assert refusal(b'a;"' + b"x" * 200_000).code in ("table_malformed", "file_too_large")


@pytest.mark.parametrize(
    "cell",
    [
        "<c><v>12a</v></c>",
        '<c t="s"><v>7</v></c>',
        "<c><v>NaN</v></c>",
        "<c><v>1e99</v></c>",
        "<c><v>1e-999999999</v></c>",
        '<c t="d"><v>2025-13-01</v></c>',
    ],
)
def test_a_cell_against_the_format_is_damage(cell: str) -> None:
    """A number that is none, a text that is not there: the workbook is damaged, not zero."""
    sheet = f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData><row r="1">{cell}</row></sheetData></worksheet>'
    assert refusal(package(sheet)).code == "workbook_damaged"


def test_a_row_number_beyond_any_sheet_is_refused() -> None:
    """`r="99999999999"` reserves nothing."""
    sheet = (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData><row r="99999999999"><c><v>1</v></c></row>'
        "</sheetData></worksheet>"
    )
    assert refusal(package(sheet)).code == "workbook_damaged"


def test_a_cell_far_to_the_right_is_refused() -> None:
    """`ZZZZZZ1` reserves nothing either."""
    sheet = (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>'
        "</sheetData></worksheet>"
    )
    assert refusal(package(sheet)).details["what"] == "columns"


def test_one_bad_row_does_not_take_the_others() -> None:
    """A row with a day that is none, text for a number or nothing at all is told; the rest is read."""
    rows = [
        trade(day="31/02/2025"),
        trade(),
        (*trade()[:6], "cem", Decimal("37.2"), 3720),
        (*trade()[:6], None, Decimal("37.2"), 3720),
        trade(side="Doação"),
    ]
    read = read_file("a.xlsx", negociacao(*rows))
    assert [row.row for row in read.booked] == [3]
    assert [(told.row.row, told.reason) for told in read.unknown] == [
        (2, "date_malformed"),
        (4, "number_malformed"),
        (5, "value_missing"),
        (6, "side_unknown"),
    ]
    assert read.unknown[1].row.extra["quantity"] == "cem"
