"""A consumer in a process of its own, to be killed: python -m tests.infra.bus.consumer_process ...

Arguments: kind, address of the bus, URL of the database, topic, group, name, and `stall` to stop for
ever with a batch in hand, before anything of it is committed.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping

from fiel.infra.bus.consuming import Consumer, Handle
from fiel.infra.bus.port import Batch, Partition
from fiel.infra.storage.database import Database
from fiel.infra.storage.offsets import Assignment
from tests.infra.bus.stage import PACE, effects_in, open_bus


def _saying(handle: Handle, stall: bool) -> Handle:
    def said(batch: Batch, places: Mapping[Partition, Assignment]) -> None:
        if stall:
            print("stalled", flush=True)
            threading.Event().wait()
        handle(batch, places)
        print(f"handled {len(batch)}", flush=True)

    return said


def main() -> None:
    """Consume until killed."""
    kind, address, url, topic, group, name, *stall = sys.argv[1:]
    database = Database.at(url)
    handle = _saying(effects_in(database, name), bool(stall))
    Consumer(open_bus(kind, address, database), database, [topic], group, handle, pace=PACE).run()


if __name__ == "__main__":
    main()
