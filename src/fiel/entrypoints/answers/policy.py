"""The policy of an enrolment as a person says it: what is not said stays the house's."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from fiel.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import timedelta

    from fiel.autobalance.config import TradingHours
    from fiel.autobalance.triggers import Policy
    from fiel.rebalancing.problem import Strategy


@dataclass(frozen=True, slots=True)
class Said:
    """The options as they were typed."""

    threshold: str | None = None
    relative: str | None = None
    calendar: str | None = None
    cool_down: str | None = None
    hours: str | None = None
    price_age: str | None = None
    minimum_gain: str | None = None

    def text(self, house: Policy) -> str:
        """The JSON of what was said alone. Raises `InvalidInput` naming the option."""
        from fiel.autobalance.triggers import policy_text

        found, said = house, set[str]()
        strategy = self._strategy()
        if strategy is not None:
            found, said = replace(found, strategy=strategy), said | {"strategy"}
        if self.cool_down is not None:
            found, said = (
                replace(found, cool_down=_time(self.cool_down, "--cool-down")),
                said | {"coolDownSeconds"},
            )
        if self.hours is not None:
            found, said = replace(found, hours=_hours(self.hours)), said | {"hours"}
        if self.price_age is not None:
            age = _time(self.price_age, "--price-age")
            found, said = replace(found, price_age_max=age), said | {"priceAgeSeconds"}
        if self.minimum_gain is not None:
            gain = _number(self.minimum_gain, "--minimum-gain", Decimal(0), 1_000)
            found, said = replace(found, minimum_gain=gain), said | {"minimumGain"}
        document = json.loads(policy_text(found))
        kept = {key: value for key, value in document.items() if key in said}
        return json.dumps(kept, sort_keys=True, separators=(",", ":"))

    def _strategy(self) -> Strategy | None:
        from fiel.portfolio.targets import Band
        from fiel.rebalancing.problem import Frequency, Strategy, StrategyKind

        least = Decimal("0.01")
        widths = [
            None if text is None else _number(text, option, least, 100) / 100
            for text, option in ((self.threshold, "--threshold"), (self.relative, "--relative"))
        ]
        band = Band(*widths)
        frequency = None
        if self.calendar is not None:
            if self.calendar not in set(Frequency):
                message = f"write one of {', '.join(Frequency)}"
                raise InvalidInput("frequency_unknown", message, field="--calendar")
            frequency = Frequency(self.calendar)
        if frequency is None and band == Band():
            return None
        kind = StrategyKind.THRESHOLD
        if frequency is not None:
            kind = StrategyKind.CALENDAR if band == Band() else StrategyKind.HYBRID
        return Strategy(kind, band, frequency=frequency)


def _number(text: str, option: str, least: Decimal, most: int) -> Decimal:
    from fiel.kernel.decimals import parse_decimal

    return parse_decimal(text, field=option, decimals_max=4, minimum=least, maximum=most)


def _time(text: str, option: str) -> timedelta:
    from datetime import timedelta

    from fiel.settings.reading import duration

    if text == "0s" and option == "--cool-down":
        return timedelta(0)
    try:
        return duration(text)
    except InvalidInput as refusal:
        raise InvalidInput(refusal.code, refusal.message, field=option) from None


def _hours(text: str) -> TradingHours | None:
    from fiel.settings.autobalance import trading_hours

    try:
        return trading_hours(text)
    except InvalidInput as refusal:
        raise InvalidInput(refusal.code, refusal.message, field="--hours") from None
