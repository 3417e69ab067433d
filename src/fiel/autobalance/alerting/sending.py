"""The port of a channel, and the simplest one: a line in the log."""

from __future__ import annotations

import logging
from typing import Protocol

from fiel.autobalance.alerting.texts import Notice, plain

_log = logging.getLogger("fiel.autobalance.alerts")


class Sender(Protocol):
    """One way to reach a person. May be used by several threads."""

    def send(self, notice: Notice) -> None:
        """Send it, once. Raises `RetryLater` when another attempt may work, `GiveUp` when none will."""


class LogSender:
    """A WARNING of one line."""

    def send(self, notice: Notice) -> None:
        _log.warning("%s | %s", notice.subject, " | ".join(map(plain, notice.body.splitlines())))
