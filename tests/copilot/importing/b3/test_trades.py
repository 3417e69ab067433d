"""Negociação: executions as they stand, options and odd rows asked about, fees unknown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.support.import_files import (
    BROKER,
    TRADE_HEADER,
    Value,
    as_text,
    delimited,
    negociacao,
    trade,
    workbook,
)

from fiel.copilot.importing.reading import read_file
from fiel.copilot.importing.rows import RowKind
from fiel.kernel.errors import InvalidInput


def test_an_execution_is_read_with_all_it_says() -> None:
    """Day, side, code, figures and broker; what the report does not say stays unknown."""
    (row,) = read_file(
        "a.xlsx", negociacao(trade("BBSE3F", 6, "39.12", side="Venda", market="Mercado Fracionário"))
    ).booked
    assert (row.row, row.kind, row.day) == (2, RowKind.SELL, date(2025, 1, 10))
    assert (row.ticker, row.raw_ticker, row.institution) == ("BBSE3", "BBSE3F", BROKER)
    assert (row.quantity, row.price, row.amount) == (Decimal(6), Decimal("39.12"), Decimal("234.72"))
    assert row.fees is None
    assert row.taxes is None


def test_equal_rows_are_equal_trades() -> None:
    """The same price and quantity twice a day are two executions."""
    twice = read_file("a.xlsx", negociacao(trade(), trade())).booked
    assert [row.row for row in twice] == [2, 3]


@pytest.mark.parametrize("code", ["B3SA3F", "ENGI11F", "PETR4F"])
def test_only_the_f_of_the_fractional_market_is_cut(code: str) -> None:
    """The code without its F is the asset; the code as written is kept."""
    (row,) = read_file("a", negociacao(trade(code, market="Mercado Fracionário"))).booked
    assert (row.ticker, row.raw_ticker) == (code[:-1], code)


@pytest.mark.parametrize(
    ("code", "market"),
    [
        ("TAEEP334", "Opção de Venda sobre Ações"),
        ("PETRJ300", "Opção de Compra sobre Ações"),
        ("BBDCO117", "Mercado à Vista"),
        ("PETRA45W2", "Opção de Compra"),
    ],
)
def test_an_option_is_asked_about_and_never_the_share(code: str, market: str) -> None:
    """Neither the code's root nor the quantity is booked as the underlying."""
    read = read_file("a", negociacao(trade(code, market=market, expiry="17/04/2025")))
    (asked,) = read.review
    assert read.booked == ()
    assert (asked.reason, asked.row.ticker, asked.row.raw_ticker) == ("option", None, code)
    assert asked.row.extra["expiry"] == "2025-04-17"


def test_the_term_of_a_spot_row_means_nothing() -> None:
    """Some spot rows repeat the trade date as `Prazo/Vencimento`: it is no expiry."""
    (row,) = read_file("a", negociacao(trade("BRCR11", expiry="10/01/2025"))).booked
    assert "expiry" not in row.extra


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (trade(market="Mercado a Termo"), "market_unknown"),
        (trade("PETR"), "code_unknown"),
        (trade(value="3720.02"), "value_differs"),
    ],
)
def test_what_is_odd_is_asked_about(bad: tuple[Value, ...], reason: str) -> None:
    """A market, a code or a product that does not hold is shown first."""
    read = read_file("a", negociacao(bad))
    assert ([asked.reason for asked in read.review], read.booked) == ([reason], ())


def test_a_value_that_a_spreadsheet_rounded_to_cents_is_good() -> None:
    """3 x 19.875 shown as 59.63 is the same trade."""
    (row,) = read_file("a", negociacao(trade("KLBN11F", 3, "19.875", value="59.63"))).booked
    assert row.amount == Decimal("59.63")


def test_total_rows_and_blank_rows_of_a_spreadsheet_are_no_trades() -> None:
    """A sum below the table is not data."""
    rows = [TRADE_HEADER, trade(), [], [*[None] * 7, "Total", 3720], ["Total", *[None] * 7, 3720]]
    read = read_file("a", workbook({"Negociação": rows}))
    assert (len(read.booked), read.unknown) == (1, ())


@pytest.mark.parametrize("comma", [True, False])
def test_text_numbers_of_one_file_have_one_style(comma: bool) -> None:
    """`1.500` and `7,19` are 1500 and 7.19, in a file with commas; `1500` and `7.19` in one with points."""
    rows = as_text([trade("CPTS11", 1500, "7.19"), trade("XPML11", 2, "99.87")], comma=comma)
    read = read_file("a.csv", delimited([TRADE_HEADER, *rows]))
    assert [row.quantity for row in read.booked] == [1500, 2]
    assert [row.price for row in read.booked] == [Decimal("7.19"), Decimal("99.87")]


@pytest.mark.parametrize(
    ("quantity", "price", "value", "expected"),
    [("1.500", "2", "3.000", 1500), ("1.500", "2.000", "3", Decimal("1.5"))],
)
def test_a_style_that_no_cell_tells_is_told_by_the_products(
    quantity: str, price: str, value: str, expected: Decimal
) -> None:
    """`1.500 x 2 = 3.000` holds for thousands only when every row agrees; here both do, so it is asked."""
    row = [*(str(v) for v in trade()[:6]), quantity, price, value]
    if expected == 1500:
        with pytest.raises(InvalidInput) as refused:
            read_file("a.csv", delimited([TRADE_HEADER, row]))
        assert refused.value.code == "number_format_unclear"
    else:
        (read,) = read_file("a.csv", delimited([TRADE_HEADER, row])).booked
        assert read.quantity == expected


def test_two_styles_in_one_file_are_refused() -> None:
    """`7,19` beside `99.87`: one of them would be read wrong."""
    rows = [*as_text([trade(price="7.19")]), *as_text([trade(price="99.87")], comma=False)]
    with pytest.raises(InvalidInput) as refused:
        read_file("a.csv", delimited([TRADE_HEADER, *rows]))
    assert refused.value.code == "number_format_mixed"


def test_a_text_workbook_is_named_by_its_cell_model() -> None:
    """A resaved export with texts for numbers says so in its layout."""
    rows = as_text([trade(price="7.19")], comma=False)
    read = read_file("a", workbook({"Negociação": [TRADE_HEADER, *rows]}))
    assert read.layout == "b3-negociacao (text cells, decimal point)"


def test_a_separator_inside_a_name_shifts_nothing_unseen() -> None:
    """An unquoted separator makes a row longer than the header: the row is told, not misread."""
    row = [str(value) for value in trade()]
    row[4:5] = ["CORRETORA", "DTVM"]
    read = read_file("a.csv", delimited([TRADE_HEADER, row]))
    assert [told.reason for told in read.unknown] == ["cells_beyond_header"]
    assert read.booked == ()


def test_a_row_without_day_and_code_but_with_figures_is_told() -> None:
    """Only a label and a number make a total: anything more is a row that cannot be read."""
    row = (None, "Compra", "Mercado à Vista", "-", BROKER, None, 100, Decimal(1), 100)
    read = read_file("a", negociacao(trade(), row))
    assert [(told.row.row, told.reason) for told in read.unknown] == [(3, "value_missing")]


@pytest.mark.parametrize("bad", [trade(quantity=0), trade(price="0"), trade(quantity=-1), trade(value="-1")])
def test_figures_of_a_trade_are_above_zero(bad: tuple[Value, ...]) -> None:
    """Values are always positive: the side says which way the trade went."""
    read = read_file("a", negociacao(bad))
    assert ([told.reason for told in read.unknown], read.booked) == (["value_not_positive"], ())
