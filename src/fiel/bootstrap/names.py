"""The names of everything on the bus and in the queue, of all rooms together."""

from __future__ import annotations

from fiel.autobalance.alerting.jobs import KIND as ALERT_JOB
from fiel.autobalance.topics import ALERTS as BALANCE_ALERTS
from fiel.autobalance.topics import REBALANCE_REQUESTS
from fiel.copilot.income.jobs import KIND as INCOME_JOB
from fiel.custody.topics import ALERTS, DEAD_LETTERS, ORDER_EVENTS, WALLET_EVENTS
from fiel.market.messages import EVENTS, QUALITY, SERIES, TICKS

#: Everything that any room says.
SAID = (WALLET_EVENTS, ALERTS, DEAD_LETTERS, TICKS, QUALITY, SERIES, EVENTS, BALANCE_ALERTS)
#: That, and what is read of others or of workers.
TOPICS = (*SAID, REBALANCE_REQUESTS, ORDER_EVENTS)
#: The kinds of jobs.
KINDS = (INCOME_JOB, ALERT_JOB)
