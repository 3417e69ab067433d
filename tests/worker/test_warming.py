"""What is prepared beside the server, and that it never stands in its way."""

from __future__ import annotations

from threading import Event

from fiel.entrypoints.worker.warming import small_problem, warming
from fiel.rebalancing.model import build


def test_every_step_is_taken_though_one_fails() -> None:
    """What could not be prepared is left for whoever asks first."""
    done = Event()

    def fails() -> None:
        raise ZeroDivisionError

    with warming(None, delay_s=0, steps=[fails, done.set]):
        assert done.wait(30)


def test_the_end_skips_what_has_not_begun() -> None:
    """A stop during the wait takes no step at all."""
    done = Event()
    with warming(None, delay_s=3600, steps=[done.set]):
        pass
    assert not done.is_set()


def test_the_small_plans_are_of_two_assets() -> None:
    """One with costs and one without: each loads other kernels."""
    for costs in (False, True):
        problem = small_problem(costs=costs)
        assert len(build(problem).assets) == 2
        assert (problem.fees.fixed > 0) is costs
