"""Relatório consolidado: its parts by name, sums never taken for trades."""

from __future__ import annotations

from decimal import Decimal

from tests.support.import_files import (
    BROKER,
    FUNDS_HEADER,
    INCOME_SUMS_HEADER,
    RECEIVED_HEADER,
    TRADE_SUMS_HEADER,
    Value,
    workbook,
)

from fiel.copilot.importing.reading import read_file
from fiel.copilot.importing.rows import RowKind

HELD: tuple[Value, ...] = (
    "ALZR11 - ALIANZA",
    BROKER,
    "000000",
    "ALZR11",
    "28737771000185",
    "BRALZRCTF006 - 130",
    "Cotas",
    "BTG",
    2073,
    2073,
    "-",
    "-",
    Decimal("10.81"),
    Decimal("22409.13"),
)


def test_a_month_holds_positions_income_and_sums_of_trades() -> None:
    """Income is booked with its sheet; a code's month is an aggregate, its last day may be missing."""
    read = read_file(
        "relatorio-consolidado-mensal-2025-janeiro.xlsx",
        workbook(
            {
                "Proventos Recebidos": [
                    RECEIVED_HEADER,
                    ("ALZR11 - ALIANZA", "25/01/2025", "Rendimento", BROKER, 2000, Decimal("0.08"), 160),
                ],
                "Negociações": [
                    TRADE_SUMS_HEADER,
                    ("ALZR11F", "06/01/2025", "-", BROKER, 73, 0, 73, Decimal("10.71"), 0),
                ],
                "Posição - Fundos": [FUNDS_HEADER, HELD],
            }
        ),
    )
    (row,) = read.booked
    assert (row.kind, row.amount) == (RowKind.RENDIMENTO, Decimal(160))
    assert row.extra["sheet"] == "Proventos Recebidos"
    assert read.aggregated == (
        {
            "row": "2",
            "ticker": "ALZR11",
            "raw_ticker": "ALZR11F",
            "period_from": "2025-01-06",
            "institution": BROKER,
            "bought": "73",
            "sold": "0",
            "net": "73",
            "avg_buy": "10.71",
            "avg_sell": "0",
        },
    )
    assert read.positions[0]["quantity"] == "2073"
    assert (read.layout, read.facts["as_of"]) == ("b3-consolidado-mensal", "2025-01-31")


def test_a_year_holds_sums_of_income_that_book_nothing() -> None:
    """Three columns without a date: yearly sums, and what lent shares paid."""
    read = read_file(
        "x.xlsx",
        workbook(
            {
                "Proventos Recebidos": [
                    INCOME_SUMS_HEADER,
                    ("PETR4", "Dividendo", Decimal("78.74")),
                    ("BBDC3", "Juros Sobre Capital Próprio", Decimal("1.53")),
                    ("XPTO3", "Brinde", 1),
                ],
                "Reembolsos de Empréstimo": [INCOME_SUMS_HEADER, ("TAEE11", "Reembolso", 2)],
            }
        ),
    )
    assert read.booked == ()
    assert read.layout == "b3-consolidado-anual"
    assert [(entry["ticker"], entry["kind"], entry["amount"]) for entry in read.income_sums] == [
        ("PETR4", "dividend", "78.74"),
        ("BBDC3", "jcp", "1.53"),
        ("TAEE11", "reimbursement", "2"),
    ]
    assert [told.reason for told in read.unknown] == ["event_unknown"]


def test_positions_alone_are_of_the_period_in_the_name() -> None:
    """Without income and trades both reports look the same: the name tells."""
    data = workbook({"Posição - Fundos": [FUNDS_HEADER, HELD]})
    assert read_file("relatorio-consolidado-anual-2024.xlsx", data).layout == "b3-consolidado-anual"
    assert read_file("relatorio.xlsx", data).layout == "b3-consolidado-mensal"
