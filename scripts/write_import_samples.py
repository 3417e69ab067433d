"""Writes the sample files of `samples/imports` that are no text: workbooks of B3 and CEI, and notes.

.venv/bin/python -m scripts.write_import_samples
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.support.import_files import (
    BROKER,
    FUNDS_HEADER,
    INCOME_SUMS_HEADER,
    OTHER_BROKER,
    PROVISIONED_HEADER,
    RECEIVED_HEADER,
    SHARES_HEADER,
    TRADE_SUMS_HEADER,
    Value,
    movement,
    movimentacao,
    negociacao,
    trade,
    workbook,
)
from tests.support.import_samples_other import BOUGHT_AND_SOLD, nuinvest_page, pdf, sinacor_pages
from tests.support.old_workbooks import old_workbook

FOLDER = Path(__file__).parents[1] / "samples" / "imports"
#: What opens the protected note; brokers use a few digits of the CPF.
OPENS = "123"
PETROBRAS = "PETR4 - PETROLEO BRASILEIRO S.A. PETROBRAS"
_FUND: tuple[Value, ...] = (
    *("ALZR11 - ALIANZA TRUST", BROKER, "000000", "ALZR11", "00000000000000", "BRALZRCTF006 - 130", "Cotas"),
    *("BANCO EXEMPLO", 73, 73, "-", "-", Decimal("10.81"), Decimal("789.13")),
)
_SHARE: tuple[Value, ...] = (
    *(PETROBRAS, BROKER, "000000", "PETR4", "00000000000000", "BRPETRACNPR6 - 225", "PN"),
    *("BANCO EXEMPLO", 100, 100, "-", "-", Decimal("30.66"), 3066),
)


def b3() -> dict[str, bytes]:
    """The reports of the portal."""
    paid: tuple[Value, ...] = (PETROBRAS, "30/04/2025", "Dividendo", BROKER, 100, Decimal("0.355"))
    rent: tuple[Value, ...] = ("ALZR11 - ALIANZA TRUST", "25/01/2025", "Rendimento", BROKER, 73)
    total: list[Value] = [*[""] * 12, "Total", 3066]
    return {
        "b3-negociacao/negociacao.xlsx": negociacao(
            trade(quantity=100, price="37.2", day="10/01/2025"),
            trade("TAEE11F", 7, "33.05", day="14/02/2025", market="Mercado Fracionário"),
            trade("VALE3", 10, "55.5", day="17/02/2025", institution=OTHER_BROKER),
        ),
        "b3-movimentacao/movimentacao.xlsx": movimentacao(
            movement("Transferência - Liquidação", price=Decimal("37.2"), value=3720, day="14/01/2025"),
            movement("Bonificação em Ativos", quantity=5, price=Decimal("12.5"), value=Decimal("62.5")),
            movement("Juros Sobre Capital Próprio", price=Decimal("0.2"), value=17),
        ),
        "b3-posicao/posicao-2025-04-30.xlsx": workbook({"Acoes": [SHARES_HEADER, _SHARE, total]}),
        "b3-eventos-provisionados/eventos.xlsx": workbook(
            {
                "Eventos Provisionados": [
                    PROVISIONED_HEADER,
                    (
                        *(PETROBRAS, "PN", "Dividendo", "22/12/2025", BROKER, "000000", 100),
                        *(Decimal("0.5"), 50),
                    ),
                ]
            }
        ),
        "b3-proventos-recebidos/proventos-recebidos.xlsx": workbook(
            {"Proventos Recebidos": [RECEIVED_HEADER, (*paid, Decimal("35.5"))]}
        ),
        "b3-consolidado/relatorio-consolidado-mensal-2025-janeiro.xlsx": workbook(
            {
                "Proventos Recebidos": [RECEIVED_HEADER, (*rent, Decimal("0.08"), Decimal("5.84"))],
                "Negociações": [
                    TRADE_SUMS_HEADER,
                    ("ALZR11F", "06/01/2025", "-", BROKER, 73, 0, 73, Decimal("10.71"), 0),
                ],
                "Posição - Fundos": [FUNDS_HEADER, _FUND],
            }
        ),
        "b3-consolidado/relatorio-consolidado-anual-2025.xlsx": workbook(
            {"Proventos Recebidos": [INCOME_SUMS_HEADER, (PETROBRAS, "Dividendo", Decimal("35.5"))]}
        ),
    }


def notes() -> dict[str, bytes]:
    """Brokerage notes: one trade has its ticker printed, the others are found by their names."""
    return {
        "note-pdf/nota-sinacor.pdf": pdf(sinacor_pages(BOUGHT_AND_SOLD)),
        "note-pdf/nota-protegida-123.pdf": pdf(sinacor_pages(BOUGHT_AND_SOLD), password=OPENS),
        "note-pdf/nota-nuinvest.pdf": pdf([nuinvest_page(BOUGHT_AND_SOLD)], bold_twice=True),
    }


def cei() -> dict[str, bytes]:
    """The list of trades of the old portal."""
    header = (
        *("Data Negócio", None, "C/V", "Mercado", "Prazo", "Código", "Especificação do Ativo", "Quantidade"),
        *("Preço (R$)", "Valor Total (R$)"),
    )
    bought = ("   01/12/21", None, "C             ", "Mercado a Vista     ", None, "PETR4", "PETROBRAS PN")
    rows = [
        *((None,), ("Código / Nome da Instituição Intermediadora",), ("99 – CORRETORA EXEMPLO",), (None,)),
        *(header, (*bought, 100.0, 20.125, 2012.5), (None,), ("Notas: (*) Preço por lote de mil ações",)),
    ]
    return {"cei-trades-xls/negociacoes.xls": old_workbook(rows)}


def main() -> None:
    """Write them all."""
    for name, data in (b3() | notes() | cei()).items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    main()
