"""Numbers as people type them into pages: the Brazilian way, refused where they could mean two things.

1000 · 1.000 · 1.000,5 · R$ 1.000,50      are read
1000.50 · 1,000.50 · 12.5                 are refused, with both readings
"""

from __future__ import annotations

import re
from decimal import Decimal

from fiel.kernel.decimals import decimals_of, parse_decimal, plain
from fiel.kernel.errors import InvalidInput

LENGTH_MAX = 40
#: Digits before the comma: more is a slip of the keyboard.
INTEGER_DIGITS_MAX = 15
#: `1,000` is a thousand to some; where so many decimals are no answer, it is asked.
THOUSANDS = 3
_NOISE = re.compile(r"^R\$|[\s\u00a0]|%$")
_BRAZILIAN = re.compile(r"(?:[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,[0-9]+)?")
_POINTED = re.compile(r"([0-9]+)\.([0-9]+)")
_ENGLISH = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?")


def typed_number(
    text: str,
    field: str,
    *,
    decimals_max: int = 2,
    minimum: Decimal | int | None = 0,
    maximum: Decimal | int | None = None,
) -> Decimal:
    """The exact number of a typed text.

    Raises `InvalidInput` with `field`: number_ambiguous (details `text`, `one`, `other`: both readings in
    Brazilian form), number_missing, number_malformed, and what `parse_decimal` raises.

    >>> typed_number("R$ 1.000,50", "valor"), typed_number("1.000", "valor")
    (Decimal('1000.5'), Decimal('1000'))
    """
    bare = _NOISE.sub("", _NOISE.sub("", text.strip()))
    if not bare:
        raise InvalidInput("number_missing", "write a number, such as 1.000,50", field=field)
    if len(bare) > LENGTH_MAX:
        raise InvalidInput("number_malformed", "that is too long for a number", field=field)
    readings = _readings(bare)
    if _BRAZILIAN.fullmatch(bare) and (decimals_max >= THOUSANDS or not _ENGLISH.fullmatch(bare)):
        number = bare.replace(".", "").replace(",", ".")
        return parse_decimal(
            number,
            field=field,
            decimals_max=decimals_max,
            minimum=minimum,
            maximum=maximum,
            integer_digits_max=INTEGER_DIGITS_MAX,
        )
    if readings is not None:
        one, other = readings
        raise InvalidInput(
            "number_ambiguous",
            f"{bare} could be {one} or {other}; write one of the two",
            field=field,
            details={"text": bare, "one": one, "other": other},
        )
    raise InvalidInput(
        "number_malformed",
        f"{bare[:LENGTH_MAX]!r} is not a number; write it like 1.000,50",
        field=field,
        details={"text": bare[:LENGTH_MAX]},
    )


def _readings(bare: str) -> tuple[str, str] | None:
    """Both ways to read a text with a decimal point, in Brazilian form."""
    if match := _POINTED.fullmatch(bare):
        whole, rest = match.groups()
        return f"{_grouped(whole)},{rest}", _grouped(whole + rest)
    if match := _ENGLISH.fullmatch(bare):
        whole, cents = match[1].replace(",", ""), match[2] or ""
        head, _, tail = match[1].partition(",")
        decimals = (tail.replace(",", "") + cents).rstrip("0")
        return _grouped(whole) + (f",{cents}" if cents else ""), head + (f",{decimals}" if decimals else "")
    return None


def _grouped(digits: str) -> str:
    """1000 as 1.000."""
    return f"{int(digits):,}".replace(",", ".")


def number_box(number: Decimal | None, decimals: int | None = None) -> str:
    """A number as it stands in an input: comma, no thousands, all its digits, or exactly `decimals`.

    >>> number_box(Decimal("33.3333")), number_box(Decimal("1000"), 2), number_box(None)
    ('33,3333', '1000,00', '')
    """
    if number is None:
        return ""
    text = f"{plain(number):f}" if decimals is None else f"{number:.{decimals}f}"
    return text.replace(".", ",")


def price_box(price: Decimal) -> str:
    """A price as it stands in an input: at least two decimals, all that it has.

    >>> price_box(Decimal("38.1")), price_box(Decimal("0.12345"))
    ('38,10', '0,12345')
    """
    return number_box(price, 2) if decimals_of(price) <= 2 else number_box(price)
