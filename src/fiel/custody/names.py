"""Names that come from outside other than by the log: read by the same rules, refused in the error tree."""

from __future__ import annotations

from collections.abc import Callable

from fiel.custody.order_events import fields
from fiel.kernel.errors import InvalidInput


def read_user_id(value: object) -> str:
    """1 to 100 printable characters. Raises `InvalidInput` (field userId)."""
    return _refusing(lambda: fields.read_text(value, "userId", fields.USER_ID_MAX))


def read_ticker(value: object) -> str:
    """Letters and digits, upper-cased. Raises `InvalidInput` (field ticker)."""
    return _refusing(lambda: fields.read_ticker(value))


def read_currency(value: object) -> str:
    """Three letters, upper-cased; `None` is BRL. Raises `InvalidInput` (field currency)."""
    return _refusing(lambda: fields.read_currency(value))


def read_label(value: object, field: str) -> str:
    """A name that a person gave: 1 to 100 printable characters. Raises `InvalidInput` (the field)."""
    return _refusing(lambda: fields.read_text(value, field, fields.USER_ID_MAX))


def _refusing(read: Callable[[], str]) -> str:
    try:
        return read()
    except fields.Unreadable as reason:
        raise InvalidInput(reason.code, reason.message, field=reason.field) from None
