"""What is prepared beside the server, and that it never stands in its way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from threading import Event, Timer

import pytest

from fiel.entrypoints.worker.warming import prepare_plans, run_beside, warming
from fiel.rebalancing.compiling import cold_parts, compile_part
from fiel.rebalancing.jit import COMPILED
from fiel.rebalancing.readiness import is_cold


def test_every_step_is_taken_though_one_fails() -> None:
    """What could not be prepared is left for whoever asks first."""
    done = Event()

    def fails(_: Event) -> None:
        raise ZeroDivisionError

    with warming(None, delay_s=0, steps=[fails, lambda _: done.set()]):
        assert done.wait(30)


def test_the_end_skips_what_has_not_begun() -> None:
    """A stop during the wait takes no step at all."""
    done = Event()
    with warming(None, delay_s=3600, steps=[lambda _: done.set()]):
        pass
    assert not done.is_set()


def test_another_process_compiles_and_is_stopped_with_the_server() -> None:
    """A stop does not wait for the compiler, and leaves none behind."""
    ending = Event()
    begun = [sys.executable, "-c", "import time; time.sleep(600)"]
    stopper = Timer(0.2, ending.set)
    stopper.start()

    run_beside(begun, ending, seconds_max=60)

    assert ending.is_set()
    stopper.join()


def test_a_compiler_that_fails_or_never_ends_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """The server goes on without it; the log says what follows from it."""
    run_beside([sys.executable, "-c", "raise SystemExit(3)"], Event())
    run_beside([sys.executable, "-c", "import time; time.sleep(600)"], Event(), seconds_max=1)

    assert [each.levelname for each in caplog.records] == ["WARNING", "WARNING"]
    assert "status 3" in caplog.messages[0]


def test_a_worker_compiles_before_it_begins(tmp_path: Path) -> None:
    """Without a cache another process is waited for; with one nobody is asked."""
    left = str(tmp_path / "left")
    command = [sys.executable, "-c", f"open({left!r}, 'w').close()"]
    asked = (
        "from threading import Event; from pathlib import Path\n"
        "from fiel.entrypoints.worker.warming import compile_first\n"
        f"compile_first(Event(), {command!r})\n"
        f"print(Path({left!r}).exists())"
    )
    for name in cold_parts():
        compile_part(name)
    told = []
    for empty_cache in ({}, {"NUMBA_CACHE_DIR": str(tmp_path)}):
        environment = {**os.environ, **empty_cache}
        done = subprocess.run(
            [sys.executable, "-c", asked], env=environment, check=True, capture_output=True, text=True
        )
        told.append(done.stdout.strip())

    assert told == ["False", str(COMPILED)]


def test_plans_are_loaded_once_all_is_compiled() -> None:
    """With a cache no other process is asked."""
    for name in cold_parts():
        compile_part(name)
    prepare_plans(Event(), [sys.executable, "-c", "raise SystemExit(3)"])

    assert not is_cold(costs=False)
    assert not is_cold(costs=True)
