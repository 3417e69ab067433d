"""HG Brasil prices and currencies, of the first version. Documented at hgbrasil.com/docs.

`updated_at` is the local time of Brasília without a zone, and the only field that says how old a price is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from fiel.market.judgement import Judgement
from fiel.market.providers.bodies import Json
from fiel.market.providers.fields import BRASILIA, Fields
from fiel.market.providers.hg_envelopes import first_version, item_refusal
from fiel.market.symbols import BatchReading, CurrencyQuote, IndexQuote, RatesReading, SymbolReading
from fiel.market.values import QuoteReading
from fiel.market.verdicts import Kind, Verdict, rejected
from fiel.market.wire import Answer, Ask, Provider

SYMBOLS_MAX = 20
#: Sold for less than this part of the purchase rate, one of both is wrong; less is rounding.
CROSSED = Decimal("0.99")


def ask_prices(symbols: Sequence[str]) -> Ask:
    """Last prices; a key is needed."""
    names = ",".join(symbols)
    return Ask(Provider.HG, "stock_price", "/finance/stock_price", (("symbol", names),), topic=names)


def ask_quotations() -> Ask:
    """Currencies and indexes; partly answered without a key."""
    return Ask(Provider.HG, "quotations", "/finance/quotations", (), topic="quotations")


def read_prices(answer: Answer, requested: Sequence[str]) -> Verdict[BatchReading]:
    """The symbols with a price; others are findings. Refused when there is none."""
    judgement = Judgement()
    results = first_version(answer, judgement)
    if results.value is None:
        return Verdict(results.outcome, results.kind, None, results.reaction, results.findings, results.wait)
    readings = []
    failed: list[Verdict[BatchReading]] = []
    for name, value in results.value.items():
        reading = _price(name.upper()[:20], value, requested, judgement, failed)
        if reading is not None:
            readings.append(reading)
    told = {reading.requested for reading in readings} | {name.upper() for name in results.value}
    for symbol in requested:
        if symbol not in told and readings and len(readings) < len(requested):
            judgement.drop(Kind.NOT_FOUND, symbol, "asked, but not in the answer")
    if readings:
        for refused in failed:
            judgement.take_over(refused, as_part=True)
        return judgement.verdict(BatchReading(tuple(readings)))
    return failed[0] if failed else rejected(Kind.NO_DATA, "no prices", place="results")


def _price(
    name: str,
    value: Json,
    requested: Sequence[str],
    judgement: Judgement,
    failed: list[Verdict[BatchReading]],
) -> SymbolReading | None:
    if not isinstance(value, dict):
        failed.append(rejected(Kind.SCHEMA, "an object is due", place=f"results.{name}"))
        return None
    refusal = item_refusal(value)
    if refusal is not None:
        failed.append(rejected(*refusal, place=name))
        return None
    fields = Fields(value, f"results.{name}", judgement)
    symbol = fields.text("symbol").upper()[:20] or name
    asked = name if name in requested or len(requested) != 1 else requested[0]
    price = fields.price("price")
    if price is None:
        failed.append(rejected(Kind.SCHEMA, "no price", place=fields.at("price")))
        return None
    if symbol != asked:
        detail = f"{asked} was asked, {symbol} answered"
        failed.append(rejected(Kind.INCONSISTENT, detail, place=fields.place))
        return None
    quote = QuoteReading(
        symbol=symbol,
        price=price,
        currency=fields.text("currency").upper() or "BRL",
        as_of=fields.instant("updated_at", local=BRASILIA, bare_is_usual=True),
        requested=asked,
        volume=fields.whole("volume"),
        change=fields.number("change_price"),
        change_percent=fields.number("change_percent"),
        name=fields.text("company_name") or fields.text("name"),
    )
    return SymbolReading(asked, symbol, quote=quote)


def read_quotations(answer: Answer) -> Verdict[RatesReading]:
    """Currencies and indexes. What is not told stays unknown: an index without points has none, not 0."""
    judgement = Judgement()
    results = first_version(answer, judgement)
    if results.value is None:
        return Verdict(results.outcome, results.kind, None, results.reaction, results.findings, results.wait)
    currencies = results.value.get("currencies")
    stocks = results.value.get("stocks")
    if currencies is not None and not isinstance(currencies, dict):
        return rejected(Kind.SCHEMA, "an object is due", place="results.currencies")
    source = currencies.get("source") if isinstance(currencies, dict) else None
    into = source.upper()[:5] if isinstance(source, str) else "BRL"
    rates = [_currency(code, value, into, judgement) for code, value in _objects(currencies)]
    indexes = [_index(code, value, judgement) for code, value in _objects(stocks)]
    reading = RatesReading(
        tuple(rate for rate in rates if rate is not None),
        tuple(index for index in indexes if index is not None),
    )
    verdict = judgement.verdict(reading)
    if reading.currencies or reading.indexes:
        return verdict
    refused: Verdict[RatesReading] = rejected(Kind.NO_DATA, "no currency could be read", place="results")
    return replace(refused, findings=refused.findings + verdict.findings)


def _objects(value: Json) -> list[tuple[str, dict[str, Json]]]:
    if not isinstance(value, dict):
        return []
    return [(name[:20], inner) for name, inner in value.items() if isinstance(inner, dict)]


def _currency(code: str, value: dict[str, Json], into: str, judgement: Judgement) -> CurrencyQuote | None:
    fields = Fields(value, f"results.currencies.{code}", judgement)
    buy, sell = fields.number("buy"), fields.number("sell")
    if buy is None and sell is None:
        return None
    if any(price is not None and price <= 0 for price in (buy, sell)):
        judgement.drop(Kind.IMPLAUSIBLE, fields.place, "a rate that is not positive")
        return None
    if buy is not None and sell is not None and sell < buy * CROSSED:
        judgement.drop(Kind.INCONSISTENT, fields.place, "sold for less than bought")
        return None
    return CurrencyQuote(code, into, buy, sell, fields.number("variation"), name=fields.text("name"))


def _index(code: str, value: dict[str, Json], judgement: Judgement) -> IndexQuote | None:
    fields = Fields(value, f"results.stocks.{code}", judgement)
    points = fields.number("points")
    if points is not None and points <= 0:
        judgement.drop(Kind.IMPLAUSIBLE, fields.place, "points that are not positive")
        points = None
    return IndexQuote(code, points, fields.number("variation"), fields.text("name"))
