"""How the tests are shared out among workers, and how much they draw."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.distribution import CHROMIUM, FIRST, SPREAD, misplaced, unit_of, urgency
from tests.support.examples import examples
from tests.tidy.rules.sources import repository

ROOT = repository()
CONFTEST = """
from tests.support import distribution

def pytest_xdist_make_scheduler(config, log):
    return distribution.scheduler(config, log)
"""
THREE = """
import os, pathlib, time

def _note():
    with pathlib.Path(__file__).with_suffix(".workers").open("a") as notes:
        notes.write(os.environ["PYTEST_XDIST_WORKER"] + "\\n")
    time.sleep(0.05)

def test_one(): _note()
def test_two(): _note()
def test_three(): _note()
"""


def test_every_file_that_is_named_is_there() -> None:
    """A file that was renamed does not lose its place in silence."""
    named = {*SPREAD, *FIRST} - {CHROMIUM}
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("tests/kernel/test_money.py::test_a[1-tests/x.py]", "tests/kernel/test_money.py"),
        ("tests/web/test_invest_journeys.py::test_a", CHROMIUM),
        ("tests/web/test_import_journey.py::test_a[phone]", CHROMIUM),
        ("tests/web/test_invest_pages.py::test_a", "tests/web/test_invest_pages.py"),
        (f"{SPREAD[0]}::test_a[7]", f"{SPREAD[0]}::test_a[7]"),
    ],
)
def test_what_one_worker_runs_as_a_whole(name: str, unit: str) -> None:
    """A file; all files of the browser; a test alone where the file says so."""
    assert unit_of(name) == unit


def test_the_longest_go_first() -> None:
    """In the order of the list, those of one unit and of one file together; the others keep theirs."""
    names = ["tests/tax/test_b.py::b", f"{FIRST[2]}::x", "tests/web/test_a_journeys.py::j", f"{FIRST[0]}::y"]
    assert sorted(names, key=urgency) == [names[3], names[2], names[1], names[0]]
    assert urgency(f"{SPREAD[0]}::one") == urgency(f"{SPREAD[0]}::other") < len(FIRST)


@pytest.mark.parametrize(
    ("file", "fixture"),
    [(SPREAD[0], "private_services"), ("tests/web/test_invest_pages.py", "browser"), (SPREAD[0], "browser")],
)
def test_a_costly_fixture_where_workers_would_share_it_is_refused(file: str, fixture: str) -> None:
    """The collection ends with the test and where to write it down."""
    assert "tests/support/distribution.py" in misplaced(f"{file}::test_a", [fixture])


def test_a_costly_fixture_in_its_place_is_not() -> None:
    """A file of its own for services, the browser's unit for the browser."""
    assert misplaced("tests/custody/kills/test_kills.py::test_a", ["private_services"]) == ""
    assert misplaced("tests/web/test_invest_journeys.py::test_a", ["browser"]) == ""


def test_workers_keep_files_together(tmp_path: Path) -> None:
    """Two workers, six files of three tests: each file is run by one of them, and both have work."""
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    for number in range(6):
        (tmp_path / f"test_{number}.py").write_text(THREE, encoding="utf-8")
    assert "18 passed" in _run(tmp_path, workers=2)
    notes = [file.read_text(encoding="utf-8").split() for file in sorted(tmp_path.glob("*.workers"))]
    assert [len(each) for each in notes] == [3] * 6
    assert [len(set(each)) for each in notes] == [1] * 6
    assert {worker for each in notes for worker in each} == {"gw0", "gw1"}


def test_a_file_of_one_long_test_does_not_wait_for_those_of_many(tmp_path: Path) -> None:
    """Files begin in the order of the collection, however many tests each has."""
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tmp_path / "test_a.py").write_text("def test_long(): pass\n", encoding="utf-8")
    (tmp_path / "test_b.py").write_text(THREE, encoding="utf-8")
    told = _run(tmp_path, "-v", workers=1)
    assert "4 passed" in told, told
    assert told.index("test_a.py::test_long") < told.index("test_b.py::test_one")


def _run(folder: Path, *options: str, workers: int) -> str:
    quiet = ("-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", str(folder), *options)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *quiet, "-n", str(workers), "--dist", "loadgroup", str(folder)],
        env={**kept, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_the_long_run_draws_ten_times_as_much() -> None:
    """A number of a test's own grows like that of everybody."""
    usual, long = (settings.get_profile(name) for name in ("fiel", "soak"))
    assert (usual.max_examples, long.max_examples) == (50, 500)
    assert (examples(15, usual), examples(15, long)) == (15, 150)
