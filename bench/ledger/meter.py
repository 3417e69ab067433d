"""What a run tells: events, seconds, memory, and what the processor did on either side.

A run is a process of its own. It gets ready, says so, starts on a word from outside (so that several
start together), and prints its figures as one line of JSON.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

READY = "ready"


def run(work: Callable[[], int], *, backend: int | None = None) -> None:
    """Wait for the word, do the work (it answers how many events), tell the figures.

    `backend` is the process of the database server that works for this one.
    """
    gc.collect()

    gc.freeze()  # the stream is no garbage to look through
    print(READY, flush=True)
    sys.stdin.readline()
    server = _processor_s(backend)
    cpu, start = time.process_time(), time.perf_counter()
    events = work()
    seconds = time.perf_counter() - start
    told = {
        "events": events,
        "seconds": seconds,
        "client_us": (time.process_time() - cpu) / events * 1e6,
        "server_us": (_processor_s(backend) - server) / events * 1e6,
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(told), flush=True)


def _processor_s(process: int | None) -> float:
    """Processor seconds of another process so far; nothing where that cannot be seen."""
    stat = Path(f"/proc/{process}/stat")
    if process is None or not stat.exists():
        return 0.0
    fields = stat.read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
