"""What the engine will not answer, and why: every refusal names the asset, node or figure to correct.

    refuse_if_unanswerable   raises when a problem has no honest answer
    problems_in_values       what is wrong with the figures themselves, prices that are absent aside
    raise_together           one problem as itself, several as one error that holds them all

Figures are checked by type too: dataclasses do not look, and a float that slipped in would be wrong
in silence. Assets are looked at in the order of their ids, as the model does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Context, Decimal, localcontext

from fiel.kernel.errors import InvalidInput, InvalidInputs, Refused, Rejected
from fiel.portfolio.targets import Band, problems_of
from fiel.rebalancing.problem import (
    AssetLine,
    Destination,
    FeeSchedule,
    Problem,
    Strategy,
    StrategyKind,
    TaxGroup,
)
from fiel.rebalancing.shortfalls import SELLING_MODES, problem_of_cash

ZERO = Decimal(0)
ASSETS_MAX = 512
#: Above these a figure is a mistake of unit, and products would no longer be exact.
DECIMALS_MAX = 12
MAGNITUDE_MAX = Decimal(10) ** 15
#: Clocks differ and a day may be written without its hour; beyond this a price comes from the future.
PRICE_AHEAD_MAX = timedelta(days=1)
_FINEST = Decimal(1).scaleb(-DECIMALS_MAX)
_EXACT = Context(prec=100)


@dataclass(frozen=True, slots=True)
class _Rule:
    """The range of a figure: what it allows, the end of its error code, the words of its message."""

    allows: Callable[[Decimal], bool]
    ending: str
    wanted: str


_ANY = _Rule(lambda _: True, "", "")
_NOT_NEGATIVE = _Rule(lambda value: value >= 0, "negative", "zero or more")
_POSITIVE = _Rule(lambda value: value > 0, "not_positive", "above zero")
_FRACTION = _Rule(lambda value: 0 <= value <= 1, "out_of_range", "a fraction from 0 to 1")
_SHARE = _Rule(lambda value: 0 < value <= 1, "out_of_range", "a fraction above 0 and at most 1")


def refuse_if_unanswerable(problem: Problem) -> None:
    """Raise unless the engine can answer honestly.

    Raises `InvalidInput` for a figure that is malformed or out of range, `Refused` when the figures
    are sound but no honest answer exists (a price missing or too old, money that is not there), and
    `InvalidInputs` when there are several problems. Money is only judged when the figures are sound.
    """
    found = problems_in_values(problem)
    if len(problem.assets) <= ASSETS_MAX:
        found += _problems_of_prices(problem)
    if not found:
        found = _problems_of_money(problem)
    raise_together(found, subject=f"problem {problem.id}")


def raise_together(problems: Sequence[Rejected], *, subject: str) -> None:
    """Raise nothing, the one problem itself, or `InvalidInputs` with all of them."""
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise InvalidInputs(problems, subject=subject)


def problems_in_values(problem: Problem) -> list[Rejected]:
    """Everything wrong with the figures: assets, tree, money, costs, tax, strategy; empty when sound.

    A price that is not there is no problem here; one that is there must be above zero.
    """
    if len(problem.assets) > ASSETS_MAX:
        return [
            InvalidInput(
                "too_many_assets",
                f"{len(problem.assets)} assets; at most {ASSETS_MAX} can be planned at once",
                field="assets",
            )
        ]
    found: list[Rejected] = []
    found += _repeated_assets(problem)
    for asset in _in_order(problem):
        found += _problems_of_asset(asset, problem)
    found += _problems_of_targets(problem)
    if found and found[-1].code == "tree_too_large":
        return found
    for owner, name, value, rule in (
        ("", "cash", problem.cash, _ANY),
        ("", "flow", problem.flow, _ANY),
        ("", "minimum_cash", problem.minimum_cash, _NOT_NEGATIVE),
        ("", "price_age_seconds_max", problem.price_age_seconds_max, _NOT_NEGATIVE),
        ("objective", "kappa", problem.objective.kappa, _NOT_NEGATIVE),
        *(
            ("objective", f"level_multipliers[{depth}]", multiplier, _POSITIVE)
            for depth, multiplier in enumerate(problem.objective.level_multipliers)
        ),
    ):
        found += _figure(owner, name, value, rule)
    found += _problems_of_fees(problem.fees)
    for group_id in sorted(problem.tax_groups):
        found += _problems_of_tax_group(group_id, problem.tax_groups[group_id])
    has_own_band = any(node.band is not None for node in problem.targets.walk())
    found += _problems_of_strategy(problem.strategy, has_own_band=has_own_band)
    return found


def _in_order(problem: Problem) -> list[AssetLine]:
    return sorted(problem.assets, key=lambda asset: asset.id)


def _figure(owner: str, name: str, given: object, rule: _Rule) -> list[Rejected]:
    """The problem of one figure, if it has one; `None` stands for a figure that is not there."""
    if given is None:
        return []
    if isinstance(given, Decimal) and given.is_finite() and _is_sized(given) and rule.allows(given):
        return []
    return [_problem_of_figure(f"{owner}.{name}" if owner else name, given, rule)]


def _is_sized(number: Decimal) -> bool:
    return (
        -MAGNITUDE_MAX < number < MAGNITUDE_MAX and number.quantize(_FINEST, None, _EXACT) == number
    ) or not number


def _problem_of_figure(place: str, given: object, rule: _Rule) -> InvalidInput:
    name = place.rpartition(".")[2].partition("[")[0]
    words = name.replace("_", " ")
    if isinstance(given, float):
        advice = f"{words} is a float; use Decimal({str(given)!r}), which is exact"
        return InvalidInput("float_refused", advice, field=place)
    if not isinstance(given, Decimal):
        kind = type(given).__name__
        return InvalidInput("decimal_required", f"{words} must be a Decimal, not {kind}", field=place)
    if given.is_nan():
        return InvalidInput("not_a_number", f"{words} is not a number; give its value", field=place)
    if not given.is_finite():
        return InvalidInput("not_finite", f"{words} is infinite; give its value", field=place)
    if abs(given) >= MAGNITUDE_MAX:
        message = f"{words} must be below {MAGNITUDE_MAX:f}; check its unit"
        return InvalidInput("too_large", message, field=place)
    if not _is_sized(given):
        message = f"{words} has more than {DECIMALS_MAX} decimals; round it"
        return InvalidInput("too_precise", message, field=place)
    return InvalidInput(f"{name}_{rule.ending}", f"{words} {given} must be {rule.wanted}", field=place)


def _repeated_assets(problem: Problem) -> list[Rejected]:
    counts = Counter(asset.id for asset in problem.assets)
    return [
        InvalidInput(
            "asset_repeated",
            f"asset {asset_id} is listed {count} times; keep one line with the whole quantity",
            field=f"assets.{asset_id}",
        )
        for asset_id, count in sorted(counts.items())
        if count > 1
    ]


def _problems_of_asset(asset: AssetLine, problem: Problem) -> list[Rejected]:
    place = f"assets.{asset.id}"
    found: list[Rejected] = []
    if not asset.id:
        found.append(
            InvalidInput("asset_id_empty", "an asset needs an id, such as its ticker", field="assets")
        )
    found += _figure(place, "price", asset.price, _POSITIVE)
    found += _figure(place, "quantity", asset.quantity, _NOT_NEGATIVE)
    found += _figure(place, "lot", asset.lot, _POSITIVE)
    found += _figure(place, "average_cost", asset.average_cost, _NOT_NEGATIVE)
    found += _figure(place, "minimum_order", asset.minimum_order, _NOT_NEGATIVE)
    found += _figure(place, "maximum_weight", asset.maximum_weight, _SHARE)
    if asset.tax_group is not None and asset.tax_group not in problem.tax_groups:
        known = ", ".join(sorted(problem.tax_groups)) or "none"
        found.append(
            InvalidInput(
                "tax_group_unknown",
                f"tax group {asset.tax_group} is not defined (defined: {known})",
                field=f"{place}.tax_group",
            )
        )
    return found


def _problems_of_targets(problem: Problem) -> list[Rejected]:
    found: list[Rejected] = list(problems_of(problem.targets, frozenset(a.id for a in problem.assets)))
    if any(error.code == "tree_too_large" for error in found):
        return found
    ignored = {asset.id for asset in problem.assets if asset.ignored}
    for node in problem.targets.walk():
        place = f"targets.{node.id}"
        if node.asset in ignored:
            message = f"{node.asset} is ignored and has a target; drop one of the two"
            found.append(InvalidInput("target_ignored", message, field=place))
        found += _beyond_limits(place, "weight", node.weight)
        if node.band is not None:
            found += _beyond_limits(f"{place}.band", "absolute", node.band.absolute)
            found += _beyond_limits(f"{place}.band", "relative", node.band.relative)
    return found


def _beyond_limits(owner: str, name: str, given: object) -> list[Rejected]:
    """Only the problems of size: the tree checks the rest of its figures itself."""
    if not isinstance(given, Decimal) or not given.is_finite():
        return []
    return _figure(owner, name, given, _ANY)


def _problems_of_fees(fees: FeeSchedule) -> list[Rejected]:
    found = _figure("fees", "fixed", fees.fixed, _NOT_NEGATIVE)
    found += _figure("fees", "rate", fees.rate, _FRACTION)
    for index, tier in enumerate(fees.tiers):
        place = f"fees.tiers[{index}]"
        found += _figure(place, "fixed", tier.fixed, _NOT_NEGATIVE)
        found += _figure(place, "rate", tier.rate, _FRACTION)
        found += _figure(place, "up_to", tier.up_to, _POSITIVE)
    if found or not fees.tiers:
        return found
    limits = [tier.up_to for tier in fees.tiers]
    if limits[-1] is not None:
        message = "the last tier must have no up_to, or a large order would have no fee"
        found.append(InvalidInput("tiers_incomplete", message, field="fees.tiers"))
    lower = [limit for limit in limits[:-1] if limit is not None]
    if len(lower) != len(limits) - 1 or lower != sorted(set(lower)):
        message = "list the tiers by up_to, each above the one before; only the last may have none"
        found.append(InvalidInput("tiers_out_of_order", message, field="fees.tiers"))
    return found


def _problems_of_tax_group(group_id: str, group: TaxGroup) -> list[Rejected]:
    place = f"tax_groups.{group_id}"
    found = _figure(place, "rate", group.rate, _FRACTION)
    found += _figure(place, "exempt_sales", group.exempt_sales, _NOT_NEGATIVE)
    found += _figure(place, "loss_carry", group.loss_carry, _NOT_NEGATIVE)
    found += _figure(place, "sales_so_far", group.sales_so_far, _NOT_NEGATIVE)
    found += _figure(place, "gain_so_far", group.gain_so_far, _ANY)
    if group.id != group_id:
        message = f"group {group.id!r} is filed under {group_id!r}; use one name"
        found.append(InvalidInput("tax_group_misnamed", message, field=place))
    return found


def _problems_of_strategy(strategy: Strategy, *, has_own_band: bool) -> list[Rejected]:
    found = _figure("strategy", "absolute", strategy.band.absolute, _NOT_NEGATIVE)
    found += _figure("strategy", "relative", strategy.band.relative, _NOT_NEGATIVE)
    found += _figure("strategy.tolerance", "absolute", strategy.tolerance.absolute, _NOT_NEGATIVE)
    found += _figure("strategy.tolerance", "relative", strategy.tolerance.relative, _NOT_NEGATIVE)
    uses_band = strategy.kind in {StrategyKind.THRESHOLD, StrategyKind.HYBRID}
    uses_dates = strategy.kind in {StrategyKind.CALENDAR, StrategyKind.HYBRID}
    if uses_band and strategy.band == Band() and not has_own_band:
        message = f"strategy {strategy.kind} needs a band: give absolute, relative or both"
        found.append(InvalidInput("band_missing", message, field="strategy"))
    if uses_dates and strategy.frequency is None:
        message = f"strategy {strategy.kind} needs a frequency: weekly, monthly, quarterly or yearly"
        found.append(InvalidInput("frequency_missing", message, field="strategy.frequency"))
    if strategy.destination is Destination.TOLERANCE and strategy.tolerance == Band():
        message = "destination tolerance needs a tolerance: how near the target is near enough"
        found.append(InvalidInput("tolerance_missing", message, field="strategy.tolerance"))
    return found


def _problems_of_prices(problem: Problem) -> list[Rejected]:
    found: list[Rejected] = []
    if problem.price_age_seconds_max is not None and problem.now is None:
        message = "a maximum age of prices needs the present time, to know how old they are"
        found.append(InvalidInput("now_missing", message, field="now"))
    for asset in _in_order(problem):
        if asset.ignored:
            continue
        if asset.price is None:
            message = f"{asset.id} has no price; give one, or ignore the asset to leave it out of the whole"
            found.append(Refused("price_missing", message, field=f"assets.{asset.id}.price"))
        elif asset.as_of is not None and problem.now is not None:
            found += _problems_of_age(asset, asset.as_of, problem.now, problem.price_age_seconds_max)
    return found


def _problems_of_age(
    asset: AssetLine, as_of: datetime, now: datetime, age_seconds_max: object
) -> list[Rejected]:
    place = f"assets.{asset.id}.price"
    if as_of.tzinfo is None or now.tzinfo is None:
        message = "the time of the price and the present time need a time zone"
        return [InvalidInput("zone_missing", message, field=f"assets.{asset.id}.as_of")]
    age = now - as_of
    if -age > PRICE_AHEAD_MAX:
        message = f"the price of {asset.id} is dated {as_of.isoformat()}, after now ({now.isoformat()})"
        return [Refused("price_from_future", message, field=place)]
    age_seconds = Decimal(age // timedelta(microseconds=1)).scaleb(-6)
    if not isinstance(age_seconds_max, Decimal) or not age_seconds_max.is_finite():
        return []
    if age_seconds <= age_seconds_max:
        return []
    return [
        Refused(
            "price_stale",
            f"the price of {asset.id} is from {as_of.isoformat()}, {age_seconds:f} s old;"
            f" at most {age_seconds_max:f} s are allowed: update it",
            field=place,
            details={"age_seconds": f"{age_seconds:f}", "age_seconds_max": f"{age_seconds_max:f}"},
        )
    ]


def _problems_of_money(problem: Problem) -> list[Rejected]:
    """Problems of sound figures: cash that is not there, costs unknown, nothing to allocate."""
    with localcontext(_EXACT):
        lines = [asset for asset in _in_order(problem) if not asset.ignored]
        shortfall = problem_of_cash(problem, lines)
        if shortfall is not None:
            return [shortfall]
        held = sum((a.price * a.quantity for a in lines if a.price is not None), ZERO)
        if held + problem.cash + problem.flow <= 0:
            message = "nothing held, no cash and no contribution: there is nothing to allocate"
            return [Refused("nothing_to_allocate", message, field="flow" if problem.flow else "cash")]
    if problem.mode not in SELLING_MODES:
        return []
    return [error for asset in lines for error in _missing_cost(asset, problem)]


def _missing_cost(asset: AssetLine, problem: Problem) -> list[Rejected]:
    if asset.tax_group is None or asset.average_cost is not None or not asset.can_sell:
        return []
    if asset.quantity < asset.lot or problem.tax_groups[asset.tax_group].rate == 0:
        return []
    message = (
        f"selling {asset.id} may be taxed ({asset.tax_group}) and its average cost is unknown;"
        " give it, or forbid selling it"
    )
    return [Refused("average_cost_missing", message, field=f"assets.{asset.id}.average_cost")]
