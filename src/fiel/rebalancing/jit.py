"""One source for the numeric kernels: compiled by numba when the extra `fast` is there, else plain Python.

A kernel is a function of numbers and arrays, decorated with `@jit`. Both ways give the same result
to the bit, because the compiler may not reorder or fuse floating-point operations (`fastmath=False`).
What the author of a kernel must see to:

* integers stay within int64 (Python's do not overflow, numba's wrap around);
* no division by zero, no overflow to infinity, no comparison left to a NaN by accident: compiled code,
  Python floats and numpy scalars each treat them in their own way;
* a float32 read from an array is widened with `np.float64(x)` before it meets a literal;
* arguments are numbers, arrays and plain tuples of them: numba keeps their types in its disk cache,
  and could not read it again once a class of ours (a NamedTuple too) had been renamed;
* no recursion: a compiled recursive function cannot be read back from the disk cache.

Numba's disk cache notices a change of the caller's file, not of the files of the kernels it
calls; here every cached kernel is stamped with the sources of all of them instead.

Compilation happens at the first call and is kept on disk beside the module, or in the user's cache
directory, or, where nothing can be written, in memory only.
"""

from __future__ import annotations

import builtins
import functools
import hashlib
import importlib
import importlib.resources
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any, ParamSpec, Protocol, TypeVar, cast

_njit: Any
try:
    import numba as _numba

    _njit = _numba.njit
    if getattr(
        _numba.config, "DISABLE_JIT", 0
    ):  # numba's own switch (NUMBA_DISABLE_JIT=1), for coverage and debuggers
        _njit = None
except ImportError:
    _njit = None

#: True when kernels are compiled, False when they run interpreted.
COMPILED = _njit is not None

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)


class Kernel(Protocol[Arguments, Result_co]):
    """A kernel: call it, or call `py_func`, the same function interpreted (the kernels it calls are not)."""

    @property
    def py_func(self) -> Callable[Arguments, Result_co]:
        """The function as it was written."""
        ...

    def __call__(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result_co:
        """Run the kernel, compiled when it can be."""
        ...


def jit(function: Callable[Arguments, Result]) -> Kernel[Arguments, Result]:
    """Mark a function as a kernel: compiled lazily by numba if it is installed, else left as it is."""
    if _njit is None:
        return plain(function)
    try:
        compiled = _njit(cache=True, fastmath=False, nogil=True)(function)
        # Private to numba; should it ever move, kernels are compiled again in every process instead.
        compiled._cache._cache_file._source_stamp = sources_stamp()
    except (RuntimeError, AttributeError):  # also: no directory for the cache can be written
        compiled = _njit(fastmath=False, nogil=True)(function)
    return cast(Kernel[Arguments, Result], compiled)


@functools.cache
def sources_stamp() -> str:
    """A digest of all sources that hold kernels: a cached kernel is good for exactly these."""
    digest = hashlib.sha256()
    for folder in ("kernels", "fleet"):
        entries = importlib.resources.files("fiel.rebalancing").joinpath(folder).iterdir()
        for entry in sorted(entries, key=lambda item: item.name):
            if entry.name.endswith(".py"):
                digest.update(entry.name.encode())
                digest.update(entry.read_bytes())
    return digest.hexdigest()


def will_compile(kernel: object) -> bool:
    """Whether the kernel's next call compiles it first (10 to 60 seconds), because no cache holds it yet.

    For whoever talks to a person: say so before the call. False when kernels run interpreted.
    """
    if not COMPILED or getattr(kernel, "signatures", True):
        return False
    try:
        # Private to numba; should it ever move, nothing is announced.
        return not cast(Any, kernel)._cache._cache_file._load_index()
    except (AttributeError, OSError):
        return False


def plain(function: Callable[Arguments, Result]) -> Kernel[Arguments, Result]:
    """The interpreted stand-in for `jit`: the function itself, reachable as its own `py_func`."""
    function.py_func = function  # type: ignore[attr-defined]
    return cast(Kernel[Arguments, Result], function)


def interpreted(module_name: str) -> ModuleType:
    """A second copy of a kernel module, with every kernel in it and below it interpreted.

    The copy is private to the caller: `sys.modules` and the original stay as they are. Meant for
    tests that compare both ways.
    """
    return _interpreted_copy(module_name, {})


def _interpreted_copy(module_name: str, copies: dict[str, ModuleType]) -> ModuleType:
    if module_name in copies:
        return copies[module_name]
    spec = importlib.util.find_spec(module_name)
    get_code = getattr(spec.loader, "get_code", None) if spec is not None else None
    if spec is None or get_code is None:
        raise ModuleNotFoundError(f"no Python source for {module_name}", name=module_name)
    module = ModuleType(module_name, f"Interpreted copy of {module_name}.")
    module.__file__ = spec.origin
    module.__package__ = spec.parent
    copies[module_name] = module

    def import_interpreted(
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002  (the signature of __import__)
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        found = builtins.__import__(name, globals, locals, fromlist or (), level)
        return _interpreted_names(found, fromlist or (), copies)

    module.__dict__["__builtins__"] = {**vars(builtins), "__import__": import_interpreted}
    exec(get_code(module_name), module.__dict__)  # noqa: S102  (our own source, as the import system would)
    return module


def _interpreted_names(found: ModuleType, names: Sequence[str], copies: dict[str, ModuleType]) -> ModuleType:
    """`found` as a kernel module of the copy should see it."""
    if not names:
        return found
    if found.__name__ == __name__:
        return _namespace(found, {"jit": plain, "COMPILED": False})
    if _has_kernels(found):
        return _interpreted_copy(found.__name__, copies)
    inner: dict[str, Any] = {}
    for name in names:
        value = getattr(found, name, None)
        if isinstance(value, ModuleType) and _has_kernels(value):
            inner[name] = _interpreted_copy(value.__name__, copies)
    return _namespace(found, inner) if inner else found


def _has_kernels(module: ModuleType) -> bool:
    return getattr(module, "jit", None) is jit


def _namespace(module: ModuleType, replaced: Mapping[str, object]) -> ModuleType:
    copy = ModuleType(module.__name__, module.__doc__)
    copy.__dict__.update(vars(module))
    copy.__dict__.update(replaced)
    return copy
