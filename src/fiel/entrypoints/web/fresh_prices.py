"""Asking the market for the prices of what is held, when a person wants them now."""

from __future__ import annotations

from collections.abc import Iterable

from fiel.entrypoints.web.request import Site
from fiel.kernel.errors import FielError
from fiel.market.quotes import is_symbol

#: Assets asked for at once, and how long a person waits for the answers.
ASSETS_MAX = 100
WAIT_S = 12.0


def fetch_prices(page: Site, assets: Iterable[str]) -> bool:
    """Ask for the last prices; what the services tell is kept. Whether they could be asked.

    Titles without a ticker are not asked for. Offline, nobody is.
    """
    names = sorted(name for name in assets if is_symbol(name))[:ASSETS_MAX]
    if page.settings.market.offline or not names:
        return False
    try:
        page.market.ask(lambda market: market.quotes.many(names), WAIT_S)
    except FielError:
        # What is kept still holds, and the page says how old it is.
        return False
    return True
