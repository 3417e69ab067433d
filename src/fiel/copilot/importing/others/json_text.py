"""JSON objects with exact numbers, and one error when they are not."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput

_DIGITS_MAX = 40


def document_of(source: Source) -> dict[str, Any]:
    """The object of the file, its numbers as `Decimal`. Raises `InvalidInput` `json_malformed`."""
    return object_in(source.text, source.name)


def object_in(text: str, name: str) -> dict[str, Any]:
    """The object of a text; no NaN, no number of more than 40 signs."""
    try:
        document = json.loads(text, parse_float=_number, parse_int=_number, parse_constant=_refuse)
    except RecursionError:
        raise InvalidInput("json_malformed", "lists or objects are nested too deeply", field=name) from None
    except (ValueError, ArithmeticError) as error:
        raise InvalidInput(
            "json_malformed", f"this is not valid JSON ({error}): export again", field=name
        ) from None
    if not isinstance(document, dict):
        raise InvalidInput("json_malformed", "this JSON is not an object with members", field=name)
    return document


def _number(text: str) -> Decimal:
    if len(text) > _DIGITS_MAX:
        raise ValueError("a number has too many digits")
    return Decimal(text)


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")
