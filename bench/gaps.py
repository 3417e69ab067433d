"""How often the answer is the optimum: proven gaps on random instances with costs, and against SCIP."""

from __future__ import annotations

import statistics
import time
from functools import partial

from tests.oracles.rebalancing import solver
from tests.oracles.rebalancing.checker import evaluate
from tests.oracles.rebalancing.engine import answer, orders_of
from tests.oracles.rebalancing.generate import COSTLY, PROFILES, generate

from bench.table import Row
from bench.timing import Times, count, duration, measure

SIZES = (5, 10, 15, 20)
SMALL_GAP = 0.001
#: The certificate is formed on floats: a gap below this is "none".
NO_GAP = 1e-9
AGAINST_SCIP = (("full", 10), ("flow-50", 20), ("fees-minimum", 10), ("taxes", 10), ("everything", 8))
SCIP_SECONDS_MAX = 20.0


def proven_gaps(*, instances: int = 300) -> list[Row]:
    """Shares of answers with a proven gap of nothing and of at most 0.1 %, with costs and without."""
    free = tuple(p for p in PROFILES if p not in COSTLY)
    return [
        row
        for title, profiles in (("with costs", COSTLY), ("without costs", free))
        for row in _gap_rows(title, profiles, instances)
    ]


def _gap_rows(title: str, profiles: tuple[str, ...], instances: int) -> list[Row]:
    gaps, seconds, broken, nodes = [], [], 0, []
    for i in range(instances):
        profile = profiles[i % len(profiles)]
        n = SIZES[(i // len(profiles)) % len(SIZES)]
        instance = generate(profile, n, 1000 + i)
        start = time.perf_counter_ns()
        solution = answer(instance)
        seconds.append((time.perf_counter_ns() - start) / 1e9)
        nodes.append(solution.node_count)
        gaps.append(float(solution.gap_proven))
        broken += not evaluate(instance, orders_of(solution)).is_feasible
    small = sum(gap <= SMALL_GAP for gap in gaps) / len(gaps)
    none = sum(gap <= NO_GAP for gap in gaps) / len(gaps)
    section = f"proven gap, {instances} random instances {title}, {SIZES[0]} to {SIZES[-1]} assets"
    return [
        Row(section, "feasible by the independent checker", f"{1 - broken / len(gaps):.1%}", goal="100 %"),
        Row(section, "gap <= 0.1 %", f"{small:.1%}", f"worst gap {max(gaps):.3g}", ">= 95 %"),
        Row(section, "gap = 0", f"{none:.1%}", goal="all"),
        Row(section, "time, median", duration(statistics.median(seconds)), Times(tuple(seconds)).spread),
        Row(section, "search nodes, median", count(statistics.median(nodes)), f"most {count(max(nodes))}"),
    ]


def against_scip(*, seeds: int = 3) -> list[Row]:
    """Times on the same instances; the gap is SCIP's objective (re-evaluated in Decimal) against ours."""
    rows = []
    for profile, n in AGAINST_SCIP:
        ours, theirs, differences, unfinished = [], [], [], 0
        for seed in range(seeds):
            instance = generate(profile, n, 2000 + seed)
            ours.append(measure(partial(answer, instance), repeats=3).median)
            known = solver.solve(instance, seconds_max=SCIP_SECONDS_MAX, is_polished=False)
            if known is None:
                unfinished += 1
                continue
            theirs.append(known.seconds)
            unfinished += not known.is_optimal
            best = evaluate(instance, orders_of(answer(instance))).objective
            differences.append(float((known.verdict.objective - best) / max(best, solver.OBJECTIVE_MIN)))
        rows.append(
            _scip_row(profile, n, Times(tuple(ours)), theirs, differences=differences, unfinished=unfinished)
        )
    return rows


def _scip_row(
    profile: str, n: int, ours: Times, theirs: list[float], *, differences: list[float], unfinished: int
) -> Row:
    section = "SCIP on the same problems (search only)"
    if not theirs:
        return Row(section, f"{profile}, {n} assets", duration(ours.median), ours.spread, theirs="SCIP: none")
    median = statistics.median(theirs)
    words = f"SCIP, {max(differences):.1e} worse at most"
    if unfinished:
        words += f", {unfinished} stopped at {SCIP_SECONDS_MAX:.0f} s"
    return Row(
        section,
        f"{profile}, {n} assets, {len(ours.samples)} instances",
        duration(ours.median),
        ours.spread,
        theirs=words,
        theirs_took=duration(median),
        ratio=f"x{median / ours.median:.3g}",
    )
