"""PostgreSQL by hand: rows of whole numbers, double entry; batches, or a transaction for every event.

    python -m bench.ledger.yardsticks.postgres URL --orders N [--batch 500] [--worker I --workers K]

Batches lock their accounts, fold in Python, write new rows by COPY and changed ones as arrays; single
events let the database do the sums. Both keep an inbox, orders, positions, an audit row and the offset.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import psycopg

from bench.ledger import meter
from bench.ledger.stream import ACCOUNTS, BALANCE, FILLED, PENDING, Step, share_of, steps
from bench.ledger.yardsticks.fold import Fold

_TABLES = """
CREATE TABLE accounts (id bigint PRIMARY KEY, balance bigint NOT NULL, blocked bigint NOT NULL,
    CHECK (blocked >= 0), CHECK (balance >= blocked)) WITH (fillfactor = 70);
CREATE TABLE orders (id bigint PRIMARY KEY, account bigint NOT NULL, ticker bigint NOT NULL,
    quantity bigint NOT NULL, held bigint NOT NULL, filled bigint NOT NULL, state bigint NOT NULL)
    WITH (fillfactor = 80);
CREATE TABLE positions (account bigint, ticker bigint, quantity bigint NOT NULL, cost bigint NOT NULL,
    PRIMARY KEY (account, ticker)) WITH (fillfactor = 70);
CREATE TABLE audit (id bigserial PRIMARY KEY, event bigint NOT NULL, account bigint NOT NULL,
    order_id bigint NOT NULL, kind bigint NOT NULL, paid bigint NOT NULL, held bigint NOT NULL,
    balance bigint NOT NULL, blocked bigint NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON audit (account, id);
CREATE TABLE postings (id bigserial PRIMARY KEY, event bigint NOT NULL, account bigint NOT NULL,
    book bigint NOT NULL, asset bigint NOT NULL, amount bigint NOT NULL);
CREATE TABLE inbox (event bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());
CREATE TABLE offsets (worker bigint PRIMARY KEY, next bigint NOT NULL);
"""
_AUDIT = "event, account, order_id, kind, paid, held, balance, blocked"
_NEW_AUDIT = f"INSERT INTO audit ({_AUDIT}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
_OFFSET = "INSERT INTO offsets VALUES (%s, %s) ON CONFLICT (worker) DO UPDATE SET next = excluded.next"

Link = psycopg.Connection[tuple[Any, ...]]


def prepare(url: str) -> None:
    """The tables and the accounts; once, before the workers."""
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(_TABLES.encode())
        link.execute(
            f"INSERT INTO accounts SELECT g, {BALANCE}, 0 FROM generate_series(0, {ACCOUNTS - 1}) g".encode()
        )
        link.execute("VACUUM ANALYZE")


def batch(link: Link, part: Sequence[Step], worker: int, upto: int) -> None:
    """One transaction for all of them."""
    with link.transaction():
        ids = [step.event for step in part]
        new = link.execute(
            "INSERT INTO inbox (event) SELECT unnest(%s::bigint[]) ON CONFLICT DO NOTHING RETURNING event",
            (ids,),
        ).fetchall()
        if len(new) < len(part):
            fresh = {row[0] for row in new}
            part = [step for step in part if step.event in fresh]
        held = link.execute(
            "SELECT id, balance, blocked FROM accounts WHERE id = ANY (%s::bigint[]) ORDER BY id FOR UPDATE",
            (list({step.account for step in part}),),
        ).fetchall()
        known = link.execute(
            "SELECT * FROM orders WHERE id = ANY (%s::bigint[])", ([step.order for step in part],)
        ).fetchall()
        fold = Fold({row[0]: [*row[1:]] for row in held}, {row[0]: [*row[1:]] for row in known})
        fold.take(part)
        _write(link, fold)
        link.execute(_OFFSET, (worker, upto))


def _write(link: Link, fold: Fold) -> None:
    link.execute(
        "UPDATE accounts SET balance = g.b, blocked = g.k "
        "FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) g (id, b, k) WHERE accounts.id = g.id",
        _columns([(key, *row) for key, row in fold.accounts.items()]),
    )
    link.execute(
        f"INSERT INTO orders SELECT * FROM unnest({', '.join(['%s::bigint[]'] * 7)}) "
        "ON CONFLICT (id) DO UPDATE "
        "SET held = excluded.held, filled = excluded.filled, state = excluded.state",
        _columns([(key, *fold.orders[key]) for key in fold.changed_orders]),
    )
    if fold.bought:
        link.execute(
            f"INSERT INTO positions SELECT * FROM unnest({', '.join(['%s::bigint[]'] * 4)}) "
            "ON CONFLICT (account, ticker) DO UPDATE "
            "SET quantity = positions.quantity + excluded.quantity, cost = positions.cost + excluded.cost",
            _columns([(*key, *row) for key, row in fold.bought.items()]),
        )
    _copy(link, "postings", "event, account, book, asset, amount", fold.postings)
    _copy(link, "audit", _AUDIT, fold.audit)


def _columns(rows: Sequence[tuple[int, ...]]) -> list[list[int]]:
    return [[*column] for column in zip(*rows, strict=True)]


def _copy(link: Link, table: str, names: str, rows: Sequence[tuple[int, ...]]) -> None:
    with (
        link.cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)".encode()) as copy,
    ):
        copy.set_types(["int8"] * (names.count(",") + 1))
        for row in rows:
            copy.write_row(row)


def single(link: Link, step: Step) -> None:
    """One transaction for one event, five statements and the commit."""
    with link.transaction():
        seen = link.execute(
            "INSERT INTO inbox (event) VALUES (%s) ON CONFLICT DO NOTHING RETURNING 1", (step.event,)
        ).fetchone()
        if seen is None:
            return
        if step.kind == PENDING:
            _reserve(link, step)
            return
        held = link.execute(
            "SELECT held FROM orders WHERE id = %s AND state = 1 FOR UPDATE", (step.order,)
        ).fetchone()
        if held is not None:
            _settle(link, step, held[0])


def _reserve(link: Link, step: Step) -> None:
    row = link.execute(
        "UPDATE accounts SET blocked = blocked + %s WHERE id = %s AND balance - blocked >= %s "
        "RETURNING balance, blocked",
        (step.cost, step.account, step.cost),
    ).fetchone()
    link.execute(
        "INSERT INTO orders VALUES (%s, %s, %s, %s, %s, 0, %s)",
        (step.order, step.account, step.ticker, step.quantity, step.cost if row else 0, 1 if row else 9),
    )
    if row:
        link.execute(_NEW_AUDIT, (step.event, step.account, step.order, step.kind, 0, step.cost, *row))


def _settle(link: Link, step: Step, held: int) -> None:
    cost = step.cost if step.kind == FILLED else 0
    row = link.execute(
        "UPDATE accounts SET balance = balance - %s, blocked = blocked - %s WHERE id = %s "
        "RETURNING balance, blocked",
        (cost, held, step.account),
    ).fetchone()
    assert row is not None
    if step.kind == FILLED:
        link.execute("UPDATE orders SET state = 2, held = 0, filled = quantity WHERE id = %s", (step.order,))
        link.execute(
            "INSERT INTO positions VALUES (%s, %s, %s, %s) ON CONFLICT (account, ticker) DO UPDATE "
            "SET quantity = positions.quantity + excluded.quantity, cost = positions.cost + excluded.cost",
            (step.account, step.ticker, step.quantity, cost),
        )
    else:
        link.execute("UPDATE orders SET state = 3, held = 0 WHERE id = %s", (step.order,))
    link.execute(_NEW_AUDIT, (step.event, step.account, step.order, step.kind, -cost, -held, *row))


def check(link: Link) -> None:
    """Nothing was lost and nothing made."""
    row = link.execute(
        "SELECT (SELECT sum(balance) FROM accounts) + (SELECT coalesce(sum(cost), 0) FROM positions), "
        "(SELECT sum(blocked) FROM accounts) - (SELECT sum(held) FROM orders)"
    ).fetchone()
    assert row == (ACCOUNTS * BALANCE, 0), row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--orders", type=int, default=25_000)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--worker", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    if given.worker == 0:
        prepare(given.url)
    stream = [*share_of(steps(given.orders), given.worker, given.workers)]
    link: Link = psycopg.connect(given.url, autocommit=True, prepare_threshold=1)
    link.execute("SET synchronous_commit = on")
    # A plan made while a table was empty must not scan it for ever.
    link.execute("SET enable_seqscan = off")

    def work() -> int:
        if given.batch == 1:
            for step in stream:
                single(link, step)
        else:
            for start in range(0, len(stream), given.batch):
                batch(link, stream[start : start + given.batch], given.worker, start + given.batch)
        return len(stream)

    meter.run(work, backend=link.info.backend_pid)
    if given.workers == 1:
        check(link)


if __name__ == "__main__":
    main()
