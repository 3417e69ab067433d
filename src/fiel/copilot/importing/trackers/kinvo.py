"""Kinvo's statement (Carteira > Resumo > Baixar planilha): trades and income, dates as text or serials."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial

from fiel.copilot.importing.bytes_in import Content
from fiel.copilot.importing.codes import product_in
from fiel.copilot.importing.columns import Record, Sorting, style_under, table_under
from fiel.copilot.importing.headers import find_header, layout, normalised
from fiel.copilot.importing.numbers import product_holds
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.rows import ReadFile, Reasoned, Row, RowKind
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import exact_context

_FORMAT = "kinvo-extrato"
_LAYOUT = layout(
    _FORMAT,
    [
        ("day", "Data"),
        ("product", "Produto"),
        ("class", "Tipo"),
        ("movement", "Descrição"),
        ("institution", "Instituição/Conexão|Instituição"),
        ("price", "Valor"),
        ("quantity", "Quantidade"),
        ("cost", "Custo"),
        ("rate", "Câmbio"),
        ("amount", "Valor Total"),
    ],
)
_NUMBERS = ("price", "quantity", "cost", "rate", "amount")
_KINDS = {
    "aplicacao": RowKind.BUY,
    "resgate": RowKind.SELL,
    "dividendos": RowKind.DIVIDEND,
    "dividendo": RowKind.DIVIDEND,
    "rendimentos": RowKind.RENDIMENTO,
    "rendimento": RowKind.RENDIMENTO,
    "juros sobre capital": RowKind.JCP,
    "juros sobre capital proprio": RowKind.JCP,
}
_TRADES = frozenset({RowKind.BUY, RowKind.SELL})
_BONUS = re.compile(r"bonificacao( .*)?")
_ONE = Decimal(1)


def _read(source: Source) -> ReadFile:
    sorting = Sorting()
    headers = [header for sheet in source.sheets if (header := find_header(sheet, _LAYOUT))]
    style = style_under(headers, _NUMBERS)
    for header in headers:
        table = table_under(header, ("day", "product", "movement"), style)
        sorting.each(table.records, partial(_place, sorting), header.width)
    sorting.sheets_left(source, {header.sheet for header in headers}, (_LAYOUT,))
    return sorting.file(source, _FORMAT, _FORMAT, {})


def _place(sorting: Sorting, record: Record) -> None:
    words = record.need_text("movement")
    key = normalised(words)
    kind = RowKind.BONUS if _BONUS.fullmatch(key) else _KINDS.get(key)
    if kind is None:
        raise InvalidInput("movement_unknown", f"the type {words[:60]!r} is not known", field="movement")
    product = product_in(record.need_text("product"))
    row = Row(
        record.number,
        kind,
        record.need_day("day"),
        ticker=product.ticker,
        raw_ticker=product.raw_ticker,
        quantity=record.need_positive("quantity"),
        price=record.need_unsigned("price"),
        amount=record.need_unsigned("amount"),
        institution=record.text("institution"),
        fees=record.amount("cost") if kind in _TRADES else None,
        extra={"product": product.text, "movement": words},
    )
    if question := _question(row, record.amount("rate")):
        sorting.review.append(question)
    else:
        sorting.booked.append(row)


def _question(row: Row, rate: Decimal | None) -> Reasoned | None:
    if row.kind is RowKind.BONUS:
        text = "the cost given to the new shares is not in the file: say it as announced"
        return Reasoned(row, "bonus_without_cost", "the cost of one new share", text)
    if rate not in (None, _ONE):
        text = f"an exchange rate of {rate} was used, and the currency is not in the file"
        return Reasoned(row, "currency_not_stated", "the currency of the price", text)
    quantity, price, amount = row.quantity or Decimal(0), row.price or Decimal(0), row.amount or Decimal(0)
    context, cost = exact_context(), row.fees or Decimal(0)
    if row.kind is RowKind.SELL:
        cost = context.minus(cost)
    if not product_holds(quantity, price, context.subtract(amount, cost)):
        text = "quantity x price and the cost do not make the total printed"
        return Reasoned(row, "value_differs", "the right figures", text)
    return None


READER = Reader(
    _FORMAT,
    frozenset({Content.WORKBOOK, Content.DELIMITED}),
    lambda source: any(find_header(sheet, _LAYOUT) for sheet in source.sheets),
    _read,
    (_LAYOUT,),
)
