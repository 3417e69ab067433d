"""Avenue, Interactive Brokers and Charles Schwab."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fiel.copilot.importing.limits import DEFAULT_LIMITS
from fiel.copilot.importing.others import READERS
from fiel.copilot.importing.reading import recognise
from fiel.copilot.importing.rows import ReadFile, RowKind
from fiel.copilot.importing.source import open_source

AVENUE = "Data,Hora,Liquidação,Descrição,Valor (U$),Saldo da conta (U$)\n"
TRADES = (
    "Buy/Sell,TradeDate,Symbol,ISIN,Quantity,TradePrice,TradeMoney,CurrencyPrimary,IBCommission,"
    "IBCommissionCurrency,Model\n"
)
CASH = "Type,SettleDate,ISIN,Description,Amount,CurrencyPrimary\n"
SCHWAB = "Date,Action,Symbol,Description,Quantity,Price,Fees & Comm,Amount\n"


def read(text: str) -> ReadFile:
    """The file, recognised and read."""
    source = open_source("export.csv", text.encode(), DEFAULT_LIMITS)
    return recognise(source, READERS).read(source)


def avenue(*lines: str) -> ReadFile:
    """Statement lines of description, value and balance."""
    return read(AVENUE + "".join(f"05/02/2025,10:12,07/02/2025,{line}\n" for line in lines))


def test_avenue_descriptions() -> None:
    """Exchange, purchase, commission, dividend and the tax withheld of it."""
    found = avenue(
        "Câmbio Padrão : R$3000.00,517.24,517.24",
        "Compra de 1.25 VTI a $ 298.10,-372.63,144.61",
        "Corretagem VTI,-1.00,143.61",
        "Dividendos VTI. VANGUARD,1.19,144.80",
        "Retenção Impostos sobre Dividendos VTI. VANGUARD,-0.36,144.44",
        "Estorno Impostos sobre Dividendos VTI. VANGUARD,0.36,144.80",
    )
    assert [row.kind for row in found.booked] == [
        RowKind.FX_IN,
        RowKind.BUY,
        RowKind.FEE,
        RowKind.DIVIDEND,
        RowKind.TAX,
        RowKind.TAX_REFUND,
    ]
    assert [row.ticker for row in found.booked] == [None, *["VTI"] * 5]
    assert found.booked[0].extra["brl"] == "3000.00"
    assert found.booked[1].quantity == Decimal("1.25")
    assert found.facts["balance_check"] == "holds"


def test_avenue_newest_first_balances_too() -> None:
    """The order of the statement does not matter to its balance."""
    found = avenue("Corretagem VTI,-1.00,9.00", "Dividendos VTI. V,10.00,10.00")
    assert (len(found.booked), found.facts["balance_check"]) == (2, "holds")


@pytest.mark.parametrize(
    ("line", "list_name", "reason"),
    [
        ("Dividendos VTI. V,1.00,9.00", "review", "balance_breaks"),
        ("Compra de 1.25 VTI a $ 298.10,-370.00,-360.00", "review", "figures_differ"),
        ("Dividendos VTI. V,-1.00,9.00", "review", "figures_differ"),
        ("Câmbio Padrão : R$50.00,-9.00,1.00", "review", "asked_about"),
        ("Desdobramento VTI,0.00,10.00", "review", "asked_about"),
        ("Bonus de boas-vindas,1.00,11.00", "unknown", "text_unknown"),
        ("Dividendos VTI. V,um,11.00", "unknown", "number_malformed"),
    ],
)
def test_avenue_rows_that_are_not_booked(line: str, list_name: str, reason: str) -> None:
    """Each is in one list with a reason; the row before it is booked."""
    found = avenue("Dividendos VTI. V,10.00,10.00", line)
    (entry,) = getattr(found, list_name)
    assert entry.reason == reason
    assert len(found.booked) == 1


def test_ibkr_trades_with_and_without_symbol() -> None:
    """A commission is negative when paid; an ISIN alone is asked about, no ISIN is a conversion."""
    found = read(
        TRADES
        + "BUY,20230403,VTI,US9229087690,17,204.3473,3473.9041,USD,-1,USD,m\n"
        + "SELL,20230403,VTI,US9229087690,-2,204,-408,USD,-0.979,USD,m\n"
        + "BUY,20230522,,US9220427424,95,93.78,8909.1,USD,-1,USD,m\n"
        + "SELL,20230522,,,-8000,1.1173,-8938.4,USD,-1.8,CHF,m\n"
    )
    assert [(row.kind, row.ticker, row.quantity, row.fees) for row in found.booked] == [
        (RowKind.BUY, "VTI", Decimal(17), Decimal(1)),
        (RowKind.SELL, "VTI", Decimal(2), Decimal("0.979")),
    ]
    assert [entry.reason for entry in found.review] == ["ticker_missing", "currency_conversion"]
    assert found.facts["columns_not_used"] == "1"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("BUY,20230403,VTI,,17,204.3473,3400.00,USD,-1,USD,m", "figures_differ"),
        ("BUY,20230403,VTI,,-17,204.3473,-3473.9041,USD,-1,USD,m", "figures_differ"),
        ("BUY,20230403,VTI,,17,204.3473,3473.9041,USD,-1,CHF,m", "fee_in_other_currency"),
    ],
)
def test_ibkr_figures_that_contradict(line: str, reason: str) -> None:
    """Side against sign, product against value, commission in another currency: asked about."""
    assert [entry.reason for entry in read(TRADES + line + "\n").review] == [reason]


def test_ibkr_cash() -> None:
    """Dividends, their tax and its return, capital given back, substitute payments, reversals."""
    found = read(
        CASH
        + 'Dividends,20230623,US1,"VT(US1) CASH DIVIDEND USD 0.65 PER SHARE (Ordinary Dividend)",137.23,USD\n'
        + 'Withholding Tax,20230623,US1,"VT(US1) CASH DIVIDEND - US TAX",-20.58,USD\n'
        + 'Withholding Tax,20230624,US1,"VT(US1) CASH DIVIDEND - US TAX",20.58,USD\n'
        + 'Dividends,20230913,CH1,"SMMCHA(CH1) CASH DIVIDEND (Return of Capital)",4.83,CHF\n'
        + 'Payment In Lieu Of Dividends,20250625,JP1,"4543.T(JP1) PAYMENT IN LIEU",455,JPY\n'
        + 'Dividends,20230701,US1,"VT(US1) CASH DIVIDEND REVERSAL",-137.23,USD\n'
        + 'Lottery,20230701,US1,"x",1,USD\n'
    )
    assert [(row.kind, row.ticker, row.currency) for row in found.booked] == [
        (RowKind.DIVIDEND, "VT", "USD"),
        (RowKind.TAX, "VT", "USD"),
        (RowKind.TAX_REFUND, "VT", "USD"),
        (RowKind.CAPITAL_RETURN, "SMMCHA", "CHF"),
        (RowKind.DIVIDEND, "4543.T", "JPY"),
    ]
    assert [entry.reason for entry in found.review] == ["reversal"]
    assert [entry.reason for entry in found.unknown] == ["type_unknown"]


def test_schwab_reinvestment_is_a_pair() -> None:
    """The dividend and the shares bought with it; US dates; dollar signs with thousands."""
    found = read(
        SCHWAB
        + '11/01/2023,Reinvest Shares,SPY,SPDR,"1,259.59",$1.00,,"-$1,259.59"\n'
        + '10/31/2023 as of 10/30/2023,Reinvest Dividend,SPY,SPDR,,,,"$1,259.59"\n'
        + "10/30/2023,Sell,SPY,SPDR,2,$420.00,$0.01,$839.99\n"
    )
    assert [(row.kind, str(row.amount)) for row in found.booked] == [
        (RowKind.BUY, "1259.59"),
        (RowKind.DIVIDEND, "1259.59"),
        (RowKind.SELL, "839.99"),
    ]
    assert [row.day.isoformat() for row in found.booked if row.day] == [
        "2023-11-01",
        "2023-10-31",
        "2023-10-30",
    ]
    assert found.booked[1].extra["as_of"] == "10/30/2023"
    assert found.booked[2].fees == Decimal("0.01")


@pytest.mark.parametrize(
    ("line", "list_name", "reason"),
    [
        ("10/30/2023,Stock Split,SPY,SPDR,2,,,", "review", "asked_about"),
        ("10/30/2023,Cash Dividend,SPY,SPDR,,,,-$3.00", "review", "reversal"),
        ("10/30/2023,Buy,,SPDR,2,$1.00,,-$2.00", "review", "ticker_missing"),
        ("10/30/2023,Moon Landing,SPY,SPDR,2,$1.00,,-$2.00", "unknown", "action_unknown"),
        ("31/12/2023,Buy,SPY,SPDR,2,$1.00,,-$2.00", "unknown", "date_malformed"),
        ("Transactions Total,,,,,,,$5.00", "not_booked", "total_line"),
    ],
)
def test_schwab_rows_that_are_not_booked(line: str, list_name: str, reason: str) -> None:
    """Each is in one list with a reason."""
    found = read(SCHWAB + line + "\n")
    assert [entry.reason for entry in getattr(found, list_name)] == [reason]
    assert not found.booked
