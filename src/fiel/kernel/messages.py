"""The envelope that every message travels in: events, commands and jobs, on any bus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from fiel.kernel.clock import in_utc
from fiel.kernel.errors import InvalidInput

#: What a payload may hold: JSON without floats. Numbers with decimals travel as text.
Payload: TypeAlias = "str | int | bool | Sequence[Payload] | Mapping[str, Payload] | None"

DEPTH_MAX = 32


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message. `id` is unique, `type` and `version` name the payload's schema, `key` orders it.

    Messages with the same `key` (an account, a portfolio, a symbol) are handled in order.
    `occurred_at` is when it became true in the world, `recorded_at` when we learned of it (both
    aware, kept in UTC). The payload is copied and frozen: mappings read-only, lists as tuples.

    Raises `InvalidInput`: empty id, type or key, version below 1, instant without time zone,
    float or foreign object in the payload (with its place).
    """

    id: str
    type: str
    version: int
    key: str
    occurred_at: datetime
    recorded_at: datetime
    payload: Mapping[str, Payload] = field(hash=False)
    trace_id: str | None = None

    def __post_init__(self) -> None:
        for name in ("id", "type", "key"):
            if not getattr(self, name):
                raise InvalidInput("message_field_missing", f"a message needs its {name}", field=name)
        if type(self.version) is not int or self.version < 1:
            raise InvalidInput(
                "message_version", "the version is a whole number from 1 upwards", field="version"
            )
        object.__setattr__(self, "occurred_at", in_utc(self.occurred_at, field="occurred_at"))
        object.__setattr__(self, "recorded_at", in_utc(self.recorded_at, field="recorded_at"))
        object.__setattr__(self, "payload", _frozen_mapping(self.payload, "payload", 0))


def _frozen_mapping(content: Mapping[str, Payload], place: str, depth: int) -> Mapping[str, Payload]:
    for name in content:
        if not isinstance(name, str):
            raise InvalidInput("payload_key", f"{name!r} is not text; payload names are text", field=place)
    return MappingProxyType(
        {name: _frozen(value, f"{place}.{name}", depth + 1) for name, value in content.items()}
    )


def _frozen(value: Payload, place: str, depth: int) -> Payload:
    if depth > DEPTH_MAX:
        raise InvalidInput("payload_too_deep", f"a payload nests at most {DEPTH_MAX} levels", field=place)
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return _frozen_mapping(value, place, depth)
    if isinstance(value, list | tuple):
        return tuple(_frozen(item, f"{place}[{index}]", depth + 1) for index, item in enumerate(value))
    raise InvalidInput(
        "payload_type",
        f"a {type(value).__name__} does not travel exactly; send numbers with decimals and dates as text",
        field=place,
    )
