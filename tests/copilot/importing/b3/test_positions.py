"""Posição: holdings by class and broker, which check quantities and book nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.support.import_files import (
    BROKER,
    CREDIT_HEADER,
    FUNDS_HEADER,
    LOANS_HEADER,
    OTHER_BROKER,
    SHARES_HEADER,
    TREASURY_HEADER,
    Value,
    workbook,
)

from fiel.copilot.importing.b3.positions import day_of_name
from fiel.copilot.importing.reading import read_file
from fiel.kernel.errors import InvalidInput


def share(
    code: str = "PETR4", quantity: Value = 200, value: Value = 6132, broker: str = BROKER
) -> tuple[Value, ...]:
    """One row of a sheet of shares."""
    return (
        f"{code} - NOME - S.A.",
        broker,
        "000000",
        code,
        "33000167000101",
        "BRPETRACNPR6 - 225",
        "PN",
        "BANCO S/A",
        quantity,
        quantity,
        "-",
        "-",
        Decimal("30.66"),
        value,
    )


def total(value: Value, width: int = 14) -> list[Value]:
    """The last row of a sheet."""
    return [*[""] * (width - 2), "Total", value]


TREASURY_ROW = (
    "Tesouro Selic 2029",
    BROKER,
    "BRSTNCLF1RU6",
    "SELIC",
    "01/03/2029",
    Decimal("0.5"),
    Decimal("0.5"),
    "-",
    "-",
    Decimal("2079.13"),
    2102,
    2098,
    Decimal("2101.77"),
)
CREDIT_ROW = (
    "CDB - BANCO EXEMPLO S.A.",
    BROKER,
    "BANCO EXEMPLO S.A.",
    "CDB425XYZ12",
    "DI",
    "Depositado",
    "05/02/2025",
    "05/02/2028",
    5,
    5,
    "-",
    "-",
    "X",
    "-",
    "-",
    Decimal("1028.4"),
    5142,
)
LOAN_ROW = (
    "TAEE11 - TAESA",
    BROKER,
    "Doador",
    "2025-1",
    "Balcão",
    "-",
    "Sim",
    Decimal("0.32"),
    0,
    "21/03/2025",
    "22/04/2025",
    34,
    Decimal("34.1"),
    Decimal("1159.4"),
)


def test_every_class_is_read_from_its_sheet() -> None:
    """Shares, Tesouro, private credit and loans have each their columns; totals are no holdings."""
    read = read_file(
        "posicao-2025-04-30-10-11-12.xlsx",
        workbook(
            {
                "Acoes": [
                    SHARES_HEADER,
                    share(),
                    share(quantity=10, value=Decimal("306.6"), broker=OTHER_BROKER),
                    total(Decimal("6438.6")),
                ],
                "Tesouro Direto": [TREASURY_HEADER, TREASURY_ROW],
                "Renda Fixa": [CREDIT_HEADER, CREDIT_ROW],
                "Empréstimo de Ativos": [LOANS_HEADER, LOAN_ROW],
            }
        ),
    )
    assert (read.booked, read.unknown, read.facts) == ((), (), {"as_of": "2025-04-30"})
    first, second, treasury, credit, loan = read.positions
    assert (first["sheet"], first["row"], first["ticker"], first["quantity"], first["value"]) == (
        "Acoes",
        "2",
        "PETR4",
        "200",
        "6132",
    )
    assert (second["institution"], second["quantity"]) == (OTHER_BROKER, "10")
    assert (treasury["invested"], treasury["maturity"], treasury["maturity_date"]) == (
        "2079.13",
        "01/03/2029",
        "2029-03-01",
    )
    assert (credit["code"], credit["value_curve"], "value_mtm" in credit) == ("CDB425XYZ12", "5142", False)
    assert (loan["ticker"], loan["side"], loan["quantity"]) == ("TAEE11", "Doador", "34")


def test_fractions_of_shares_are_kept() -> None:
    """143.85 shares were met."""
    read = read_file("a", workbook({"Ações": [SHARES_HEADER, share(quantity=Decimal("143.85"))]}))
    assert read.positions[0]["quantity"] == "143.85"


def test_rows_that_do_not_add_up_to_the_total_are_told() -> None:
    """A snapshot that lost rows says so."""
    read = read_file("a", workbook({"Acoes": [SHARES_HEADER, share(), total(7000)]}))
    assert read.facts["total_difference"] == "Acoes: 868"


def test_a_class_without_known_layout_is_told() -> None:
    """COE sheets have been named, never seen: told, not dropped."""
    read = read_file("a", workbook({"Acoes": [SHARES_HEADER, share()], "COE": [["Certificado"], ["x"]]}))
    assert [(told.reason, told.row.extra["sheet"]) for told in read.unknown] == [
        ("sheet_not_recognised", "COE")
    ]


def test_a_holding_without_a_quantity_is_unknown() -> None:
    """Nothing is held in the quantity of nothing."""
    read = read_file("a", workbook({"Acoes": [SHARES_HEADER, share(quantity="-")]}))
    assert ([told.reason for told in read.unknown], read.positions) == (["value_missing"], ())


def test_one_number_style_holds_for_all_sheets() -> None:
    """A sheet of texts that fits both styles is read as the other sheets of its file are."""
    rows = [(*share("XPML11", "1.500", "2.000")[:12], "2", "3.000")]
    clear = [(*share("PETR4", "2", "61,32")[:12], "30,66", "61,32")]
    read = read_file(
        "a", workbook({"Fundo de Investimento": [FUNDS_HEADER, *rows], "Acoes": [SHARES_HEADER, *clear]})
    )
    assert {entry["ticker"]: entry["quantity"] for entry in read.positions} == {
        "XPML11": "1500",
        "PETR4": "2",
    }


def test_styles_that_contradict_each_other_refuse_the_file() -> None:
    """Points in one sheet, commas in another: one of the two would be wrong."""
    with pytest.raises(InvalidInput, match="two ways"):
        read_file(
            "a",
            workbook(
                {
                    "Acoes": [SHARES_HEADER, share(value="61,32")],
                    "BDR": [SHARES_HEADER, share("AAPL34", value="61.32")],
                }
            ),
        )


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("posicao-2025-04-30-10-11-12.xlsx", date(2025, 4, 30)),
        ("Posição-2025-04-30 (1).xlsx", date(2025, 4, 30)),
        ("relatorio-consolidado-mensal-2025-marco.xlsx", date(2025, 3, 31)),
        ("relatorio-consolidado-mensal-2024-fevereiro.xlsx", date(2024, 2, 29)),
        ("relatorio-consolidado-mensal-2024-dezembro.xlsx", date(2024, 12, 31)),
        ("relatorio-consolidado-anual-2024.xlsx", date(2024, 12, 31)),
        ("posicao-2025-02-31.xlsx", None),
        ("arquivo.xlsx", None),
    ],
)
def test_the_day_of_a_snapshot_is_in_its_name(name: str, day: date | None) -> None:
    """No sheet tells the day; a name that does not either leaves it unknown."""
    assert day_of_name(name) == day


def test_a_fractional_code_is_its_whole_lot() -> None:
    """The code as written is kept beside the asset it is."""
    read = read_file("a", workbook({"Acoes": [SHARES_HEADER, share("PETR4F")]}))
    assert (read.positions[0]["ticker"], read.positions[0]["raw_ticker"]) == ("PETR4", "PETR4F")
