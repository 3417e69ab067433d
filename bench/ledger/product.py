"""The product's own consumer path: messages into `Custody.receive`, committed with their offsets.

    python -m bench.ledger.product URL --orders N [--batch 500] [--worker I --workers K] [--profile]

The database is one that `places.prepare` made. Decoded messages, so that reading JSON is not in it.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
from collections.abc import Iterator
from itertools import islice

from bench.ledger import meter
from bench.ledger.stream import ACCOUNTS, BALANCE, message, share_of, steps
from fiel.custody.consumer import PARTS
from fiel.custody.ledger import Verdict
from fiel.custody.messages import Message
from fiel.custody.order_events import LogPlace
from fiel.custody.receiving import BATCH_MAX, Progress
from fiel.custody.service import Custody
from fiel.custody.store.book import Book
from fiel.infra.storage import offsets
from fiel.infra.storage.database import Database
from fiel.infra.system import RandomIds, SystemClock, settle_memory

TOPIC, GROUP = "order-events-v1", "custody"


def messages(orders: int, worker: int, workers: int) -> Iterator[Message]:
    """The worker's share, as a consumer of the partition `worker` would get it."""
    for offset, step in enumerate(share_of(steps(orders), worker, workers)):
        decoded = message(step, offset)
        yield Message(decoded, LogPlace(TOPIC, worker, offset), decoded["userId"])


class Run:
    """One worker on one database."""

    def __init__(self, url: str, worker: int, batch: int) -> None:
        self.database = Database.at(url)
        self.custody = Custody(Book(self.database), SystemClock(), RandomIds())
        with self.database.unit_of_work() as unit:
            self.assignment = offsets.assign(unit.connection, GROUP, TOPIC, worker)
        self.batch = batch

    def backend(self) -> int | None:
        """The server's process for this worker's one connection."""
        with self.database.engine.connect() as connection:
            if self.database.embedded:
                return None
            return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())

    def take(self, stream: Iterator[Message]) -> int:
        """Batches until the stream ends; how many events were applied."""
        taken = 0
        # As the worker does: whole batches are handed over several at a time.
        handed = PARTS * self.batch if self.batch == BATCH_MAX else self.batch
        while part := list(islice(stream, handed)):
            taken += len(part)
            received = self.custody.receive(part, [Progress(self.assignment, taken)])
            assert received.verdicts == {Verdict.APPLIED: len(part)}, received.verdicts
        return taken


def check(database: Database, events: int) -> None:
    """Nothing was lost and nothing made: money, reservations, rows."""
    asked = {
        "money": "SELECT (SELECT sum(balance) FROM accounts) + (SELECT sum(cost) FROM positions)",
        "held": "SELECT (SELECT sum(blocked) FROM accounts) - (SELECT sum(held_cash) FROM orders)",
        "postings": "SELECT sum(amount) FROM postings",
        "entries": "SELECT count(*) FROM journal",
        "untold": "SELECT (SELECT count(*) FROM wallet_transactions) - (SELECT count(*) FROM outbox)",
    }
    with database.reading() as connection:
        found = {name: int(connection.exec_driver_sql(sql).scalar_one()) for name, sql in asked.items()}
    wanted = {"money": ACCOUNTS * BALANCE, "held": 0, "postings": 0}
    wanted |= {"entries": ACCOUNTS + events, "untold": ACCOUNTS}
    assert found == wanted, (found, wanted)


def main() -> None:
    """Prints the figures, or the profile of a run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--orders", type=int, default=25_000)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--worker", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--lazily", action="store_true", help="make the stream while it is taken (memory)")
    parser.add_argument("--profile", choices=("tottime", "cumulative"), help="profile instead")
    given = parser.parse_args()
    run = Run(given.url, given.worker, given.batch)
    stream = messages(given.orders, given.worker, given.workers)
    kept = stream if given.lazily else iter(list(stream))
    settle_memory()
    if given.profile:
        with cProfile.Profile() as profile:
            run.take(kept)
        pstats.Stats(profile).sort_stats(given.profile).print_stats(70)
        return
    meter.run(lambda: run.take(kept), backend=run.backend())
    if given.workers == 1:
        check(run.database, 2 * given.orders)


if __name__ == "__main__":
    main()
