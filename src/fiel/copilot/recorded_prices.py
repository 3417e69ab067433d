"""Prices of one recorded day, carried with the program as figures with their source (`fiel-closes/1`)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any

from fiel.copilot.plan_view.words import Lang
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import Corrupt, NotFound
from fiel.portfolio.quotes import Quote

SCHEMA = "fiel-closes/1"
RECORDED_DAY = "2023-12-18"


def recorded_quotes(assets: Iterable[str], *, lang: Lang = Lang.PT) -> list[Quote]:
    """Quotes of the recorded day, in the order asked; sources say which prices are illustrative.

    Raises `NotFound` for an asset that has no recorded price.
    """
    known = {quote.asset: quote for quote in _all_quotes(lang)}
    asked = list(assets)
    for asset in asked:
        if asset not in known:
            raise NotFound(
                "price_not_recorded",
                f"{asset} has no recorded price on {RECORDED_DAY}; recorded are {', '.join(sorted(known))}",
                field=f"assets.{asset}.price",
            )
    return [known[asset] for asset in asked]


def recorded_instant() -> datetime:
    """The instant of the recorded prices: the close of the session, Brasilia time."""
    as_of = _document()["as_of"]
    if not isinstance(as_of, datetime) or as_of.tzinfo is None:
        raise Corrupt("closes_without_time", "the recorded prices have no time with a zone", field="as_of")
    return as_of


def _all_quotes(lang: Lang) -> list[Quote]:
    document, as_of = _document(), recorded_instant()
    return [
        Quote(asset, _price(asset, text), as_of, table["source"][lang.value])
        for table in (document["recorded"], document["illustrative"])
        for asset, text in table["prices"].items()
    ]


def _price(asset: str, text: object) -> Decimal:
    return parse_decimal(text, field=f"{asset}.price", decimals_max=2)


def _document() -> dict[str, Any]:
    text = files("fiel.copilot").joinpath("data", f"closes-{RECORDED_DAY}.toml").read_text("utf-8")
    document = tomllib.loads(text)
    if document.get("schema") != SCHEMA:
        raise Corrupt("closes_unknown_schema", f"the recorded prices are not {SCHEMA}", field="schema")
    return document
