"""A portfolio as people describe it: what is held, what is wanted, and the rules for getting there.

It comes from a file (`copilot.files.portfolio_file`) or is built in code, and becomes the engine's
question with `to_problem`. Money in `currency`, rates and bands as fractions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.portfolio.quotes import Quote
from fiel.portfolio.targets import TargetNode
from fiel.rebalancing.problem import AssetLine, FeeSchedule, Mode, Objective, Problem, Strategy, TaxGroup


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A described portfolio; nothing is checked until it is planned or was read from a file."""

    name: str
    assets: tuple[AssetLine, ...]
    targets: TargetNode
    currency: str = "BRL"
    cash: Decimal = Decimal(0)
    minimum_cash: Decimal = Decimal(0)
    strategy: Strategy = field(default_factory=Strategy)
    fees: FeeSchedule = field(default_factory=FeeSchedule)
    tax_groups: Mapping[str, TaxGroup] = field(default_factory=lambda: MappingProxyType({}))
    objective: Objective = field(default_factory=Objective)
    price_age_seconds_max: Decimal | None = None

    def to_problem(
        self,
        *,
        flow: DecimalInput = 0,
        cash: DecimalInput | None = None,
        mode: Mode = Mode.CONTRIBUTION,
        now: datetime | None = None,
        price_age_seconds_max: DecimalInput | None = None,
    ) -> Problem:
        """The question for the engine. `flow` > 0 is new money, < 0 a withdrawal; `cash` is what is there.

        `cash` and `price_age_seconds_max` replace the portfolio's own. The portfolio's own maximum
        age of prices applies only when `now` is given.
        Raises `InvalidInput` when one of the numbers is not one.
        """
        age: DecimalInput | None = price_age_seconds_max
        if age is None and now is not None:
            age = self.price_age_seconds_max
        return Problem(
            id=self.name,
            assets=self.assets,
            targets=self.targets,
            cash=self.cash if cash is None else parse_decimal(cash, field="cash"),
            flow=parse_decimal(flow, field="flow"),
            minimum_cash=self.minimum_cash,
            mode=mode,
            objective=self.objective,
            strategy=self.strategy,
            fees=self.fees,
            tax_groups=self.tax_groups,
            now=now,
            price_age_seconds_max=None if age is None else parse_decimal(age, field="price_age_seconds_max"),
            currency=self.currency,
        )

    def with_prices(
        self,
        prices: Mapping[str, DecimalInput] | Iterable[Quote],
        *,
        as_of: datetime | None = None,
        source: str | None = None,
    ) -> Portfolio:
        """The same portfolio at other prices, by asset id; assets without a new one keep theirs.

        `as_of` and `source` describe prices given as a mapping; quotes carry their own.
        Raises `InvalidInput` for an asset that the portfolio does not have, or a price that is no number.
        """
        lines = {asset.id: asset for asset in self.assets}
        if isinstance(prices, Mapping):
            news = [(name, price, as_of, source) for name, price in prices.items()]
        else:
            news = [(quote.asset, quote.price, quote.as_of, quote.source) for quote in prices]
        for name, price, moment, origin in news:
            place = f"assets.{name}.price"
            if name not in lines:
                raise InvalidInput("asset_unknown", f"{name} is not in {self.name}", field=place)
            number = parse_decimal(price, field=place)
            lines[name] = replace(lines[name], price=number, as_of=moment, source=origin)
        return replace(self, assets=tuple(lines[asset.id] for asset in self.assets))
