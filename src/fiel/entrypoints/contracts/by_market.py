"""What market data says."""

from __future__ import annotations

from fiel.entrypoints.contracts.contract import MessageContract, enveloped
from fiel.entrypoints.contracts.shapes import (
    Schema,
    currency,
    day,
    decimal,
    maybe,
    members,
    text,
    ticker,
    whole,
)
from fiel.market import messages as market


def of_market() -> tuple[MessageContract, ...]:
    """Prices, series and events."""
    return (*_quotes(), *_others())


def _quotes() -> tuple[MessageContract, ...]:
    finding = members("Why", {"kind": text(), "place": text(), "detail": text()})
    return (
        enveloped(
            "quote-accepted",
            "QuoteAccepted",
            market.TICKS,
            "A price that is believed",
            "the ticker, such as PETR4",
            members(
                "The price of one unit",
                {
                    "ticker": ticker(),
                    "price": decimal("In `currency`"),
                    "currency": currency(),
                    "source": text("Who told it"),
                },
                optional={
                    "volume": maybe(whole("Units traded in the session")),
                    "previousClose": maybe(decimal("Of the session before")),
                },
            ),
            {"ticker": "PETR4", "price": "38.10", "currency": "BRL", "source": "brapi"},
            read=True,
        ),
        enveloped(
            "quote-rejected",
            "QuoteRejected",
            market.QUALITY,
            "An answer that was not believed",
            "the ticker, such as PETR4",
            members("Who told it, and why not", {"provider": text(), "findings": _list(finding)}),
            {"provider": "brapi", "findings": [{"kind": "jump", "place": "price", "detail": "+80 %"}]},
            read=False,
        ),
    )


def _others() -> tuple[MessageContract, ...]:
    return (
        enveloped(
            "series-updated",
            "SeriesUpdated",
            market.SERIES,
            "Rows of a series are new or other than before",
            "the series, such as cdi",
            members(
                "How many rows, and the last of them",
                {
                    "series": text(),
                    "rows": whole(minimum=1),
                    "firstDay": day("Of the rows"),
                    "lastDay": day("Of the rows"),
                    "lastValue": decimal("In the unit of the series"),
                    "source": text(),
                },
            ),
            {
                "series": "cdi",
                "rows": 1,
                "firstDay": "2026-05-04",
                "lastDay": "2026-05-04",
                "lastValue": "0.055131",
                "source": "sgs",
            },
            read=False,
        ),
        enveloped(
            "events-changed",
            "EventsChanged",
            market.EVENTS,
            "Dividends or corporate actions of a symbol are new or other than before",
            "the ticker, such as PETR4",
            members(
                "Which events",
                {"ticker": ticker(), "events": _list(text()), "firstComDate": maybe(day("The earliest"))},
            ),
            {"ticker": "PETR4", "events": ["cash_1"], "firstComDate": "2026-04-28"},
            read=False,
        ),
    )


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}
