"""What is configured without a word: addresses, and limits of free plans."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fiel.kernel.errors import InvalidInput
from fiel.market.config import WireLimits, default_providers, pipeline_config, quota_configs
from fiel.market.wire import Provider


def test_free_plans_are_the_default() -> None:
    """BRAPI 15,000 a month and one at a time; BCB one at a time, half a second apart."""
    found = default_providers()
    assert found[Provider.BRAPI].quota.month == 15_000
    assert found[Provider.BRAPI].host.gate.at_once == 1
    for bank in (Provider.SGS, Provider.OLINDA):
        assert found[bank].host.gate.at_once == 1
        assert found[bank].host.pace.gap >= timedelta(seconds=0.5)
    assert set(found) == set(Provider) - {Provider.RECORDED}


def test_the_pipeline_gets_the_limits_under_the_names_of_the_providers() -> None:
    """Hosts and budgets are named alike; the pipeline waits a little longer than the wire."""
    found = default_providers()
    hosts = pipeline_config(found).hosts
    assert set(hosts) == {provider.value for provider in found}
    assert set(quota_configs(found)) == {"brapi", "hgbrasil"}
    assert all(hosts[name.value].timeout > config.wire.total for name, config in found.items())


def test_an_address_can_be_another() -> None:
    """A simulator on loopback instead, without the slash at the end."""
    found = default_providers(base_urls={Provider.SGS: "http://127.0.0.1:9000/"})
    assert found[Provider.SGS].base_url == "http://127.0.0.1:9000"


def test_limits_are_checked() -> None:
    """A body without bytes and a time-out without time are refused by name."""
    with pytest.raises(InvalidInput, match="body_max"):
        WireLimits(body_max=0)
    with pytest.raises(InvalidInput, match="total"):
        WireLimits(total=timedelta())
