"""The log of a process: one line per event of interest on standard error, as text or as JSON."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import TextIO

_MESSAGE_MAX = 4_000


class LogFormat(StrEnum):
    """How a line is written."""

    TEXT = "text"
    JSON = "json"


def log_to(stream: TextIO | None = None, log_format: LogFormat = LogFormat.TEXT) -> None:
    """Send the log of this process to `stream` (standard error): ours from INFO, libraries from WARNING.

    Called once, by who owns the process.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Json() if log_format is LogFormat.JSON else _Text())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("fiel").setLevel(logging.INFO)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"{_instant(record)} {record.levelname} {record.name}: {_one_line(_message(record))}"


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": _instant(record),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
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


def _one_line(text: str) -> str:
    """Whatever a message from outside brings along, it cannot pretend to be a line of its own."""
    return "".join(mark if mark.isprintable() else " " for mark in text)
