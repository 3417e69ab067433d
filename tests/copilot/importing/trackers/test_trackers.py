"""Status Invest, Kinvo and Investidor10: their own words and number styles."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.support.import_files import KINVO_HEADER, STATUS_INVEST_HEADER, Value, delimited, workbook

from fiel.copilot.importing.reading import read_file
from fiel.copilot.importing.rows import ReadFile, RowKind
from fiel.kernel.errors import InvalidInput


def status_invest(**changes: str) -> ReadFile:
    """A sheet of one operation, with changes by header."""
    row = (
        dict(
            zip(
                STATUS_INVEST_HEADER,
                (
                    "10/01/2025",
                    "Ações",
                    "PETR4",
                    "C",
                    "100",
                    "37,20",
                    "CLEAR",
                    "0,00",
                    "1,15",
                    "0,10",
                    "0,07",
                ),
                strict=True,
            )
        )
        | changes
    )
    return read_file("a.csv", delimited([STATUS_INVEST_HEADER, list(row.values())]))


def test_status_invest_keeps_each_cost_apart() -> None:
    """Fees, taxes, brokerage and withheld tax have each their column."""
    (row,) = status_invest().booked
    assert (row.kind, row.day, row.ticker, row.quantity) == (
        RowKind.BUY,
        date(2025, 1, 10),
        "PETR4",
        Decimal(100),
    )
    assert (row.price, row.fees, row.taxes) == (Decimal("37.20"), Decimal("1.15"), Decimal("0.10"))
    assert row.extra == {"category": "Ações", "brokerage": "0.00", "irrf": "0.07"}


def test_status_invest_writes_commas_even_where_nothing_shows_it() -> None:
    """`1.500` alone is 1500: the program is known to write thousands with a point."""
    texts = {
        "Quantidade": "1.500",
        "Preço unitário": "7",
        "Corretagem": "0",
        "Taxas": "0",
        "Impostos": "0",
        "IRRF": "0",
    }
    assert [row.quantity for row in status_invest(**texts).booked] == [1500]


@pytest.mark.parametrize("category", ["Stocks", "Criptomoedas"])
def test_status_invest_does_not_say_a_currency(category: str) -> None:
    """What trades abroad is asked about, never taken for reais."""
    assert [told.reason for told in status_invest(Categoria=category).review] == ["currency_not_stated"]


def test_status_invest_knows_only_buys_and_sells() -> None:
    """`V` sells; another letter is told."""
    assert status_invest(**{"Operação C/V": "V"}).booked[0].kind is RowKind.SELL
    assert [told.reason for told in status_invest(**{"Operação C/V": "B"}).unknown] == ["side_unknown"]


def kinvo(
    movement: str,
    price: Value,
    quantity: Value,
    cost: Value,
    total: Value,
    *,
    rate: Value = 1,
    day: Value = "10/01/2025",
) -> ReadFile:
    """A statement of one row."""
    row = (day, "PETR4 - PETROBRAS", "Ação", movement, "CLEAR B3", price, quantity, cost, rate, total)
    return read_file("kinvo.xlsx", workbook({"Extrato": [KINVO_HEADER, row]}))


def test_kinvo_buys_include_their_cost_and_sells_lose_it() -> None:
    """`Valor Total` is quantity x price with the cost added, or taken off."""
    (bought,) = kinvo("Aplicação", Decimal("37.2"), 100, Decimal("1.15"), Decimal("3721.15")).booked
    (sold,) = kinvo("Resgate", Decimal("37.2"), 100, Decimal("1.15"), Decimal("3718.85")).booked
    assert (bought.kind, bought.amount, bought.fees) == (RowKind.BUY, Decimal("3721.15"), Decimal("1.15"))
    assert (sold.kind, sold.institution) == (RowKind.SELL, "CLEAR B3")


@pytest.mark.parametrize(
    ("movement", "kind"),
    [
        ("Dividendos", RowKind.DIVIDEND),
        ("Rendimentos", RowKind.RENDIMENTO),
        ("Juros sobre capital", RowKind.JCP),
    ],
)
def test_kinvo_income(movement: str, kind: RowKind) -> None:
    """Income is quantity x value per share."""
    (row,) = kinvo(movement, Decimal("0.355"), 100, 0, Decimal("35.5")).booked
    assert (row.kind, row.amount, row.ticker) == (kind, Decimal("35.5"), "PETR4")


def test_kinvo_dates_may_be_serial_numbers() -> None:
    """A day as a styled number, as a bare serial or as text is the same day."""
    days = [
        kinvo("Dividendos", 1, 1, 0, 1, day=day).booked[0].day
        for day in (date(2025, 1, 10), 45667, "10/01/2025", "2025-01-10")
    ]
    assert days == [date(2025, 1, 10)] * 4


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (kinvo("Bonificação 10%", 0, 10, 0, 0), "bonus_without_cost"),
        (kinvo("Aplicação", 10, 1, 0, 10, rate=Decimal("5.12")), "currency_not_stated"),
        (kinvo("Aplicação", 10, 1, 0, 11), "value_differs"),
    ],
)
def test_kinvo_rows_that_need_an_answer(row: ReadFile, reason: str) -> None:
    """A bonus without cost, a currency that is not named, a total that is another."""
    assert ([told.reason for told in row.review], row.booked) == ([reason], ())


def test_kinvo_words_never_seen_are_unknown() -> None:
    """`Transferência` has no known meaning there."""
    assert [told.reason for told in kinvo("Transferência", 1, 1, 0, 1).unknown] == ["movement_unknown"]


def investidor10(*rows: str) -> ReadFile:
    """A positions file under headers of no meaning."""
    lines = [line.split(";") for line in ("T;A;Q;PM;PA;x;y;S;z;V", *rows)]
    return read_file("investidor10-posicoes-2025-04-30.csv", delimited(lines, encoding="utf-8"))


def test_investidor10_has_two_styles_in_one_file_by_currency() -> None:
    """Dollars have points, reais commas, and plain quantities are Brazilian."""
    read = investidor10(
        "FIIs;CPTS11;3.000;R$ 7,19;R$ 7,31;;;R$ 21.930,00;;",
        "Stocks;VTI;2,5;US$301.44;US$28,660.35;;;R$ 4.056,32;;",
        "Renda Fixa;CDB - C6 - 110% CDI;1;;;;;R$ 5.142,00;;Liquidez Diária",
    )
    fund, stock, title = read.positions
    assert (fund["ticker"], fund["quantity"], fund["average_price"], fund["currency"]) == (
        "CPTS11",
        "3000",
        "7.19",
        "BRL",
    )
    assert (stock["quantity"], stock["average_price"], stock["current_price"], stock["currency"]) == (
        "2.5",
        "301.44",
        "28660.35",
        "USD",
    )
    assert (title["product"], title["value"], title["maturity"]) == (
        "CDB - C6 - 110% CDI",
        "5142.00",
        "Liquidez Diária",
    )
    assert read.booked == ()


def test_investidor10_rows_that_are_not_understood_are_told() -> None:
    """Another type, no name, a number that is none."""
    good = "FIIs;CPTS11;3;R$ 7,19;R$ 7,31;;;R$ 21,93;;"
    read = investidor10(
        good,
        good,
        good,
        "Relógios;ROLEX;1;;;;;R$ 9,00;;",
        "FIIs;;1;;;;;R$ 9,00;;",
        "FIIs;XPML11;um;;;;;R$ 9,00;;",
    )
    assert [told.reason for told in read.unknown] == ["type_unknown", "value_missing", "number_malformed"]
    assert len(read.positions) == 3


def test_a_table_with_other_types_is_not_investidor10() -> None:
    """Known types in most rows are its only signature."""
    with pytest.raises(InvalidInput, match="not one that is known"):
        investidor10(
            "Relógios;ROLEX;1;;;;;R$ 9,00;;", "Carros;FUSCA;1;;;;;R$ 9,00;;", "FIIs;CPTS11;3;;;;;R$ 21,93;;"
        )
