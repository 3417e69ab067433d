"""A worker in a process of its own, to be killed: python -m tests.infra.jobs.worker_process KIND ADDRESS

Takes two jobs in hand, says their ids, and is never done with them.
"""

from __future__ import annotations

import os
import sys
import threading

from fiel.infra.jobs.port import Job
from tests.infra.jobs.stage import Stage, open_queue


def _hold(job: Job) -> None:
    # In one piece: two threads say something.
    os.write(sys.stdout.fileno(), f"{job.id}\n".encode())
    threading.Event().wait()


def main() -> None:
    """Work until killed."""
    kind, address = sys.argv[1:]
    Stage(kind, open_queue(kind, address), address).worker(_hold, in_hand=2, threads=2).run()


if __name__ == "__main__":
    main()
