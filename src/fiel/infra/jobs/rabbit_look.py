"""A look at RabbitMQ for whoever asks how it is: its version and the depth of the queues. Nothing is made."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from fiel.infra.jobs.rabbit_library import FAULTS, aio_pika, named_errors
from fiel.infra.jobs.rabbit_topology import Names, RabbitSettings


@dataclass(frozen=True, slots=True)
class Depth:
    """One kind of job: how many wait, how many workers take them, how many are dead letters."""

    waiting: int
    listeners: int
    dead: int


@dataclass(frozen=True, slots=True)
class RabbitLook:
    """What the broker said; a kind without a queue is missing."""

    version: str
    kinds: Mapping[str, Depth]


def look(settings: RabbitSettings, kinds: Collection[str], timeout_s: float = 5.0) -> RabbitLook:
    """Ask once. Raises `Unavailable` when the broker does not answer. Not from within an event loop."""
    return asyncio.run(_look(settings, kinds, timeout_s))


async def _look(settings: RabbitSettings, kinds: Collection[str], timeout_s: float) -> RabbitLook:
    names = Names(settings.prefix)
    with named_errors():
        connection = await aio_pika.connect(settings.url, timeout=timeout_s)
        async with connection:
            found: dict[str, Depth] = {}
            for kind in kinds:
                ready = await _declared(connection, names.queue(kind), timeout_s)
                dead = await _declared(connection, names.dead_queue(kind), timeout_s)
                if ready is not None:
                    found[kind] = Depth(ready[0], ready[1], 0 if dead is None else dead[0])
            return RabbitLook(_version(connection), found)


async def _declared(connection: Any, name: str, timeout_s: float) -> tuple[int, int] | None:
    """Messages and consumers; `None` where there is no such queue."""
    channel = await connection.channel(publisher_confirms=False)
    try:
        queue = await channel.declare_queue(name, passive=True, timeout=timeout_s)
    except aio_pika.exceptions.ChannelNotFoundEntity:
        return None
    finally:
        if not channel.is_closed:
            await channel.close()
    found = queue.declaration_result
    return int(found.message_count), int(found.consumer_count)


def _version(connection: Any) -> str:
    """As the broker told it when the connection was opened; empty if the library does not say."""
    try:
        told = connection.transport.connection.server_properties
    except (AttributeError, *FAULTS):
        return ""
    version = told.get("version", "") if isinstance(told, dict) else ""
    return version.decode("utf-8", "replace") if isinstance(version, bytes) else str(version)
