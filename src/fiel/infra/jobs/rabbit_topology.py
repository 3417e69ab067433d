"""What the queue is made of in RabbitMQ (3.10 or newer; nothing that Debian's package does not ship).

    <prefix>               direct exchange: a job goes by its kind to the queue <prefix>.<kind>
    <prefix>.retry.<ms>    fanout exchange and queue in which jobs wait for <ms>, then back to <prefix>
    <prefix>.dead          direct exchange: a dead letter goes by its kind to <prefix>.<kind>.dead

The waiting queues are shared by all kinds: a job keeps its kind as routing key on its way through. All
queues are quorum queues that hand on what expired or was delivered too often only after the next queue
has confirmed it (dead-letter strategy at-least-once), and that refuse what does not fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from fiel.infra.jobs.backoff import Backoff
from fiel.kernel.errors import InvalidInput

_MILLISECOND = timedelta(milliseconds=1)
#: Browsing counts as a delivery; no number of looks may lose a dead letter.
_NEVER = 2**31 - 1
_SAFE_HANDING_ON: Mapping[str, Any] = MappingProxyType(
    {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}
)


@dataclass(frozen=True, slots=True)
class RabbitSettings:
    """Where the broker is, and the limits. Times in seconds.

    `url`: amqp(s)://user:password@host:port/vhost. `waits`: the steps of the waiting queues; a wait in
    between is kept in the next longer step, so it may last up to that step when a longer one stands
    before it. `delivery_limit`: how often the broker hands out one job before it buries it by itself, a
    backstop beyond the `max_attempts` of any job. `max_length`: jobs waiting per kind; more are refused.
    `look_s`: how often a worker asks whether its queues still know it.
    """

    url: str
    prefix: str = "fiel.jobs"
    waits: Backoff = field(default_factory=Backoff)
    delivery_limit: int = 120
    max_length: int = 1_000_000
    heartbeat_s: int = 15
    connect_timeout_s: float = 5.0
    answer_timeout_s: float = 15.0
    first_pause_s: float = 0.5
    longest_pause_s: float = 10.0
    look_s: float = 30.0

    def __post_init__(self) -> None:
        if not self.url.startswith(("amqp://", "amqps://")):
            raise InvalidInput("url_malformed", "name the broker as amqp://user:password@host/", field="url")
        if min(self.delivery_limit, self.max_length, self.heartbeat_s) < 1:
            raise InvalidInput("limit_out_of_range", "the limits of a queue are one or more")

    def steps_ms(self) -> tuple[int, ...]:
        """The waiting queues, shortest first."""
        return tuple(step // _MILLISECOND for step in self.waits.steps())

    def pause_after(self, failures: int) -> float:
        """Seconds to wait after failure number `failures` to connect."""
        return min(self.first_pause_s * (1 << min(failures - 1, 20)), self.longest_pause_s)


@dataclass(frozen=True, slots=True)
class Names:
    """The names under one prefix."""

    prefix: str

    @property
    def jobs(self) -> str:
        """The exchange to the kinds' queues."""
        return self.prefix

    @property
    def dead(self) -> str:
        """The exchange to the dead letters."""
        return f"{self.prefix}.dead"

    def retry(self, step_ms: int) -> str:
        """A waiting queue and its exchange."""
        return f"{self.prefix}.retry.{step_ms}"

    def queue(self, kind: str) -> str:
        """The queue of a kind."""
        return f"{self.prefix}.{kind}"

    def dead_queue(self, kind: str) -> str:
        """The dead letters of a kind."""
        return f"{self.prefix}.{kind}.dead"


async def declare_shared(channel: Any, settings: RabbitSettings) -> None:
    """The exchanges and waiting queues of all kinds."""
    names = Names(settings.prefix)
    await channel.declare_exchange(names.jobs, "direct", durable=True)
    await channel.declare_exchange(names.dead, "direct", durable=True)
    for step_ms in settings.steps_ms():
        name = names.retry(step_ms)
        await channel.declare_exchange(name, "fanout", durable=True)
        waiting = await _quorum(
            channel, name, _SAFE_HANDING_ON, {"x-dead-letter-exchange": names.jobs, "x-message-ttl": step_ms}
        )
        await waiting.bind(name)


async def declare_kind(channel: Any, settings: RabbitSettings, kind: str) -> None:
    """The queues of a kind: the dead letters' first, so that nothing dies into nowhere."""
    names = Names(settings.prefix)
    buried = await _quorum(channel, names.dead_queue(kind), {"x-delivery-limit": _NEVER})
    await buried.bind(names.dead, routing_key=kind)
    ready = await _quorum(
        channel,
        names.queue(kind),
        _SAFE_HANDING_ON,
        {
            "x-dead-letter-exchange": names.dead,
            "x-delivery-limit": settings.delivery_limit,
            "x-max-length": settings.max_length,
        },
    )
    await ready.bind(names.jobs, routing_key=kind)


async def _quorum(channel: Any, name: str, *arguments: Mapping[str, Any]) -> Any:
    merged = {"x-queue-type": "quorum"}
    for each in arguments:
        merged |= each
    return await channel.declare_queue(name, durable=True, arguments=merged)
