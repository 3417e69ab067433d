"""How wrong the rules were, asset by asset and pooled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean, median

from bench.forecast.walking import NAIVE, Score


@dataclass(frozen=True, slots=True)
class Measures:
    """Of one rule over many origins. The ratios are against the naive rule: below 1 is better.

    `median_percent`, `mean_percent`: |expected - paid| / paid of the total of twelve months, where any was
    paid (the mean is ruled by a few years in which next to nothing was). `symmetric`: the mean of
    2 |expected - paid| / (expected + paid). `ratio`: the mean over assets of the asset's mean absolute error
    over the naive rule's; `month_ratio` the same month by month; `better`: assets whose ratio is below 1.
    """

    origins: int
    median_percent: float
    mean_percent: float
    symmetric: float
    ratio: float
    better: int
    month_ratio: float
    month_better: int
    assets: int


def measured(scores: Mapping[str, Sequence[Score]], first: int = 0, last: int = 9999) -> dict[str, Measures]:
    """Rule -> its measures, over the origins of the years `first` to `last`."""
    chosen = {
        rule: [each for each in some if first <= each.origin.year <= last] for rule, some in scores.items()
    }
    return {rule: _measures(some, chosen[NAIVE]) for rule, some in chosen.items()}


def _measures(scores: Sequence[Score], naive: Sequence[Score]) -> Measures:
    shares = [float(each.missed / each.paid) for each in scores if each.paid]
    totals, months = _ratios(scores, naive)
    return Measures(
        origins=len(scores),
        median_percent=median(shares),
        mean_percent=fmean(shares),
        symmetric=fmean(_symmetric(each) for each in scores),
        ratio=fmean(totals),
        better=sum(each < 1 for each in totals),
        month_ratio=fmean(months),
        month_better=sum(each < 1 for each in months),
        assets=len(totals),
    )


def _symmetric(score: Score) -> float:
    both = score.expected + score.paid
    return float(2 * score.missed / both) if both else 0.0


def _ratios(scores: Sequence[Score], naive: Sequence[Score]) -> tuple[list[float], list[float]]:
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 4)
    for ours, theirs in zip(scores, naive, strict=True):
        terms = (ours.missed, theirs.missed, ours.months_missed, theirs.months_missed)
        sums[ours.asset] = [a + b for a, b in zip(sums[ours.asset], terms, strict=True)]
    usable = [each for each in sums.values() if each[1] and each[3]]
    return [float(each[0] / each[1]) for each in usable], [float(each[2] / each[3]) for each in usable]
