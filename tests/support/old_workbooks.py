"""Workbooks of the old format (.xls), made in code: one sheet of texts and numbers."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_SECTOR = 512
_END, _FREE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def old_workbook(rows: Sequence[Sequence[str | float | None]], title: str = "Plan1") -> bytes:
    """A BIFF8 workbook in its compound file."""
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str):
                text = value.encode("utf-16-le")
                body = struct.pack("<HHHHB", at, column, 0, len(value), 1) + text
                sheet += _record(0x0204, body)
            elif value is not None:
                sheet += _record(0x0203, struct.pack("<HHHd", at, column, 0, value))
    sheet += _record(0x000A, b"")
    head = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    name = struct.pack("<BB", len(title), 0) + title.encode("latin-1")
    start = len(head) + 4 + 6 + len(name) + 4
    bounds = _record(0x0085, struct.pack("<IBB", start, 0, 0) + name)
    return _compound(head + bounds + _record(0x000A, b"") + sheet)


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _compound(stream: bytes) -> bytes:
    stream = stream.ljust(8 * _SECTOR, b"\x00")
    count = -(-len(stream) // _SECTOR)
    table = [_TABLE, _END, *range(3, 2 + count), _END]
    table += [_FREE] * (_SECTOR // 4 - len(table))
    if len(table) > _SECTOR // 4:
        raise ValueError("the sample workbook is too large for one table of sectors")
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, _END, 0, _END, 0, 0)
    header += struct.pack("<108I", *[_FREE] * 108)
    folder = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, len(stream))
    return (
        header
        + struct.pack("<128I", *table)
        + folder.ljust(_SECTOR, b"\x00")
        + stream.ljust(count * _SECTOR, b"\x00")
    )


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\x00\x00"
    return (
        text.ljust(64, b"\x00")
        + struct.pack("<HBBIII", len(text), kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
