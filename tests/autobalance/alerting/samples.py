"""Alerts and a clock for the tests of alerting."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from fiel.autobalance.alerting.texts import Notice
from fiel.autobalance.alerting.wire import ToldAlert
from fiel.autobalance.saga.events import SagaAlert, SagaAlertCode

AT = datetime(2026, 5, 4, 17, 30, tzinfo=UTC)
STALE = SagaAlert(
    SagaAlertCode.PORTFOLIO_STALE, "sg_77", "ana", "sg_77.2.c3", "the third try was rejected: no balance"
)
NOTICE = Notice("alert_1", "[Fiel] Carteira ana bloqueada", "O que houve: não deu\nBloqueado: tudo")


@dataclass
class SetClock:
    """A clock that a test puts forward."""

    at: datetime = AT

    def now(self) -> datetime:
        return self.at

    def forward(self, **by: int) -> None:
        """Later, by a `timedelta`."""
        self.at += timedelta(**by)


def told(number: int = 0, portfolio: str = "ana") -> ToldAlert:
    """An alert of its own for each number."""
    return ToldAlert(replace(STALE, saga=f"sg_{number}", portfolio=portfolio), AT)
