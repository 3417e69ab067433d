"""Answers kept for as long as what they were made of stays the same."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

Answer = TypeVar("Answer")
#: Who waited so long for another's answer reckons it alone: nobody waits for a thread that hangs.
PATIENCE_S = 30.0


class Memo:
    """The `limit` answers used last, by key. Put the version of the data and the day into the key.

    >>> memo = Memo(2)
    >>> [memo.get(key, lambda: key * 2) for key in (1, 1, 2)]
    [2, 2, 4]
    """

    def __init__(self, limit: int, patience_s: float = PATIENCE_S) -> None:
        self._limit, self._patience_s = limit, patience_s
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, object] = OrderedDict()
        self._making: dict[Hashable, threading.Event] = {}

    def get(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """The answer kept under the key, made when there is none. What `make` raises is not kept.

        Of those who ask for the same at once, one makes it and the others wait: forty that reckon the same
        page together would take forty times as long. Hold no connection while asking: `make` may need one.
        """
        while True:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return cast(Answer, self._kept[key])
                other = self._making.get(key)
                if other is None:
                    mine = self._making[key] = threading.Event()
                    break
            if not other.wait(self._patience_s):
                return make()
        try:
            made = make()
            self._keep(key, made)
            return made
        finally:
            with self._lock:
                del self._making[key]
            mine.set()

    def _keep(self, key: Hashable, made: object) -> None:
        with self._lock:
            self._kept[key] = made
            self._kept.move_to_end(key)
            while len(self._kept) > self._limit:
                self._kept.popitem(last=False)
