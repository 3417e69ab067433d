"""A Kafka broker killed in the middle: what was acknowledged is there, what was not is named."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest

from fiel.infra.bus.faults import NotPublished
from fiel.infra.bus.kafka import KafkaBus, KafkaSettings
from fiel.infra.bus.port import Message
from fiel.infra.storage import schema
from fiel.kernel.errors import InvalidInput, NotFound, Unavailable
from tests.infra.bus.stage import Stage, make_effects_table, turn_until
from tests.services.running import Services

#: Of two seconds each.
_TRIES = 30


def test_nothing_acknowledged_is_lost_over_a_kill_of_the_broker(
    private_services: Services, tmp_path: Path
) -> None:
    """Published, killed, refused by name, restarted, published again: each body is handled once, in order."""
    address = private_services.up("kafka")["FIEL_TEST_KAFKA_BOOTSTRAP"]
    database = schema.open_database(f"sqlite:///{tmp_path / 'fiel.db'}")
    make_effects_table(database)
    bus = KafkaBus(
        KafkaSettings(
            address, delivery_timeout_s=2, request_timeout_s=3, session_timeout_s=6, heartbeat_s=0.5
        )
    )
    stage = Stage("kafka", bus, database, "restart-", address)
    topic = stage.topic("orders", 2)
    waiting = [Message(topic, f"k{n % 4}".encode(), str(n).encode()) for n in range(400)]
    bus.publish(waiting[:150])
    consumer = stage.consumer(topic, stage.handler())
    turn_until(consumer, lambda: len(stage.effects()) > 0)

    private_services.kill9("kafka")
    with pytest.raises(NotPublished) as failure:
        bus.publish(waiting[150:])
    assert list(failure.value.failures) == list(range(250))
    for _ in range(5):
        consumer.turn()
    with pytest.raises(Unavailable):
        bus.topic_identity(topic)

    private_services.restart("kafka")
    _publish_patiently(bus, waiting[150:])
    turn_until(consumer, lambda: len({each.body for each in stage.effects()}) == 400)
    consumer.close()
    bus.close()
    for number in range(4):
        # A message whose acknowledgement was lost may stand in the log twice, never out of turn.
        bodies = [body for body, _ in itertools.groupby(stage.bodies(f"k{number}"))]
        assert list(dict.fromkeys(bodies)) == [str(n) for n in range(number, 400, 4)]
    database.close()


def _publish_patiently(bus: KafkaBus, messages: Sequence[Message]) -> None:
    """As a relay does: what was not acknowledged is published again, while the broker finds its feet."""
    for _ in range(_TRIES):
        try:
            return bus.publish(messages)
        except NotPublished as failure:
            messages = [messages[place] for place in failure.failures]
    raise AssertionError(f"{len(messages)} messages were never acknowledged")


def test_brokers_that_are_not_there_are_unavailable() -> None:
    """Nobody listens: subscribing and making topics say so, within their time."""
    bus = KafkaBus(KafkaSettings("127.0.0.1:9", request_timeout_s=0.3, delivery_timeout_s=0.5))
    with pytest.raises(Unavailable, match="are the brokers up"):
        bus.ensure_topic("t", 1)
    with pytest.raises(Unavailable, match="are the brokers up"):
        bus.subscribe(["t"], "g", on_assigned=dict.fromkeys, on_revoked=lambda _partitions: None)
    with pytest.raises(NotPublished, match="1 of 1"):
        bus.publish([Message("t", b"k", b"v")])
    bus.close()


def test_a_missing_topic_is_told_from_a_missing_broker(kafka_bootstrap: str, kafka_prefix: str) -> None:
    """A broker that answers and does not have the topic says so."""
    bus = KafkaBus(KafkaSettings(kafka_bootstrap))
    with pytest.raises(NotFound, match="create it first"):
        bus.topic_identity(kafka_prefix + "missing")
    bus.close()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"bootstrap": ""}, "bootstrap"),
        ({"heartbeat_s": 10.0}, "heartbeat_s"),
        ({"connection": {"enable.auto.commit": "true"}}, "connection.enable.auto.commit"),
    ],
)
def test_settings_that_would_break_the_promises_are_refused(change: dict[str, object], field: str) -> None:
    """No broker, too few heartbeats, and settings behind our back."""
    given: dict[str, object] = {"bootstrap": "b:1"} | change
    with pytest.raises(InvalidInput) as refusal:
        KafkaSettings(**given)  # type: ignore[arg-type]
    assert refusal.value.field == field
