"""Movimentação: transfers with two ends, and receipts that cost what their exercise printed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.support.import_files import BROKER, OTHER_BROKER, Value, movement, movimentacao

from fiel.copilot.importing.reading import read_file
from fiel.copilot.importing.rows import ReadFile, RowKind

FUND = "MXRF11 - MAXI RENDA FDO INV IMOB - FII"


def read(*movements: tuple[Value, ...]) -> ReadFile:
    """The report with these rows, read."""
    return read_file("movimentacao.xlsx", movimentacao(*movements))


def test_both_ends_of_a_transfer_are_one_move() -> None:
    """Debit and credit of one day, product and quantity at two institutions: booked once, cost kept."""
    told = read(
        movement("Transferência", FUND, 40, side="Credito", institution=OTHER_BROKER),
        movement("Transferência", FUND, 40, side="Debito", institution=BROKER),
        movement("Transferência", FUND, 40, side="Debito", institution=BROKER),
    )
    (row,) = told.booked
    assert (row.row, row.kind, row.institution) == (3, RowKind.TRANSFER, BROKER)
    assert (row.extra["to_institution"], row.extra["counterpart_row"]) == (OTHER_BROKER, "2")
    assert [(other.row.row, other.reason) for other in told.not_booked] == [(2, "transfer_counterpart")]
    assert [(other.row.row, other.reason) for other in told.review] == [(4, "transfer_one_end")]


@pytest.mark.parametrize(
    "change", [{"day": "29/03/2025"}, {"quantity": 41}, {"product": "XPML11 - XP"}, {"institution": BROKER}]
)
def test_ends_that_do_not_match_are_asked(change: dict[str, str]) -> None:
    """Another day, quantity or product, or the same institution: two single ends."""
    other = {"product": FUND, "quantity": 40, "institution": OTHER_BROKER, **change}
    told = read(
        movement("Transferência", FUND, 40, side="Debito"),
        movement("Transferência", side="Credito", **other),  # type: ignore[arg-type]
    )
    assert [row.reason for row in told.review] == ["transfer_one_end"] * 2


def test_a_subscription_receipt_costs_what_its_exercise_prints() -> None:
    """Matched by root, institution and quantity; each exercise serves one receipt."""
    right, receipt = "MXRF12 - MAXI RENDA", "MXRF13 - MAXI RENDA"
    told = read(
        movement("Recibo de Subscrição", receipt, 4, day="09/07/2025"),
        movement("Recibo de Subscrição", receipt, 4, day="10/07/2025"),
        movement(
            "Direitos de Subscrição - Exercido",
            right,
            4,
            Decimal("9.64"),
            Decimal("38.56"),
            day="08/07/2025",
            side="Debito",
        ),
        movement("Direitos de Subscrição - Exercido", right, 5, Decimal("9.64"), day="08/07/2025"),
    )
    (row,) = told.booked
    assert (row.row, row.kind, row.day) == (2, RowKind.SUBSCRIPTION, date(2025, 7, 9))
    assert (row.price, row.amount, row.extra["price_from_row"]) == (Decimal("9.64"), Decimal("38.56"), "4")
    assert [(asked.row.row, asked.reason) for asked in told.review] == [(3, "receipt_without_price")]


def test_an_exercise_without_a_value_gives_quantity_times_price() -> None:
    """Some files print only the price."""
    told = read(
        movement("Direitos de Subscrição - Exercido", "MXRF12 - M", 4, Decimal("9.64"), day="08/07/2025"),
        movement("Recibo de Subscrição", "MXRF13 - M", 4, day="09/07/2025"),
    )
    assert [row.amount for row in told.booked] == [Decimal("38.56")]


def test_an_exercise_after_the_receipt_is_another_one() -> None:
    """Time runs forward."""
    told = read(
        movement("Direitos de Subscrição - Exercido", "MXRF12 - M", 4, Decimal("9.64"), day="10/07/2025"),
        movement("Recibo de Subscrição", "MXRF13 - M", 4, day="09/07/2025"),
    )
    assert [row.reason for row in told.review] == ["receipt_without_price"]


@pytest.mark.parametrize(("price", "value"), [(0, 0), ("-", Decimal("38.56"))])
def test_an_exercise_without_a_price_prices_nothing(price: Value, value: Value) -> None:
    """A receipt is never booked at zero."""
    told = read(
        movement("Direitos de Subscrição - Exercido", "MXRF12 - M", 4, price, value, day="08/07/2025"),
        movement("Recibo de Subscrição", "MXRF13 - M", 4, day="09/07/2025"),
    )
    assert ([asked.reason for asked in told.review], told.booked) == (["receipt_without_price"], ())
