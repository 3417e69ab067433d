"""Portfolio Performance: tables in two languages, and its XML file."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fiel.copilot.importing.limits import DEFAULT_LIMITS
from fiel.copilot.importing.others import READERS
from fiel.copilot.importing.reading import recognise
from fiel.copilot.importing.rows import ReadFile, RowKind
from fiel.copilot.importing.source import open_source
from fiel.kernel.errors import FielError

PT = (
    "Data;Tipo;Valor;Moeda da transação;Valor bruto;Valor Bruto em Moeda;Taxa de Câmbio;Taxas;Impostos;"
    "Quantidade;ISIN;WKN;Símbolo do Ativo;Nome do Ativo;Nota\r\n"
)
EN = (
    "Date,Type,Value,Transaction Currency,Gross Amount,Currency Gross Amount,Exchange Rate,Fees,Taxes,"
    "Shares,ISIN,WKN,Ticker Symbol,Security Name,Note\r\n"
)


def read(data: bytes) -> ReadFile:
    """The file, recognised and read."""
    source = open_source("export", data, DEFAULT_LIMITS)
    return recognise(source, READERS).read(source)


def test_value_is_net_of_fees_in_both_directions() -> None:
    """A buy has its fee in the value, a sale has it taken off: the price is before fees."""
    found = read(
        (
            PT
            + "2025-01-10T00:00;Comprar;3.721,15;BRL;;;;1,15;;100;;;PETR4.SA;PETROBRAS PN;\r\n"
            + "2025-05-06T00:00;Vender;-1.523,53;BRL;;;;0,47;;40;;;PETR4.SA;PETROBRAS PN;\r\n"
        ).encode()
    )
    assert [(str(row.price), str(row.amount), str(row.fees)) for row in found.booked] == [
        ("37.20", "3720.00", "1.15"),
        ("38.10", "1524.00", "0.47"),
    ]
    assert [row.extra["net_amount"] for row in found.booked] == ["3721.15", "1523.53"]


def test_english_with_thousands_commas() -> None:
    """The same purchase, separated by commas."""
    line = '2025-01-10T00:00,Buy,"3,721.15",BRL,,,,1.15,,100,,,PETR4.SA,PETROBRAS PN,\r\n'
    (row,) = read((EN + line).encode()).booked
    assert (row.ticker, str(row.price)) == ("PETR4", "37.20")


def test_an_ambiguous_number_follows_the_separator() -> None:
    """`1.500` alone is thousands in a table of semicolons, and decimals in one of commas."""
    pt = read((PT + "2025-05-07T00:00;Depósito;1.500;BRL;;;;;;;;;;;\r\n").encode())
    en = read((EN + "2025-05-07T00:00,Deposit,1.500,BRL,,,,,,,,,,,\r\n").encode())
    assert [pt.booked[0].amount, en.booked[0].amount] == [Decimal(1500), Decimal("1.50")]


@pytest.mark.parametrize(
    ("kind", "booked"),
    [
        ("Dividendo", RowKind.DIVIDEND),
        ("Juros", RowKind.INTEREST),
        ("Taxas", RowKind.FEE),
        ("Impostos", RowKind.TAX),
        ("Reembolso de Impostos", RowKind.TAX_REFUND),
        ("Saque", RowKind.WITHDRAWAL),
        ("Levantamento", RowKind.WITHDRAWAL),
        ("Bonificação (Recebimento)", RowKind.DELIVERY_IN),
        ("Transferência (Saída)", None),
        ("Bonificação (Saída)", None),
        ("Presente", None),
    ],
)
def test_types_in_portuguese(kind: str, booked: RowKind | None) -> None:
    """`Bonificação` is a delivery of any origin, not a bonus; one end of a transfer is asked about."""
    found = read((PT + f"2025-05-07T00:00;{kind};10,00;BRL;;;;;;1;;;PETR4.SA;X;\r\n").encode())
    assert [row.kind for row in found.booked] == ([booked] if booked else [])
    assert len(found.booked) + len(found.review) + len(found.unknown) == 1


def client(body: str, *, version: int = 69, securities: str = "") -> bytes:
    """A file with one account whose transactions are `body`."""
    return (
        f"<client>\n  <version>{version}</version><securities>{securities}</securities><accounts><account>"
        f"<uuid>u</uuid><name>Conta</name><transactions>{body}</transactions></account></accounts></client>"
    ).encode()


SECURITY = "<security><name>{0}</name><tickerSymbol>{0}.SA</tickerSymbol></security>"
BUY = (
    "<account-transaction><uuid>1</uuid><date>2025-01-10T00:00</date><currencyCode>BRL</currencyCode>"
    "<amount>372115</amount>{security}<shares>0</shares><crossEntry class='buysell'><portfolio><name>Carteira"
    "</name></portfolio><portfolioTransaction><uuid>2</uuid><date>2025-01-10T00:00</date><currencyCode>BRL"
    "</currencyCode><amount>372115</amount>{inner}<shares>{shares}</shares><units><unit type='FEE'>"
    "<amount currency='BRL' amount='115'/></unit></units><type>BUY</type></portfolioTransaction>"
    "</crossEntry><type>BUY</type></account-transaction>"
)
UP = "../" * 4


def bought(shares: int, version: int = 69) -> ReadFile:
    """A purchase of the second security of the file, as account and depot write it."""
    outer = f'<security reference="{UP}../securities/security[2]"/>'
    inner = f'<security reference="{UP}../../../securities/security[2]"/>'
    securities = SECURITY.format("VALE3") + SECURITY.format("PETR4")
    body = BUY.format(security=outer, inner=inner, shares=shares)
    return read(client(body, version=version, securities=securities))


@pytest.mark.parametrize(
    ("version", "shares"), [(69, 10_000_000_000), (49, 10_000_000_000), (48, 100_000_000), (25, 10_000_000)]
)
def test_shares_by_version_of_the_file(version: int, shares: int) -> None:
    """8 decimals from version 49, 6 up to 48, 5 up to 25: always 100 shares."""
    (row,) = bought(shares, version).booked
    assert (row.quantity, str(row.price), str(row.fees)) == (Decimal(100), "37.20", "1.15")


def test_a_buy_written_twice_is_booked_once() -> None:
    """The account's leg is told as such; the reference leads to the second security."""
    found = bought(10_000_000_000)
    assert [(row.ticker, row.extra["uuid"]) for row in found.booked] == [("PETR4", "2")]
    assert [entry.reason for entry in found.not_booked] == ["cash_leg"]


def test_securities_by_identifier() -> None:
    """Newer files may refer by id instead of by place."""
    body = (
        "<account-transaction><uuid>1</uuid><date>2025-04-30T00:00</date><amount>3550</amount>"
        '<security reference="7"/><shares>10000000000</shares><units><unit type="TAX">'
        '<amount currency="BRL" amount="150"/></unit></units><type>DIVIDENDS</type></account-transaction>'
    )
    securities = SECURITY.format("PETR4").replace("<security>", '<security id="7">')
    (row,) = read(client(body, securities=securities)).booked
    assert (row.kind, row.ticker, row.amount, row.taxes) == (
        RowKind.DIVIDEND,
        "PETR4",
        Decimal("35.50"),
        Decimal("1.50"),
    )


def test_a_broken_reference_is_told() -> None:
    """The transaction is unknown, not booked under another security."""
    body = BUY.format(security="", inner='<security reference="../../nowhere"/>', shares=100_000_000)
    assert [entry.reason for entry in read(client(body)).unknown] == ["reference_broken"]


def test_a_newer_file_is_asked_about() -> None:
    """Its factors are not known: everything is shown, nothing booked by itself."""
    found = bought(10_000_000_000, version=70)
    assert (found.booked, [entry.reason for entry in found.review]) == ((), ["version_newer"])


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE client [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{at} "{f"&a{at - 1 if at else str()};" * 10}">' for at in range(9))
    + "]><client><version>69</version>&a8;</client>"
)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (BOMB.encode(), "xml_forbidden"),
        (client("")[:-20], "xml_malformed"),
        (b"<client><version>x</version></client>", "version_missing"),
        (b"<client><version>69</version>" + b"<a>" * 100_000, "xml_malformed"),
        (b"PORTFOLIO\x01\x02 secret", "portfolio_performance_binary"),
        (b"PPPBV1\x08\x45", "portfolio_performance_binary"),
    ],
)
def test_malformed_files_are_one_error_each(data: bytes, code: str) -> None:
    """A bomb, a cut file, no version, the encrypted and the binary form."""
    with pytest.raises(FielError) as caught:
        read(data)
    assert caught.value.code == code


def test_deep_nesting_is_bounded_work() -> None:
    """A hundred thousand elements within each other are read as what they are: no transactions."""
    depth = 100_000
    found = read(client("<a>" * depth + "</a>" * depth))
    assert (found.booked, found.unknown) == ((), ())
