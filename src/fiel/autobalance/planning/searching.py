"""What to hold instead: the engine's answer for the members of a group, as wished quantities.

One by one by the engine itself; hundreds at a time on arrays where that knows the question (see
`together`). Wished quantities are billionths, positive to buy, whole lots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fiel.autobalance.model_text import BalanceModel, problem_of
from fiel.autobalance.planning.groups import Group, Member
from fiel.custody.accounts import QUANTITY_SCALE, money_of, units_of
from fiel.custody.reservations import Fees
from fiel.kernel.errors import Rejected
from fiel.rebalancing.drift import before_orders
from fiel.rebalancing.engine import choose
from fiel.rebalancing.evaluation import exact
from fiel.rebalancing.jit import COMPILED
from fiel.rebalancing.model import build
from fiel.rebalancing.problem import Destination, FeeSchedule, Mode, Strategy

#: The engine looks at more lots than the arrays do: it has costs to weigh.
ENGINE_NODES_FACTOR = 40


@dataclass(frozen=True, slots=True)
class Wished:
    """Quantities per asset of the group, and the `gain` in money before costs."""

    quantities: Sequence[int]
    gain: Decimal


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """The engine refused, and what to correct."""

    detail: str


Found = Wished | Unanswerable


def together(model: BalanceModel, strategy: Strategy, fees: Fees) -> bool:
    """Whether members can be searched on arrays.

    Fees that are a part of the value hardly move the best lots, and are judged afterwards like any cost; a
    fixed fee, least orders, destination bands and buying before selling are weighed by the engine alone.
    """
    return (
        model.mode is not Mode.HYBRID
        and strategy.destination is Destination.TARGET
        and not fees.fixed
        and not any(rules.minimum_order for rules in model.assets.values())
    )


def one_by_one(
    group: Group, members: Sequence[Member], prices: Mapping[str, Decimal], fees: Fees, nodes: int
) -> list[Found]:
    """The engine's answer for each of the members."""
    schedule = FeeSchedule(money_of(fees.fixed, group.currency), Decimal(fees.rate_ppm).scaleb(-6))
    return [_by_engine(group, member, prices, schedule, nodes * ENGINE_NODES_FACTOR) for member in members]


def _by_engine(
    group: Group, member: Member, prices: Mapping[str, Decimal], fees: FeeSchedule, nodes: int
) -> Found:
    model = member.subject.model
    free = {ticker: units_of(held) for ticker, held in zip(group.tickers, member.free, strict=True)}
    cash = money_of(member.account.available, group.currency)
    try:
        question = problem_of(
            model, member.name, free, cash, prices, currency=group.currency, fees=fees,
            destination=group.strategy,
        )  # fmt: skip
        asked = build(question)
        before = before_orders(asked)
        # Thousands follow: they are worth waiting for the compiler.
        choice = choose(asked, before, node_count_max=nodes, compiled=COMPILED)
    except Rejected as refusal:
        return Unanswerable(f"{refusal.code}: {refusal}")
    with exact():
        gain = (before.tracking - choice.evaluation.tracking) * asked.whole
        wished = {
            asset.id: int(count * asset.lot * QUANTITY_SCALE)
            for asset, count in zip(asked.assets, choice.lots, strict=True)
        }
    return Wished([wished[ticker] for ticker in group.tickers], gain)
