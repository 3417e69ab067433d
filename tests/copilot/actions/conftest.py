"""Ana's book on a new embedded database, and the desk of its corporate actions."""

from __future__ import annotations

import pytest

from fiel.copilot.actions.desk import ActionsDesk
from fiel.infra.zones import zone_of
from tests.copilot.taxes.conftest import ana
from tests.copilot.taxes.wallets import Wallet

__all__ = ["ana"]


@pytest.fixture
def desk(ana: Wallet) -> ActionsDesk:
    """Actions on the same book, days in São Paulo."""
    bookings = ana.bookings
    return ActionsDesk(ana.opened.database, bookings, bookings.clock, zone_of("America/Sao_Paulo"))
