"""The auto-balancer as the composition root puts it together: paper broker, what is closed, settings."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from fiel.bootstrap.autobalance import OpenAutobalance, open_autobalance, open_broker
from fiel.kernel.errors import InvalidInput
from fiel.settings import Settings
from tests.support.custody_homes import fresh_file, migrated_file


def opened_in(folder: Path) -> OpenAutobalance:
    """On an empty book of its own."""
    settings = Settings.read({}, folder, "linux")
    return open_autobalance(settings, fresh_file(migrated_file(folder / "template"), folder).url)


def test_paper_begins_with_the_account_of_the_enrolment(tmp_path: Path) -> None:
    """With accounts in two currencies, paper trades with the money of the one that is enrolled."""
    with opened_in(tmp_path) as opened:
        for currency, amount in (("BRL", "100.00"), ("USD", "7.00")):
            opened.custody.custody.deposit("ana", amount, currency)
        opened.parts.portfolios.enrol("ana", "USD", model="{}", policy="{}", broker="paper", by="test")
        broker = open_broker(Settings.read({}, tmp_path, "linux"), opened.parts).broker
        assert asyncio.run(broker.cash("ana")) == Decimal("7.00")


def test_what_was_opened_is_closed(tmp_path: Path) -> None:
    """The source of prices too: it may hold connections to Redis."""
    closed: list[str] = []
    opened = opened_in(tmp_path)
    prices = replace(opened.prices, close=lambda: closed.append("prices"))
    with replace(opened, prices=prices):
        assert closed == []
    assert closed == ["prices"]


@pytest.mark.parametrize(
    "name",
    [
        "FIEL_AUTOBALANCE_ANSWER",
        "FIEL_AUTOBALANCE_FILL",
        "FIEL_AUTOBALANCE_DELAY",
        "FIEL_AUTOBALANCE_LEASE",
    ],
)
def test_a_span_out_of_its_bounds_is_known_by_its_variable(tmp_path: Path, name: str) -> None:
    """Ten months are no time to wait for a broker: the refusal names the variable to change."""
    with pytest.raises(InvalidInput) as refused:
        Settings.read({name: "300d"}, tmp_path, "linux")
    assert (refused.value.field, refused.value.details["variable"]) == (name, name)
    assert name in refused.value.message
