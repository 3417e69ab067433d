"""Which method an asset gets: the best over many assets, unless another was clearly better on this one.

An asset's own past is some 20 overlapping years, and choosing by it alone does worse than one good method
for all (docs/concepts/income-forecast.md has the figures); so another method must be better by a margin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from fiel.income.forecast.methods import months_paid, pays_monthly
from fiel.income.forecast.results import Method, Trial
from fiel.income.forecast.season import Season

#: The best over the packaged history of 59 assets.
DEFAULT = Method.BLEND
#: Only to compare with: where it is right, `slots` and `trailing` are too.
BENCHMARK = Method.LAST_YEAR
#: Another takes its place when it was tried at so many days and its error is at most this share.
BETTER_ORIGINS_MIN = 12
BETTER_SHARE = Decimal("0.60")


@dataclass(frozen=True, slots=True)
class Choice:
    """A method and why."""

    method: Method
    reasons: tuple[str, ...]


def candidates(season: Season) -> tuple[Method, ...]:
    """The methods that fit: `monthly` only for who pays monthly."""
    return tuple(each for each in Method if each is not Method.MONTHLY or pays_monthly(season))


def choose(trials: Mapping[Method, Trial], season: Season) -> Choice:
    """The default, or what was clearly better here; of those equally good the first of `Method`."""
    default = _default(trials)
    usual = trials[default]
    eligible = (each for each in trials.values() if each.method is not BENCHMARK)
    best = min(eligible, key=lambda each: (each.error is None, each.error or 0))
    if _is_clearly_better(best, usual):
        return Choice(best.method, (f"better_here:{best.error}/{usual.error}",))
    if default is Method.MONTHLY:
        return Choice(default, (f"pays_monthly:{months_paid(season)}",))
    return Choice(default, ("default",))


def _is_clearly_better(best: Trial, usual: Trial) -> bool:
    if best.error is None or usual.error is None or best.origins < BETTER_ORIGINS_MIN:
        return False
    return best.method is not usual.method and best.error <= usual.error * BETTER_SHARE


def _default(trials: Mapping[Method, Trial]) -> Method:
    """`monthly` for who pays monthly, unless it did worse here than the default of all."""
    monthly, usual = trials.get(Method.MONTHLY), trials[DEFAULT].error
    if monthly is None:
        return DEFAULT
    return Method.MONTHLY if monthly.error is None or usual is None or monthly.error <= usual else DEFAULT
