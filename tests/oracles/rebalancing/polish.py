"""Exact moves of one lot in one or two assets: they mend what a solver's tolerances cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import combinations, product
from typing import Any

from tests.oracles.rebalancing.checker import Verdict, evaluate, order
from tests.oracles.rebalancing.instance import Instance

ROUNDS_MAX = 40


def polished(instance: Instance, orders: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The first local optimum reached from `orders`; an infeasible start may be mended, or stay as it is."""
    lot = {a["id"]: Decimal(a["lot"]) for a in instance["assets"]}
    signed = dict.fromkeys(lot, Decimal(0))
    for item in orders:
        sign = 1 if item["side"] == "buy" else -1
        signed[item["asset"]] += sign * Decimal(item["quantity"])
    rank = _rank(evaluate(instance, as_orders(signed)))
    for _ in range(ROUNDS_MAX):
        candidates = ((_rank(evaluate(instance, as_orders(c))), c) for c in _moves(signed, lot))
        best_rank, best = min(candidates, key=lambda pair: pair[0])
        if best_rank >= rank:
            break
        rank, signed = best_rank, best
    return as_orders(signed)


def as_orders(signed: Mapping[str, Decimal]) -> list[dict[str, Any]]:
    """Signed quantities (buy > 0) as a list of orders."""
    return [order(id_, "buy" if q > 0 else "sell", abs(q)) for id_, q in signed.items() if q != 0]


def _rank(verdict: Verdict) -> tuple[int, Decimal]:
    return len(verdict.violations), verdict.objective


def _moves(signed: Mapping[str, Decimal], lot: Mapping[str, Decimal]) -> Iterator[dict[str, Decimal]]:
    for id_, step in product(lot, (1, -1, 0)):
        moved = Decimal(0) if step == 0 else signed[id_] + step * lot[id_]
        if moved != signed[id_]:
            yield {**signed, id_: moved}
    for (one, other), (up, down) in product(combinations(lot, 2), product((1, -1), repeat=2)):
        yield {**signed, one: signed[one] + up * lot[one], other: signed[other] + down * lot[other]}
