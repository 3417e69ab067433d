"""The numeric kernels: interpreted or compiled, they answer the same to the bit."""

from __future__ import annotations

import subprocess
import sys
from types import FunctionType, ModuleType

import numpy as np
import pytest

from fiel.rebalancing.fleet import kernels
from fiel.rebalancing.fleet.arrays import Fleet, price_table
from fiel.rebalancing.jit import COMPILED, interpreted, jit, plain
from tests.support.fleets import random_fleet

NAME = "fiel.rebalancing.fleet.kernels"


def scanned(module: ModuleType, fleet: Fleet, prices: np.ndarray) -> tuple[bytes, bytes, bytes]:
    """The three answers of a scan, as bytes."""
    count = len(fleet)
    answers = (np.zeros(count, np.uint8), np.zeros(count, np.float32), np.zeros(count))
    nobody = np.zeros(0, np.uint32)
    table = price_table(fleet, prices)
    module.scan_rows(fleet.rows(), table, 1e-5, fleet.signed, nobody, 0, count, answers)
    verdict, deviation, budget = answers
    return verdict.tobytes(), deviation.tobytes(), budget.tobytes()


@pytest.mark.parametrize("own_layout", [False, True])
@pytest.mark.parametrize("shared", [0, 5])
@pytest.mark.parametrize("classes", [0, 3])
def test_a_compiled_scan_is_the_interpreted_one_to_the_bit(
    classes: int, shared: int, own_layout: bool
) -> None:
    """Verdicts, deviations and budgets of random fleets have the same bytes both ways."""
    copy = interpreted(NAME)
    for seed in range(3):
        fleet, prices = random_fleet(seed, classes=classes, shared=shared, own_layout=own_layout)
        prices[seed] = np.nan
        assert scanned(copy, fleet, prices) == scanned(kernels, fleet, prices)


def test_a_compiled_scan_of_debts_is_the_interpreted_one_to_the_bit() -> None:
    """Negative quantities take their own path, which is the same both ways too."""
    fleet, prices = random_fleet(7)
    fleet.quantity[::3, 0] *= -3
    owing = Fleet(fleet.symbols, *fleet.rows(), signed=True)
    assert scanned(interpreted(NAME), owing, prices) == scanned(kernels, owing, prices)


def test_spending_a_budget_is_the_same_both_ways() -> None:
    """The tick kernels change the same budgets and report the same portfolios, in the same order."""
    holders = np.array([0, 2, 3, 5], np.uint32)
    held = np.array([1.5, 2.25, 0.1, 7], np.float32)
    results = []
    for module in (kernels, interpreted(NAME)):
        budget, due = np.linspace(0, 1, 6), np.zeros(6, np.uint32)
        count = module.spend(holders, held, 0, 4, -0.1, budget, due, 0)
        count = module.spend_all(holders, 1, 3, budget, due, count)
        results.append((count, budget.tobytes(), due.tobytes()))
    assert results[0] == results[1]


def test_the_interpreted_copy_is_interpreted_all_the_way_down() -> None:
    """No kernel in the copy is compiled, those that other kernels call included; the original stays."""
    before = sys.modules[NAME]
    copy = interpreted(NAME)
    found = vars(copy)
    assert isinstance(found["scan_rows"], FunctionType)
    assert isinstance(found["_judge"], FunctionType)
    assert sys.modules[NAME] is before


def test_a_kernel_gives_its_interpreted_self() -> None:
    """`py_func` is the function as written, whether numba is there or not."""
    assert kernels.find_holder.py_func(np.array([4, 9], np.uint32), 0, 2, 2, 9) == 1
    twice = plain(lambda x: 2 * x)
    assert twice.py_func(3) == twice(3) == 6


@pytest.mark.skipif(not COMPILED, reason="numba is not installed")
def test_without_a_place_for_the_cache_a_kernel_is_compiled_all_the_same() -> None:
    """A function whose file cannot hold a cache is compiled in memory, without a word."""
    names: dict[str, object] = {}
    exec(compile("def triple(x):\n    return 3 * x\n", "<nowhere>", "exec"), names)  # noqa: S102
    triple = jit(names["triple"])  # type: ignore[arg-type,var-annotated]
    assert triple(14) == 42
    assert triple is not names["triple"]


def without(module: str, program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a Python where a module is not installed."""
    blocked = f"import sys; sys.modules[{module!r}] = None\n{program}"
    return subprocess.run([sys.executable, "-c", blocked], capture_output=True, text=True, check=False)


def test_without_numba_the_same_kernels_run_interpreted() -> None:
    """An installation that has numpy only scans all the same."""
    answer = without(
        "numba",
        "from fiel.rebalancing.jit import COMPILED\n"
        "from fiel.rebalancing.fleet import drift_scan, fleet_of\n"
        "fleet = fleet_of(('A', 'B'), [[0, 1]], [[70, 30]], [[0.6, 0.4]], absolute=0.05)\n"
        "print(COMPILED, drift_scan(fleet, [1, 1]).out)\n",
    )
    assert answer.stdout.split() == ["False", "[0]"], answer.stderr


def test_without_numpy_the_fleet_says_what_to_install() -> None:
    """The error names the extra."""
    answer = without("numpy", "import fiel.rebalancing.fleet")
    assert "pip install 'fiel[fast]'" in answer.stderr


def test_a_module_that_does_not_exist_has_no_copy() -> None:
    """The error names the module."""
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        interpreted("fiel.nowhere")
