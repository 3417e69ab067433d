"""Fields of JSON objects, read strictly: what is wrong is refused with its place and what to write."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput

Choice = TypeVar("Choice", bound=StrEnum)


def parsed(text: str | bytes, length_max: int, subject: str) -> Mapping[str, Any]:
    """The object that a text is. Raises `InvalidInput` (too_long, json_malformed, object_expected,
    number_is_float: numbers with decimals are written as text)."""
    if len(text) > length_max:
        raise InvalidInput("too_long", f"{subject} has more than {length_max} characters", field=subject)
    try:
        found = json.loads(
            text, parse_float=_refused_float, parse_constant=_refused_float, object_pairs_hook=_once
        )
    except InvalidInput:
        raise
    except (ValueError, RecursionError) as error:
        raise InvalidInput("json_malformed", f"{subject} is not readable JSON", field=subject) from error
    if not isinstance(found, dict):
        raise InvalidInput("object_expected", f"{subject} is a JSON object", field=subject)
    return found


def known_keys(body: Mapping[str, Any], keys: Collection[str], place: str) -> None:
    """Raises `InvalidInput` (key_unknown) for a key that means nothing: it would be ignored in silence."""
    for key in body:
        if key not in keys:
            message = f"{key!r} means nothing here; known are {', '.join(sorted(keys))}"
            raise InvalidInput("key_unknown", message, field=place)


def object_in(body: Mapping[str, Any], key: str, place: str) -> Mapping[str, Any]:
    """The object under a key. Raises `InvalidInput` (object_expected)."""
    found = body.get(key)
    if not isinstance(found, dict):
        raise InvalidInput("object_expected", f"{key} is an object", field=f"{place}.{key}")
    return found


def text_in(body: Mapping[str, Any], key: str, place: str, length_max: int) -> str:
    """Printable text under a key. Raises `InvalidInput` (text_expected)."""
    found = body.get(key)
    if not isinstance(found, str) or not 1 <= len(found) <= length_max or not found.isprintable():
        message = f"{key} is 1 to {length_max} printable characters"
        raise InvalidInput("text_expected", message, field=f"{place}.{key}")
    return found


def flag_in(body: Mapping[str, Any], key: str, *, default: bool, at: str = "") -> bool:
    """True or false under a key. Raises `InvalidInput` (flag_expected)."""
    found = body.get(key, default)
    if not isinstance(found, bool):
        raise InvalidInput("flag_expected", f"{key} is true or false", field=_place(at, key))
    return found


def number_in(
    body: Mapping[str, Any],
    key: str,
    default: Decimal | None,
    *,
    maximum: Decimal,
    decimals: int,
    at: str = "",
) -> Decimal:
    """A number from 0 up, as text or whole. Raises `InvalidInput`, also without one and without default."""
    if body.get(key) is None and default is not None:
        return default
    return parse_decimal(
        body.get(key), field=_place(at, key), minimum=0, maximum=maximum, decimals_max=decimals
    )


def choice_in(
    body: Mapping[str, Any], key: str, choices: type[Choice], default: Choice | None, at: str = ""
) -> Choice:
    """One of the words of an enum under a key. Raises `InvalidInput` (choice_unknown)."""
    found = body.get(key, default)
    try:
        return choices(found)
    except ValueError as error:
        message = f"{key} is one of {', '.join(choices)}"
        raise InvalidInput("choice_unknown", message, field=_place(at, key)) from error


def _place(at: str, key: str) -> str:
    return f"{at}.{key}" if at else key


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidInput("key_repeated", "a key stands twice in one object", field=pairs[0][0])
    return found


def _refused_float(text: str) -> NoReturn:
    raise InvalidInput("number_is_float", f"write {text} as text, in quotes: binary floats lose cents")
