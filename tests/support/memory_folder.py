"""The tests' own files live in memory where there is room: a commit of theirs need not wait for a disk.

What they show holds there too: a process that is killed loses nothing that it wrote. None pulls a plug.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")
#: Several workers' files, and those of the last three runs.
_ROOM = 4 * 2**30
_VARIABLE = "PYTEST_DEBUG_TEMPROOT"


def live_in_memory() -> None:
    """Lead `tmp_path` there, unless somebody has chosen a place; containers often have too little of it."""
    if _VARIABLE not in os.environ and _suits(_MEMORY):
        os.environ[_VARIABLE] = str(_MEMORY)


def _suits(folder: Path) -> bool:
    """Some tests write programs and start them."""
    if not os.access(folder, os.W_OK) or os.statvfs(folder).f_flag & os.ST_NOEXEC:
        return False
    return shutil.disk_usage(folder).free >= _ROOM
