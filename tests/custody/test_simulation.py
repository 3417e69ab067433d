"""The seeded simulation: hundreds of small worlds in which everything breaks. `make soak` for thousands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.custody.simulation.world import Simulation
from tests.support.custody_homes import BookServer, FileHome, Home, fresh_file

SEEDS, SERVER_SEEDS = 200, 20
#: Seeds per test: a failing group names the seed, and one seed runs alone with `lived(home, seed)`.
GROUP = 20


def lived(home: Home, seed: int, steps: int = 30) -> None:
    """One world; a failure tells its seed."""
    try:
        Simulation(home, seed).run(steps)
    except BaseException as failure:
        failure.add_note(f"simulation seed {seed}")
        raise


def on_files(seeds: range, template: FileHome, folder: Path) -> None:
    for seed in seeds:
        home = fresh_file(template, folder)
        lived(home, seed)
        home.give_back()


@pytest.mark.parametrize("first", range(0, SEEDS, GROUP))
def test_worlds_on_sqlite(first: int, book_file: FileHome, tmp_path: Path) -> None:
    """Whatever breaks, the embedded book agrees with the auditor after each step."""
    on_files(range(first, first + GROUP), book_file, tmp_path)


@pytest.mark.parametrize("first", range(0, SERVER_SEEDS, 5))
def test_worlds_on_postgres(first: int, book_server: BookServer) -> None:
    """The same worlds on a real PostgreSQL."""
    for seed in range(first, first + 5):
        home = book_server.take()
        lived(home, seed)
        home.give_back()


@pytest.mark.nightly
@pytest.mark.parametrize("first", range(10_000, 15_000, 100))
def test_thousands_of_worlds(first: int, book_file: FileHome, tmp_path: Path) -> None:
    """Thousands of worlds more."""
    on_files(range(first, first + 100), book_file, tmp_path)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(20_000, 20_020))
def test_long_worlds(seed: int, book_file: FileHome, tmp_path: Path) -> None:
    """Worlds that last ten times as long."""
    lived(fresh_file(book_file, tmp_path), seed, 400)
