"""What the auto-balancer hears and says, and the jobs of income and alerts."""

from __future__ import annotations

from fiel.autobalance import topics as balancing
from fiel.autobalance.alerting.config import Channel
from fiel.autobalance.alerting.jobs import KIND as ALERT_JOB
from fiel.autobalance.saga.events import SagaAlertCode
from fiel.copilot.income.jobs import KIND as INCOME_JOB
from fiel.entrypoints.contracts.contract import Carrier, MessageContract, enveloped
from fiel.entrypoints.contracts.shapes import (
    Schema,
    day,
    instant,
    maybe,
    members,
    one_of,
    text,
)


def of_balancer() -> tuple[MessageContract, ...]:
    """Requests and alerts."""
    return (
        enveloped(
            "rebalance-requested",
            "RebalanceRequested",
            balancing.REBALANCE_REQUESTS,
            "A portfolio that should be looked at",
            "the portfolio, such as ana",
            members(
                "Which, and what asked: `band`, `date`, `person`",
                {"portfolio": text(maxLength=100), "trigger": text(maxLength=40)},
            ),
            {"portfolio": "ana", "trigger": "band"},
            read=True,
        ),
        MessageContract(
            "autobalance-alert",
            1,
            balancing.ALERTS,
            Carrier.TOPIC,
            "the portfolio",
            "What a person must look at",
            _alert(),
            sends=True,
            receives=True,
            example=_ALERT,
        ),
    )


_ALERT = {
    "code": "portfolio_stale",
    "saga": "saga_1",
    "portfolio": "ana",
    "attempt": None,
    "message": "the compensation failed",
    "at": "2026-05-04T13:00:00+00:00",
}


def _alert() -> Schema:
    return members(
        "An alert; the same saga, code and attempt are one",
        {
            "code": one_of(SagaAlertCode),
            "saga": text("The batch", maxLength=256),
            "portfolio": text(maxLength=256),
            "attempt": maybe(text("The order, if it is about one", maxLength=256)),
            "message": text("In words", maxLength=2000),
            "at": instant("When it was raised"),
        },
    )


def of_jobs() -> tuple[MessageContract, ...]:
    """The jobs of the queue."""
    income = members(
        "Reconcile a wallet's income of a day", {"wallet": text("Whose"), "day": day("In the wallet's zone")}
    )
    channel = one_of(Channel, "Where it goes")
    alert = {
        "description": "Tell an alert on a channel, or how many were held over in an hour",
        "type": "object",
        "oneOf": [
            members("An alert", {"channel": channel, "alert": _alert()}),
            members("What was held over", {"channel": channel, "rest": text("The hour")}),
        ],
    }
    return (
        MessageContract(
            "income-wallet-job",
            1,
            INCOME_JOB,
            Carrier.QUEUE,
            "none",
            "One job for each wallet and day",
            income,
            sends=True,
            receives=True,
            example={"wallet": "ana", "day": "2026-05-04"},
        ),
        MessageContract(
            "autobalance-alert-job",
            1,
            ALERT_JOB,
            Carrier.QUEUE,
            "the channel",
            "One job for each alert and channel",
            alert,
            sends=True,
            receives=True,
            example={"channel": "log", "alert": _ALERT},
        ),
    )
