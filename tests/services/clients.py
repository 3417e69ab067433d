"""The least that each client library must do: leave one datum, read it again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

_NAME = "fiel-left-here"


def write_row(url: str) -> None:
    """Commit a row."""
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE left_here (word text)")
        connection.execute("INSERT INTO left_here VALUES ('kept')")


def read_row(url: str) -> str:
    """The row."""
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(url) as connection:
        return str(connection.execute("SELECT word FROM left_here").fetchone()[0])


def write_key(url: str) -> None:
    """Set a key."""
    redis = pytest.importorskip("redis")
    with redis.Redis.from_url(url) as database:
        database.set(_NAME, "kept")


def read_key(url: str) -> str:
    """The value of the key."""
    redis = pytest.importorskip("redis")
    with redis.Redis.from_url(url, decode_responses=True) as database:
        return str(database.get(_NAME))


def write_job(url: str) -> None:
    """Publish a persistent message, confirmed, to a durable queue."""
    aio_pika = pytest.importorskip("aio_pika")

    async def publish() -> None:
        async with await aio_pika.connect(url) as connection:
            channel = await connection.channel()
            await channel.declare_queue(_NAME, durable=True)
            message = aio_pika.Message(b"kept", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
            await channel.default_exchange.publish(message, routing_key=_NAME)

    asyncio.run(publish())


def read_job(url: str) -> str:
    """The body of the message."""
    aio_pika = pytest.importorskip("aio_pika")

    async def take() -> str:
        async with await aio_pika.connect(url) as connection:
            channel = await connection.channel()
            queue = await channel.declare_queue(_NAME, durable=True)
            message = await queue.get(timeout=20)
            await message.ack()
            return str(message.body.decode())

    return asyncio.run(take())


def write_event(bootstrap: str) -> None:
    """Produce a record to a new topic, acknowledged."""
    admin_of = pytest.importorskip("confluent_kafka.admin")
    kafka: Any = pytest.importorskip("confluent_kafka")
    topic = admin_of.NewTopic(_NAME, num_partitions=1, replication_factor=1)
    admin = admin_of.AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([topic])[_NAME].result(timeout=20)
    producer = kafka.Producer({"bootstrap.servers": bootstrap, "acks": "all"})
    producer.produce(_NAME, value=b"kept")
    assert producer.flush(20) == 0


def read_event(bootstrap: str) -> str:
    """The value of the first record."""
    kafka: Any = pytest.importorskip("confluent_kafka")
    consumer = kafka.Consumer({"bootstrap.servers": bootstrap, "group.id": _NAME})
    consumer.assign([kafka.TopicPartition(_NAME, 0, 0)])
    try:
        for _ in range(40):
            record = consumer.poll(1.0)
            if record is not None and record.error() is None:
                return str(record.value().decode())
        return "nothing came"
    finally:
        consumer.close()
