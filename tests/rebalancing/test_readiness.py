"""Whoever waits for the compiler is told so, and only then."""

from __future__ import annotations

import pytest

from fiel.rebalancing import jit
from fiel.rebalancing.engine import solve
from fiel.rebalancing.kernels import lots
from fiel.rebalancing.readiness import compiles_first
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


def test_nothing_is_announced_once_a_plan_was_made() -> None:
    """After a plan the next one does not compile first."""
    solve(problem("A 5 @ 10; B 5 @ 10", targets={"A": "60", "B": "40"}, flow="100"))
    assert compiles_first() is False
