"""The real services every test may ask for by fixture, and which tests share a worker because of them."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, settings

# How long a drawn example takes says how busy the machine is, and nothing about the product.
settings.register_profile(
    "fiel", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("fiel")

pytest_plugins = ["tests.services.plugin"]

#: Services started for one module alone: spread over two workers, they would be started twice.
_COSTLY = frozenset({"private_services"})


def group_by_private_services(items: Iterable[pytest.Item]) -> None:
    """Tests of a module that start services of their own stay together (`--dist loadgroup`)."""
    for item in items:
        if _COSTLY & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group(item.module.__name__))  # type: ignore[attr-defined]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Before the distribution reads the groups."""
    group_by_private_services(items)
