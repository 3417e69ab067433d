"""The one door by which numbers enter: text, int or Decimal in, a plain exact Decimal out.

Every edge (files, HTTP, providers, the command line) reads its numbers here, so that a float, a
Brazilian comma or `1e400` is refused in the same words everywhere.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import TypeAlias

from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import EXACT_PRECISION, Rounding, round_to

DecimalInput: TypeAlias = Decimal | int | str

#: Digits before and after the point, together.
DIGITS_MAX = 38
TEXT_LENGTH_MAX = 80

_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_SPECIAL = re.compile(r"[+-]?(s?nan[0-9]*|inf|infinity)", re.IGNORECASE)
_EXPONENT = re.compile(r"[+-]?[0-9]*\.?[0-9]+e[+-]?[0-9]+", re.IGNORECASE)


def parse_decimal(
    value: object,
    *,
    field: str | None = None,
    decimals_max: int | None = None,
    minimum: DecimalInput | None = None,
    maximum: DecimalInput | None = None,
    integer_digits_max: int | None = None,
) -> Decimal:
    """The exact number that `value` (str, int or Decimal) states, without exponent or trailing zeros.

    Text is ASCII digits with an optional minus and an optional dot: no spaces, comma, underscore,
    plus sign or exponent. At most 38 digits in all. `minimum` and `maximum` are allowed values.
    Zeros at the end are not decimals: "1.500" has one.

    Raises `InvalidInput`, with `field` as its place, codes: number_is_float, number_type,
    number_missing, number_malformed, number_not_finite, number_with_exponent, number_too_large,
    too_many_decimals, number_below_minimum, number_above_maximum.

    >>> parse_decimal("0012.50")
    Decimal('12.5')
    """
    try:
        number = plain(_read(value))
        _check_digits(number, decimals_max, integer_digits_max)
        _check_range(number, minimum, maximum)
    except InvalidInput as refusal:
        if field is None:
            raise
        raise InvalidInput(refusal.code, refusal.message, field=field) from None
    return number


def read_decimal(value: object, decimals_max: int, rounding: Rounding | None = None) -> Decimal:
    """`parse_decimal` to at most `decimals_max` decimals, cut by `rounding` when one is named."""
    if rounding is None:
        return parse_decimal(value, decimals_max=decimals_max)
    source = _read(value)
    return parse_decimal(round_to(source, decimals_max, rounding), decimals_max=decimals_max)


def plain(number: Decimal) -> Decimal:
    """The same number without trailing zeros and without a positive exponent; zero has no sign."""
    if not number:
        return Decimal(0)
    trimmed = number.normalize(Context(prec=EXACT_PRECISION))
    exponent = trimmed.as_tuple().exponent
    if isinstance(exponent, int) and exponent > 0:
        return trimmed.quantize(Decimal(1), context=Context(prec=EXACT_PRECISION))
    return trimmed


def decimals_of(number: Decimal) -> int:
    """How many decimals a finite number is written with."""
    exponent = number.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _read(value: object) -> Decimal:
    """A finite Decimal of sane size from any accepted type."""
    if isinstance(value, bool):
        raise InvalidInput("number_type", "a true/false value is not a number; give its digits as text")
    if isinstance(value, float):
        raise InvalidInput(
            "number_is_float",
            "binary floats lose cents; write the number as text (or Decimal), such as '10.25'",
        )
    if isinstance(value, str):
        return _read_text(value)
    if isinstance(value, int):
        # 4 bits per digit: a bound that needs no conversion to decimal.
        if value.bit_length() > DIGITS_MAX * 4:
            raise too_large()
        return Decimal(value)
    if not isinstance(value, Decimal):
        kind = type(value).__name__
        raise InvalidInput("number_type", f"a number is expected, not {kind}; give text, an int or a Decimal")
    return _read_finite(value)


def _read_finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise InvalidInput("number_not_finite", f"{value} is not a number; leave it out if it is unknown")
    if not value:
        return Decimal(0)
    if value.adjusted() >= DIGITS_MAX or len(value.as_tuple().digits) > EXACT_PRECISION:
        raise too_large()
    return value


def _read_text(text: str) -> Decimal:
    if not text.strip():
        raise InvalidInput("number_missing", "the number is empty; write its digits, such as 1234.56")
    if len(text) > TEXT_LENGTH_MAX:
        raise too_large()
    if _PLAIN.fullmatch(text):
        return _read_finite(Decimal(text))
    raise _malformed(text)


def _malformed(text: str) -> InvalidInput:
    """The refusal that says what is wrong with the text and what to write."""
    if _SPECIAL.fullmatch(text):
        return InvalidInput("number_not_finite", f"{text!r} is not a number; leave it out if it is unknown")
    if _EXPONENT.fullmatch(text):
        return InvalidInput("number_with_exponent", f"{text!r} has an exponent; write all its digits out")
    if "," in text:
        advice = "use a dot for the decimals and no thousands separator, such as 1234.56"
    elif text != text.strip():
        advice = "remove the spaces around it"
    else:
        advice = "write only digits, with a dot for the decimals, such as 1234.56"
    return InvalidInput("number_malformed", f"{text!r} cannot be read as a number; {advice}")


def _check_digits(number: Decimal, decimals_max: int | None, integer_digits_max: int | None) -> None:
    decimals = decimals_of(number)
    integer_digits = max(number.adjusted() + 1, 1)
    if decimals_max is not None and decimals > decimals_max:
        shown = f"{number:f}" if decimals <= DIGITS_MAX else "the number"
        raise InvalidInput(
            "too_many_decimals",
            f"{shown} has {decimals} decimals and at most {decimals_max} are allowed; "
            "shorten it, or name a rounding",
        )
    if integer_digits + decimals > DIGITS_MAX:
        raise too_large()
    if integer_digits_max is not None and integer_digits > integer_digits_max:
        raise InvalidInput(
            "number_too_large",
            f"{number} has {integer_digits} digits before the point and at most {integer_digits_max} "
            "are allowed; check its unit",
        )


def _check_range(number: Decimal, minimum: DecimalInput | None, maximum: DecimalInput | None) -> None:
    if minimum is not None and number < Decimal(minimum):
        raise InvalidInput("number_below_minimum", f"{number} is below the minimum of {minimum}")
    if maximum is not None and number > Decimal(maximum):
        raise InvalidInput("number_above_maximum", f"{number} is above the maximum of {maximum}")


def too_large() -> InvalidInput:
    """The refusal of a number beyond 38 digits."""
    return InvalidInput("number_too_large", f"the number has more than {DIGITS_MAX} digits; check its unit")
