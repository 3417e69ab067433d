"""SQLite by hand: WAL, synchronous=FULL, whole numbers, double entry, a transaction for each batch.

python -m bench.ledger.yardsticks.sqlite FILE --orders N [--batch 500]
"""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Iterable, Sequence

from bench.ledger import meter
from bench.ledger.stream import ACCOUNTS, BALANCE, Step, steps
from bench.ledger.yardsticks.fold import Fold

_TABLES = """
CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL, blocked INTEGER NOT NULL,
    CHECK (blocked >= 0), CHECK (balance >= blocked)) STRICT;
CREATE TABLE orders (id INTEGER PRIMARY KEY, account INTEGER NOT NULL, ticker INTEGER NOT NULL,
    quantity INTEGER NOT NULL, held INTEGER NOT NULL, filled INTEGER NOT NULL, state INTEGER NOT NULL) STRICT;
CREATE TABLE positions (account INTEGER, ticker INTEGER, quantity INTEGER NOT NULL, cost INTEGER NOT NULL,
    PRIMARY KEY (account, ticker)) STRICT, WITHOUT ROWID;
CREATE TABLE audit (id INTEGER PRIMARY KEY, event INTEGER NOT NULL, account INTEGER NOT NULL,
    order_id INTEGER NOT NULL, kind INTEGER NOT NULL, paid INTEGER NOT NULL, held INTEGER NOT NULL,
    balance INTEGER NOT NULL, blocked INTEGER NOT NULL, at INTEGER NOT NULL DEFAULT (unixepoch())) STRICT;
CREATE INDEX audit_of_account ON audit (account, id);
CREATE TABLE postings (id INTEGER PRIMARY KEY, event INTEGER NOT NULL, account INTEGER NOT NULL,
    book INTEGER NOT NULL, asset INTEGER NOT NULL, amount INTEGER NOT NULL) STRICT;
CREATE TABLE inbox (event INTEGER PRIMARY KEY, at INTEGER NOT NULL DEFAULT (unixepoch())) STRICT;
CREATE TABLE offsets (worker INTEGER PRIMARY KEY, next INTEGER NOT NULL) STRICT;
"""


def prepared(file: str) -> sqlite3.Connection:
    """A new file with the tables and the accounts."""
    link = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
        link.execute(f"PRAGMA {pragma}")
    link.executescript(_TABLES)
    link.execute("BEGIN IMMEDIATE")
    link.executemany("INSERT INTO accounts VALUES (?, ?, 0)", [(n, BALANCE) for n in range(ACCOUNTS)])
    link.execute("COMMIT")
    return link


def batch(link: sqlite3.Connection, part: Sequence[Step], upto: int) -> None:
    """One transaction for all of them."""
    link.execute("BEGIN IMMEDIATE")
    seen = {
        row[0]
        for row in link.execute(f"SELECT event FROM inbox WHERE event IN {_keys(s.event for s in part)}")
    }
    fresh = [step for step in part if step.event not in seen]
    link.executemany("INSERT INTO inbox (event) VALUES (?)", [(step.event,) for step in fresh])
    held = link.execute(f"SELECT * FROM accounts WHERE id IN {_keys({s.account for s in fresh})}")
    known = link.execute(f"SELECT * FROM orders WHERE id IN {_keys(s.order for s in fresh)}")
    fold = Fold({row[0]: [*row[1:]] for row in held}, {row[0]: [*row[1:]] for row in known})
    fold.take(fresh)
    link.executemany(
        "UPDATE accounts SET balance = ?, blocked = ? WHERE id = ?",
        [(*row, key) for key, row in fold.accounts.items()],
    )
    link.executemany(
        "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE "
        "SET held = excluded.held, filled = excluded.filled, state = excluded.state",
        [(key, *fold.orders[key]) for key in fold.changed_orders],
    )
    link.executemany(
        "INSERT INTO positions VALUES (?, ?, ?, ?) ON CONFLICT (account, ticker) DO UPDATE "
        "SET quantity = quantity + excluded.quantity, cost = cost + excluded.cost",
        [(*key, *row) for key, row in fold.bought.items()],
    )
    link.executemany(
        "INSERT INTO audit (event, account, order_id, kind, paid, held, balance, blocked) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        fold.audit,
    )
    link.executemany(
        "INSERT INTO postings (event, account, book, asset, amount) VALUES (?, ?, ?, ?, ?)", fold.postings
    )
    link.execute(
        "INSERT INTO offsets VALUES (0, ?) ON CONFLICT (worker) DO UPDATE SET next = excluded.next", (upto,)
    )
    link.execute("COMMIT")


def _keys(numbers: Iterable[int]) -> str:
    return f"({', '.join(map(str, numbers))})"


def check(link: sqlite3.Connection) -> None:
    """Nothing was lost and nothing made."""
    row = link.execute(
        "SELECT (SELECT sum(balance) FROM accounts) + (SELECT sum(cost) FROM positions), "
        "(SELECT sum(blocked) FROM accounts) - (SELECT sum(held) FROM orders)"
    ).fetchone()
    assert row == (ACCOUNTS * BALANCE, 0), row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--orders", type=int, default=25_000)
    parser.add_argument("--batch", type=int, default=500)
    given = parser.parse_args()
    link = prepared(given.file)
    stream = [*steps(given.orders)]

    def work() -> int:
        for start in range(0, len(stream), given.batch):
            batch(link, stream[start : start + given.batch], start + given.batch)
        return len(stream)

    meter.run(work)
    check(link)


if __name__ == "__main__":
    main()
