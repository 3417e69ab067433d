"""What `static/chart.js` draws: plain dicts of names, days and numbers; the table beside it has the same.

With hidden values money becomes its share of the largest amount, in percent: the picture stays, and no
amount is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from fiel.entrypoints.web.views.income import MonthBar
from fiel.entrypoints.web.views.performance import Lines, Step
from fiel.income.summary import Layer
from fiel.kernel.rounding import round_half_up

Told = Callable[[str], str]
_STYLES = ("solid", "dashed", "dotted", "long")
_PLACES = 1


def income_chart(bars: Sequence[MonthBar], now: str, told: Told, *, hidden: bool) -> dict[str, Any]:
    """Stacked bars by month, the surest at the bottom. `told`: a plain text by its key."""
    shown = _shown([one.total for one in bars], hidden=hidden)
    layers = {layer: [shown(getattr(one, layer.value)) for one in bars] for layer in Layer}
    return {
        "categories": [one.month for one in bars],
        "series": [
            {"name": told(f"inc_layer_{layer.value}"), "certainty": layer.value, "values": values}
            for layer, values in layers.items()
        ],
        "totals": [shown(one.total) for one in bars],
        "totalName": told("inc_total"),
        "now": now,
        "nowName": told("inc_now"),
    }


def lines_chart(lines: Lines, name: str, moves_name: str, *, hidden: bool) -> dict[str, Any]:
    """Returns over time, the wallet first; deposits and withdrawals beside, never as a return."""
    shown = _shown((amount for _, amount in lines.moves), hidden=hidden)
    return {
        "dates": [day.isoformat() for day in lines.days],
        "series": [
            {
                "name": name if one.is_wallet else one.name,
                "style": _STYLES[min(place, len(_STYLES) - 1)],
                "values": list(one.values),
            }
            for place, one in enumerate(lines.series)
        ],
        "moves": [
            {"day": _near(day, lines.days).isoformat(), "amount": shown(amount)}
            for day, amount in lines.moves
        ],
        "movesName": moves_name,
        "movesFormat": "brl",
    }


def steps_chart(steps: Sequence[Step], names: Sequence[str], *, hidden: bool) -> dict[str, Any]:
    """A waterfall: both ends stand on zero, what is between them hangs from what was before."""
    shown = _shown((one.value for one in steps), hidden=hidden)
    return {
        "steps": [
            {"name": name, "value": shown(one.value), "kind": _kind(one)}
            for one, name in zip(steps, names, strict=True)
        ]
    }


def _kind(step: Step) -> str:
    if step.is_total:
        return "total"
    return "flow" if step.is_flow else "change"


def _shown(amounts: Iterable[Decimal], *, hidden: bool) -> Callable[[Decimal], Decimal]:
    if not hidden:
        return lambda amount: amount
    most = max((abs(one) for one in amounts), default=Decimal(0)) or Decimal(1)
    return lambda amount: round_half_up(amount * 100 / most, _PLACES)


def _near(day: date, days: Sequence[date]) -> date:
    """The first day of the chart that is not before it, so that a mark stands under a point."""
    return next((one for one in days if one >= day), days[-1])
