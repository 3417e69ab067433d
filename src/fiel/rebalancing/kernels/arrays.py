"""Arrays for the kernels: numpy's when they are compiled, plain lists when they are interpreted.

Lists are several times faster than numpy under the interpreter, one element at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from fiel.rebalancing.jit import COMPILED


class FloatArray(Protocol):
    """Anything that holds 64-bit floats by position."""

    def __getitem__(self, index: Any, /) -> Any: ...
    def __setitem__(self, index: Any, value: Any, /) -> None: ...
    def __len__(self) -> int: ...


class IntArray(Protocol):
    """Anything that holds 64-bit integers by position."""

    def __getitem__(self, index: Any, /) -> Any: ...
    def __setitem__(self, index: Any, value: Any, /) -> None: ...
    def __len__(self) -> int: ...


class Arrays:
    """Makes arrays of one kind; `compiled` chooses which (default: as the kernels run)."""

    def __init__(self, compiled: bool = COMPILED) -> None:  # noqa: FBT001, FBT002 - a plain switch
        self.compiled = compiled

    def floats(self, values: Iterable[float]) -> FloatArray:
        """Floats from an iterable; never empty, because a compiled kernel may not index nothing."""
        items = list(values) or [0.0]
        if self.compiled:
            import numpy as np

            return np.array(items, dtype=np.float64)
        return [float(item) for item in items]

    def ints(self, values: Iterable[int]) -> IntArray:
        """Integers from an iterable; never empty."""
        items = list(values) or [0]
        if self.compiled:
            import numpy as np

            return np.array(items, dtype=np.int64)
        return [int(item) for item in items]

    def zeros(self, count: int) -> FloatArray:
        """`count` zeros (at least one)."""
        if self.compiled:
            import numpy as np

            return np.zeros(max(count, 1), dtype=np.float64)
        return [0.0] * max(count, 1)

    def int_zeros(self, count: int) -> IntArray:
        """`count` integer zeros (at least one)."""
        if self.compiled:
            import numpy as np

            return np.zeros(max(count, 1), dtype=np.int64)
        return [0] * max(count, 1)
