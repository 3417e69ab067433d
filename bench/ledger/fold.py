"""Microseconds an event of the pure core: reading, folding, and both from the bytes of the log.

    python -m bench.ledger.fold [--orders 20000] [--repeats 5] [--profile]

10,000 accounts, 200 tickers; each order is a PENDING and, about 200 events later, a FILLED (90 %) or a
REJECTED (10 %); batches of 500, each with only its own rows loaded, as a transaction has them.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import json
import pstats
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.timing import Times, measure
from fiel.custody.accounts import Account, AccountKey, PositionKey
from fiel.custody.ledger import Batch, Verdict
from fiel.custody.order_events import LogPlace, OrderEvent, parse_order_event
from fiel.custody.reservations import Policy

ACCOUNTS, TICKERS, BATCH, INTERLEAVE = 10_000, 200, 500, 200
#: R$ 10,000,000.00 each: nobody is refused.
BALANCE = 10**9
START = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)

Message = dict[str, Any]


def messages(orders: int, seed: int = 1) -> list[Message]:
    """The stream as decoded messages: numbers as text, times as the Java producer's arrays."""
    chance = random.Random(seed)
    stream: list[Message] = []
    waiting: list[Message] = []
    for number in range(1, orders + 1):
        cents = chance.randrange(100, 50_000)
        pending = {
            "orderId": number,
            "userId": f"user-{chance.randrange(ACCOUNTS):05d}",
            "ticker": f"TCK{chance.randrange(TICKERS):03d}",
            "quantity": f"{chance.randrange(1, 5_000)}",
            "price": _money(cents),
            "executedPrice": None,
            "side": "BUY",
            "status": "PENDING",
        }
        stream.append(pending | {"eventTimestamp": _array(len(stream))})
        if chance.random() < 0.9:
            executed = cents - chance.randrange(min(100, cents))
            waiting.append(pending | {"status": "FILLED", "executedPrice": _money(executed)})
        else:
            waiting.append(pending | {"status": "REJECTED"})
        if len(waiting) > INTERLEAVE:
            chosen = chance.randrange(len(waiting))
            waiting[chosen], waiting[-1] = waiting[-1], waiting[chosen]
            stream.append(waiting.pop() | {"eventTimestamp": _array(len(stream))})
    return stream + [each | {"eventTimestamp": _array(len(stream))} for each in waiting]


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _array(number: int) -> list[int]:
    at = START + timedelta(milliseconds=7 * number)
    return [at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond * 1000]


def read(stream: Sequence[Message | bytes]) -> list[OrderEvent]:
    """All messages, read; a refused one is a fault of the benchmark."""
    events = []
    for offset, message in enumerate(stream):
        event = parse_order_event(message, LogPlace("order-events-v1", 0, offset))
        assert isinstance(event, OrderEvent), event
        events.append(event)
    return events


def fold(events: Sequence[OrderEvent]) -> int:
    """The stream in batches; each finds its own rows as a store would load them. Counts the postings."""
    postings = 0
    book = Batch(Policy())
    for number in range(ACCOUNTS):
        key = AccountKey(f"user-{number:05d}", "BRL")
        book.accounts[key] = Account(*key, balance=BALANCE)
    for start in range(0, len(events), BATCH):
        part = events[start : start + BATCH]
        batch = load(book, part)
        for event in part:
            verdict = batch.take(event, START)
            assert verdict is Verdict.APPLIED, (verdict, event)
        save(book, batch)
        postings += len(batch.postings)
    return postings


def load(book: Batch, part: Sequence[OrderEvent]) -> Batch:
    """What a store does for the events, without its SQL."""
    users = {AccountKey(event.user_id, event.currency) for event in part}
    held = {PositionKey(event.user_id, event.currency, event.ticker) for event in part}
    return Batch(
        book.policy,
        accounts={key: book.accounts[key] for key in users},
        orders={e.order_id: book.orders[e.order_id] for e in part if e.order_id in book.orders},
        positions={key: book.positions[key] for key in held if key in book.positions},
    )


def save(book: Batch, batch: Batch) -> None:
    """What a store does with the batch, without its SQL. The journal is written and forgotten."""
    book.accounts.update((key, batch.accounts[key]) for key in batch.touched_accounts)
    book.orders.update((key, batch.orders[key]) for key in batch.touched_orders)
    book.positions.update((key, batch.positions[key]) for key in batch.touched_positions)


def _tell(name: str, times: Times, events: int) -> None:
    each = times.median / events * 1e6
    low, high = min(times.samples) / events * 1e6, max(times.samples) / events * 1e6
    print(f"{name:<24}{each:7.1f} us/event   ({low:.1f} .. {high:.1f})   {1e6 / each:9,.0f} events/s")


def main() -> None:
    """Prints the figures, or the profile of one run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--profile", action="store_true", help="profile reading and folding instead")
    given = parser.parse_args()
    stream = messages(given.orders)
    raw = [json.dumps(message).encode() for message in stream]
    events = read(stream)
    if given.profile:
        with cProfile.Profile() as profile:
            fold(read(stream))
        pstats.Stats(profile).sort_stats("tottime").print_stats(35)
        return
    gc.freeze()  # the stream itself is no garbage to look through
    for name, work in (
        ("read (decoded)", lambda: read(stream)),
        ("read (bytes)", lambda: read(raw)),
        ("fold", lambda: fold(events)),
        ("read (decoded) + fold", lambda: fold(read(stream))),
    ):
        _tell(name, measure(work, repeats=given.repeats), len(stream))


if __name__ == "__main__":
    main()
