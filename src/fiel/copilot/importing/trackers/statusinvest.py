"""Status Invest: buys and sells with their costs apart, as its import sheet has them (xlsx or `;`)."""

from __future__ import annotations

from functools import partial

from fiel.copilot.importing.bytes_in import Content
from fiel.copilot.importing.codes import whole_lot
from fiel.copilot.importing.columns import Record, Sorting, style_under, table_under
from fiel.copilot.importing.headers import find_header, layout, normalised
from fiel.copilot.importing.numbers import NumberStyle
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.rows import ReadFile, Reasoned, Row, RowKind
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput

_FORMAT = "statusinvest"
_LAYOUT = layout(
    _FORMAT,
    [
        ("day", "Data operação|Data da operação"),
        ("category", "Categoria"),
        ("code", "Código Ativo|Código do Ativo"),
        ("side", "Operação C/V"),
        ("quantity", "Quantidade"),
        ("price", "Preço unitário"),
        ("institution", "Corretora"),
        ("brokerage", "Corretagem"),
        ("fees", "Taxas"),
        ("taxes", "Impostos"),
        ("irrf", "IRRF"),
    ],
)
_NUMBERS = ("quantity", "price", "brokerage", "fees", "taxes", "irrf")
_SIDES = {"c": RowKind.BUY, "v": RowKind.SELL, "compra": RowKind.BUY, "venda": RowKind.SELL}
_HOME = frozenset({"acoes", "fii's", "fiis", "etfs", "bdrs", "tesouro direto", "renda fixa", "fundos"})


def _read(source: Source) -> ReadFile:
    sorting = Sorting()
    headers = [header for sheet in source.sheets if (header := find_header(sheet, _LAYOUT))]
    style = style_under(headers, _NUMBERS, documented=NumberStyle.COMMA)
    for header in headers:
        table = table_under(header, ("day", "code"), style)
        sorting.each(table.records, partial(_place, sorting), header.width)
    sorting.sheets_left(source, {header.sheet for header in headers}, (_LAYOUT,))
    return sorting.file(source, _FORMAT, _FORMAT, {})


def _place(sorting: Sorting, record: Record) -> None:
    side = _SIDES.get(normalised(record.text("side") or ""))
    if side is None:
        raise InvalidInput("side_unknown", f"{record.text('side')!r} is neither C nor V", field="side")
    raw, category = record.need_text("code").upper(), record.need_text("category")
    costs = {
        name: f"{value:f}" for name in ("brokerage", "irrf") if (value := record.amount(name)) is not None
    }
    row = Row(
        record.number,
        side,
        record.need_day("day"),
        ticker=whole_lot(raw),
        raw_ticker=raw,
        quantity=record.need_positive("quantity"),
        price=record.need_unsigned("price"),
        institution=record.text("institution"),
        fees=record.amount("fees"),
        taxes=record.amount("taxes"),
        extra={"category": category, **costs},
    )
    if normalised(category) in _HOME:
        sorting.booked.append(row)
    else:
        question = f"{category} may be priced in another currency, which the file does not say"
        sorting.review.append(Reasoned(row, "currency_not_stated", "the currency of the price", question))


READER = Reader(
    _FORMAT,
    frozenset({Content.DELIMITED, Content.WORKBOOK}),
    lambda source: any(find_header(sheet, _LAYOUT) for sheet in source.sheets),
    _read,
    (_LAYOUT,),
)
