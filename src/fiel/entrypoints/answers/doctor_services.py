"""The services beside the database, as the doctor sees them; one that is not named is not missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fiel.entrypoints.answers.finding import Finding, fail, ok, warn
from fiel.kernel.errors import FielError

if TYPE_CHECKING:
    from fiel.infra.storage.looking import DatabaseLook
    from fiel.settings import Settings

#: Records not handled yet, of one group, above which it does not follow.
LAG_WARN = 10_000
_ROOM_FULL = 0.9
_TIMEOUT_S = 5.0


def kafka(settings: Settings, database: DatabaseLook | None) -> list[Finding]:
    """Whether the brokers answer, have our topics, and how far the groups are behind."""
    if not settings.outside.kafka:
        return [ok("kafka", "kafka_embedded"), *_lag(database, dict(database.ends) if database else {})]
    where = settings.outside.kafka
    try:
        from fiel.bootstrap.names import TOPICS
        from fiel.infra.bus.kafka import KafkaSettings
        from fiel.infra.bus.kafka_look import look

        asked = KafkaSettings(where, connection=settings.outside.kafka_properties)
        found = look(asked, TOPICS, _TIMEOUT_S)
    except FielError as error:
        return [fail("kafka", "kafka_down", address=where, problem=error.message, error=error.code)]
    missing = [topic for topic in TOPICS if topic not in found.partitions]
    count = len(found.partitions)
    findings = [ok("kafka", "kafka_answers", address=where, brokers=found.brokers, topics=count)]
    if missing:
        findings.append(warn("kafka", "topics_missing", topics=", ".join(missing)))
    ends = {(place.topic, place.number): end for place, end in found.ends.items()}
    return findings + _lag(database, ends)


def _lag(database: DatabaseLook | None, ends: Mapping[tuple[str, int], int]) -> list[Finding]:
    behind: Counter[str] = Counter()
    for (consumer, topic, number), place in (database.places if database else {}).items():
        behind[consumer] += max(ends.get((topic, number), place) - place, 0)
    late = {consumer: count for consumer, count in behind.items() if count > LAG_WARN}
    if late:
        return [warn("lag", "groups_behind", group=group, count=count) for group, count in late.items()]
    return [ok("lag", "groups_follow", count=sum(behind.values()), groups=len(behind))] if behind else []


def rabbitmq(settings: Settings, _database: DatabaseLook | None) -> list[Finding]:
    """Whether the broker answers, and whether jobs pile up or died."""
    if not settings.outside.rabbitmq_url:
        return [ok("rabbitmq", "rabbitmq_embedded")]
    where = _place(settings.outside.rabbitmq_url, 5672)
    try:
        from fiel.bootstrap.names import KINDS
        from fiel.infra.jobs.rabbit_look import look
        from fiel.infra.jobs.rabbit_topology import RabbitSettings

        found = look(RabbitSettings(settings.outside.rabbitmq_url), KINDS, _TIMEOUT_S)
    except FielError as error:
        # What the library says may repeat the address with its password.
        return [fail("rabbitmq", "rabbitmq_down", address=where, error=error.code)]
    findings = [ok("rabbitmq", "rabbitmq_answers", address=where, version=found.version or "?")]
    for kind, depth in found.kinds.items():
        if depth.dead:
            findings.append(warn("rabbitmq", "queue_dead", kind=kind, count=depth.dead))
        if depth.waiting and not depth.listeners:
            findings.append(warn("rabbitmq", "queue_unattended", kind=kind, count=depth.waiting))
    return findings


def redis(settings: Settings, _database: DatabaseLook | None) -> list[Finding]:
    """Whether the server answers, and has room."""
    if not settings.outside.redis_url:
        return [ok("redis", "redis_embedded")]
    where = _place(settings.outside.redis_url, 6379)
    try:
        from fiel.infra.caching.redis_look import look

        found = look(settings.outside.redis_url)
    except FielError as error:
        return [fail("redis", "redis_down", address=where, error=error.code)]
    if found.most and found.used > _ROOM_FULL * found.most:
        return [warn("redis", "redis_full", address=where, used=found.used, most=found.most)]
    return [ok("redis", "redis_answers", address=where, version=found.version, keys=found.keys)]


def _place(url: str, port: int) -> str:
    """Host and port alone: the rest may hold a password."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname or 'localhost'}:{parts.port or port}"
    except ValueError:
        return "?"
