"""The answer: orders, their proof, their reasons, and the portfolio before and after. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Side(StrEnum):
    """Direction of an order."""

    BUY = "buy"
    SELL = "sell"


class Status(StrEnum):
    """Why the plan has the orders that it has."""

    ORDERS = "orders"
    #: Nothing to do: the best plan is no order.
    NO_BETTER = "no_better"
    #: No flow and every node inside its band.
    INSIDE_BANDS = "inside_bands"
    #: No flow and the calendar's date has not come.
    NOT_DUE = "not_due"


class NotTraded(StrEnum):
    """Why an asset has no order."""

    ON_TARGET = "on_target"
    BELOW_ONE_LOT = "below_one_lot"
    INSIDE_BAND = "inside_band"
    NO_BAND = "no_band"
    NOT_DUE = "not_due"
    MAY_NOT_BUY = "may_not_buy"
    MAY_NOT_SELL = "may_not_sell"
    MODE_FORBIDS_SELLING = "mode_forbids_selling"
    MODE_FORBIDS_BUYING = "mode_forbids_buying"
    NO_MONEY_LEFT = "no_money_left"
    MAXIMUM_WEIGHT = "maximum_weight"
    MINIMUM_ORDER = "minimum_order"
    COST_ABOVE_BENEFIT = "cost_above_benefit"
    TAX_ABOVE_BENEFIT = "tax_above_benefit"
    BETTER_ELSEWHERE = "better_elsewhere"
    NOTHING_HELD = "nothing_held"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Order:
    """One net order per asset. `value` = quantity * price, before fees; `fee` is this order's own."""

    asset: str
    side: Side
    quantity: Decimal
    price: Decimal
    value: Decimal
    fee: Decimal


@dataclass(frozen=True, slots=True)
class LevelDeficit:
    """Missing money at one node on the way from an asset to the root: target minus value (< 0 = too much)."""

    node: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class OrderReason:
    """Why an order is in the plan.

    `deficits` go from the leaf to the root. `gain_per_real`: fall of the objective per unit of
    money of the order's last lot. `objective_without`: rise of the objective if the order were
    left out and the others stayed (`None` when the rest would not be feasible without it).
    """

    asset: str
    deficits: tuple[LevelDeficit, ...]
    gain_per_real: Decimal
    objective_without: Decimal | None


@dataclass(frozen=True, slots=True)
class SkipReason:
    """Why an asset has no order, with the numbers behind it (money, as strings of Decimal)."""

    asset: str
    code: NotTraded
    deficit: Decimal
    facts: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class NodeState:
    """A node before and after, as fractions of the whole (`target` too); `band` = half-width or `None`.

    `before` is measured on the final whole (after the flow), so that before and after compare.
    """

    id: str
    label: str
    depth: int
    parent: str | None
    asset: str | None
    is_cash: bool
    target: Decimal
    before: Decimal
    after: Decimal
    value_before: Decimal
    value_after: Decimal
    band: Decimal | None


@dataclass(frozen=True, slots=True)
class BalanceHint:
    """The smallest contribution that restores balance without a sale, in money.

    `exact`: every node at its target (with fractional lots); `within_bands`: every node inside its
    band (`None` = no bands). `None` with `blocking` = impossible without selling those nodes.
    """

    exact: Decimal | None
    within_bands: Decimal | None
    blocking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """How far from the targets: the objective's tracking term, its largest node error, and half the
    sum of absolute deviations of the leaves (all fractions)."""

    tracking_before: Decimal
    tracking_after: Decimal
    largest_before: Decimal
    largest_after: Decimal
    half_sum_before: Decimal
    half_sum_after: Decimal


@dataclass(frozen=True, slots=True)
class TaxLine:
    """Tax of one group for the month, with this plan's sales in it."""

    group: str
    sales: Decimal
    gain: Decimal
    exempt: bool
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Solution:
    """What the engine returns for a `Problem`.

    `objective` is exact (Decimal re-evaluation of the orders); `lower_bound` is proven;
    `gap_proven` = (objective - lower_bound) / max(lower_bound, 1e-9). `whole` is W in money.
    """

    id: str
    status: Status
    orders: tuple[Order, ...]
    objective: Decimal
    lower_bound: Decimal
    gap_proven: Decimal
    node_count: int
    whole: Decimal
    residual_cash: Decimal
    fees: Decimal
    tax: Decimal
    taxes: tuple[TaxLine, ...]
    nodes: tuple[NodeState, ...]
    drift: Drift
    reasons: tuple[OrderReason, ...]
    skipped: tuple[SkipReason, ...]
    hint: BalanceHint
    priced_as_of: datetime | None = None
    currency: str = "BRL"
    cash_before: Decimal = Decimal(0)
    flow: Decimal = Decimal(0)
