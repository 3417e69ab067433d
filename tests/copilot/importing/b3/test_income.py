"""Proventos recebidos and eventos provisionados: what was paid is booked, what is announced is not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.support.import_files import BROKER, PROVISIONED_HEADER, RECEIVED_HEADER, Value, delimited, workbook

from fiel.copilot.importing.reading import read_file
from fiel.copilot.importing.rows import RowKind

FUND = "CPTS11 - CAPITANIA SECURITIES II - FII"


def received(
    event: str = "Rendimento", value: Value = 255, product: str = FUND, day: str = "28/04/2025"
) -> tuple[Value, ...]:
    """One row of Proventos recebidos."""
    return (product, day, event, BROKER, 3000, Decimal("0.085"), value)


def test_a_payment_is_booked_net_with_its_day() -> None:
    """The value printed is net; quantity and unit price are kept as they stand."""
    read = read_file("a", workbook({"Proventos Recebidos": [RECEIVED_HEADER, received()]}))
    (row,) = read.booked
    assert (row.kind, row.day, row.ticker) == (RowKind.RENDIMENTO, date(2025, 4, 28), "CPTS11")
    assert (row.amount, row.quantity, row.institution) == (Decimal(255), Decimal(3000), BROKER)
    assert (row.extra["amount_is"], row.extra["unit_price_printed"]) == ("net", "0.085")


def test_the_printed_total_is_checked_and_is_no_payment() -> None:
    """Blank row, `Total`, the sum: kept as a fact, with what is missing when the rows do not add up."""
    rows = [RECEIVED_HEADER, received(), received("Dividendo", 71), [""] * 7, [*[None] * 6, "Total"]]
    whole = read_file("a", workbook({"P": [*rows, [*[None] * 6, 326]]}))
    part = read_file("a", workbook({"P": [*rows, [*[None] * 6, 400]]}))
    assert whole.facts == {"total_printed": "326"}
    assert part.facts == {"total_printed": "400", "total_difference": "74"}
    assert (len(whole.booked), whole.unknown) == (2, ())


@pytest.mark.parametrize(
    ("event", "value", "where", "reason"),
    [
        ("Dividendo", "-", "not_booked", "provision_only"),
        ("Dividendo - Cancelado", 5, "not_booked", "payment_cancelled"),
        ("Rendimento - Reativado", 5, "review", "payment_reactivated"),
        ("Rendimento", 0, "review", "value_missing"),
        ("Rendimento", -5, "review", "value_negative"),
        ("Brinde", 5, "unknown", "event_unknown"),
        ("Cobrança de Taxa Semestral", 5, "unknown", "event_unknown"),
    ],
)
def test_what_is_no_payment_is_told(event: str, value: Value, where: str, reason: str) -> None:
    """Provisions, cancelled and odd payments never count as received."""
    read = read_file("a", workbook({"P": [RECEIVED_HEADER, received(event, value)]}))
    assert [entry.reason for entry in getattr(read, where)] == [reason]
    assert read.booked == ()


def test_a_spreadsheet_copy_with_currency_signs_and_quoted_names() -> None:
    """Padded ` R$ 1.560,50 `, a name with commas in quotes, blank and total rows."""
    rows = [
        RECEIVED_HEADER,
        [
            '"ABCD3 - A, B, C"',
            "10/01/2025",
            "Dividendo",
            "CORRETORA ABC",
            "1.300",
            '" R$ 1,20 "',
            '" R$ 1.560,50 "',
        ],
        [""] * 7,
        [*[""] * 6, "Total"],
        [*[""] * 6, '" R$ 1.560,50 "'],
    ]
    read = read_file("b3.csv", delimited(rows, ",", "utf-8"))
    (row,) = read.booked
    assert (row.amount, row.quantity) == (Decimal("1560.50"), Decimal(1300))
    assert row.extra["product"] == "ABCD3 - A, B, C"
    assert read.facts == {"total_printed": "1560.50"}


def test_announced_income_is_a_forecast() -> None:
    """Nothing is booked; the expected day may be missing; the last row is a total."""
    row = ("PETR4 - PETROBRAS", "PN", "Dividendo", "20/08/2025", BROKER, "000000", 200, Decimal("0.45"), 90)
    undated = (FUND, "Cotas", "Rendimento", "-", BROKER, "000000", 9, Decimal("1.1"), Decimal("9.9"))
    total: tuple[Value, ...] = (*[""] * 7, "Total líquido", Decimal("99.9"))
    read = read_file("a", workbook({"Plan1": [PROVISIONED_HEADER, row, undated, total]}))
    assert (read.booked, read.unknown, read.facts) == ((), (), {"total_printed": "99.9"})
    first, second = read.provisioned
    assert (first["ticker"], first["event"], first["expected_date"], first["amount"]) == (
        "PETR4",
        "Dividendo",
        "2025-08-20",
        "90",
    )
    assert (second["row"], second["amount"]) == ("3", "9.9")
    assert "expected_date" not in second
