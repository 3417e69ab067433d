"""Pieces of JSON Schema (2020-12) that the messages share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: The names of the schemas; nothing is served there.
BASE = "urn:fiel:schema"


def text(about: str = "", **more: Any) -> Schema:
    """Text."""
    return _told({"type": "string"}, about) | more


def whole(about: str = "", **more: Any) -> Schema:
    """A whole number."""
    return _told({"type": "integer"}, about) | more


def decimal(about: str) -> Schema:
    """An exact number as text."""
    return text(about, pattern=r"^-?[0-9]+(\.[0-9]+)?$")


def amount(about: str) -> Schema:
    """An amount of the wallet's bus: a JSON number whose digits are exact; read it as a decimal."""
    return _told({"type": "number"}, about)


def instant(about: str) -> Schema:
    """An instant with its offset."""
    return text(about, format="date-time")


def day(about: str) -> Schema:
    """A day."""
    return text(about, format="date")


def ticker() -> Schema:
    """A symbol as the book has it."""
    return text("The symbol, such as PETR4", pattern=r"^[\^A-Z0-9][A-Z0-9.\-]{0,19}$")


def currency() -> Schema:
    """ISO 4217."""
    return text("ISO 4217", pattern="^[A-Z]{3}$")


def one_of(values: Any, about: str = "") -> Schema:
    """One of some words."""
    return _told({"enum": [str(each.value) if hasattr(each, "value") else each for each in values]}, about)


def maybe(schema: Schema) -> Schema:
    """Or null."""
    about = {"description": schema["description"]} if "description" in schema else {}
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    kind = schema.get("type")
    if isinstance(kind, str):
        return {**schema, "type": [kind, "null"]}
    return {"anyOf": [schema, {"type": "null"}]} | about


def members(
    about: str, given: Mapping[str, Schema], *, optional: Mapping[str, Schema] | None = None
) -> Schema:
    """An object. Members that are not named may come with a later minor version: readers leave them alone."""
    return {
        "type": "object",
        "description": about,
        "properties": {**given, **(optional or {})},
        "required": list(given),
    }


def envelope(kind: str, version: int, key: str, payload: Schema) -> Schema:
    """A message in Fiel's envelope."""
    return members(
        f"{kind}, version {version}",
        {
            "id": text("Unique; the same however often the message is sent"),
            "type": {"const": kind},
            "version": {"const": version},
            "key": text(key),
            "occurredAt": instant("When it became true in the world"),
            "recordedAt": instant("When Fiel learned of it"),
            "payload": payload,
        },
    )


def _told(schema: Schema, about: str) -> Schema:
    return schema | ({"description": about} if about else {})
