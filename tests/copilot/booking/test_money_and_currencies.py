"""Bank statements, other currencies, and rows that no book has a place for."""

from __future__ import annotations

import json

import pytest

from fiel.kernel.errors import InvalidInput
from tests.support.booked_wallets import BookedWallet, entry, own, read
from tests.support.import_samples_other import ofx, ofx_entry

AVENUE = "Data,Hora,Liquidação,Descrição,Valor (U$),Saldo da conta (U$)\n"


def avenue(*lines: str) -> str:
    """Statement lines of description, value and balance."""
    return AVENUE + "".join(f"05/02/2025,10:12,07/02/2025,{line}\n" for line in lines)


def test_money_in_a_bank_has_an_account_of_its_own(ana: BookedWallet) -> None:
    """Deposits and withdrawals of a statement are kept; equal entries of one day are two by their id."""
    statement = read(
        ofx(
            ofx_entry("20250310", "1000.00", "1", "PIX")
            + ofx_entry("20250311", "-250.00", "2", "PIX")
            + ofx_entry("20250311", "-250.00", "3", "PIX")
        )
    )
    assert (ana.new(statement), ana.new(statement)) == (3, 0)
    (name,) = ana.cash()
    assert name.startswith("ana/")
    assert ana.cash() == {name: "500.00 TRACKED"}
    ana.adds_up()


def test_a_broker_without_cash_rows_keeps_its_money_elsewhere(ana: BookedWallet) -> None:
    """A purchase is then money that came in; a deposit in a later file waits, and says why."""
    ana.accept(own(entry("buy", "2025-01-10", "PETR4", quantity="100", price="30")))
    assert ana.cash() == {"ana/clear BRL": "0.00 EXTERNAL"}
    (waits,) = ana.accept(own(entry("deposit", "2025-01-09", amount="5000"))).prepared.files[0].waiting
    assert waits.reason == "cash_kept_elsewhere"


def test_a_broker_whose_file_tells_deposits_keeps_its_money_here(ana: BookedWallet) -> None:
    """5,000 came, 3,001.15 were paid."""
    ana.accept(
        own(
            entry("deposit", "2025-01-09", amount="5000"),
            entry("buy", "2025-01-10", "PETR4", quantity="100", price="30", fees="1.15"),
        )
    )
    assert ana.cash() == {"ana/clear BRL": "1998.85 TRACKED"}
    ana.adds_up()


def test_avenue_is_booked_in_dollars(ana: BookedWallet) -> None:
    """Exchange, purchase, fee, dividend and its tax: the statement's balance is the book's."""
    statement = read(
        avenue(
            "Câmbio Padrão : R$3000.00,517.24,517.24",
            "Compra de 1.25 VTI a $ 298.10,-372.63,144.61",
            "Corretagem VTI,-1.00,143.61",
            "Dividendos VTI. VANGUARD,1.19,144.80",
            "Retenção Impostos sobre Dividendos VTI. VANGUARD,-0.36,144.44",
        ),
        "avenue.csv",
    )
    assert ana.new(statement) == 5
    assert list(ana.cash().values()) == ["144.44 TRACKED"]
    assert [name.partition(" ")[2] for name in ana.cash()] == ["USD"]
    ana.adds_up()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_halves_of_a_statement_keep_their_cash_in_either_order(
    ana: BookedWallet, order: tuple[int, int]
) -> None:
    """The half without money coming in is of a statement all the same."""
    halves = (
        read(avenue("Câmbio Padrão : R$3000.00,517.24,517.24"), "a.csv"),
        read(avenue("Compra de 1.25 VTI a $ 298.10,-372.63,144.61"), "b.csv"),
    )
    assert [ana.new(halves[at]) for at in order] == [1, 1]
    assert list(ana.cash().values()) == ["144.61 TRACKED"]


def test_ghostfolio_accounts_and_currencies(ana: BookedWallet) -> None:
    """One export with reais and dollars: one account of the book for each."""
    told = {"fee": 1, "type": "BUY", "dataSource": "YAHOO", "date": "2025-01-10T03:00:00.000Z"}
    activities = [
        {"accountId": "a", "symbol": "PETR4.SA", "quantity": 100, "unitPrice": 37.2, "currency": "BRL"},
        {"accountId": "b", "symbol": "VTI", "quantity": 1.5, "unitPrice": 298.1, "currency": "USD"},
    ]
    document = {
        "meta": {"date": "2026-05-01T12:00:00.000Z", "version": "3.0.0"},
        "accounts": [{"id": "a", "name": "Clear"}, {"id": "b", "name": "Avenue"}],
        "activities": [told | each for each in activities],
    }
    assert ana.new(read(json.dumps(document))) == 2
    assert ana.held() == {"ana/avenue VTI": "1.5 for 448.15", "ana/clear PETR4": "100 for 3721.00"}
    assert set(ana.cash()) == {"ana/avenue USD", "ana/clear BRL"}
    ana.adds_up()


def test_portfolio_performance_rows_are_booked_in_their_currencies(ana: BookedWallet) -> None:
    """A deposit in euros and a purchase in reais; net values are taken apart by the reader."""
    table = (
        "Date,Type,Value,Transaction Currency,Gross Amount,Currency Gross Amount,Exchange Rate,Fees,Taxes,"
        "Shares,ISIN,WKN,Ticker Symbol,Security Name,Note\n"
        "2025-01-09T00:00,Deposit,500.00,EUR,,,,,,,,,,,\n"
        "2025-01-10T00:00,Buy,301.00,EUR,,,,1.00,,10,,,VWCE,Vanguard,\n"
        "2025-01-10T00:00,Buy,3721.15,BRL,,,,1.15,,100,,,PETR4,Petrobras,\n"
    )
    assert ana.new(read(table, "pp.csv")) == 3
    assert ana.held() == {"ana PETR4": "100 for 3721.15", "ana VWCE": "10 for 301.00"}
    assert ana.cash() == {"ana BRL": "0.00 EXTERNAL", "ana EUR": "199.00 TRACKED"}


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (entry("buy", "2025-01-10", "ABC", quantity="1", price="10", currency="XYZ"), "currency"),
        (entry("buy", "2025-01-10", "ABC", quantity="1000000000000", price="1000000"), "out_of_range"),
        (entry("transfer", "2025-01-10", "ABC", quantity="1"), "transfer_one_end"),
        (entry("dividend", "2025-01-10", "ABC", amount="10", taxes="11"), "taxes_exceed"),
    ],
)
def test_a_row_that_cannot_be_booked_waits_and_the_rest_is_booked(
    ana: BookedWallet, bad: dict[str, str], code: str
) -> None:
    """It says why, under its row of the file; the other row is booked, and again nothing is new."""
    file = own(bad, entry("buy", "2025-01-10", "PETR4", quantity="100", price="30"))
    done = ana.accept(file)
    (waits,) = done.prepared.files[0].waiting
    assert (waits.row.row, code in waits.reason, bool(waits.text)) == (1, True, True)
    assert (done.rows, ana.new(file), ana.held()) == (1, 0, {"ana/clear PETR4": "100 for 3000.00"})
    ana.adds_up()


def test_an_account_is_opened_only_for_what_is_booked(ana: BookedWallet) -> None:
    """A broker whose only row waits is no account yet."""
    bad = entry("buy", "2025-01-10", "ABC", quantity="1", price="10", currency="XYZ")
    assert ana.accept(own(bad, institution="XP")).prepared.accounts_opened == []
    assert ana.bank.look(lambda book: book.accounts()) == []


def test_an_account_of_another_wallet_is_no_wallet(ana: BookedWallet) -> None:
    """Its rows would be booked twice: under its own name and under the wallet's."""
    ana.accept(own(entry("buy", "2025-01-10", "PETR4", quantity="100", price="30")))
    with pytest.raises(InvalidInput, match="ana/clear is an account of ana"):
        ana.desk.prepare("ana/clear", [])
