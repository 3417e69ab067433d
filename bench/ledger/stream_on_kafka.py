"""End to end: JSON records of a real Kafka topic, through the consumer, to committed rows on PostgreSQL.

    python -m bench.ledger.stream_on_kafka URL BOOTSTRAP --orders N

The topic is filled first; what is measured is from the first poll to the last commit.
"""

from __future__ import annotations

import argparse
import json
from itertools import islice

from confluent_kafka.admin import AdminClient

from bench.ledger import meter
from bench.ledger.product import check
from bench.ledger.stream import message, steps
from fiel.custody.consumer import GROUP, OrderEventsHandler, polled
from fiel.custody.receiving import BATCH_MAX
from fiel.custody.service import Custody
from fiel.custody.store.book import Book
from fiel.infra.bus.consuming import Consumer, Pace
from fiel.infra.bus.kafka import KafkaBus, KafkaSettings
from fiel.infra.bus.port import Message
from fiel.infra.storage.database import Database
from fiel.infra.system import RandomIds, SystemClock, settle_memory

_CHUNK = 5_000


def fill(bus: KafkaBus, topic: str, orders: int) -> None:
    """The stream as the order service would publish it, under the user's key."""
    numbered = enumerate(steps(orders))
    while part := list(islice(numbered, _CHUNK)):
        decoded = [message(step, number) for number, step in part]
        bus.publish([Message(topic, m["userId"].encode(), json.dumps(m).encode()) for m in decoded])


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("bootstrap")
    parser.add_argument("--orders", type=int, default=25_000)
    given = parser.parse_args()
    database, topic = Database.at(given.url), RandomIds("fiel-bench-orders").next_id().replace("_", "-")
    bus = KafkaBus(KafkaSettings(given.bootstrap))
    bus.ensure_topic(topic, 1)
    try:
        fill(bus, topic, given.orders)
        custody = Custody(Book(database), SystemClock(), RandomIds())
        pace, handler = Pace(max_records=polled(BATCH_MAX)), OrderEventsHandler(custody)
        consumer = Consumer(bus, database, [topic], GROUP, handler, pace=pace)

        def work() -> int:
            handled = 0
            while handled < 2 * given.orders:
                handled += consumer.turn()
            return handled

        settle_memory()
        meter.run(work)
        consumer.close()
        check(database, 2 * given.orders)
    finally:
        bus.close()
        admin = AdminClient({"bootstrap.servers": given.bootstrap})
        admin.delete_topics([topic])[topic].result(timeout=20)


if __name__ == "__main__":
    main()
