"""Movimentação: each type of movement goes to its list, and only facts are booked."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.support.import_files import (
    BROKER,
    MOVEMENT_HEADER,
    OTHER_BROKER,
    Value,
    as_text,
    delimited,
    movement,
    movimentacao,
    workbook,
)

from fiel.copilot.importing.reading import read_file
from fiel.copilot.importing.record import as_record
from fiel.copilot.importing.rows import ReadFile, RowKind

CDB = "CDB - CDB425XYZ12 - BANCO EXEMPLO S.A."
TREASURY = "Tesouro IPCA+ com Juros Semestrais 2037"
FUND = "MXRF11 - MAXI RENDA FDO INV IMOB - FII"


def read(*movements: tuple[Value, ...]) -> ReadFile:
    """The report with these rows, read."""
    return read_file("movimentacao.xlsx", movimentacao(*movements))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Dividendo", RowKind.DIVIDEND),
        ("JUROS SOBRE CAPITAL PROPRIO", RowKind.JCP),
        ("Rendimento", RowKind.RENDIMENTO),
        ("Pagamento de Rendimentos", RowKind.RENDIMENTO),
        ("Reembolso", RowKind.REIMBURSEMENT),
        ("Amortização", RowKind.CAPITAL_RETURN),
        ("Amortização de FII", RowKind.CAPITAL_RETURN),
        ("Restituição de Capital", RowKind.CAPITAL_RETURN),
        ("Leilão de Fração", RowKind.FRACTION_AUCTION),
    ],
)
def test_cash_is_booked_with_its_value(kind: str, expected: RowKind) -> None:
    """The value printed is the fact; the unit price is kept as printed, rounded as it is."""
    (row,) = read(movement(kind, FUND, 28, Decimal("0.25"), Decimal("5.87"))).booked
    assert (row.kind, row.amount, row.price) == (expected, Decimal("5.87"), None)
    assert (row.ticker, row.extra["unit_price_printed"]) == ("MXRF11", "0.25")


@pytest.mark.parametrize("kind", ["Juros", "PAGAMENTO DE JUROS", "PAGAMENTO DE PRÊMIO/RENDIMENTOS"])
def test_interest_of_a_title_is_interest(kind: str) -> None:
    """Private credit has no ticker; its code is kept."""
    (row,) = read(movement(kind, CDB, 5, Decimal(1), 5)).booked
    assert (row.kind, row.ticker, row.extra["code"]) == (RowKind.INTEREST, None, "CDB425XYZ12")


def test_interest_on_equity_is_net() -> None:
    """The report prints JCP after the tax, beside a gross unit price: the record says so."""
    (row,) = read(movement("Juros Sobre Capital Próprio", value=Decimal("71.4"))).booked
    assert row.extra["amount_is"] == "net of IRRF"


def test_equal_rows_are_equal_payments() -> None:
    """Five equal rows of one day were met: five events."""
    assert len(read(*[movement("Dividendo", value=1)] * 5).booked) == 5


def test_the_settlement_leg_books_nothing() -> None:
    """Booking it beside Negociação would double the portfolio."""
    told = read(movement("Transferência - Liquidação", price=25, value=2500))
    assert told.booked == ()
    assert [(row.reason, row.text) for row in told.not_booked] == [
        ("settlement_leg", "settlement leg of a trade; books nothing by itself")
    ]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("Atualização", "custody_update"),
        ("Empréstimo", "lending"),
        ("Direito de Subscrição", "right_received"),
        ("Direito Sobras de Subscrição", "right_received"),
        ("Solicitação de Subscrição", "right_requested"),
        ("Direitos de Subscrição - Exercido", "right_exercised"),
        ("Direitos de Subscrição - Não Exercido", "right_expired"),
        ("Direito Sobras de Subscrição - Não Exercido", "right_expired"),
        ("Cessão de Direitos - Solicitada", "cession_requested"),
        ("Dividendo - Transferido", "provision_moved"),
        ("Juros Sobre Capital Próprio - Cancelado", "payment_cancelled"),
        ("Evento em Dinheiro - Excluído", "payment_cancelled"),
        ("Dividendo", "provision_only"),
        ("Compra", "repeats_trade"),
        ("COMPRA / VENDA", "repeats_trade"),
    ],
)
def test_what_books_nothing_says_why(kind: str, reason: str) -> None:
    """Recognised, no entry, a reason each; without a value (`-`) income is only announced."""
    told = read(movement(kind))
    assert ([row.reason for row in told.not_booked], told.booked, told.review) == ([reason], (), ())
    assert told.not_booked[0].text


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("Grupamento", "reverse_split"),
        ("Incorporação", "merger"),
        ("Cisão", "spin_off"),
        ("Conversão de Ativos", "conversion"),
        ("Restituição de Capital em Ações", "capital_in_shares"),
        ("INCORPORAÇÃO DE JUROS", "interest_capitalised"),
        ("Restituição de Capital - Transferida", "capital_return_moved"),
        ("Dividendo - Reativado", "payment_reactivated"),
        ("Liquidação Termo", "forward_settlement"),
        ("Resgate", "exit_without_value"),
        ("VENCIMENTO", "exit_without_value"),
        ("Bonificação em Ativos", "bonus_without_cost"),
        ("Transferência", "transfer_one_end"),
        ("TRANSFERENCIA SEM FINANCEIRO", "transfer_one_end"),
        ("Recibo de Subscrição", "receipt_without_price"),
    ],
)
def test_what_the_file_cannot_settle_is_asked(kind: str, reason: str) -> None:
    """Ratios, costs and other ends that are not in the file are for a person."""
    told = read(movement(kind))
    assert ([row.reason for row in told.review], told.booked) == ([reason], ())
    assert told.review[0].text


@pytest.mark.parametrize(
    "kind", ["Movimento Que Não Existe", "Resgates", "Dividendo - Suspenso", "Coisa - Cancelado"]
)
def test_a_type_never_seen_is_unknown_with_its_text(kind: str) -> None:
    """No prefix and no likeness counts, and a state only after a type that is known."""
    (told,) = read(movement(kind, value=9)).unknown
    assert (told.reason, told.row.extra["movement"]) == ("movement_unknown", kind)


@pytest.mark.parametrize(
    "kind",
    [
        "Compra",
        "Aplicação",
        "COMPRA / VENDA",
        "COMPRA/VENDA DEFINITIVA/CESSAO /",
        "MDA COMPRA/VENDA DEFINITIVA MERCADO PRIMARIO",
    ],
)
@pytest.mark.parametrize(("side", "expected"), [("Credito", RowKind.BUY), ("Débito", RowKind.SELL)])
def test_trades_outside_the_exchange_are_only_here(kind: str, side: str, expected: RowKind) -> None:
    """Tesouro and private credit: in is bought, out is sold."""
    (row,) = read(
        movement(kind, TREASURY, Decimal("0.5"), Decimal("4158.25"), Decimal("2079.13"), side=side)
    ).booked
    assert (row.kind, row.ticker, row.amount) == (expected, None, Decimal("2079.13"))
    assert row.extra["product"] == TREASURY


def test_a_redemption_has_a_value() -> None:
    """With its value an exit is a redemption."""
    (row,) = read(movement("Resgate Antecipado", CDB, 5, 1028, 5140, side="Debito")).booked
    assert (row.kind, row.amount) == (RowKind.REDEMPTION, Decimal(5140))


def test_a_purchase_without_a_value_is_asked() -> None:
    """Never a purchase at zero."""
    assert [row.reason for row in read(movement("Compra", CDB, 5)).review] == ["value_missing"]


def test_corporate_events_with_all_they_need_are_booked() -> None:
    """A bonus with its cost, a split with the shares it adds, a fraction that leaves, printed 0 or not."""
    bonus, split, out, rounded = read(
        movement(
            "Bonificação em Ativos",
            quantity=Decimal("16.05"),
            price=Decimal("18.89"),
            value=Decimal("303.18"),
        ),
        movement("Desdobro", quantity=100),
        movement("Fração em Ativos", quantity=Decimal("0.05"), side="Debito"),
        movement("Fração em Ativos", quantity=0, side="Debito"),
    ).booked
    assert (bonus.kind, bonus.quantity, bonus.extra["unit_cost"]) == (
        RowKind.BONUS,
        Decimal("16.05"),
        "18.89",
    )
    assert (split.kind, split.quantity, split.extra["quantity_is"]) == (
        RowKind.SPLIT,
        Decimal(100),
        "new shares added",
    )
    assert (out.kind, out.quantity, rounded.quantity) == (RowKind.FRACTION_OUT, Decimal("0.05"), Decimal(0))


@pytest.mark.parametrize(
    ("kind", "side"),
    [("Dividendo", "Debito"), ("Desdobro", "Debito"), ("Cobrança de Taxa Semestral", "Credito")],
)
def test_the_wrong_direction_is_asked(kind: str, side: str) -> None:
    """A dividend that leaves is a reversal: never income."""
    assert [row.reason for row in read(movement(kind, value=5, side=side)).review] == ["direction_unexpected"]


def test_the_custody_fee_of_tesouro() -> None:
    """It has a value and no quantity."""
    (row,) = read(
        movement(
            "Cobrança de Taxa Semestral", "Tesouro Selic 2029", "-", "-", Decimal("14.37"), side="Debito"
        )
    ).booked
    assert (row.kind, row.amount, row.quantity) == (RowKind.CUSTODY_FEE, Decimal("14.37"), None)


def test_futures_are_not_taken_for_titles() -> None:
    """`Futuro - ...` is asked about whatever its type."""
    (asked,) = read(movement("Compra", "Futuro - WING26", 1, 1, 1)).review
    assert asked.reason == "future"


@pytest.mark.parametrize(
    ("product", "value", "expected"),
    [
        ("MXRF12 - M", 12, ("rights_sale", "", "")),
        ("MXRF11 - M", 12, ("", "cession_kind", "")),
        ("MXRF12 - M", "-", ("", "", "cession_without_value")),
    ],
)
def test_the_cession_of_rights(product: str, value: Value, expected: tuple[str, str, str]) -> None:
    """Sold when a right's code has a value; asked when the code is another; nothing without a value."""
    told = read(movement("Cessão de Direitos", product, 3, "-", value))
    assert (
        "".join(row.kind or "" for row in told.booked),
        "".join(row.reason for row in told.review),
        "".join(row.reason for row in told.not_booked),
    ) == expected


def test_every_row_is_in_exactly_one_list_in_the_order_of_the_file() -> None:
    """Nothing is dropped, nothing twice, pairs or not."""
    told = read(
        movement("Recibo de Subscrição", "MXRF13 - M", 4, day="09/07/2025"),
        movement("Transferência", FUND, 40, side="Debito"),
        movement("Dividendo", value=5),
        movement("Transferência", FUND, 40, institution=OTHER_BROKER),
        movement("Direitos de Subscrição - Exercido", "MXRF12 - M", 4, 9, day="08/07/2025"),
        movement("Que?"),
        movement("Dividendo", day="99/99/9999"),
        movement("Grupamento"),
    )
    assert [row.row for row in told.booked] == [2, 3, 4]
    assert [row.row.row for row in told.not_booked] == [5, 6]
    assert sorted(row.row.row for row in (*told.review, *told.unknown)) == [7, 8, 9]


def test_text_cells_with_padded_products_and_commas() -> None:
    """The cell model of 2019 to 2021: padded names, decimal commas, ` - ` for nothing."""
    padded = f"{'ITSA4':<13}- {'ITAUSA S/A':<60}"
    rows = as_text(
        [
            movement("Dividendo", padded, 1300, Decimal("0.25"), Decimal("325.5")),
            movement("Fração em Ativos", padded, 0, " - ", " - ", side="Debito"),
        ]
    )
    told = read_file("a", workbook({"Movimentação": [MOVEMENT_HEADER, *rows]}))
    assert told.layout == "b3-movimentacao (text cells, decimal comma, padded product)"
    assert [(row.ticker, row.quantity, row.extra["product"]) for row in told.booked] == [
        ("ITSA4", Decimal(1300), "ITSA4 - ITAUSA S/A"),
        ("ITSA4", Decimal(0), "ITSA4 - ITAUSA S/A"),
    ]


def test_the_account_column_is_optional() -> None:
    """Some files have `Conta` after the institution."""
    header, row = list(MOVEMENT_HEADER), as_text([movement("Dividendo", value=5)])[0]
    header.insert(5, "Conta")
    row.insert(5, "000000")
    assert len(read_file("a.csv", delimited([header, row])).booked) == 1


def test_the_record_of_a_question_shows_the_empty_value_as_printed() -> None:
    """`-` stays `-` in the record, and the quantity its digits."""
    record = as_record(read(movement("Grupamento", quantity=40)))
    assert record["review"] == [
        {
            "reason": "reverse split: the quantity is the resulting position in the files seen; confirm "
            "against the position or the announced factor",
            "row": 2,
            "movement": "Grupamento",
            "direction": "Credito",
            "product": "PETR4 - PETROLEO BRASILEIRO S.A. PETROBRAS",
            "amount": "-",
            "date": "2025-03-28",
            "ticker": "PETR4",
            "raw_ticker": "PETR4",
            "quantity": "40",
            "institution": BROKER,
        }
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (movement("Desdobro", quantity=0), "quantity_missing"),
        (movement("Desdobro", quantity="-"), "quantity_missing"),
        (movement("Compra", CDB, 0, 10, 10), "quantity_missing"),
        (movement("Fração em Ativos", quantity="-", side="Debito"), "quantity_missing"),
        (movement("Bonificação em Ativos", price=0, value=0), "bonus_without_cost"),
        (movement("Dividendo", value=-5), "value_negative"),
        (movement("Dividendo", value=0), "value_missing"),
        (movement("Recibo de Subscrição", "MXRF13 - M", 4, side="Debito"), "direction_unexpected"),
    ],
)
def test_figures_that_say_nothing_happened_are_asked(row: tuple[Value, ...], reason: str) -> None:
    """Zero, nothing or less than nothing is no event."""
    told = read(row)
    assert ([asked.reason for asked in told.review], told.booked) == ([reason], ())
