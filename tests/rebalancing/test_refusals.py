"""What the engine will not answer: each refusal has its code, its place and its numbers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.errors import InvalidInput, InvalidInputs, Refused, Rejected
from fiel.portfolio.targets import Band, TargetNode
from fiel.rebalancing.problem import (
    AssetLine,
    Destination,
    FeeSchedule,
    FeeTier,
    Frequency,
    Mode,
    Objective,
    Problem,
    Strategy,
    StrategyKind,
    TaxGroup,
)
from fiel.rebalancing.refusals import ASSETS_MAX, refuse_if_unanswerable

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
DAY = Decimal(86_400)
ZERO = Decimal(0)


def sound(**changes: object) -> Problem:
    """A (60 at 10) and B (40 at 10), half and half, with 100 of cash: nothing to refuse."""
    leaves = (TargetNode("a", Decimal(50), asset="A"), TargetNode("b", Decimal(50), asset="B"))
    problem = Problem(
        id="sound",
        assets=(AssetLine("A", Decimal(10), Decimal(60)), AssetLine("B", Decimal(10), Decimal(40))),
        targets=TargetNode("root", children=leaves),
        cash=Decimal(100),
        mode=Mode.FULL,
    )
    return replace(problem, **changes)  # type: ignore[arg-type]


def with_a(**changes: object) -> Problem:
    """The sound problem with asset A changed."""
    problem = sound()
    changed = replace(problem.assets[0], **changes)  # type: ignore[arg-type]
    return replace(problem, assets=(changed, problem.assets[1]))


def refusal(problem: Problem) -> Rejected:
    """The error that a problem is refused with."""
    with pytest.raises(Rejected) as caught:
        refuse_if_unanswerable(problem)
    return caught.value


def test_a_sound_problem_passes() -> None:
    """The starting point of every test below is accepted."""
    refuse_if_unanswerable(sound())


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("price", ZERO, "price_not_positive"),
        ("price", Decimal(-1), "price_not_positive"),
        ("price", Decimal("NaN"), "not_a_number"),
        ("price", Decimal("sNaN"), "not_a_number"),
        ("price", Decimal("Infinity"), "not_finite"),
        ("price", 10.0, "float_refused"),
        ("price", 10, "decimal_required"),
        ("price", Decimal("0.0000000000001"), "too_precise"),
        ("price", Decimal("1e-400000"), "too_precise"),
        ("price", Decimal("1e15"), "too_large"),
        ("price", Decimal("1e400000"), "too_large"),
        ("quantity", Decimal(-1), "quantity_negative"),
        ("quantity", Decimal("-Infinity"), "not_finite"),
        ("quantity", 1.5, "float_refused"),
        ("lot", ZERO, "lot_not_positive"),
        ("lot", Decimal(-1), "lot_not_positive"),
        ("average_cost", Decimal(-1), "average_cost_negative"),
        ("average_cost", 1.0, "float_refused"),
        ("minimum_order", Decimal(-1), "minimum_order_negative"),
        ("maximum_weight", ZERO, "maximum_weight_out_of_range"),
        ("maximum_weight", Decimal("1.01"), "maximum_weight_out_of_range"),
        ("tax_group", "nowhere", "tax_group_unknown"),
    ],
)
def test_a_figure_of_an_asset_that_cannot_be_is_refused_by_name(field: str, value: object, code: str) -> None:
    """The place is the asset and the figure."""
    error = refusal(with_a(**{field: value}))
    assert (type(error), error.code, error.field) == (InvalidInput, code, f"assets.A.{field}")


def test_limits_themselves_are_inside() -> None:
    """Twelve decimals, zeros beyond them, and a maximum weight of the whole are accepted."""
    refuse_if_unanswerable(with_a(price=Decimal("0.000000000001"), maximum_weight=Decimal(1)))
    refuse_if_unanswerable(with_a(price=Decimal("10.0000000000000000")))


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"cash": 1.5}, "float_refused", "cash"),
        ({"flow": Decimal("NaN")}, "not_a_number", "flow"),
        ({"minimum_cash": Decimal(-1)}, "minimum_cash_negative", "minimum_cash"),
        ({"objective": Objective(kappa=Decimal(-1))}, "kappa_negative", "objective.kappa"),
        (
            {"objective": Objective(level_multipliers=(Decimal(1), ZERO))},
            "level_multipliers_not_positive",
            "objective.level_multipliers[1]",
        ),
        ({"fees": FeeSchedule(fixed=Decimal(-1))}, "fixed_negative", "fees.fixed"),
        ({"fees": FeeSchedule(rate=Decimal("1.1"))}, "rate_out_of_range", "fees.rate"),
        ({"fees": FeeSchedule(tiers=(FeeTier(Decimal(10), ZERO, ZERO),))}, "tiers_incomplete", "fees.tiers"),
        (
            {"fees": FeeSchedule(tiers=(FeeTier(None, ZERO, ZERO), FeeTier(None, ZERO, ZERO)))},
            "tiers_out_of_order",
            "fees.tiers",
        ),
        (
            {
                "fees": FeeSchedule(
                    tiers=tuple(FeeTier(limit, ZERO, ZERO) for limit in (DAY, Decimal(1), None))
                )
            },
            "tiers_out_of_order",
            "fees.tiers",
        ),
        (
            {"fees": FeeSchedule(tiers=(FeeTier(None, ZERO, Decimal(-1)),))},
            "rate_out_of_range",
            "fees.tiers[0].rate",
        ),
        (
            {"tax_groups": {"g": TaxGroup("g", Decimal("1.5"))}},
            "rate_out_of_range",
            "tax_groups.g.rate",
        ),
        (
            {"tax_groups": {"g": TaxGroup("g", ZERO, loss_carry=Decimal(-1))}},
            "loss_carry_negative",
            "tax_groups.g.loss_carry",
        ),
        ({"tax_groups": {"g": TaxGroup("h", ZERO)}}, "tax_group_misnamed", "tax_groups.g"),
        ({"strategy": Strategy(StrategyKind.THRESHOLD)}, "band_missing", "strategy"),
        (
            {"strategy": Strategy(StrategyKind.CALENDAR)},
            "frequency_missing",
            "strategy.frequency",
        ),
        (
            {"strategy": Strategy(destination=Destination.TOLERANCE)},
            "tolerance_missing",
            "strategy.tolerance",
        ),
        (
            {"strategy": Strategy(band=Band(absolute=Decimal(-1)))},
            "absolute_negative",
            "strategy.absolute",
        ),
        ({"targets": TargetNode("root")}, "class_without_asset", "targets.root"),
    ],
)
def test_a_figure_of_the_whole_that_cannot_be_is_refused_by_name(
    changes: dict[str, object], code: str, field: str
) -> None:
    """Money, costs, tax, strategy and tree are checked like the assets."""
    error = refusal(sound(**changes))
    assert (error.code, error.field) == (code, field)


def test_a_hybrid_strategy_with_a_band_of_a_node_and_a_frequency_is_sound() -> None:
    """A band on any node is a band."""
    leaves = (
        TargetNode("a", Decimal(50), asset="A", band=Band(absolute=Decimal("0.05"))),
        TargetNode("b", Decimal(50), asset="B"),
    )
    strategy = Strategy(StrategyKind.HYBRID, frequency=Frequency.MONTHLY)
    refuse_if_unanswerable(sound(targets=TargetNode("root", children=leaves), strategy=strategy))


def test_a_missing_price_is_refused_held_or_not() -> None:
    """Unknown is never zero: without the price the whole is not known."""
    for quantity in (ZERO, Decimal(60)):
        error = refusal(with_a(price=None, quantity=quantity))
        assert (type(error), error.code, error.field) == (Refused, "price_missing", "assets.A.price")


def test_an_ignored_asset_needs_no_price_but_cannot_have_a_target() -> None:
    """What is left out of the whole on purpose is not asked for its price."""
    idle = AssetLine("Z", None, Decimal(5), ignored=True)
    refuse_if_unanswerable(sound(assets=(*sound().assets, idle)))
    error = refusal(with_a(ignored=True))
    assert (error.code, error.field) == ("target_ignored", "targets.a")


@pytest.mark.parametrize(
    ("age", "is_stale"), [(DAY, False), (DAY + 1, True), (Decimal("86400.000001"), True)]
)
def test_a_price_older_than_the_maximum_age_is_refused(age: Decimal, *, is_stale: bool) -> None:
    """The age itself is allowed, a microsecond more is not; the refusal tells both numbers."""
    as_of = NOW - timedelta(microseconds=int(age * 1_000_000))
    problem = replace(with_a(as_of=as_of), now=NOW, price_age_seconds_max=DAY)
    if not is_stale:
        refuse_if_unanswerable(problem)
        return
    error = refusal(problem)
    assert (error.code, error.field) == ("price_stale", "assets.A.price")
    assert Decimal(error.details["age_seconds"]) == age


def test_a_price_of_unknown_time_is_accepted_and_one_from_the_future_is_not() -> None:
    """A day without an hour may run ahead of the clock, two days may not."""
    refuse_if_unanswerable(sound(now=NOW, price_age_seconds_max=DAY))
    refuse_if_unanswerable(replace(with_a(as_of=NOW + timedelta(hours=9)), now=NOW))
    assert refusal(replace(with_a(as_of=NOW + timedelta(days=2)), now=NOW)).code == "price_from_future"


def test_ages_need_a_present_and_zones() -> None:
    """A maximum age without now, or a time without a zone, cannot be judged."""
    assert refusal(sound(price_age_seconds_max=DAY)).code == "now_missing"
    assert refusal(replace(with_a(as_of=NOW.replace(tzinfo=None)), now=NOW)).code == "zone_missing"


def test_a_withdrawal_above_everything_sellable_tells_what_is_missing() -> None:
    """Whole lots only, what may be sold only, net of each order's fee, above the minimum cash."""
    lots = with_a(lot=Decimal(7))
    problem = replace(
        lots,
        mode=Mode.WITHDRAWAL,
        flow=Decimal(-1060),
        fees=FeeSchedule(fixed=Decimal(5), rate=Decimal("0.01")),
    )
    error = refusal(problem)
    sellable = (Decimal(560) - 5 - Decimal("5.6")) + (Decimal(400) - 5 - 4)
    assert (error.code, error.field) == ("withdrawal_too_large", "flow")
    assert Decimal(error.details["sellable"]) == sellable
    assert Decimal(error.details["missing"]) == 1060 - 100 - sellable


def test_a_withdrawal_of_exactly_what_can_be_sold_is_only_refused_for_leaving_nothing() -> None:
    """At the limit the money is there, and then there is nothing left to allocate."""
    assert refusal(sound(mode=Mode.WITHDRAWAL, flow=Decimal(-1100))).code == "nothing_to_allocate"
    refuse_if_unanswerable(sound(mode=Mode.WITHDRAWAL, flow=Decimal("-1099.99")))
    assert refusal(sound(mode=Mode.WITHDRAWAL, flow=Decimal("-1100.01"))).details["missing"] == "0.01"


@pytest.mark.parametrize(
    "changes", [{"can_sell": False}, {"minimum_order": Decimal(601)}, {"lot": Decimal(61)}]
)
def test_what_cannot_be_sold_does_not_pay_a_withdrawal(changes: dict[str, object]) -> None:
    """No selling, an order below the minimum and less than one lot bring nothing."""
    error = refusal(replace(with_a(**changes), mode=Mode.WITHDRAWAL, flow=Decimal(-501)))
    assert (error.code, error.details["missing"]) == ("withdrawal_too_large", "1")


def test_tiers_never_make_a_possible_withdrawal_refused() -> None:
    """Where selling less costs so much less that it brings more, the smaller sale counts."""
    tiers = (FeeTier(Decimal(500), ZERO, ZERO), FeeTier(None, ZERO, Decimal("0.5")))
    problem = replace(with_a(), mode=Mode.WITHDRAWAL, flow=Decimal(-1000), fees=FeeSchedule(tiers=tiers))
    refuse_if_unanswerable(problem)


def test_a_contribution_that_leaves_less_than_the_minimum_cash_is_refused() -> None:
    """The mode does not sell to raise the rest, and full mode does."""
    short = sound(minimum_cash=Decimal(150), flow=Decimal(20))
    error = refusal(replace(short, mode=Mode.CONTRIBUTION))
    assert (error.code, error.details["missing"]) == ("cash_below_minimum", "30")
    refuse_if_unanswerable(short)


def test_nothing_at_all_is_refused() -> None:
    """No holdings and no money: there is no whole to divide."""
    empty = tuple(replace(asset, quantity=ZERO) for asset in sound().assets)
    error = refusal(sound(assets=empty, cash=ZERO))
    assert (type(error), error.code, error.field) == (Refused, "nothing_to_allocate", "cash")


@pytest.mark.parametrize("mode", [Mode.FULL, Mode.WITHDRAWAL, Mode.HYBRID])
def test_a_taxed_asset_that_may_be_sold_needs_its_average_cost(mode: Mode) -> None:
    """Without the cost the tax is unknown; where nothing can be sold or taxed it is not asked."""
    groups = {"g": TaxGroup("g", Decimal("0.15"))}
    taxed = replace(with_a(tax_group="g"), tax_groups=groups, mode=mode)
    error = refusal(taxed)
    assert (type(error), error.code, error.field) == (
        Refused,
        "average_cost_missing",
        "assets.A.average_cost",
    )
    refuse_if_unanswerable(replace(taxed, mode=Mode.CONTRIBUTION))
    refuse_if_unanswerable(replace(taxed, tax_groups={"g": TaxGroup("g", ZERO)}))
    for harmless in ({"can_sell": False}, {"quantity": ZERO}, {"average_cost": Decimal(8)}):
        refuse_if_unanswerable(replace(with_a(tax_group="g", **harmless), tax_groups=groups, mode=mode))


def test_a_repeated_asset_is_refused() -> None:
    """Two lines of one asset would count it twice."""
    error = refusal(sound(assets=(*sound().assets, sound().assets[0])))
    assert (error.code, error.field) == ("asset_repeated", "assets.A")


def test_more_assets_than_the_limit_are_refused_at_once() -> None:
    """The limit keeps every later step bounded."""
    many = tuple(AssetLine(f"X{index}", Decimal(1)) for index in range(ASSETS_MAX + 1))
    error = refusal(sound(assets=many))
    assert (error.code, error.field) == ("too_many_assets", "assets")


def test_a_tree_of_a_thousand_levels_is_one_problem() -> None:
    """Depth is refused before anything walks down it."""
    node = TargetNode("leaf", Decimal(100), asset="A")
    for level in range(1000):
        node = TargetNode(f"n{level}", Decimal(100), (node,))
    assert refusal(sound(targets=node)).code == "tree_too_large"


def test_several_problems_are_told_together_whatever_the_order_of_the_assets() -> None:
    """Assets in order of their ids, then the rest: permuting the input changes nothing."""
    broken = sound(
        assets=(
            AssetLine("B", None, Decimal(1), lot=ZERO),
            AssetLine("A", ZERO, Decimal(-1)),
        ),
        minimum_cash=Decimal(-1),
    )
    error = refusal(broken)
    assert isinstance(error, InvalidInputs)
    fields = [problem.field for problem in error.problems]
    assert fields == ["assets.A.price", "assets.A.quantity", "assets.B.lot", "minimum_cash", "assets.B.price"]
    assert [type(problem) for problem in error.problems][-1] is Refused
    again = refusal(replace(broken, assets=broken.assets[::-1]))
    assert isinstance(again, InvalidInputs)
    assert [problem.field for problem in again.problems] == fields


FIGURES: dict[str, Callable[[object], Problem]] = {
    "assets.A.price": lambda value: with_a(price=value),
    "assets.A.quantity": lambda value: with_a(quantity=value),
    "assets.A.lot": lambda value: with_a(lot=value),
    "assets.A.minimum_order": lambda value: with_a(minimum_order=value),
    "assets.A.maximum_weight": lambda value: with_a(maximum_weight=value),
    "cash": lambda value: sound(cash=value),
    "flow": lambda value: sound(flow=value),
    "minimum_cash": lambda value: sound(minimum_cash=value),
    "objective.kappa": lambda value: sound(objective=Objective(kappa=value)),  # type: ignore[arg-type]
    "fees.fixed": lambda value: sound(fees=FeeSchedule(fixed=value)),  # type: ignore[arg-type]
    "fees.rate": lambda value: sound(fees=FeeSchedule(rate=value)),  # type: ignore[arg-type]
}


@given(st.sampled_from(sorted(FIGURES)), st.floats())
def test_no_float_ever_passes(name: str, value: float) -> None:
    """Whatever its value, a float is refused where it stands."""
    error = refusal(FIGURES[name](value))
    assert (error.code, error.field) == ("float_refused", name)


@given(st.sampled_from(sorted(FIGURES)), st.decimals(allow_nan=True, allow_infinity=True))
def test_any_decimal_is_accepted_or_refused_and_never_crashes(name: str, value: Decimal) -> None:
    """NaN, infinities and enormous exponents end in a refusal, not in an arithmetic error."""
    with suppress(Rejected):
        refuse_if_unanswerable(FIGURES[name](value))
