"""The log of a process: one line per event of interest on standard error, as text or as JSON.

Each line has the ids of what it is about (a request, a batch, a job) when the work said so (`infra.about`).
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import TextIO

from fiel.infra.about import present_ids
from fiel.kernel.plain_text import spaced

_MESSAGE_MAX = 4_000


class LogFormat(StrEnum):
    """How a line is written."""

    TEXT = "text"
    JSON = "json"


@contextmanager
def log_to(stream: TextIO | None = None, log_format: LogFormat = LogFormat.TEXT) -> Iterator[None]:
    """Inside, the log goes to `stream` (standard error): ours from INFO, libraries from WARNING.

    For who owns the process. Afterwards it is as it was: nobody writes to a stream that may be closed.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Json() if log_format is LogFormat.JSON else _Text())
    root = logging.getLogger()
    before = root.handlers[:]
    with _level(root, logging.WARNING), _level(logging.getLogger("fiel"), logging.INFO):
        root.handlers[:] = [handler]
        try:
            yield
        finally:
            root.handlers[:] = before


def errors_alone() -> AbstractContextManager[None]:
    """Inside, what we tell below an error is not told."""
    return _level(logging.getLogger("fiel"), logging.ERROR)


@contextmanager
def unheard(name: str) -> Iterator[None]:
    """Inside, a library whose log nobody set up does not fall back on standard error."""
    logger, handler = logging.getLogger(name), logging.NullHandler()
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


@contextmanager
def _level(logger: logging.Logger, level: int) -> Iterator[None]:
    before = logger.level
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.setLevel(before)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        ids = "".join(f" {name}={value}" for name, value in present_ids().items())
        # Whatever a message from outside brings along, it cannot pretend to be a line of its own.
        return spaced(f"{_instant(record)} {record.levelname} {record.name}: {_message(record)}{ids}")


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": _instant(record),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            **present_ids(),
        }
        return json.dumps(line, ensure_ascii=False)


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _message(record: logging.LogRecord) -> str:
    """The message, with kind, text and place of the exception when there is one."""
    told = record.getMessage()
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        told = f"{told}: {type(error).__name__}: {error}{_place(error)}"
    return told[:_MESSAGE_MAX]


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})"
