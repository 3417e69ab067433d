"""Lists in parts: an opaque cursor says where the next part begins."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query

from fiel.kernel.errors import InvalidInput

PAGE_MAX, PAGE_DEFAULT = 500, 100
_CURSOR_MAX = 1_000

Limit = Annotated[int, Query(ge=1, le=PAGE_MAX, description="How many at most.")]
Cursor = Annotated[
    str | None,
    Query(
        max_length=_CURSOR_MAX, description="Where to go on: `nextCursor` of the answer before, as it came."
    ),
]


def cursor_of(*place: str | int) -> str:
    """The cursor of a place."""
    text = json.dumps(place, ensure_ascii=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_of(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """The place of a cursor with parts of these kinds. Raises `InvalidInput` (cursor_unknown)."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        texts = [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
        known = isinstance(found, list) and [type(each) for each in found] == list(kinds)
        if known and all(not text or text.isprintable() for text in texts):
            return tuple(found)
    except (ValueError, binascii.Error, RecursionError):
        pass
    raise InvalidInput("cursor_unknown", "give nextCursor of an answer, as it came", field="cursor")


def part(items: Sequence[Any], limit: int) -> tuple[Sequence[Any], bool]:
    """The first `limit` of at least one more, and whether there is one more."""
    return items[:limit], len(items) > limit
