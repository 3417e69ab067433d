"""How many examples Hypothesis draws: few in the default run, many in `make soak`."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

#: Examples of a test that asks for no number of its own, in each run.
DEFAULT, SOAK = 50, 500


def register_profiles() -> None:
    """`fiel` for every run, `soak` for the long one (`--hypothesis-profile soak`)."""
    # How long a drawn example takes says how busy the machine is, and nothing about the product.
    slow = [HealthCheck.too_slow]
    for name, examples in (("fiel", DEFAULT), ("soak", SOAK)):
        settings.register_profile(
            name, max_examples=examples, deadline=None, print_blob=True, suppress_health_check=slow
        )
    settings.load_profile("fiel")


def examples(usual: int, run: settings | None = None) -> int:
    """For tests with a number of their own: that many, and as many times more in the long run."""
    return usual * (run or settings()).max_examples // DEFAULT
