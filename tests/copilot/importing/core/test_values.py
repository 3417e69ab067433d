"""Numbers, days and codes as files write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.copilot.importing.codes import is_option, is_ticker, product_in, whole_lot
from fiel.copilot.importing.days import day_in
from fiel.copilot.importing.numbers import (
    NumberStyle,
    bare_number,
    currency_of,
    number_in,
    style_of_file,
)
from fiel.copilot.importing.record import as_record
from fiel.copilot.importing.rows import ReadFile, Row
from fiel.copilot.importing.sheets import Cell
from fiel.kernel.errors import InvalidInput

COMMA, POINT = NumberStyle.COMMA, NumberStyle.POINT


@pytest.mark.parametrize(
    ("texts", "style"),
    [
        (["1.500", "7,19"], COMMA),
        (["1,500", "7.19"], POINT),
        (["9.919", "9.9"], POINT),
        (["9.919", "0,5"], COMMA),
        (["1.234.567"], COMMA),
        (["1,234,567"], POINT),
        (["0.355"], POINT),
        (["R$ 0.000,00"], COMMA),
        ([" R$ 1.000,00 ", "-", ""], COMMA),
        (["10", "20"], POINT),
        (["Total", "12,5"], COMMA),
    ],
)
def test_one_clear_number_decides_for_its_file(texts: list[str], style: NumberStyle) -> None:
    """A number that only one style can read decides how the others are read."""
    assert style_of_file(texts, field="file") is style


@pytest.mark.parametrize(
    ("texts", "code"), [(["1,5", "1.5"], "number_format_mixed"), (["1.500"], "number_format_unclear")]
)
def test_what_no_number_decides_is_refused(texts: list[str], code: str) -> None:
    """Contradiction and doubt are errors, never a guess."""
    with pytest.raises(InvalidInput) as refused:
        style_of_file(texts, field="Negociação")
    assert (refused.value.code, refused.value.field) == (code, "Negociação")


def test_products_and_documents_decide_in_doubt() -> None:
    """quantity x price = value first; then what the program is known to write."""
    assert style_of_file(["1.500"], [("1.500", "2.000", "3")], field="f", documented=COMMA) is POINT
    assert style_of_file(["1.500"], [("1.500", "2", "3.000")], field="f", documented=COMMA) is COMMA
    assert style_of_file(["1.500"], field="f", documented=POINT) is POINT


@given(st.decimals(-(10**12), 10**12, places=4), st.sampled_from(NumberStyle))
def test_a_number_written_in_a_style_is_read_back(number: Decimal, style: NumberStyle) -> None:
    """With thousands and four decimals, either sign way round."""
    text = f"{number:,}"
    shown = text.translate(str.maketrans(",.", ".,")) if style is COMMA else text
    assert number_in(bare_number(f" R$ {shown} "), style) == number
    assert style_of_file([shown], field="f") is style


@pytest.mark.parametrize("text", ["1.2.3", "12a", "1,2,3", "--1", "1.", ",5", "١٢", "1e5", "9" * 70, "+1"])
def test_what_is_no_number_is_refused(text: str) -> None:
    """No guess, no exponent, no other digits."""
    for style in NumberStyle:
        with pytest.raises(InvalidInput, match="is not a number"):
            number_in(text, style)


def test_currency_marks() -> None:
    """`R$` and `US$` are marks, their absence is no currency."""
    assert [currency_of(text) for text in (" R$ 5", "US$5", "U$ 5", "5")] == ["BRL", "USD", "USD", None]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("31/03/2025", date(2025, 3, 31)),
        (" 1/3/2025 ", date(2025, 3, 1)),
        ("31/03/2025 10:00:00", date(2025, 3, 31)),
        ("2025-03-31", date(2025, 3, 31)),
        ("2025-03-31T03:00:00Z", date(2025, 3, 31)),
        (Decimal(45747), date(2025, 3, 31)),
        ("45747", date(2025, 3, 31)),
        (date(2025, 3, 31), date(2025, 3, 31)),
        ("-", None),
        (" - ", None),
        (None, None),
    ],
)
def test_days(cell: Cell, day: date | None) -> None:
    """Brazilian, ISO with or without a time, serial, or already a day; `-` is none."""
    assert day_in(cell) == day


@pytest.mark.parametrize("cell", ["00/00/0000", "31/02/2025", "03-31-2025", "ontem", Decimal(5), "5"])
def test_what_is_no_day_is_refused(cell: Cell) -> None:
    """Never the nearest day."""
    with pytest.raises(InvalidInput, match="is not a day"):
        day_in(cell)


@pytest.mark.parametrize(
    ("text", "ticker", "code", "name"),
    [
        ("PETR4 - PETROBRAS", "PETR4", None, "PETROBRAS"),
        ("HGLG11 - PATRIA LOG - FDO", "HGLG11", None, "PATRIA LOG - FDO"),
        ("ITSA4        - ITAUSA S/A    ", "ITSA4", None, "ITAUSA S/A"),
        ("ITSA4 ITAUSA S.A.", "ITSA4", None, "ITAUSA S.A."),
        ("B3SA3", "B3SA3", None, None),
        ("ALZR11L - ALIANZA", "ALZR11", None, "ALIANZA"),
        ("BBSE3F - BB SEGURIDADE", "BBSE3", None, "BB SEGURIDADE"),
        ("CDB - CDB62657G9P - BANCO X", None, "CDB62657G9P", "BANCO X"),
        ("DEB - PETR26 - PETROBRAS", None, "PETR26", "PETROBRAS"),
        ("CDB - BANCO EXEMPLO S.A.", None, None, "CDB - BANCO EXEMPLO S.A."),
        ("Tesouro IPCA+ com Juros Semestrais 2037", None, None, "Tesouro IPCA+ com Juros Semestrais 2037"),
    ],
)
def test_products(text: str, ticker: str | None, code: str | None, name: str | None) -> None:
    """Split once, whatever the name holds; titles have a code of their own or none."""
    product = product_in(text)
    assert (product.ticker, product.code, product.name) == (ticker, code, name)


def test_codes() -> None:
    """F only after a whole code; options are no tickers."""
    assert [whole_lot(code) for code in ("TAEE11F", "B3SA3F", "TAEEF", "TAEE11")] == [
        "TAEE11",
        "B3SA3",
        "TAEEF",
        "TAEE11",
    ]
    assert [is_ticker(code) for code in ("B3SA3", "AAPL34", "TAEEP334", "PETR")] == [True, True, False, False]
    assert [is_option(code) for code in ("TAEEP334", "PETRJ300E", "TAEE11", "PETR4F")] == [
        True,
        True,
        False,
        False,
    ]


def test_a_record_rounds_amounts_to_cents_and_leaves_prices() -> None:
    """59.625 is 59.62 in a report (half to even), and its price keeps its digits."""
    row = Row(2, price=Decimal("19.875"), amount=Decimal("59.625"), extra={"price_from_row": "4"})
    record = as_record(ReadFile("a", "0", "f", "f", booked=(row,)))
    assert record["booked"] == [{"row": 2, "price_from_row": 4, "price": "19.875", "amount": "59.62"}]
