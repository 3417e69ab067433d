"""Whoever waits for the compiler is told so, and only then."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fiel.copilot.plan_view.words import Lang, Words
from fiel.entrypoints.words.notes import note
from fiel.rebalancing import jit
from fiel.rebalancing.compiling import PARTS, cold_parts, compile_part, small_problem
from fiel.rebalancing.engine import solve
from fiel.rebalancing.kernels import lots
from fiel.rebalancing.readiness import HASTY_NODES, compiles_first, interpreted_first
from fiel.rebalancing.searching import Found
from tests.support.portfolios import problem


class _Cache:
    def __init__(self, known: dict[str, str]) -> None:
        self._cache_file = self
        self._known = known

    def _load_index(self) -> dict[str, str]:
        return self._known


class _Kernel:
    """What numba hands out, as far as it is asked."""

    def __init__(self, signatures: list[str], known: dict[str, str]) -> None:
        self.signatures = signatures
        self._cache = _Cache(known)


@pytest.mark.parametrize(
    ("signatures", "known", "expected"),
    [([], {}, True), ([], {"i8": "file"}, False), (["i8"], {}, False)],
)
def test_a_kernel_is_compiled_once(signatures: list[str], known: dict[str, str], expected: bool) -> None:
    """Only a kernel that neither this process nor the cache holds is compiled on its next call."""
    assert jit.will_compile(_Kernel(signatures, known)) is (expected and jit.COMPILED)


def test_without_a_cache_nothing_is_announced() -> None:
    """What the compiler does not tell is not guessed, and plain functions are never compiled."""
    assert jit.will_compile(object()) is False
    assert jit.will_compile(lots.search.py_func) is False


@pytest.mark.parametrize(
    ("needs", "nodes_max", "asked"),
    [
        (HASTY_NODES - 1, 50_000, [(HASTY_NODES, False)]),
        (HASTY_NODES, 50_000, [(HASTY_NODES, False), (50_000, True)]),
        (50_000, HASTY_NODES, [(HASTY_NODES, False)]),
        (50_000, 20, [(20, False)]),
    ],
)
def test_only_a_hard_search_waits_for_the_compiler(
    needs: int, nodes_max: int, asked: list[tuple[int, bool]]
) -> None:
    """What ends soon, or was to be cut off soon anyway, is answered interpreted."""
    seen: list[tuple[int, bool]] = []

    def search(*, nodes_max: int, compiled: bool) -> Found:
        seen.append((nodes_max, compiled))
        return Found((1,), 0.5, 0.5, min(needs, nodes_max), feasible=True)

    found = interpreted_first(search, nodes_max)

    assert seen == asked
    assert found.node_count == min(needs, nodes_max)


@pytest.mark.skipif(not jit.COMPILED, reason="nothing is compiled without the extra fast")
def test_a_plan_without_a_cache_does_not_wait(tmp_path: Path) -> None:
    """In a new installation plans with and without costs are the compiled ones, and nothing was compiled."""
    script = (
        "from fiel.rebalancing.compiling import small_problem, cold_parts\n"
        "from fiel.rebalancing.engine import solve\n"
        "for costs in (False, True): print(solve(small_problem(costs=costs)))\n"
        "print(cold_parts())"
    )
    asked = [sys.executable, "-c", script]
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    told = subprocess.run(asked, env=environment, check=True, capture_output=True, text=True)

    *plans, cold = told.stdout.splitlines()
    assert cold == "('plans', 'plans_with_costs', 'fleet')"
    assert plans == [str(solve(small_problem(costs=costs), compiled=True)) for costs in (False, True)]


def test_what_is_compiled_is_told_as_such() -> None:
    """Every part has its words, and after compiling none is left."""
    for name in cold_parts():
        compile_part(name)
    assert cold_parts() == ()
    for name in PARTS:
        assert note(f"kernels_{name}", Words(Lang.EN))


def test_nothing_is_announced_once_a_plan_was_made() -> None:
    """After a compiled plan the next one does not compile first."""
    question = problem("A 5 @ 10; B 5 @ 10", targets={"A": "60", "B": "40"}, flow="100")
    solve(question, compiled=jit.COMPILED)
    assert compiles_first() is False
