"""Draws that depend on their names only: the same seed and names give the same number, in any order."""

from __future__ import annotations

from hashlib import blake2b

_SPAN = 1 << 64


def draw(*names: object) -> int:
    """A whole number from 0 to 2^64 - 1."""
    text = "\x1f".join(map(str, names)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big")


def between(low: int, high: int, *names: object) -> int:
    """A whole number from `low` to `high`, both included."""
    return low + draw(*names) * (high - low + 1) // _SPAN


def millionths(*names: object) -> int:
    """A whole number from 0 to 999 999."""
    return between(0, 999_999, *names)
