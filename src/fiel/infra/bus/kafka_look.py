"""A look at Kafka for whoever asks how it is: brokers, topics and the ends of their logs. Nothing is made."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from fiel.infra.bus.kafka import KafkaSettings
from fiel.infra.bus.kafka_errors import confluent_kafka, kafka_admin, named
from fiel.infra.bus.port import Partition

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KafkaLook:
    """What the brokers said. `partitions` by topic; `ends`: the offset after the last record."""

    cluster: str
    brokers: int
    partitions: Mapping[str, int]
    ends: Mapping[Partition, int]


def look(settings: KafkaSettings, topics: Collection[str], timeout_s: float = 5.0) -> KafkaLook:
    """Ask once. Raises `Unavailable` when the brokers do not answer within about `timeout_s` seconds."""
    admin = kafka_admin.AdminClient(settings.common(), logger=_LOG)
    try:
        found = admin.list_topics(timeout=timeout_s)
        known = {name: len(topic.partitions) for name, topic in found.topics.items() if topic.error is None}
        asked = [
            confluent_kafka.TopicPartition(name, number)
            for name in sorted(set(topics) & set(known))
            for number in range(known[name])
        ]
        ends = _ends(admin, asked, timeout_s) if asked else {}
    except confluent_kafka.KafkaException as error:
        raise named(error.args[0], "the brokers") from error
    return KafkaLook(found.cluster_id or "", len(found.brokers), known, ends)


def _ends(admin: Any, asked: list[Any], timeout_s: float) -> dict[Partition, int]:
    wanted = {each: kafka_admin.OffsetSpec.latest() for each in asked}
    answers = admin.list_offsets(wanted, request_timeout=timeout_s)
    return {
        Partition(place.topic, place.partition): future.result(timeout_s * 2).offset
        for place, future in answers.items()
    }
