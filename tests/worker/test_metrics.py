"""Metrics as Prometheus reads them: over HTTP, from a registry of their own."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from fiel.custody.ledger import Verdict
from fiel.custody.metrics import CustodyMetrics, Waiting
from fiel.custody.queries import Overview
from fiel.custody.receiving import Received
from fiel.entrypoints.worker.exposing import exposed
from fiel.infra.storage.outbox import Backlog
from fiel.kernel.errors import Unavailable

NOW = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)


def scrape(url: str) -> dict[str, float]:
    """The samples behind a URL, by name and labels."""
    with urllib.request.urlopen(url) as answer:  # noqa: S310 (our own listener)
        text = answer.read().decode()
    return {
        sample.name + "".join(f"[{value}]" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_batch_and_a_look_are_scraped() -> None:
    """What was handed over comes out under stable names; verdicts that never came are zero."""
    metrics = CustodyMetrics(CollectorRegistry())
    received = Received(Counter({Verdict.APPLIED: 480, Verdict.PARKED: 20}), alerts=3)
    metrics.batch(500, 0.04, received)
    metrics.lag([("orders", 0, 7), ("orders", 1, 0)])
    overview = Overview(9, 8, 1, 20, NOW - timedelta(seconds=90), 2, 3)
    metrics.waiting(Waiting(overview, Backlog(12, NOW - timedelta(seconds=4), 1), 55, NOW))
    metrics.trouble("database_unavailable")
    metrics.chores(["relay", "sealer"])
    metrics.failed("relay")
    with exposed(metrics.registry, "127.0.0.1", 0) as url:
        assert url is not None
        seen = {name.removeprefix("fiel_custody_"): value for name, value in scrape(url).items()}
    assert {name: seen[name] for name in seen if "created" not in name and "bucket" not in name} | {} == {
        **{name: value for name, value in seen.items() if name.startswith("process_")},
        "events_total[applied]": 480,
        "events_total[parked]": 20,
        "events_total[ignored]": 0,
        "events_total[duplicate]": 0,
        "events_total[dead_letter]": 0,
        "alerts_raised_total": 3,
        "troubles_total[database_unavailable]": 1,
        "chore_failures_total[relay]": 1,
        "chore_failures_total[sealer]": 0,
        "batch_records_count": 1,
        "batch_records_sum": 500,
        "batch_seconds_count": 1,
        "batch_seconds_sum": 0.04,
        "consumer_lag[0][orders]": 7,
        "consumer_lag[1][orders]": 0,
        "parked": 20,
        "parked_oldest_seconds": 90,
        "dead_letters_open": 2,
        "shortfalls": 1,
        "accounts": 9,
        "orders_open": 8,
        "alerts_open": 3,
        "outbox_messages": 12,
        "outbox_oldest_seconds": 4,
        "outbox_failing": 1,
        "journal_unsealed": 55,
    }


def test_the_lag_of_a_partition_that_was_lost_is_no_longer_told() -> None:
    """Another worker tells it now: two answers for one partition would add up."""
    metrics = CustodyMetrics(CollectorRegistry())
    metrics.lag([("orders", 0, 7), ("orders", 1, 5)])
    metrics.lag([("orders", 1, 4)])
    lines = [
        line for line in metrics.text().decode().splitlines() if line.startswith("fiel_custody_consumer")
    ]
    assert lines == ['fiel_custody_consumer_lag{partition="1",topic="orders"} 4.0']


def test_two_registries_do_not_add_up() -> None:
    """There is nothing that two workers in one process share."""
    one, two = CustodyMetrics(CollectorRegistry()), CustodyMetrics(CollectorRegistry())
    one.trouble("database_unavailable")
    assert b"database_unavailable" not in two.text()


def test_nothing_listens_unless_asked() -> None:
    """Without a port there is no URL; after the block nobody answers; a taken port is told."""
    registry = CollectorRegistry()
    with exposed(registry, "127.0.0.1", None) as nowhere:
        assert nowhere is None
    with exposed(registry, "127.0.0.1", 0) as url:
        assert url is not None
        port = int(url.split(":")[2].split("/")[0])
        with pytest.raises(Unavailable, match="cannot be listened on"), exposed(registry, "127.0.0.1", port):
            pass
    with pytest.raises(urllib.error.URLError):
        scrape(url)
