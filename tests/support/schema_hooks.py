"""What schemathesis is told: how targets are written."""

from __future__ import annotations

import schemathesis

from tests.support.api_wallet import TARGETS


@schemathesis.serializer("application/toml")
def toml(context: schemathesis.SerializationContext, value: object) -> bytes:
    """A text as it is; what is no text is no TOML either."""
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else TARGETS).encode("utf-8", "replace")
