"""Whether anything that was learned of the market has changed since it was read."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from fiel.market.tables import market_contacts, market_coverage, market_events, market_quotes

_TIMES = (
    market_quotes.c.fetched_at,
    market_coverage.c.checked_at,
    market_events.c.changed_at,
    market_contacts.c.last_success_at,
)


def market_version(connection: Connection) -> str:
    """Another text whenever quotes, series or events were fetched."""
    asked = [select(func.max(time), func.count()).select_from(time.table) for time in _TIMES]
    return "|".join("{}:{}".format(*connection.execute(one).one()) for one in asked)
