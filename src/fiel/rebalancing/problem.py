"""The question put to the engine, as values: assets, targets, money, costs, limits, strategy.

All numbers are Decimal. Money is in the portfolio's currency, quantities in units of the asset,
rates and `maximum_weight` are fractions (0.03 = 3 %), target weights are percent of the parent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from fiel.portfolio.targets import Band, TargetNode

ZERO = Decimal(0)
#: Cost sensitivity by name: how many times a cost counts against the same share of squared deviation.
#: 2 / (risk aversion 4 x (volatility 20 %)^2 x horizon): about a year, a quarter of one; 1 = trade eagerly.
COST_SENSITIVITIES = MappingProxyType(
    {"eager": Decimal(1), "balanced": Decimal("12.5"), "patient": Decimal(50)}
)


class Mode(StrEnum):
    """What the plan may do: buy, both, sell, or buy first and sell only what is left out of band."""

    CONTRIBUTION = "contribution"
    FULL = "full"
    WITHDRAWAL = "withdrawal"
    HYBRID = "hybrid"


class Metric(StrEnum):
    """How errors of unequal targets compare: in money ("absolute") or against the target ("relative")."""

    ABSOLUTE = "absolute"
    RELATIVE = "relative"


class StrategyKind(StrEnum):
    """What sets a rebalance off: always, a band, a date, or a band on a date."""

    NONE = "none"
    THRESHOLD = "threshold"
    CALENDAR = "calendar"
    HYBRID = "hybrid"


class Basis(StrEnum):
    """What a band is measured against: the whole portfolio or the parent node."""

    PORTFOLIO = "portfolio"
    PARENT = "parent"


class Destination(StrEnum):
    """Where a rebalance goes: to the target, to the nearest edge of the band, or inside a tolerance."""

    TARGET = "target"
    EDGE = "edge"
    TOLERANCE = "tolerance"


class Frequency(StrEnum):
    """How often a calendar strategy looks."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True)
class AssetLine:
    """One tradable line: what is held, its price and what may be done with it.

    `price` in money per unit (`None` = unknown, which is never zero), `lot` the smallest quantity
    that can be ordered, `minimum_order` the least value of an order, `maximum_weight` forbids a
    buy that leaves the asset above that fraction of the whole.
    """

    id: str
    price: Decimal | None
    quantity: Decimal = ZERO
    lot: Decimal = Decimal(1)
    average_cost: Decimal | None = None
    tax_group: str | None = None
    minimum_order: Decimal = ZERO
    can_buy: bool = True
    can_sell: bool = True
    maximum_weight: Decimal | None = None
    as_of: datetime | None = None
    source: str | None = None
    kind: str = "other"
    name: str | None = None
    #: Held on purpose outside the plan: excluded from the whole, and said so.
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class FeeTier:
    """Fees of an order whose value is at most `up_to` (`None` = no limit): `fixed` + `rate` * value."""

    up_to: Decimal | None
    fixed: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """Cost of one order, either side. With tiers, the whole order pays the bracket of its value."""

    fixed: Decimal = ZERO
    rate: Decimal = ZERO
    tiers: tuple[FeeTier, ...] = ()

    @property
    def is_free(self) -> bool:
        if self.tiers:
            return all(tier.fixed == 0 and tier.rate == 0 for tier in self.tiers)
        return self.fixed == 0 and self.rate == 0


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """A pool of gains taxed together, month to date.

    Exempt while the month's sales are at most `exempt_sales` (`None` = no exemption at all);
    beyond it, the tax is `rate * max(0, gain - loss_carry)` on everything sold in the month.
    """

    id: str
    rate: Decimal
    exempt_sales: Decimal | None = None
    loss_carry: Decimal = ZERO
    sales_so_far: Decimal = ZERO
    gain_so_far: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Objective:
    """What is minimised: metric, cost sensitivity `kappa`, multipliers of lambda per depth (root first)."""

    metric: Metric = Metric.ABSOLUTE
    kappa: Decimal = Decimal(1)
    level_multipliers: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class Strategy:
    """When to act without a flow, and where to go. A flow always acts."""

    kind: StrategyKind = StrategyKind.NONE
    band: Band = Band()
    basis: Basis = Basis.PORTFOLIO
    leaves_only: bool = False
    frequency: Frequency | None = None
    last_rebalance: date | None = None
    destination: Destination = Destination.TARGET
    tolerance: Band = Band()


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything the engine needs to know to answer. `flow` > 0 is a contribution, < 0 a withdrawal."""

    id: str
    assets: tuple[AssetLine, ...]
    targets: TargetNode
    cash: Decimal = ZERO
    flow: Decimal = ZERO
    minimum_cash: Decimal = ZERO
    mode: Mode = Mode.CONTRIBUTION
    objective: Objective = Objective()
    strategy: Strategy = Strategy()
    fees: FeeSchedule = FeeSchedule()
    tax_groups: Mapping[str, TaxGroup] = field(default_factory=lambda: MappingProxyType({}))
    now: datetime | None = None
    price_age_seconds_max: Decimal | None = None
    currency: str = "BRL"
