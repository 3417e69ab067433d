"""Arrays for the kernels: numpy's when they are compiled, plain lists when they are interpreted.

Lists are several times faster than numpy under the interpreter, one element at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, cast

from fiel.rebalancing.jit import COMPILED, jit


class FloatArray(Protocol):
    """Anything that holds 64-bit floats by position."""

    def __getitem__(self, index: int, /) -> float: ...
    def __setitem__(self, index: int, value: float, /) -> None: ...
    def __len__(self) -> int: ...


class IntArray(Protocol):
    """Anything that holds 64-bit integers by position."""

    def __getitem__(self, index: int, /) -> int: ...
    def __setitem__(self, index: int, value: int, /) -> None: ...
    def __len__(self) -> int: ...


class FloatMatrix(Protocol):
    """Anything that holds 64-bit floats by row and column."""

    def __getitem__(self, index: tuple[int, int], /) -> float: ...
    def __setitem__(self, index: tuple[int, int], value: float, /) -> None: ...


class IntMatrix(Protocol):
    """Anything that holds 64-bit integers by row and column."""

    def __getitem__(self, index: tuple[int, int], /) -> int: ...
    def __setitem__(self, index: tuple[int, int], value: int, /) -> None: ...


class Arrays:
    """Makes arrays of one kind; `compiled` chooses which (default: as the kernels run)."""

    def __init__(self, compiled: bool = COMPILED) -> None:
        self.compiled = compiled

    def floats(self, values: Iterable[float]) -> FloatArray:
        """Floats from an iterable; never empty, because a compiled kernel may not index nothing."""
        items = list(values) or [0.0]
        if self.compiled:
            import numpy as np

            made: Any = np.array(items, dtype=np.float64)
            return cast(FloatArray, made)
        return [float(item) for item in items]

    def ints(self, values: Iterable[int]) -> IntArray:
        """Integers from an iterable; never empty."""
        items = list(values) or [0]
        if self.compiled:
            import numpy as np

            made: Any = np.array(items, dtype=np.int64)
            return cast(IntArray, made)
        return [int(item) for item in items]

    def zeros(self, count: int) -> FloatArray:
        """`count` zeros (at least one)."""
        if self.compiled:
            import numpy as np

            made: Any = np.zeros(max(count, 1), dtype=np.float64)
            return cast(FloatArray, made)
        return [0.0] * max(count, 1)

    def int_zeros(self, count: int) -> IntArray:
        """`count` integer zeros (at least one)."""
        if self.compiled:
            import numpy as np

            made: Any = np.zeros(max(count, 1), dtype=np.int64)
            return cast(IntArray, made)
        return [0] * max(count, 1)


def _list(count: int) -> FloatArray:
    return [0.0] * count


def _allocator() -> Callable[[int], FloatArray]:
    """How a kernel gets room of its own: numpy's when compiled, a list when interpreted."""
    if not COMPILED:
        return _list
    import numpy as np

    def zeros(count: int) -> FloatArray:
        return np.zeros(count)

    return jit(zeros)


#: Zeros for a kernel's own use.
scratch = _allocator()
