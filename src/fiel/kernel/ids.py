"""Identifiers: taken from an injected source, or computed from what they identify.

An id that must survive a replay is a pure function of its inputs, so that the same message handled
twice names the same row.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Protocol

from fiel.kernel.errors import InvalidInput

_NAMESPACE = re.compile(r"[a-z][a-z0-9_]{0,31}")
#: 128 bits: a collision is out of reach at any number of rows.
_HEX_DIGITS = 32


class IdSource(Protocol):
    """Gives ids that were never given before."""

    def next_id(self) -> str:
        """A fresh id."""


class SequentialIds:
    """Ids in order: `order-1`, `order-2`... for tests, simulations and one-process replays."""

    __slots__ = ("_last", "prefix")

    def __init__(self, prefix: str = "id", first: int = 1) -> None:
        self.prefix = prefix
        self._last = first - 1

    def next_id(self) -> str:
        self._last += 1
        return f"{self.prefix}-{self._last}"


def deterministic_id(namespace: str, *parts: str | int) -> str:
    """`namespace_` and 32 hex digits of the SHA-256 of the parts: same parts, same id, for ever.

    Parts are told apart by kind, length and order: ("ab", "c") is not ("a", "bc") and 1 is not "1".
    Raises `InvalidInput` for a malformed namespace, no part, or a part that is neither str nor int.

    >>> deterministic_id("order", "plan-7", 1) == deterministic_id("order", "plan-7", 1)
    True
    """
    if not _NAMESPACE.fullmatch(namespace):
        raise InvalidInput("namespace_malformed", "a namespace is lower-case letters, digits and underscores")
    if not parts:
        raise InvalidInput(
            "id_parts_missing", f"a {namespace} id needs at least one part to be computed from"
        )
    digest = hashlib.sha256(_framed(namespace))
    for part in parts:
        digest.update(_framed(part))
    return f"{namespace}_{digest.hexdigest()[:_HEX_DIGITS]}"


def ids_from_text(namespace: str) -> Callable[[str], str]:
    """`deterministic_id(namespace, part)` for one text part, with everything but the part done once.

    For streams, which compute millions of ids. Raises `InvalidInput` for a malformed namespace.

    >>> ids_from_text("entry")("event-1") == deterministic_id("entry", "event-1")
    True
    """
    deterministic_id(namespace, "")  # refuses what must be refused
    head, prefix, sha256 = _framed(namespace), f"{namespace}_", hashlib.sha256

    def identify(part: str) -> str:
        content = part.encode("utf-8", "surrogatepass")
        return prefix + sha256(b"%bs%d:%b" % (head, len(content), content)).hexdigest()[:_HEX_DIGITS]

    return identify


def _framed(part: object) -> bytes:
    """Kind, length and content, so that no two lists of parts share their bytes."""
    if type(part) is int:
        kind, content = b"i", str(part).encode("ascii")
    elif type(part) is str:
        kind, content = b"s", part.encode("utf-8", "surrogatepass")
    else:
        raise InvalidInput("id_part_type", f"an id part is text or a whole number, not {type(part).__name__}")
    return kind + str(len(content)).encode("ascii") + b":" + content
