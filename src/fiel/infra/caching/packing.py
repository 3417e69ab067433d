"""An entry as bytes: a mark and version, flags, two instants in microseconds, and the body."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

from fiel.infra.caching.port import Entry
from fiel.kernel.errors import InvalidInput

_HEAD = struct.Struct(">4sBqqI")
_MARK = b"fi\x00\x01"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def pack(entry: Entry) -> bytes:
    """The entry as bytes."""
    fresh, keep = ((at - _EPOCH) // _MICROSECOND for at in (entry.fresh_until, entry.keep_until))
    return _HEAD.pack(_MARK, entry.negative, fresh, keep, len(entry.body)) + entry.body


def unpack(packed: bytes) -> Entry | None:
    """The entry, or `None` for bytes that are not one: of another writer, another version, or broken off."""
    if len(packed) < _HEAD.size:
        return None
    mark, flags, fresh, keep, length = _HEAD.unpack_from(packed)
    body = packed[_HEAD.size :]
    if mark != _MARK or flags not in (0, 1) or len(body) != length:
        return None
    try:
        return Entry(body, _EPOCH + fresh * _MICROSECOND, _EPOCH + keep * _MICROSECOND, bool(flags))
    except (OverflowError, InvalidInput):
        return None
