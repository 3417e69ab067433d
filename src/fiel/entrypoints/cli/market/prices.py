"""Prices of a portfolio from the market, for `fiel plan --market`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.surroundings import settings_here
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import NotFound
from fiel.portfolio.quotes import Quote

if TYPE_CHECKING:
    from fiel.copilot.portfolio import Portfolio
    from fiel.market.quotes import QuoteAnswer

#: A long weekend: prices of the market that are older are refused unless the file or the option says more.
AGE_MAX = "5d"


def at_market_prices(portfolio: Portfolio, words: Words) -> Portfolio:
    """The portfolio with the market's prices for its B3 symbols; other lines keep the file's.

    A symbol without any price keeps the file's too, and is named. Each price says source and how it was had.
    """
    from fiel.market.quotes import is_symbol

    asked = {asset.id: _whole_lot(asset.id) for asset in portfolio.assets if is_symbol(asset.id)}
    answers = asyncio.run(_answers(sorted(set(asked.values())), words)) if asked else {}
    quotes = []
    for name, symbol in asked.items():
        served = answers[symbol].served
        if served is None:
            show_note(note("market_price_of_file", words, symbol=name), "yellow")
            continue
        how = note(f"market_quality_{served.quality.value}", words)
        told = how if symbol == name else f"{how}, {symbol}"
        quotes.append(Quote(name, served.value.price, served.as_of, f"{served.source} ({told})"))
    return portfolio.with_prices(quotes)


async def _answers(names: list[str], words: Words) -> dict[str, QuoteAnswer]:
    from fiel.bootstrap.market import open_market
    from fiel.infra.resilience.attempts import How
    from fiel.market.offline import recorded_answer
    from fiel.market.quotes import QuoteAnswer

    settings = settings_here()
    async with open_market(settings) as market:
        if market.degraded:
            show_note(note("market_degraded", words, reason=market.degraded), "yellow")
        if not settings.market.offline:
            return dict(await market.quotes.many(names))
        found = {}
        for name in names:
            try:
                found[name] = recorded_answer(name, market.timing.clock)
            except NotFound:
                found[name] = QuoteAnswer(name, None, How.NONE)
        return found


def _whole_lot(name: str) -> str:
    """PETR4 of PETR4F: services quote the market of whole lots, and the odd-lot market follows it."""
    return name.removesuffix("F") if name[-2:-1].isdigit() else name
