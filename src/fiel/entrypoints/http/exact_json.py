"""JSON whose numbers keep their exact digits: a Decimal 1000.00 is written 1000.00, never as a float."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

from starlette.responses import Response


def exact_json(value: Any) -> str:
    """`value` (mappings, lists, text, whole numbers, Decimals, booleans, `None`) as JSON.

    Raises `TypeError` for anything else, floats first of all.

    >>> exact_json({"amount": Decimal("1000.00"), "ids": [1, None]})
    '{"amount":1000.00,"ids":[1,null]}'
    """
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        members = (f"{encode_basestring(str(name))}:{exact_json(item)}" for name, item in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(exact_json(item) for item in value) + "]"
    raise TypeError(f"a {type(value).__name__} has no exact JSON")


class ExactResponse(Response):
    """A JSON answer with exact digits."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return exact_json(content).encode("utf-8", "backslashreplace")
