"""Forecasts of many assets for one day, reckoned once each: wallets share their assets."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import date

from fiel.copilot.income.announced import AnnouncedOf
from fiel.income.calendar import Estimate
from fiel.income.forecast.forecasting import forecast
from fiel.income.forecast.results import Forecast

KEPT_MAX = 2_000


@dataclass(slots=True)
class Forecasts:
    """For any number of threads. What is kept is of the announcements it was made from, and of one day."""

    _kept: dict[tuple[str, date, int], tuple[AnnouncedOf, Forecast]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, announced: AnnouncedOf, today: date, months: int) -> Forecast:
        """The forecast of one asset for `months` months after `today`.

        Raises `InvalidInput` for months beyond 1 to 60.
        """
        key = (announced.symbol, today, months)
        with self._lock:
            held = self._kept.get(key)
        if held is not None and held[0] is announced:
            return held[1]
        made = forecast(announced.symbol, announced.payments, today, months=months, changes=announced.changes)
        with self._lock:
            self._kept[key] = (announced, made)
            while len(self._kept) > KEPT_MAX:
                del self._kept[next(iter(self._kept))]
        return made


def estimates_of(made: Forecast) -> list[Estimate]:
    """The forecast's payments as the calendar takes them: on the expected day of payment."""
    return [
        Estimate(
            each.asset,
            each.kind,
            each.payment_date,
            each.per_unit,
            each.low,
            each.high,
            each.method.value,
            "" if each.error is None else f"{each.error:f}",
            each.currency,
        )
        for each in made.payments
    ]
