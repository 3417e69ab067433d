"""The fields of an order event: each reader returns its exact value or raises `Unreadable`.

What the known producers write is recognised first, by cheap checks that accept nothing else; the rest
of a reader handles every other spelling and says what is wrong.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from typing import TypeVar

from fiel.custody.accounts import INT64_MAX
from fiel.custody.order_events.event import EventStatus, Side

USER_ID_MAX = 100
EVENT_ID_MAX = 200
#: Longer than any number that could be accepted; checked before any arithmetic on it.
NUMBER_TEXT_MAX = 40

_T = TypeVar("_T", Side, EventStatus)
_PLAIN = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_EXPONENT = re.compile(r"[+-]?[0-9]*\.?[0-9]+e[+-]?[0-9]+", re.IGNORECASE)
_SPECIAL = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_TICKER = re.compile(r"[A-Z0-9][A-Z0-9.\-]{0,19}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_PART = re.compile(r"[0-9]{1,9}")
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_STATUSES = {status.value: status for status in EventStatus} | {"CANCELED": EventStatus.CANCELLED}
_SIDES = {side.value: side for side in Side}
_SEVEN_INTS = [int] * 7
#: 18 digits and a dot at most: cannot overflow, and is all that is traded.
_QUICK_TEXT_MAX = 19
_POWERS: tuple[int, ...] = tuple(10**digits for digits in range(10))
_QUICK_SCALE_DIGITS = 9
_QUICK_UNITS: int = 10**_QUICK_SCALE_DIGITS
_QUICK_WHOLE_MAX = INT64_MAX // _QUICK_UNITS


class NumberText(str):
    """The digits of a JSON number as they were written."""

    __slots__ = ()


class Constant(str):
    """A NaN or Infinity, which Python's reader knows and JSON does not."""

    __slots__ = ()


class Unreadable(Exception):
    """Internal: carries why a field cannot be read up to the reader of the whole event."""

    def __init__(self, code: str, message: str, field: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


def read_scaled(value: object, scale_digits: int, field: str) -> int:
    """A number above zero, as JSON number or text, in units of 10^-`scale_digits`."""
    if scale_digits == _QUICK_SCALE_DIGITS:
        units = _quick_nanos(value)
        if units:
            return units
    return read_any_scaled(value, scale_digits, field)


def _quick_nanos(value: object) -> int:
    """Billionths of a plain number above zero; 0 for everything that needs a second look."""
    if type(value) is int:
        return value * _QUICK_UNITS if 0 < value <= _QUICK_WHOLE_MAX else 0
    if type(value) is not str and type(value) is not NumberText:
        return 0
    if len(value) > _QUICK_TEXT_MAX or not value.isascii():
        return 0
    whole, dot, decimals = value.partition(".")
    if not whole.isdigit() or len(whole) > _QUICK_SCALE_DIGITS:
        return 0
    if not dot:
        return int(whole) * _QUICK_UNITS
    if not decimals.isdigit() or len(decimals) > _QUICK_SCALE_DIGITS:
        return 0
    return int(whole + decimals) * _POWERS[_QUICK_SCALE_DIGITS - len(decimals)]


def read_any_scaled(value: object, scale_digits: int, field: str) -> int:
    """`read_scaled` without its short cut."""
    text = _number_text(value, field)
    match = _PLAIN.fullmatch(text)
    if match is None:
        raise _malformed(text, field)
    sign, whole, decimals = match.groups()
    decimals = (decimals or "").rstrip("0")
    if len(decimals) > scale_digits:
        raise Unreadable("too_many_decimals", f"at most {scale_digits} decimals are kept", field)
    units = int(whole + decimals + "0" * (scale_digits - len(decimals)))
    if sign or not units:
        raise Unreadable("number_not_positive", f"{text} is not above zero", field)
    if units > INT64_MAX:
        raise Unreadable("number_too_large", f"{text} is larger than the book can hold", field)
    return units


def _number_text(value: object, field: str) -> str:
    if value is None:
        raise Unreadable("number_missing", f"{field} is missing", field)
    if isinstance(value, bool):
        raise Unreadable("number_type", f"{field} is true or false, not a number", field)
    if isinstance(value, float):
        raise Unreadable("number_is_float", f"{field} came as a binary float, which loses digits", field)
    if isinstance(value, Constant):
        raise Unreadable("number_not_finite", f"{field} is {value[:20]}", field)
    if isinstance(value, int):
        if value.bit_length() > 128:
            raise Unreadable("number_too_large", f"{field} has too many digits", field)
        return str(value)
    if not isinstance(value, str):
        raise Unreadable("number_type", f"{field} is not a number", field)
    if not value.strip():
        raise Unreadable("number_missing", f"{field} is empty", field)
    if len(value) > NUMBER_TEXT_MAX:
        raise Unreadable("number_too_large", f"{field} has more than {NUMBER_TEXT_MAX} characters", field)
    return value


def _malformed(text: str, field: str) -> Unreadable:
    shown = ascii(text)
    if _SPECIAL.fullmatch(text):
        return Unreadable("number_not_finite", f"{shown} is not a finite number", field)
    if _EXPONENT.fullmatch(text):
        return Unreadable("number_with_exponent", f"{shown} has an exponent; write its digits out", field)
    return Unreadable("number_malformed", f"{shown} is not digits with an optional dot", field)


def read_whole(value: object, field: str) -> int:
    """A 64-bit whole number, as JSON number or text."""
    if type(value) is int and -INT64_MAX <= value <= INT64_MAX:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if value.bit_length() <= 64 else "too large"
    if not isinstance(value, str) or isinstance(value, Constant) or not _WHOLE.fullmatch(value):
        raise Unreadable("whole_number_expected", f"{field} must be a 64-bit whole number", field)
    number = int(value)
    if not -INT64_MAX - 1 <= number <= INT64_MAX:
        raise Unreadable("whole_number_expected", f"{field} must be a 64-bit whole number", field)
    return number


def read_text(value: object, field: str, length_max: int) -> str:
    """Text that every database can keep: not empty, no control characters, no half characters."""
    if type(value) is not str and (not isinstance(value, str) or isinstance(value, NumberText | Constant)):
        raise Unreadable("text_expected", f"{field} must be text", field)
    if not value.strip() or len(value) > length_max:
        raise Unreadable("text_length", f"{field} must have 1 to {length_max} characters", field)
    if not value.isprintable():  # False for control characters and for lone surrogates
        raise Unreadable("text_unprintable", f"{field} has characters that cannot be kept", field)
    return value


def read_ticker(value: object) -> str:
    if type(value) is str and _TICKER.fullmatch(value):
        return value
    ticker = read_text(value, "ticker", 20).upper()
    if not (isinstance(value, str) and value.isascii() and _TICKER.fullmatch(ticker)):
        raise Unreadable("ticker_malformed", "ticker must be letters and digits, such as PETR4", "ticker")
    return ticker


def read_currency(value: object) -> str:
    if value is None:
        return "BRL"
    currency = read_text(value, "currency", 3).upper()
    if not _CURRENCY.fullmatch(currency):
        raise Unreadable("currency_malformed", "currency must be three letters", "currency")
    return currency


def read_side(value: object) -> Side:
    return _one_of(value, _SIDES, "side")


def read_status(value: object) -> EventStatus:
    return _one_of(value, _STATUSES, "status")


def _one_of(value: object, known: dict[str, _T], field: str) -> _T:
    found = None
    if isinstance(value, str):
        found = known.get(value) or known.get(value.upper())
    if found is None:
        raise Unreadable(f"{field}_unknown", f"{field} must be one of {', '.join(known)}", field)
    return found


def read_instant(value: object, zone: tzinfo) -> datetime | None:
    """The instant in UTC. An array or text without zone is local time of `zone`; `None` stays `None`.

    Nanoseconds are cut to microseconds. Of a local time that happened twice, the first is meant.
    """
    if value is None:
        return None
    try:
        if type(value) is list and [*map(type, value)] == _SEVEN_INTS:
            # What Java writes. The calendar's limits are the constructor's to check.
            year, month, day, hour, minute, second, nanos = value
            local = datetime(year, month, day, hour, minute, second, nanos // 1000, zone)
            return local if zone is UTC else local.astimezone(UTC)
        local = _from_array(value) if isinstance(value, list) else _from_text(value)
        return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable(
            "timestamp_malformed", "write [year, month, day, ...] or an ISO text", "eventTimestamp"
        ) from None


def _from_array(parts: list[object]) -> datetime:
    numbers = [int(part) for part in parts if isinstance(part, str | int) and _PART.fullmatch(str(part))]
    if len(numbers) != len(parts) or not 3 <= len(numbers) <= 7:
        raise ValueError
    nanos = numbers.pop() if len(numbers) == 7 else 0
    if not 0 <= nanos < 10**9:
        raise ValueError
    year, month, day, hour, minute, second = [*numbers, 0, 0, 0][:6]
    return datetime(year, month, day, hour, minute, second, nanos // 1000)  # noqa: DTZ001 - local by contract


def _from_text(value: object) -> datetime:
    if not isinstance(value, str) or not _ISO.fullmatch(value):
        raise ValueError
    return datetime.fromisoformat(value)
