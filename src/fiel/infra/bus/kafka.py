"""Apache Kafka, through confluent-kafka (librdkafka). Import this only where Kafka was named.

Publishing: idempotent producer, all in-sync replicas, Java's partitioner. Every message of a call is
acknowledged before it returns.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from fiel.infra import system
from fiel.infra.bus.faults import NotPublished
from fiel.infra.bus.kafka_errors import confluent_kafka, is_serious, is_timeout, kafka_admin, named, no_answer
from fiel.infra.bus.kafka_subscription import KafkaSubscription
from fiel.infra.bus.port import (
    BODY_BYTES_MAX,
    PARTITIONS_MAX,
    Message,
    OnAssigned,
    OnRevoked,
    Subscription,
    checked_name,
)
from fiel.kernel.errors import InvalidInput

_LOG = logging.getLogger(__name__)
#: Key, headers and framing beside the largest body.
_MESSAGE_BYTES_MAX = BODY_BYTES_MAX + 256 * 1024
_CRITICAL = 2
_FULL_QUEUE_WAIT_S = 0.05
_SERVE_EVERY = 100


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Where the brokers are, and the limits. Times in seconds.

    `delivery_timeout_s` bounds `publish`; `session_timeout_s` is how long a dead consumer keeps its
    partitions; `max_poll_interval_s` is a backstop (see `consuming`). Memory: at most
    `producer_queue_kib` waits to be sent, `fetched_queue_kib` was fetched ahead. `connection` takes
    librdkafka's names for what a cluster asks of a client (security.protocol, sasl.*, ssl.*).
    """

    bootstrap: str
    client_id: str = "fiel"
    delivery_timeout_s: float = 30.0
    request_timeout_s: float = 10.0
    session_timeout_s: float = 15.0
    heartbeat_s: float = 3.0
    max_poll_interval_s: float = 300.0
    producer_queue_kib: int = 65_536
    fetched_queue_kib: int = 32_768
    fetch_kib: int = 8_192
    connection: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if not self.bootstrap:
            raise InvalidInput("bootstrap_missing", "name a broker as host:port", field="bootstrap")
        if self.heartbeat_s * 2 > self.session_timeout_s:
            raise InvalidInput("heartbeat_too_slow", "beat at least twice a session", field="heartbeat_s")
        foreign = [name for name in self.connection if not name.startswith(_CONNECTION)]
        if foreign:
            raise InvalidInput(
                "setting_unknown",
                f"only settings that begin with {', '.join(_CONNECTION)} go here",
                field=f"connection.{foreign[0]}",
            )

    def common(self) -> dict[str, Any]:
        """What every client is given."""
        return {
            "bootstrap.servers": self.bootstrap,
            "client.id": self.client_id,
            "reconnect.backoff.max.ms": 2_000,
            # A line for each attempt to connect would bury the log; `_report` says it once.
            "log_level": _CRITICAL,
            "error_cb": _report,
            **self.connection,
        }

    def producer(self) -> dict[str, Any]:
        """Durable, in order, no duplicates of its own; keys where Java producers put them."""
        return self.common() | {
            "acks": "all",
            "enable.idempotence": True,
            "partitioner": "murmur2_random",
            "linger.ms": 2,
            "delivery.timeout.ms": _ms(self.delivery_timeout_s),
            "queue.buffering.max.kbytes": self.producer_queue_kib,
            "message.max.bytes": _MESSAGE_BYTES_MAX,
            "allow.auto.create.topics": False,
            # Topics are made beforehand: one that is missing need not be waited for.
            "topic.metadata.propagation.max.ms": 3_000,
        }

    def consumer(self, group: str) -> dict[str, Any]:
        """Explicit places only: nothing is committed, stored or reset behind our back."""
        return self.common() | {
            "group.id": group,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "error",
            "isolation.level": "read_committed",
            "partition.assignment.strategy": "cooperative-sticky",
            "session.timeout.ms": _ms(self.session_timeout_s),
            "heartbeat.interval.ms": _ms(self.heartbeat_s),
            "max.poll.interval.ms": _ms(self.max_poll_interval_s),
            "queued.max.messages.kbytes": self.fetched_queue_kib,
            "fetch.max.bytes": self.fetch_kib * 1024,
            # Only a producer's limit, but librdkafka wants it below the one above.
            "message.max.bytes": min(1_000_000, self.fetch_kib * 1024),
            "max.partition.fetch.bytes": self.fetch_kib * 1024 // 4,
            "receive.message.max.bytes": max(self.fetch_kib * 1024, _MESSAGE_BYTES_MAX) + 1024 * 1024,
            "allow.auto.create.topics": False,
        }


def _report(error: Any) -> None:
    """What librdkafka tells about the brokers; it goes on trying by itself."""
    level = logging.WARNING if is_serious(error) else logging.DEBUG
    _LOG.log(level, "Kafka: %s", error.str())


_CONNECTION = ("security.", "sasl.", "ssl.", "socket.", "broker.", "reconnect.", "client.rack")


class KafkaBus:
    """An `EventBus` on Kafka. One producer, made at the first publish."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._publishing = threading.Lock()
        self._producer: Any = None
        self._admin: Any = kafka_admin.AdminClient(settings.common(), logger=_LOG)

    def ensure_topic(self, topic: str, partitions: int, *, config: Mapping[str, str] | None = None) -> None:
        """Make a topic if it is not there, with the brokers' replication and room for the largest body.

        Raises `InvalidInput`, `Unavailable`.
        """
        if not 1 <= partitions <= PARTITIONS_MAX:
            raise InvalidInput("partitions", f"a topic has 1 to {PARTITIONS_MAX}", field="partitions")
        wanted = {"max.message.bytes": str(_MESSAGE_BYTES_MAX), **(config or {})}
        new = kafka_admin.NewTopic(
            checked_name(topic, field="topic"),
            num_partitions=partitions,
            replication_factor=-1,
            config=wanted,
        )
        timeout = self._settings.request_timeout_s
        try:
            self._admin.create_topics([new], request_timeout=timeout)[topic].result(timeout * 2)
        except confluent_kafka.KafkaException as error:
            if error.args[0].code() != confluent_kafka.KafkaError.TOPIC_ALREADY_EXISTS:
                raise named(error.args[0], f"the topic {topic}") from error
        except TimeoutError as error:
            raise no_answer(f"the topic {topic}") from error

    def topic_identity(self, topic: str) -> str:
        """The id that the cluster gave the topic. Raises `NotFound`, `Unavailable`."""
        timeout = self._settings.request_timeout_s
        asked = confluent_kafka.TopicCollection([checked_name(topic, field="topic")])
        try:
            found = self._admin.describe_topics(asked, request_timeout=timeout)[topic].result(timeout * 2)
        except confluent_kafka.KafkaException as error:
            raise named(error.args[0], f"the topic {topic}") from error
        except TimeoutError as error:
            raise no_answer(f"the topic {topic}") from error
        return str(found.topic_id)

    def publish(self, messages: Sequence[Message]) -> None:
        """See `EventBus.publish`; takes at most about `delivery_timeout_s`."""
        if not messages:
            return
        with self._publishing:
            sending = _Sending(self._the_producer(), messages, self._settings.delivery_timeout_s)
            sending.run()
            if sending.fatal:
                # A producer that lost its sequence takes nothing any more; the next call has a new one.
                self._producer = None
        if sending.failures:
            raise NotPublished(sending.failures, len(messages))

    def subscribe(
        self, topics: Sequence[str], group: str, *, on_assigned: OnAssigned, on_revoked: OnRevoked
    ) -> Subscription:
        """See `EventBus.subscribe`."""
        for topic in topics:
            self.topic_identity(topic)
        consumer = confluent_kafka.Consumer(
            self._settings.consumer(checked_name(group, field="group")), logger=_LOG
        )
        return KafkaSubscription(
            consumer, topics, on_assigned, on_revoked, request_timeout_s=self._settings.request_timeout_s
        )

    def close(self) -> None:
        """Give the producer back; every publish has waited for its messages already."""
        with self._publishing:
            self._producer = None

    def _the_producer(self) -> Any:
        if self._producer is None:
            self._producer = confluent_kafka.Producer(self._settings.producer(), logger=_LOG)
        return self._producer


class _Sending:
    """One call of `publish`: what was handed over, acknowledged and refused."""

    def __init__(self, producer: Any, messages: Sequence[Message], timeout_s: float) -> None:
        self._producer, self._messages = producer, messages
        # Longer than the producer's own limit, after which it reports every message.
        self._deadline = system.elapsed_seconds() + timeout_s + 5
        self._waiting: set[int] = set()
        self._stopped: set[tuple[str, bytes | None]] = set()
        self._timed_out = self._purged = False
        self.failures: dict[int, str] = {}
        self.fatal = False

    def run(self) -> None:
        """Hand everything over and wait for every answer."""
        for position, message in enumerate(self._messages):
            place = (message.topic, message.key)
            if self.fatal or self._timed_out or (place in self._stopped and message.key is not None):
                self.failures[position] = "held back: an earlier message failed"
            else:
                self._hand_over(position, message)
            if position % _SERVE_EVERY == 0:
                self._producer.poll(0)
        while self._waiting and system.elapsed_seconds() < self._deadline:
            self._producer.poll(_FULL_QUEUE_WAIT_S)
            self._purge()
        self.failures |= dict.fromkeys(self._waiting, "no answer in time")

    def _hand_over(self, position: int, message: Message) -> None:
        def answered(error: Any, _record: Any) -> None:
            self._waiting.discard(position)
            if error is not None:
                self._failed(position, error)

        while True:
            try:
                self._waiting.add(position)
                self._producer.produce(
                    message.topic,
                    value=message.body,
                    key=message.key,
                    headers=list(message.headers) or None,
                    on_delivery=answered,
                )
            except BufferError:
                if system.elapsed_seconds() < self._deadline and not self._timed_out:
                    self._producer.poll(_FULL_QUEUE_WAIT_S)
                    continue
                self._waiting.discard(position)
                self.failures[position] = "the producer's queue is full"
                self._stopped.add((message.topic, message.key))
            except confluent_kafka.KafkaException as error:
                self._waiting.discard(position)
                self._failed(position, error.args[0])
            return

    def _failed(self, position: int, error: Any) -> None:
        message = self._messages[position]
        self.failures[position] = error.str()
        self._stopped.add((message.topic, message.key))
        self.fatal = self.fatal or error.fatal()
        self._timed_out = self._timed_out or is_timeout(error)

    def _purge(self) -> None:
        """After a time-out nothing more is sent: a later message must not overtake the one that failed."""
        if self._timed_out and not self._purged:
            self._purged = True
            self._producer.purge(in_queue=True, in_flight=False, blocking=False)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
