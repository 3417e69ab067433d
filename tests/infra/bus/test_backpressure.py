"""The contract of every bus, part five: what a slow consumer does not read stays on the bus."""

from __future__ import annotations

from pathlib import Path

from fiel.infra import system
from fiel.infra.bus.port import Message
from tests.infra.bus.stage import Stage

MEGABYTE = 1024 * 1024
BODY = b"x" * 64 * 1024
COUNT = 512


def _resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


def test_a_slow_consumer_piles_nothing_up_and_loses_nothing(stage: Stage) -> None:
    """Of 32 MB waiting, a consumer that takes one record at a time holds a few; at last it has them all."""
    topic = stage.topic("heavy", 2)
    for start in range(0, COUNT, 32):
        stage.bus.publish([Message(topic, f"k{n}".encode(), BODY) for n in range(start, start + 32)])
    subscription = stage.bus.subscribe(
        [topic],
        stage.group,
        on_assigned=dict.fromkeys,
        on_revoked=lambda _partitions: None,
    )
    before, peak, read = _resident(), 0, 0
    # A bus hands out at least once: a consumer away too long, on a busy machine, reads some again.
    seen: set[bytes | None] = set()
    for _ in range(COUNT * 3):
        # The first sixty are slow: a bus that fetches without bound has time to do so.
        system.pause(0.03 if read < 60 else 0)
        batch = subscription.poll(1 if read < 60 else 50, 0.1)
        read += len(batch)
        seen |= {record.key for record in batch.records}
        peak = max(peak, _resident())
        if read == 60:
            assert peak - before < 12 * MEGABYTE
        if len(seen) == COUNT:
            break
    subscription.close()
    assert seen == {f"k{n}".encode() for n in range(COUNT)}


def test_one_poll_brings_a_bounded_number_of_bytes(embedded: Stage) -> None:
    """The embedded bus counts bytes as well as records: 200 records of 64 KB do not come at once."""
    topic = embedded.topic("large", 1)
    embedded.bus.publish([Message(topic, b"k", BODY)] * 200)
    subscription = embedded.bus.subscribe(
        [topic],
        embedded.group,
        on_assigned=dict.fromkeys,
        on_revoked=lambda _partitions: None,
    )
    sizes = [len(subscription.poll(200, 0.1)) for _ in range(4)]
    subscription.close()
    assert sum(sizes) == 200
    assert max(sizes) * len(BODY) <= 8 * MEGABYTE
