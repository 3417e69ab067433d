"""Order events from a file or a pipe, one per line, a bounded number of bytes at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from fiel.kernel.errors import InvalidInput, NotFound

#: As long as a dead letter that is kept whole; of a longer line one byte more is read, and it is cut.
LINE_BYTES_MAX = 16 * 1024 * 1024
BATCH_BYTES_MAX = 8 * 1024 * 1024
_SKIPPED_AT_ONCE = 1024 * 1024


class Line(NamedTuple):
    """A line that is not blank, without its end, and its number in the file."""

    number: int
    value: bytes


@contextmanager
def opened_events(name: str) -> Iterator[BinaryIO]:
    """The file, or standard input for `-`. Raises `NotFound`, `InvalidInput`."""
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(name).open("rb")  # noqa: SIM115 (closed below; errors of the body are not its own)
    except FileNotFoundError:
        raise NotFound("events_not_found", f"there is no file {name}", field="EVENTS") from None
    except OSError as error:
        reason = error.strerror or "it is no file"
        raise InvalidInput("events_unreadable", f"{name} cannot be read: {reason}", field="EVENTS") from None
    with stream:
        yield stream


def batches(stream: BinaryIO, size: int) -> Iterator[list[Line]]:
    """The lines in order, at most `size` together, and fewer where they are long."""
    batch: list[Line] = []
    held = 0
    for line in lines(stream):
        batch.append(line)
        held += len(line.value)
        if len(batch) >= size or held >= BATCH_BYTES_MAX:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def lines(stream: BinaryIO) -> Iterator[Line]:
    """The lines that are not blank. The end of one that is too long is read over, not kept."""
    number = 0
    while text := stream.readline(LINE_BYTES_MAX + 1):
        number += 1
        if len(text) > LINE_BYTES_MAX and not text.endswith(b"\n"):
            _read_over(stream)
        value = text.rstrip(b"\r\n")
        if value.strip():
            yield Line(number, value)


def _read_over(stream: BinaryIO) -> None:
    while rest := stream.readline(_SKIPPED_AT_ONCE):
        if rest.endswith(b"\n"):
            return
