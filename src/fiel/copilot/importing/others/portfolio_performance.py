"""Tables of Portfolio Performance: "all transactions" and its import templates, in English and Portuguese.

`Value` is net: a buy has fees and taxes in it, a sale has them taken off (and a minus sign in exports).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from fiel.copilot.importing.bytes_in import Content
from fiel.copilot.importing.columns import Record
from fiel.copilot.importing.headers import Header, find_header, layout
from fiel.copilot.importing.numbers import NumberStyle, style_of_file
from fiel.copilot.importing.others.collecting import Collected
from fiel.copilot.importing.others.figures import at_least_cents, needed_day, price_of
from fiel.copilot.importing.others.finding import records_under, table_of
from fiel.copilot.importing.others.symbols import ticker_of
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.rows import ReadFile, Row, RowKind
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput

LAYOUT = "portfolio-performance-csv"
CSV = layout(
    LAYOUT,
    [("date", "Date|Data"), ("type", "Type|Tipo"), ("value", "Value|Valor")],
    [
        ("currency", "Transaction Currency|Moeda da transação"),
        ("gross", "Gross Amount|Valor bruto"),
        ("gross_currency", "Currency Gross Amount|Valor Bruto em Moeda"),
        ("exchange_rate", "Exchange Rate|Taxa de Câmbio"),
        ("fees", "Fees|Taxas"),
        ("taxes", "Taxes|Impostos"),
        ("shares", "Shares|Quantidade"),
        ("isin", "ISIN"),
        ("wkn", "WKN"),
        ("symbol", "Ticker Symbol|Símbolo do Ativo"),
        ("name", "Security Name|Nome do Ativo"),
        ("note", "Note|Nota"),
        ("account", "Cash Account|Conta em Dinheiro"),
        ("depot", "Securities Account|Conta de Ativos"),
        ("offset_account", "Offset Account"),
        ("time", "Time"),
    ],
)
_SIGNATURE = frozenset({"currency", "gross", "name", "symbol", "account", "shares"})
_NUMBERS = ("value", "gross", "fees", "taxes", "shares", "exchange_rate")
KINDS: Mapping[str, RowKind] = {
    "buy": RowKind.BUY,
    "comprar": RowKind.BUY,
    "sell": RowKind.SELL,
    "vender": RowKind.SELL,
    "dividend": RowKind.DIVIDEND,
    "dividendo": RowKind.DIVIDEND,
    "interest": RowKind.INTEREST,
    "juros": RowKind.INTEREST,
    "interest charge": RowKind.FEE,
    "encargos de juros": RowKind.FEE,
    "fees": RowKind.FEE,
    "taxas": RowKind.FEE,
    "comissões": RowKind.FEE,
    "taxes": RowKind.TAX,
    "impostos": RowKind.TAX,
    "tax refund": RowKind.TAX_REFUND,
    "reembolso de impostos": RowKind.TAX_REFUND,
    "deposit": RowKind.DEPOSIT,
    "depósito": RowKind.DEPOSIT,
    "withdrawal": RowKind.WITHDRAWAL,
    "saque": RowKind.WITHDRAWAL,
    "levantamento": RowKind.WITHDRAWAL,
    "removal": RowKind.WITHDRAWAL,
    "delivery (inbound)": RowKind.DELIVERY_IN,
    "bonificação (recebimento)": RowKind.DELIVERY_IN,
    "entrega (entrada)": RowKind.DELIVERY_IN,
}
ASKED: Mapping[str, str] = {
    "fees refund": "a refund of fees: book it against the fee",
    "reembolso de taxas": "a refund of fees: book it against the fee",
    "transfer (inbound)": "one end of a transfer: the other end must be known",
    "transfer (outbound)": "one end of a transfer: the other end must be known",
    "transferência (entrada)": "one end of a transfer: the other end must be known",
    "transferência (saída)": "one end of a transfer: the other end must be known",
    "delivery (outbound)": "shares that left: where to?",
    "bonificação (saída)": "shares that left: where to?",
    "entrega (saída)": "shares that left: where to?",
}
OF_A_SECURITY = frozenset({RowKind.BUY, RowKind.SELL, RowKind.DIVIDEND, RowKind.DELIVERY_IN})
_WITH_SHARES = frozenset({RowKind.BUY, RowKind.SELL, RowKind.DELIVERY_IN})


def claims(source: Source) -> bool:
    """Whether the header is one of Portfolio Performance: date, type and value are too little."""
    header = find_header(source.sheets[0], CSV) if source.sheets else None
    return header is not None and bool(_SIGNATURE & header.places.keys())


def read(source: Source) -> ReadFile:
    """Every row; `amount` of trades is before fees and taxes, `net_amount` what the account saw."""
    header = table_of(source, CSV)
    first = source.text.partition("\n")[0]
    local = NumberStyle.COMMA if first.count(";") > first.count(",") else NumberStyle.POINT
    style = style_of_file(_number_texts(header), field=source.name, documented=local)
    records = records_under(header, style)
    collected = Collected()
    collected.each(records, lambda record: _place(collected, record))
    return collected.finished(source, LAYOUT, {"decimal_sign": style.value})


def _number_texts(header: Header) -> Iterator[str]:
    places = [header.places[name] for name in _NUMBERS if name in header.places]
    for row in header.rows:
        yield from (cell for at in places if at < len(row.cells) and isinstance(cell := row.cells[at], str))


def _place(collected: Collected, record: Record) -> None:
    said = (record.text("type") or "").lower()
    value = record.amount("value")
    if value is None:
        raise InvalidInput("number_malformed", "the value is missing", field="value")
    row = build(
        record.number,
        kind=KINDS.get(said),
        day_text=record.text("date"),
        net=value,
        shares=record.amount("shares"),
        fees=record.amount("fees"),
        taxes=record.amount("taxes"),
        symbol=record.text("symbol") or "",
        currency=record.text("currency"),
        institution=record.text("depot") or record.text("account"),
        extra={
            name: record.text(name) or ""
            for name in ("isin", "wkn", "name", "note", "gross", "gross_currency", "exchange_rate")
        },
    )
    place(collected, row, said)


def build(
    number: int,
    *,
    kind: RowKind | None,
    day_text: str | None,
    net: Decimal,
    shares: Decimal | None,
    fees: Decimal | None,
    taxes: Decimal | None,
    symbol: str,
    currency: str | None,
    institution: str | None,
    extra: Mapping[str, str],
) -> Row:
    """One transaction as a row, whichever file told it."""
    trade = kind in _WITH_SHARES
    costs = (fees or Decimal(0)) + (taxes or Decimal(0))
    gross = abs(net) + (costs if kind is RowKind.SELL else -costs)
    told = {**extra, "net_amount": f"{at_least_cents(abs(net)):f}" if trade else ""}
    if fees is not None:
        told["fee"] = f"{fees:f}"
    return Row(
        row=number,
        kind=kind,
        day=needed_day(day_text),
        ticker=ticker_of(symbol) or None,
        raw_ticker=symbol or None,
        quantity=abs(shares) if shares else None,
        price=price_of(gross, shares) if trade and shares else None,
        amount=at_least_cents(gross if trade else abs(net)),
        institution=institution,
        currency=currency,
        fees=fees,
        taxes=taxes,
        extra={key: value for key, value in told.items() if value},
    )


def place(collected: Collected, row: Row, said: str) -> None:
    """Put a row of a type, by its lower-case name, in its list."""
    if said in ASKED:
        collected.ask(row, "asked_about", ASKED[said])
    elif row.kind is None:
        collected.wonder(row, "kind_unknown", f"type {said[:40]!r} is not known")
    elif row.kind in OF_A_SECURITY and row.ticker is None:
        collected.ask_ticker(row)
    elif row.kind in _WITH_SHARES and row.amount is not None and row.amount <= 0:
        collected.ask(row, "figures_differ", "fees and taxes are not less than the value")
    elif row.kind in _WITH_SHARES and row.quantity is None:
        collected.ask(row, "quantity_zero", "the quantity is missing or zero")
    else:
        collected.book(row)


READERS = (Reader(LAYOUT, frozenset({Content.DELIMITED}), claims, read, (CSV,)),)
