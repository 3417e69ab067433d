"""The cells of a workbook: literals, days, texts of every kind, whatever the generator."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.import_files import HEAD, MAIN, OFFICE, archive, relations, workbook

from fiel.copilot.importing.limits import DEFAULT_LIMITS
from fiel.copilot.importing.sheets import Cell, Sheet, delimited_sheet
from fiel.copilot.importing.workbook import read_workbook
from fiel.copilot.importing.xlsx_cells import column_of, literal_number, serial_day


def sheet(data: bytes) -> Sheet:
    """The first sheet of a workbook."""
    return read_workbook(data, DEFAULT_LIMITS, "a.xlsx")[0]


def first_row(
    cells: str, *, styles: str = "", strings: str = "", workbook_flags: str = ""
) -> tuple[Cell, ...]:
    """The only row of a workbook that holds this XML."""
    data = archive(
        {
            "_rels/.rels": relations({"rId1": ("officeDocument", "/xl/workbook.xml")}),
            "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{workbook_flags}<sheets>'
            '<sheet name="A" sheetId="1" r:id="s"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": relations(
                {"s": ("worksheet", "/xl/one.xml"), "t": ("sharedStrings", "t.xml"), "u": ("styles", "u.xml")}
            ),
            "xl/one.xml": f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData><row r="1">{cells}</row></sheetData>'
            "</worksheet>",
            "xl/t.xml": f'{HEAD}<sst xmlns="{MAIN}">{strings}</sst>',
            "xl/u.xml": f'{HEAD}<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
        }
    )
    return sheet(data).rows[0].cells


def test_a_false_dimension_hides_no_column() -> None:
    """The portal declares `A1` whatever the size: all columns are read."""
    assert sheet(workbook({"a": [["x", 1, None, "y"]]})).rows[0].cells == ("x", Decimal(1), None, "y")


def test_blank_rows_are_left_out_and_numbers_stay() -> None:
    """Row numbers are those that a spreadsheet shows."""
    rows = sheet(workbook({"a": [["x"], [], ["  "], ["y"]]})).rows
    assert [(row.number, row.cells) for row in rows] == [(1, ("x",)), (4, ("y",))]


@pytest.mark.parametrize(
    ("literal", "number"),
    [
        ("59.625", "59.625"),
        ("0.050000000000000003", "0.05"),
        ("5.0000000000000003E-2", "0.05"),
        ("1.5E3", "1500"),
        ("39.70", "39.70"),
        ("-12", "-12"),
        ("123456789012345", "123456789012345"),
    ],
)
def test_numbers_are_their_literals_without_the_noise_of_floats(literal: str, number: str) -> None:
    """Fifteen digits, as a spreadsheet keeps them; the digits written otherwise stand."""
    assert str(literal_number(literal)) == number


@given(st.decimals(-(10**9), 10**9, places=6))
def test_what_a_float_writer_saved_is_read_back_exactly(number: Decimal) -> None:
    """Any amount of up to 15 digits survives a generator that writes 17 digits of its binary float."""
    assert literal_number(f"{float(number):.17g}") == number
    assert literal_number(str(float(number))) == number


def test_days_are_told_by_their_style() -> None:
    """Built-in and own formats of days; amounts of `R$` and percentages are none."""
    styles = (
        '<numFmts><numFmt numFmtId="164" formatCode="dd/MM/yyyy"/>'
        '<numFmt numFmtId="165" formatCode="_-R$* #,##0.00_-;[Red]-&quot;dia&quot;* 0_-"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="14"/></cellXfs>'
    )
    cells = "".join(f'<c s="{style}"><v>45747.5</v></c>' for style in range(4))
    day, number = date(2025, 3, 31), Decimal("45747.5")
    assert first_row(cells, styles=styles) == (number, day, number, day)


def test_workbooks_of_the_1904_count() -> None:
    """Old Mac files count days from 1904."""
    styles = '<cellXfs><xf numFmtId="14"/></cellXfs>'
    flags = '<workbookPr date1904="1"/>'
    assert first_row("<c><v>44285</v></c>", styles=styles, workbook_flags=flags) == (date(2025, 3, 31),)


def test_texts_of_every_kind() -> None:
    """Shared, rich, with readings, inline, of a computed kind, and errors as the text they show."""
    strings = "<si><r><t>PE</t></r><r><t>TR4</t></r></si><si><t>V</t><rPh><t>read</t></rPh></si>"
    cells = (
        '<c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="inlineStr"><is><t>a</t><rPh><t>no</t></rPh></is></c>'
        '<c t="str"><v>b</v></c><c t="e"><v>#N/A</v></c><c t="d"><v>2025-03-31T00:00:00</v></c>'
    )
    assert first_row(cells, strings=strings) == ("PETR4", "V", "a", "b", "#N/A", date(2025, 3, 31))


def test_cells_without_references_follow_each_other() -> None:
    """The reference of a cell is optional; the next one counts on from the last."""
    assert first_row('<c><v>1</v></c><c r="D1"><v>2</v></c><c><v>3</v></c>') == (
        Decimal(1),
        None,
        None,
        Decimal(2),
        Decimal(3),
    )


def test_a_workbook_of_another_generator_reads_the_same() -> None:
    """openpyxl writes real dimensions, absolute targets and styled days."""
    book = openpyxl.Workbook()
    book.active.title = "Negociação"
    book.active.append(["x", 1.5, date(2025, 3, 31), None, "=not first"[1:]])
    book.create_sheet("Outra").append([7])
    made = io.BytesIO()
    book.save(made)
    one, two = read_workbook(made.getvalue(), DEFAULT_LIMITS, "a")
    assert (one.title, one.rows[0].cells) == (
        "Negociação",
        ("x", Decimal("1.5"), date(2025, 3, 31), None, "not first"),
    )
    assert (two.title, two.rows[0].cells) == ("Outra", (Decimal(7),))


def test_blank_lines_of_a_text_keep_the_count() -> None:
    """Rows are numbered as records of the file, quoted line ends inside one record included."""
    text = 'a;b\r\n;\r\n\r\n"two\nlines";c\r\nd;e\r\n'
    rows = delimited_sheet(text, DEFAULT_LIMITS, "a.csv").rows
    assert [(row.number, row.cells) for row in rows] == [
        (1, ("a", "b")),
        (4, ("two\nlines", "c")),
        (5, ("d", "e")),
    ]


def test_columns_and_serials() -> None:
    """Letters count in base 26; serials out of range are no days."""
    assert [column_of(place) for place in ("A1", "Z9", "AB12", "7", "a1")] == [0, 25, 27, -1, -1]
    assert serial_day(Decimal(45747)) == date(2025, 3, 31)
    assert serial_day(Decimal(200)) is None
