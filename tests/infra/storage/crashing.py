"""A worker that dies for real: run as a program, it kills itself after one of its steps.

    python -m tests.infra.storage.crashing URL STEPS

Handles message 7 in one transaction of four statements and kills itself (SIGKILL) after statement
number STEPS; with STEPS = 4 before COMMIT, with STEPS = 5 after it.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime

from fiel.infra.storage import job_runs, offsets, outbox
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.infra.storage.inbox import Inbox, Received
from fiel.infra.storage.offsets import Assignment
from fiel.infra.storage.outbox import OutboxMessage

INBOX = Inbox("custody")
ASSIGNMENT = Assignment("custody", "order-events-v1", 0, 1, None)
AT = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)


def handle(unit: UnitOfWork, steps: int | None = None) -> bool:
    """Handle message 7 (once); die after `steps` statements when told to. Whether it was new."""
    new = INBOX.accept(unit.connection, Received("7", "hash"), at=AT)
    _die_after(1, steps)
    if new:
        outbox.append(unit.connection, [OutboxMessage("7-told", "wallet-events-v1", "ana", "{}")], at=AT)
        _die_after(2, steps)
        job_runs.first_run(unit.connection, "book", "7", at=AT)
    _die_after(3, steps)
    offsets.advance(unit.connection, ASSIGNMENT, 8)
    _die_after(4, steps)
    return new


def _die_after(step: int, steps: int | None) -> None:
    if step == steps:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    database = Database.at(sys.argv[1])
    last = int(sys.argv[2])
    database.transact(lambda unit: handle(unit, last))
    _die_after(5, last)
