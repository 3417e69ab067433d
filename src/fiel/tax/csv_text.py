"""The tables of the year as CSV text: comma, double quotes where needed, one line per row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from fiel.tax.annual import Form, GoodRow, IncomeRow, VariableRow, YearSummary

_FORMULA_STARTS = ("=", "+", "-", "@", "\t")


def csv_tables(summary: YearSummary) -> Mapping[str, str]:
    """CSV text by the name of its table: a heading, the rows, and the note as a comment at the end.

    Numbers are plain, with a dot; what is unknown is empty. A text that a spreadsheet would take for a
    formula gets an apostrophe before it.
    """
    tables = {"bens_e_direitos": _text(GoodRow, summary.goods, summary.note)}
    for form in Form:
        rows = [row for row in summary.income if row.form is form]
        tables[str(form)] = _text(IncomeRow, rows, summary.note)
    tables["renda_variavel"] = _text(VariableRow, summary.variable, summary.note)
    return MappingProxyType(tables)


def _text(kind: type[GoodRow | IncomeRow | VariableRow], rows: Iterable[object], note: str) -> str:
    names = [field.name for field in fields(kind)]
    lines = [",".join(names)]
    lines.extend(",".join(_cell(getattr(row, name)) for name in names) for row in rows)
    return "\n".join([*lines, f"# {note}", ""])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if text.startswith(_FORMULA_STARTS):
        text = f"'{text}"
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if any(mark in text for mark in ',"\n\r') else text
