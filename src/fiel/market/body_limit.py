"""A body as it arrives, unpacked as it comes and cut at a limit: no more than that is ever held."""

from __future__ import annotations

import zlib

from fiel.market.wire import NoAnswer

_GZIP = 16 + zlib.MAX_WBITS


class BodyWithin:
    """Takes chunks of a body in `encoding` (identity or gzip), at most `limit` bytes packed and unpacked."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._limit = limit
        self._arrived = 0
        self._body = bytearray()
        encoding = encoding.strip().lower()
        if encoding not in {"", "identity", "gzip", "x-gzip"}:
            raise NoAnswer("malformed", "the answer is packed in a way that was not asked for")
        self._packed = encoding.endswith("gzip")
        self._unpacker = zlib.decompressobj(_GZIP)

    def add(self, chunk: bytes) -> None:
        """Raises `NoAnswer` (malformed) when it is too large or cannot be unpacked."""
        self._arrived += len(chunk)
        if self._arrived > self._limit:
            raise self._too_large()
        if not self._packed:
            self._body += chunk
            return
        while chunk:
            if self._unpacker.eof:
                # Members of a gzip file may follow each other.
                self._unpacker = zlib.decompressobj(_GZIP)
            try:
                self._body += self._unpacker.decompress(chunk, self._limit + 1 - len(self._body))
            except zlib.error:
                raise NoAnswer("malformed", "the answer cannot be unpacked") from None
            if len(self._body) > self._limit:
                raise self._too_large()
            chunk = self._unpacker.unconsumed_tail or self._unpacker.unused_data

    def whole(self) -> bytes:
        """The body. Raises `NoAnswer` (malformed) when it broke off."""
        if self._packed and self._arrived and not self._unpacker.eof:
            raise NoAnswer("malformed", "the packed answer broke off")
        return bytes(self._body)

    def _too_large(self) -> NoAnswer:
        return NoAnswer("malformed", f"the answer is larger than {self._limit} bytes")
