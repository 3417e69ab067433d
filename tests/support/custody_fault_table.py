"""The page of faults: each with what must come of it, and the tests that hold the product to it.

`python -m tests.support.custody_fault_table` writes the page anew from the tests that there are.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/faults.md"
_NAME = re.compile(r"test_fault_(\d\d)_\w+")

_HEAD = """# Faults and outcomes

What can go wrong around custody and the auto-balancer, what must come of it, and the tests that hold the
product to it. A fault without a test is not on this page, and a test without its line here fails the build.

Those in `test_faults_delivery`, `_lives`, `_limits`, `_time`, `_concurrent` and `_tampering` run on SQLite
and on a real PostgreSQL; those in `test_faults_orders`, `_book` and `_core` on the rules alone.
Beside them stands a simulation with a seed (`tests/custody/simulation`):
an order service, a road on which messages are doubled, overtaken and lost,
two workers that are killed and that take partitions from each other, a database that fails at any
statement, and a clock that jumps. After each step the postings sum to zero, the checker finds nothing, a
refused or broken operation has left every byte as it was, and an auditor that shares no code with the
product agrees with every balance, position, cost and order. 200 seeds run with the tests, thousands with
`make soak`; a failure names its seed.

Faults 46 to 62 are the auto-balancer's, too. Those in `tests/autobalance/scenarios` run through the whole
product on SQLite and on a real PostgreSQL, those in `saga` on the rules alone, and those in
`tests/autobalance/kills` with real processes on PostgreSQL and Kafka, where workers are killed and stopped
with batches in hand. A simulation with a seed (`tests/autobalance/simulation`, `fiel simulate`) lets all of
them happen to a fleet at once.

| No. | Fault | Outcome | Tests |
|---|---|---|---|
"""

#: Number: fault, and its required outcome.
FAULTS: dict[int, tuple[str, str]] = {
    1: ("Crash before the commit", "Nothing visible; delivered again, applied once"),
    2: ("Crash after the commit, before the log's own", "The stored offset leads past it; again is nothing"),
    3: ("Crash between balance and journal", "Impossible: one transaction"),
    4: ("Killed at every statement of a batch", "The same final state, byte by byte"),
    5: ("Same event twice in a batch", "Applied once, one journal entry"),
    6: ("Same event at two workers at once", "One applies it, no deadlock"),
    7: ("Same event id, other payload", "Dead letter and alert, nothing changes"),
    8: ("FILLED before PENDING", "Waits; then as in the normal order"),
    9: ("REJECTED before PENDING", "Waits; then nets to zero"),
    10: ("FILLED, and PENDING never comes", "Waits, one alert, no other reservation touched"),
    11: ("PENDING after the end", "Ignored as stale"),
    12: ("PENDING refused, then REJECTED", "Nothing is released"),
    13: ("PENDING refused, then FILLED", "Booked, shortfall shown, alert"),
    14: ("Two orders that together exceed the cash", "Exactly one is held"),
    15: ("Three partial fills, then the whole", "Cash, quantity and cost exact, nothing left held"),
    16: ("Partial fill, then the end", "The filled part stays, the rest is released"),
    17: ("More filled than ordered", "Booked and told, never silent"),
    18: ("Fill above the limit", "From available cash, else shortfall and alert"),
    19: ("Fill below the limit", "The surplus is released"),
    20: ("Same fill under another id", "Not doubled"),
    21: ("Fill taken back or corrected", "Reversing entry; lots and average price as if never told"),
    22: ("Order amended", "Reservation re-computed at once; a refusal keeps the old one"),
    23: ("SELL PENDING", "Shares are held, cash is not; overselling is refused"),
    24: ("SELL FILLED", "Cash in, shares out, profit exact"),
    25: ("Withdrawal at the same time as an order", "Never both above what is available"),
    26: ("Deposit or withdrawal retried", "Once per key, the same answer"),
    27: ("Numbers that are none", "Dead letter or refusal, nothing changes, bounded time"),
    28: ("Overflow", "Refused before arithmetic wraps, on both engines"),
    29: ("Fills of a third of a unit", "Postings sum to zero, drift below a cent"),
    30: ("Bought, sold to zero, bought again", "Cost exactly zero at quantity zero"),
    31: ("Event in another currency", "Dead letter, nothing changes"),
    32: ("Unknown account, symbol, side or status", "Dead letter, the partition moves on"),
    33: ("Poison in the middle of a batch", "The others commit; replay restores the order"),
    34: ("Dead letter replayed twice", "Applied once"),
    35: ("Broken bytes, 10 MB", "Dead letter with the bytes"),
    36: ("A zombie commits after a rebalance", "Its epoch is refused, all is rolled back"),
    37: ("Topic read again from zero", "No change"),
    38: ("Offset ahead of the data", "Found, halted and told; never skipped in silence"),
    39: ("Nobody knows whether it committed", "Offset and inbox decide; nothing is doubled"),
    40: ("Fail-over to an older copy", "Back to its stored offset, applied again"),
    41: ("Deadlock, busy, serialization, disk full", "The whole batch again, or halted; never a part"),
    42: ("Database slow", "Partitions paused, no storm of rebalances"),
    43: ("All events on one account", "In order, no deadlock"),
    44: ("Clock jumps, leap day, summer time", "The order of the log counts, not the time"),
    45: ("Event times far away", "Both times are kept, both can be asked for"),
    46: ("Price missing, stale, zero", "The valuation says that it is incomplete; no order is made on it"),
    47: ("Price flaps across the threshold", "One batch, however often it is asked for; then it cools down"),
    48: ("Holder stopped for longer than its lease", "Refused at every write; its order is the new holder's"),
    49: ("Holder dies before, at or after an order", "Taken over; each order is at the broker once"),
    50: ("Two take an expired lease at once", "One new token; nobody hangs"),
    51: ("Time-out, the order was filled", "In doubt, asked about, done; no second order"),
    52: ("Time-out, the order never arrived", "Absent twice; the same order is sent once more"),
    53: ("The broker answers no question", "In doubt, blocked, one alert; nothing is undone on a guess"),
    54: ("The broker refuses a name that it knows", "Asked about, and found to be done"),
    55: ("One operation fails, others partly filled", "What was filled is undone, and no more"),
    56: ("Undoing fails once or twice", "Tried again after pauses; every try is in the journal"),
    57: ("Undoing fails three times", "STALE, kept, blocks all workers; one alert"),
    58: ("Crash while undoing", "Goes on with that try; nothing is undone twice"),
    59: ("Channel of alerts down", "The alert waits in the outbox; STALE is not lost"),
    60: ("STALE cleared too early", "Refused while an order is in doubt"),
    61: ("Orders and deposits during a rebalance", "Never more held than is there"),
    62: ("Buys that wait for their sales", "Refused until the cash is there"),
    63: ("Ticker renamed under an open order", "Shares, reservation and cost go over"),
    64: ("Row edited by hand", "The checker names it; history refuses edits"),
    65: ("Schema too new, too old, half migrated", "Refuses to start and says the command"),
    66: ("Statement of the broker differs", "An item to approve; no booking without approval"),
}


def found_tests() -> dict[int, list[str]]:
    """The tests named `test_fault_NN_...`, as `file::name`, by number."""
    found: dict[int, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and (match := _NAME.fullmatch(node.name)):
                found.setdefault(int(match[1]), []).append(f"{path.stem}::{node.name}")
    return found


def written() -> str:
    """The page as the tests are now."""
    lines = []
    for number, tests in sorted(found_tests().items()):
        if number in FAULTS:
            fault, outcome = FAULTS[number]
            names = "<br>".join(f"`{name}`" for name in tests)
            lines.append(f"| {number} | {fault} | {outcome} | {names} |\n")
    return _HEAD + "".join(lines)


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
