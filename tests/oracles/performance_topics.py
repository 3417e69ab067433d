"""Oracle kinds of performance, answered by the product: returns, rates and risk here, positions beside it.

Their files write `kind` and `input` where the others write `topic` and `inputs`: see `as_case`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from fiel.performance.quotas import QUOTA_ONE, annual_return, modified_dietz, time_weighted
from fiel.performance.risk import drawdown, volatility
from fiel.performance.xirr import NoRate, OneRate, SeveralRates, rates
from tests.oracles.case_inputs import Answer, AnyOf, Inputs, as_day, given, pick
from tests.oracles.performance_positions import KINDS as POSITIONS
from tests.oracles.performance_positions import number

_PREFIX = "performance:"
_ONE = Decimal(1)


def as_case(case: Mapping[str, Any]) -> dict[str, Any]:
    """A case in the layout of the others; a case that has it already is left as it is."""
    told = dict(case)
    if "topic" not in told and "input" in told:
        told |= {"topic": _PREFIX + str(told.get("kind", "?")), "inputs": told["input"]}
    return told


def _xirr(inputs: Inputs) -> Answer:
    rows = pick(inputs, "cash_flows", "flows")
    pairs = [(row["date"], row["amount"]) if isinstance(row, Mapping) else tuple(row) for row in rows]
    outcome = rates((as_day(day), Decimal(str(amount))) for day, amount in pairs)
    if isinstance(outcome, OneRate):
        return {"xirr": outcome.rate, "roots": [outcome.rate], "outcome": "one_rate"}
    if isinstance(outcome, SeveralRates):
        return {
            "xirr": AnyOf(outcome.rates),
            "roots": list(outcome.rates),
            "outcome": "several_rates",
        }
    assert isinstance(outcome, NoRate)
    return {"xirr": None, "roots": [], "outcome": "no_rate", "reason": outcome.reason.value}


def _row(row: Any) -> tuple[Decimal, Decimal, Decimal]:
    """(in, out, worth) of a day."""
    return (
        number(row, "inflow", "inflows"),
        number(row, "outflow", "outflows"),
        Decimal(str(pick(row, "end_value", "value", "market_value"))),
    )


def _twr_daily(inputs: Inputs) -> Answer:
    cumulative = time_weighted([_row(row) for row in pick(inputs, "days", "rows")])
    grown = [_ONE + one for one in cumulative]
    daily = [Decimal(0)] + [later / one - 1 if one else Decimal(0) for one, later in pairwise(grown)]
    return {"cumulative": list(cumulative), "twr": cumulative[-1], "daily": daily}


def _twr_linked(inputs: Inputs) -> Answer:
    """Each holding period starts from its own worth."""
    found: list[Decimal] = []
    for row in pick(inputs, "holding_periods", "periods"):
        flows = number(row, "inflow_at_start", "inflow"), number(row, "outflow_at_end", "outflow")
        end = Decimal(str(pick(row, "end", "end_value")))
        start = Decimal(str(pick(row, "begin", "start", "begin_value")))
        found.append(time_weighted([(0, 0, start), (*flows, end)])[-1])
    product = _ONE
    for one in found:
        product *= _ONE + one
    return {"period_returns": found, "twr": product - 1}


def _twr_points(inputs: Inputs) -> Answer:
    """Valued right after each flow: what was put in since the last point is taken off first."""
    points = inputs["points"]
    deposits = [number(point, "cumulative_net_deposits", "net_deposits") for point in points]
    rows = [
        (Decimal(0), (deposits[at - 1] - deposits[at]) if at else Decimal(0), number(point, "market_value"))
        for at, point in enumerate(points)
    ]
    cumulative = time_weighted(rows)
    return {
        "series": [[point["date"], one] for point, one in zip(points, cumulative, strict=True)],
        "twr": cumulative[-1],
    }


def _annualise(inputs: Inputs) -> Answer:
    total, days = str(pick(inputs, "total_return", "return", "twr")), int(inputs["days"])
    yearly = annual_return(total, days, int(given(inputs, "basis", otherwise=365)))
    return {"annualised": yearly, "annualized": yearly}


def _dietz(inputs: Inputs) -> Answer:
    start, end = as_day(inputs["start"]), as_day(inputs["end"])
    flows = [((as_day(row["date"]) - start).days, str(row["amount"])) for row in inputs["flows"]]
    made = modified_dietz(str(inputs["initial"]), str(inputs["final"]), flows, (end - start).days)
    return {"modified_dietz": made, "return": made}


def _quotas(inputs: Inputs) -> list[int]:
    """From cumulative or from daily returns."""
    if "cumulative_returns" in inputs:
        return [_scaled(_ONE + Decimal(str(one))) for one in inputs["cumulative_returns"]]
    grown, found = _ONE, [QUOTA_ONE]
    for one in pick(inputs, "daily_returns", "returns"):
        grown *= _ONE + Decimal(str(one))
        found.append(_scaled(grown))
    return found


def _scaled(growth: Decimal) -> int:
    return int(growth * QUOTA_ONE)


def _drawdown(inputs: Inputs) -> Answer:
    units = _quotas(inputs)
    first = as_day(given(inputs, "start", otherwise="2026-01-01"))
    days: list[date] = [first + timedelta(days=at) for at in range(len(units))]
    if "dates" in inputs:
        days = [as_day(day) for day in inputs["dates"]]
    found = drawdown(days, units)
    # Some say 0.75 and some -0.75 for the same fall.
    depth = AnyOf((-found.depth, found.depth))
    return {
        "max_drawdown": depth,
        "drawdown": depth,
        "peak": found.peak,
        "trough": found.trough,
        "recovered": found.recovered,
    }


def _volatility(inputs: Inputs) -> Answer:
    found = volatility(_quotas(inputs))
    whole, down = found.over_period()
    return {
        "standard_deviation_over_period": whole,
        "semi_deviation_over_period": down,
        "daily": found.daily,
        "annualised": found.yearly,
    }


TOPICS: Mapping[str, Callable[[Inputs], Answer]] = MappingProxyType(
    {
        _PREFIX + kind: answer
        for kind, answer in {
            **POSITIONS,
            "xirr": _xirr,
            "irr": _xirr,
            "twr_daily": _twr_daily,
            "twr_linked": _twr_linked,
            "twr_points": _twr_points,
            "annualise": _annualise,
            "annualize": _annualise,
            "modified_dietz": _dietz,
            "drawdown": _drawdown,
            "volatility": _volatility,
        }.items()
    }
)
