"""Which log a consumer's offsets are of: a topic deleted and made anew may be longer than the old one.

Offsets alone do not show that. The identity of the topic is stored with the first assignment, and every
later one must find the same.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from fiel.infra.bus.faults import TopicReplaced
from fiel.infra.storage.tables import consumer_topics as table
from fiel.infra.storage.upserts import insert_into


def confirm(connection: Connection, consumer: str, topic: str, identity: str) -> None:
    """Store the identity, or find it unchanged. Raises `TopicReplaced` when it is another one."""
    row = {"consumer": consumer, "topic": topic, "identity": identity}
    connection.execute(insert_into(table, connection).values(**row).on_conflict_do_nothing())
    stored = connection.execute(
        select(table.c.identity).where(table.c.consumer == consumer, table.c.topic == topic)
    ).scalar_one()
    if stored != identity:
        raise TopicReplaced(topic, stored, identity)


def forget(connection: Connection, consumer: str, topic: str) -> None:
    """An operator's decision, after setting the offsets by hand: the next assignment stores what it finds."""
    connection.execute(delete(table).where(table.c.consumer == consumer, table.c.topic == topic))
