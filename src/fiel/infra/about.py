"""What the present work is about (a request, a batch, a job), so that every line of the log can say so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

_NOTHING: Mapping[str, object] = MappingProxyType({})
_ABOUT: ContextVar[Mapping[str, object]] = ContextVar("fiel_about", default=_NOTHING)
#: What is shown of it: the rest of a request's state is nobody's to read in a log.
SHOWN = ("request_id", "batch", "job", "message_id")
LENGTH_MAX = 200


@contextmanager
def about(ids: Mapping[str, object]) -> Iterator[None]:
    """Inside the block, and in threads that take its context along, lines of the log carry these ids.

    The mapping is looked at when a line is written: what is put into it later is told too.
    """
    token = _ABOUT.set(ids)
    try:
        yield
    finally:
        _ABOUT.reset(token)


def present_ids() -> dict[str, str]:
    """The ids of the present work, those of `SHOWN` that are known."""
    ids = _ABOUT.get()
    return {name: str(ids[name])[:LENGTH_MAX] for name in SHOWN if ids.get(name)}
