"""The tables of the year as CSV text: one line per row, and no cell that is a formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from types import MappingProxyType

from fiel.kernel.csv_cells import PLAIN, CsvForm, csv_text
from fiel.tax.annual import Form, GoodRow, IncomeRow, VariableRow, YearSummary


def csv_tables(summary: YearSummary, form: CsvForm = PLAIN) -> Mapping[str, str]:
    """CSV text by the name of its table: a heading, the rows, and the note as a comment at the end.

    Numbers are written as `form` says; what is unknown is empty. A text that a spreadsheet would take for a
    formula gets an apostrophe before it.
    """
    tables = {"bens_e_direitos": _text(GoodRow, summary.goods, summary.note, form)}
    for each in Form:
        rows = [row for row in summary.income if row.form is each]
        tables[str(each)] = _text(IncomeRow, rows, summary.note, form)
    tables["renda_variavel"] = _text(VariableRow, summary.variable, summary.note, form)
    return MappingProxyType(tables)


def _text(
    kind: type[GoodRow | IncomeRow | VariableRow], rows: Iterable[object], note: str, form: CsvForm
) -> str:
    names = [field.name for field in fields(kind)]
    table = csv_text(names, ([getattr(row, name) for name in names] for row in rows), form)
    return f"{table}# {note}\n"
