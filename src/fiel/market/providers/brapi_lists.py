"""BRAPI's lists of tickers, its currencies and the use of the plan. Documented at brapi.dev/docs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fiel.market.judgement import Judgement
from fiel.market.providers.bodies import Json, load_json, no_object
from fiel.market.providers.fields import Fields
from fiel.market.providers.hg_quotes import CROSSED
from fiel.market.symbols import (
    CurrencyQuote,
    Listing,
    ListingReading,
    RatesReading,
    UsageReading,
)
from fiel.market.verdicts import Kind, Verdict, rejected
from fiel.market.wire import Answer, Ask, Provider

ROWS_MAX = 20_000


def ask_list(*, search: str = "", page: int = 1, limit: int = 2000) -> Ask:
    """All tickers, by pages of at most 2000."""
    parameters = (("search", search),) if search else ()
    return Ask(
        Provider.BRAPI,
        "list",
        "/api/quote/list",
        (*parameters, ("limit", str(limit)), ("page", str(page))),
        topic="list",
    )


def ask_available(search: str = "") -> Ask:
    """All names that can be asked."""
    parameters = (("search", search),) if search else ()
    return Ask(Provider.BRAPI, "available", "/api/available", parameters, topic="list")


def ask_currency(pair: str) -> Ask:
    """`USD-BRL`."""
    return Ask(Provider.BRAPI, "currency", "/api/v2/currency", (("currency", pair),), topic=pair)


def ask_usage() -> Ask:
    """The use of the plan; it is not known whether the question itself counts."""
    return Ask(Provider.BRAPI, "usage", "/api/v2/user/usage", (), topic="usage")


def read_list(answer: Answer) -> Verdict[ListingReading]:
    """Of `/api/quote/list` (objects) or `/api/available` (names)."""
    body = load_json(answer)
    if not isinstance(body.value, dict):
        return no_object(body)
    judgement = Judgement()
    judgement.take_over(body)
    stocks = body.value.get("stocks")
    if not isinstance(stocks, list):
        return rejected(Kind.SCHEMA, "a list is due", place="stocks")
    listings = [_listing(row, f"stocks[{n}]", judgement) for n, row in enumerate(stocks[:ROWS_MAX])]
    raw = body.value.get("indexes")
    indexes = (
        [_listing(row, f"indexes[{n}]", judgement) for n, row in enumerate(raw)]
        if isinstance(raw, list)
        else []
    )
    reading = ListingReading(
        tuple(one for one in listings if one is not None),
        tuple(one.symbol for one in indexes if one is not None),
        more=body.value.get("hasNextPage") is True,
    )
    return judgement.verdict(reading)


def _listing(row: Json, place: str, judgement: Judgement) -> Listing | None:
    if isinstance(row, str) and row.strip():
        return Listing(row.strip()[:20])
    if not isinstance(row, dict) or not isinstance(row.get("stock"), str) or not row["stock"]:
        judgement.drop(Kind.SCHEMA, place, "a line without a ticker")
        return None
    fields = Fields(row, place, judgement)
    close = fields.number("close")
    return Listing(
        fields.text("stock")[:20],
        fields.text("name"),
        close if close and close > 0 else None,
        fields.text("type"),
    )


def read_currency(answer: Answer, pairs: Sequence[str] = ()) -> Verdict[RatesReading]:
    """Bid and ask of each pair; texts are this endpoint's way with numbers.

    `pairs`: those that were asked (`USD-BRL`); others in the answer are not believed. All when empty.
    """
    body = load_json(answer)
    if not isinstance(body.value, dict):
        return no_object(body)
    judgement = Judgement()
    judgement.take_over(body)
    rows = body.value.get("currency")
    if not isinstance(rows, list):
        return rejected(Kind.SCHEMA, "a list is due", place="currency")
    if not rows:
        return rejected(Kind.NO_DATA, "no currencies", place="currency")
    found = [_pair(row, f"currency[{n}]", judgement) for n, row in enumerate(rows[:ROWS_MAX])]
    kept = _of_pairs([one for one in found if one is not None], pairs, judgement)
    verdict = judgement.verdict(RatesReading(currencies=kept))
    if kept:
        return verdict
    refused: Verdict[RatesReading] = rejected(verdict.kind or Kind.NO_DATA, "no rate could be read")
    return replace(refused, findings=verdict.findings or refused.findings)


def _of_pairs(
    found: Sequence[CurrencyQuote], pairs: Sequence[str], judgement: Judgement
) -> tuple[CurrencyQuote, ...]:
    """The first of each pair that was asked; a rate of another pair would be taken for it."""
    asked = {pair.upper() for pair in pairs}
    kept: dict[str, CurrencyQuote] = {}
    for one in found:
        name = f"{one.code}-{one.into}"
        if asked and name not in asked:
            judgement.drop(Kind.INCONSISTENT, name, "a pair that was not asked")
        elif name in kept and (kept[name].buy, kept[name].sell) != (one.buy, one.sell):
            judgement.drop(Kind.CONFLICT, name, "told twice, differently; the first one is kept")
        else:
            kept.setdefault(name, one)
    for name in sorted(asked - set(kept)) if kept else ():
        judgement.drop(Kind.NOT_FOUND, name, "asked, but not in the answer")
    return tuple(kept.values())


def _pair(row: Json, place: str, judgement: Judgement) -> CurrencyQuote | None:
    if not isinstance(row, dict):
        judgement.drop(Kind.SCHEMA, place, "an object is due")
        return None
    fields = Fields(row, place, judgement, loose=True)
    buy, sell = fields.number("bidPrice"), fields.number("askPrice")
    if buy is None and sell is None:
        judgement.drop(Kind.SCHEMA, place, "neither bid nor ask")
        return None
    if any(price is not None and price <= 0 for price in (buy, sell)):
        judgement.drop(Kind.IMPLAUSIBLE, place, "a rate that is not positive")
        return None
    if buy is not None and sell is not None and sell < buy * CROSSED:
        judgement.drop(Kind.INCONSISTENT, place, "the bid is above the ask")
        return None
    # Its Unix seconds are the plain instant; the date beside them is local, without a zone.
    quiet = Fields(row, place, Judgement(), loose=True)
    return CurrencyQuote(
        fields.text("fromCurrency").upper(),
        fields.text("toCurrency").upper(),
        buy,
        sell,
        fields.number("percentageChange"),
        quiet.instant("updatedAtTimestamp"),
        fields.text("name"),
    )


def read_usage(answer: Answer) -> Verdict[UsageReading]:
    """Requests of the plan used and left, of whatever depth the object has them at."""
    body = load_json(answer)
    if not isinstance(body.value, dict):
        return no_object(body)
    judgement = Judgement()
    judgement.take_over(body)
    value = body.value
    inner = next((one for one in (value.get("usage"), value.get("data")) if isinstance(one, dict)), value)
    fields = Fields(inner, "", judgement)
    used, limit = fields.whole("currentUsage"), fields.whole("planLimit")
    if used is None or used < 0 or (limit is not None and limit < 0):
        return rejected(Kind.SCHEMA, "a count of requests is due", place="currentUsage")
    remaining = fields.whole("remainingUsage")
    if remaining is not None and (remaining < 0 or (limit is not None and remaining > limit)):
        # The budget of a month hangs on it: what the plan and the use leave is the safer word.
        judgement.repair(Kind.INCONSISTENT, "remainingUsage", f"{remaining} of {limit}", "counted_again")
        remaining = None if limit is None else max(limit - used, 0)
    return judgement.verdict(UsageReading(used, limit, remaining, fields.text("window")))
