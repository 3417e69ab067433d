"""Investidor10's positions: a `;` table known by the place of its columns, not by their headers.

Each amount carries its currency, and with it its decimal sign: `R$ 4.956,16` beside `US$28,660.35`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from fiel.copilot.importing.bytes_in import Content
from fiel.copilot.importing.codes import collapsed
from fiel.copilot.importing.columns import Sorting, printed
from fiel.copilot.importing.headers import normalised
from fiel.copilot.importing.numbers import NumberStyle, bare_number, currency_of, number_in, style_of_file
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.rows import ReadFile, Reasoned, Row
from fiel.copilot.importing.sheets import SheetRow
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput

_FORMAT = "investidor10-posicoes"
_TRADED = frozenset({"acoes", "fiis", "stocks", "reits", "etfs", "etfs intern.", "bdrs"})
_OTHER = frozenset({"renda fixa", "tesouro direto", "fundos de invest.", "outros"})
_TYPE, _ASSET, _QUANTITY, _AVERAGE, _CURRENT, _BALANCE, _MATURITY = 0, 1, 2, 3, 4, 7, 9
_STYLES = {"BRL": NumberStyle.COMMA, "USD": NumberStyle.POINT}


def _claims(source: Source) -> bool:
    """At least one row, and at least half of them, begin with a known type and hold an amount in reais."""
    rows = source.sheets[0].rows if source.sheets else ()
    fitting = [row for row in rows[1:] if _known_type(row) and currency_of(_text(row, _BALANCE)) == "BRL"]
    return bool(fitting) and 2 * len(fitting) >= len(rows) - 1


def _known_type(row: SheetRow) -> bool:
    return normalised(_text(row, _TYPE)) in _TRADED | _OTHER


def _text(row: SheetRow, place: int) -> str:
    return printed(row.cells[place]) if place < len(row.cells) else ""


def _read(source: Source) -> ReadFile:
    sorting, held = Sorting(), list[dict[str, str]]()
    rows = source.sheets[0].rows[1:]
    # The file is Brazilian; only what is marked with dollars has the other style.
    marked = [text for row in rows for text in _style_texts(row)]
    style = style_of_file(marked, field="Quantidade", documented=NumberStyle.COMMA)
    for row in rows:
        try:
            held.append(_position(row, style))
        except InvalidInput as problem:
            cells = {str(place): text for place in range(len(row.cells)) if (text := _text(row, place))}
            sorting.unknown.append(Reasoned(Row(row.number, extra=cells), problem.code, text=str(problem)))
    return replace(sorting.file(source, _FORMAT, _FORMAT, {}), positions=tuple(held))


def _style_texts(row: SheetRow) -> Iterator[str]:
    for place in (_QUANTITY, _AVERAGE, _CURRENT, _BALANCE):
        text = _text(row, place)
        if currency_of(text) != "USD":
            yield text


def _position(row: SheetRow, style: NumberStyle) -> dict[str, str]:
    kind, asset = normalised(_text(row, _TYPE)), collapsed(_text(row, _ASSET))
    if kind not in _TRADED | _OTHER:
        raise InvalidInput("type_unknown", f"the type {_text(row, _TYPE)[:60]!r} is not known", field="type")
    if not asset:
        raise InvalidInput("value_missing", "the row names no asset", field="asset")
    average = _text(row, _AVERAGE)
    said: dict[str, str | Decimal | None] = {
        "row": str(row.number),
        "category": _text(row, _TYPE),
        "ticker" if kind in _TRADED else "product": asset,
        "quantity": _number(_text(row, _QUANTITY), style, "quantity"),
        "average_price": _number(average, style, "average_price"),
        "currency": currency_of(average),
        "current_price": _number(_text(row, _CURRENT), style, "current_price"),
        "value": _number(_text(row, _BALANCE), style, "value"),
        "value_currency": currency_of(_text(row, _BALANCE)),
        "maturity": _text(row, _MATURITY) or None,
    }
    return {name: v if isinstance(v, str) else f"{v:f}" for name, v in said.items() if v is not None}


def _number(text: str, style: NumberStyle, field: str) -> Decimal | None:
    bare = bare_number(text)
    try:
        return number_in(bare, _STYLES.get(currency_of(text) or "", style)) if bare else None
    except InvalidInput as problem:
        raise InvalidInput(problem.code, problem.message, field=field) from None


READER = Reader(_FORMAT, frozenset({Content.DELIMITED}), _claims, _read)
