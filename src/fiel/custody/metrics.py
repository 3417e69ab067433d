"""Custody in numbers for Prometheus: what the consumer does, and what waits for somebody.

Everything is kept in the registry given, so that two workers of one process do not add up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from fiel.custody.ledger.batch import Verdict
from fiel.custody.queries import Overview
from fiel.custody.receiving import Received
from fiel.infra.storage.outbox import Backlog

_RECORDS = (1, 5, 10, 25, 50, 100, 200, 300, 400, 500)
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_PLACE = ("topic", "partition")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the database says: counts of the book, the outbox, entries without a seal; and when."""

    overview: Overview
    outbox: Backlog
    unsealed: int
    at: datetime


class CustodyMetrics:
    """The counters, histograms and gauges of custody; all names begin with `fiel_custody_`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        ProcessCollector(registry=registry)
        self._events = self._counter("events", "Order events by what became of them.", ["verdict"])
        for verdict in Verdict:
            # A rate needs its zero: a first dead letter must show as one.
            self._events.labels(verdict.value)
        self._raised = self._counter("alerts_raised", "Alerts raised by this process.")
        self._troubles = self._counter("troubles", "What passed by itself, such as an outage.", ["code"])
        self._failures = self._counter("chore_failures", "Turns of a chore that failed.", ["chore"])
        self._records = self._histogram("batch_records", "Records of a committed batch.", _RECORDS)
        self._seconds = self._histogram("batch_seconds", "Time from a batch to its commit.", _SECONDS)
        self._lag = self._gauge("consumer_lag", "Records not handled yet, by partition of ours.", _PLACE)
        self._of_partitions: set[tuple[str, str]] = set()
        self._parked = self._gauge("parked", "Events that wait for their order.")
        self._parked_age = self._gauge("parked_oldest_seconds", "Age of the longest waiting event.")
        self._dead = self._gauge("dead_letters_open", "Dead letters that nobody settled.")
        self._short = self._gauge("shortfalls", "Accounts with less money than is reserved or spent.")
        self._accounts = self._gauge("accounts", "Accounts.")
        self._open_orders = self._gauge("orders_open", "Orders that hold a reservation.")
        self._alerts = self._gauge("alerts_open", "Alerts that nobody acknowledged.")
        self._outbox = self._gauge("outbox_messages", "Messages that wait to be published.")
        self._outbox_age = self._gauge("outbox_oldest_seconds", "Age of the longest waiting message.")
        self._outbox_failing = self._gauge("outbox_failing", "Waiting messages that failed at least once.")
        self._unsealed = self._gauge("journal_unsealed", "Journal entries that have no seal yet.")

    def batch(self, records: int, seconds: float, received: Received) -> None:
        """A committed batch: its size, how long it took, and the verdicts."""
        self._records.observe(records)
        self._seconds.observe(seconds)
        for verdict, count in received.verdicts.items():
            self._events.labels(verdict.value).inc(count)
        self._raised.inc(received.alerts)

    def lag(self, behind: Iterable[tuple[str, int, int]]) -> None:
        """How far behind we are: (topic, partition, records). Partitions that are no longer ours vanish."""
        now: set[tuple[str, str]] = set()
        for topic, number, records in behind:
            place = (topic, str(number))
            now.add(place)
            self._lag.labels(*place).set(records)
        for place in self._of_partitions - now:
            self._lag.remove(*place)
        self._of_partitions = now

    def waiting(self, seen: Waiting) -> None:
        """What a look into the database showed."""
        book, outbox = seen.overview, seen.outbox
        self._parked.set(book.parked)
        self._parked_age.set(_age(book.oldest_parked, seen.at))
        self._dead.set(book.dead_letters)
        self._short.set(book.shortfalls)
        self._accounts.set(book.accounts)
        self._open_orders.set(book.open_orders)
        self._alerts.set(book.alerts)
        self._outbox.set(outbox.pending)
        self._outbox_age.set(_age(outbox.oldest, seen.at))
        self._outbox_failing.set(outbox.failing)
        self._unsealed.set(seen.unsealed)

    def trouble(self, code: str) -> None:
        """Something that passes by itself happened to the consumer."""
        self._troubles.labels(code).inc()

    def chores(self, names: Collection[str]) -> None:
        """These chores are run here: their failures are counted from zero."""
        for name in names:
            self._failures.labels(name)

    def failed(self, chore: str) -> None:
        """A turn of a chore failed."""
        self._failures.labels(chore).inc()

    def text(self) -> bytes:
        """All of it in the text format of Prometheus."""
        return generate_latest(self.registry)

    def _counter(self, name: str, told: str, labels: Collection[str] = ()) -> Counter:
        return Counter(f"fiel_custody_{name}", told, labels, registry=self.registry)

    def _gauge(self, name: str, told: str, labels: Collection[str] = ()) -> Gauge:
        return Gauge(f"fiel_custody_{name}", told, labels, registry=self.registry)

    def _histogram(self, name: str, told: str, buckets: Collection[float]) -> Histogram:
        return Histogram(f"fiel_custody_{name}", told, buckets=tuple(buckets), registry=self.registry)


def _age(since: datetime | None, now: datetime) -> float:
    """Seconds, of machines and not of money: a float is what Prometheus keeps."""
    return 0.0 if since is None else max((now - since).total_seconds(), 0.0)
