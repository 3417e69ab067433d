"""Closes and exchange rates of a wallet's assets, as traded on their days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from fiel.copilot.performing.scales import Traded, as_traded
from fiel.copilot.performing.share_changes import Event
from fiel.infra.storage.database import Session
from fiel.kernel.errors import Refused
from fiel.market.queries import closes_of, values_of
from fiel.performance.entries import BASE_CURRENCY, PriceSeries

#: A close this old still speaks for a day: a long holiday, or a share that is seldom traded.
_NEAR = timedelta(days=10)
#: Rates are looked for from so long before the first day.
_BEFORE = timedelta(days=15)
#: The series of exchange rates by currency, in BRL for one unit.
RATE_SERIES: Mapping[str, str] = MappingProxyType({"USD": "usd_ptax"})
_RATE_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class Closes:
    """Prices by symbol of the exchange. `read_on`: when the closes of each were read last."""

    traded: Mapping[str, Traded]
    read_on: Mapping[str, date]

    def on(self, symbol: str, day: date) -> Decimal | None:
        """The close of a day, or of the last one not long before it."""
        found = self.traded.get(symbol)
        if found is None:
            return None
        place = bisect_right(found.prices.days, day) - 1
        if place < 0 or day - found.prices.days[place] > _NEAR:
            return None
        unit = found.prices.units[place]
        return None if unit is None else Decimal(unit).scaleb(-found.prices.decimals)


def read_closes(
    connection: Session, symbols: Collection[str], events: Mapping[str, Sequence[Event]], last: date
) -> Closes:
    """What the market's store has of the symbols up to a day. Raises `Corrupt`."""
    stored = closes_of(connection, symbols, last)
    traded = {symbol: as_traded(found, events.get(symbol, ())) for symbol, found in stored.items()}
    return Closes(traded, {symbol: found.read_on for symbol, found in stored.items()})


def read_rates(
    connection: Session, firsts: Mapping[str, date], last: date
) -> tuple[dict[str, PriceSeries], tuple[str, ...]]:
    """Rates of foreign currencies from the first day of each, and the currencies that no series tells.

    Raises `Refused` (rates_missing) naming the command where a series that exists is not kept that far.
    """
    rates: dict[str, PriceSeries] = {}
    unknown = []
    for currency, first in sorted(firsts.items()):
        key = RATE_SERIES.get(currency)
        if currency == BASE_CURRENCY:
            continue
        if key is None:
            unknown.append(currency)
            continue
        stored = values_of(connection, key, first - _BEFORE, last)
        if not stored.rows or stored.rows[0][0] > first:
            raise Refused(
                "rates_missing",
                f"no exchange rate of {currency} is kept for {first}; run: "
                f"{sync_command(key, first - _BEFORE)}",
                field=currency,
                details={"currency": currency, "day": str(first), "command": sync_command(key, first)},
            )
        source = f"{key} ({', '.join(stored.sources)})"
        units = {day: value.quantize(Decimal(1).scaleb(-_RATE_DECIMALS)) for day, value in stored.rows}
        rates[currency] = PriceSeries.of(units, source)
    return rates, tuple(unknown)


def sync_command(key: str, since: date) -> str:
    """What to type to have a series."""
    return f"fiel market sync --series {key} --since {since.isoformat()}"
