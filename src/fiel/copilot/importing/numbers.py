"""Numbers as people's files write them: decimal comma or point, decided once for a whole file.

`9.919` is 9919 in one file and 9.919 in another; a cell alone cannot tell, its file can.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum

from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import exact_context

#: quantity, unit price and value of one row, as texts
Triple = tuple[str, str, str]

_CURRENCY = re.compile(r"(R\$|US\$|U\$|\$)|[\s\u00a0]")
_CURRENCIES = {"R$": "BRL", "US$": "USD", "U$": "USD"}
_COMMA = re.compile(r"-?([0-9]+(,[0-9]+)?|[1-9][0-9]{0,2}(\.[0-9]{3})+|[0-9]{1,3}(\.[0-9]{3})+,[0-9]+)")
_POINT = re.compile(r"-?([0-9]+(\.[0-9]+)?|[1-9][0-9]{0,2}(,[0-9]{3})+|[0-9]{1,3}(,[0-9]{3})+\.[0-9]+)")
_WHOLE = re.compile(r"-?[0-9]+")
_LENGTH_MAX = 60
#: What a spreadsheet may have rounded away of a product shown with cents.
_CENT = Decimal("0.01")


class NumberStyle(StrEnum):
    """Which sign is the decimal one; the other separates thousands."""

    COMMA = "comma"
    POINT = "point"


def bare_number(text: str) -> str:
    """The text of a number without currency signs and blanks; empty for the signs of nothing (`-`).

    >>> bare_number(" R$ 1.000,50 "), bare_number(" - ")
    ('1.000,50', '')
    """
    bare = _CURRENCY.sub("", text)
    return "" if bare == "-" else bare


def currency_of(text: str) -> str | None:
    """The currency that an amount is marked with: `R$` or `US$`; `None` without a mark."""
    stripped = text.strip().upper()
    return next((code for mark, code in _CURRENCIES.items() if stripped.startswith(mark)), None)


def fits(bare: str, style: NumberStyle) -> bool:
    """Whether the text is a number in this style."""
    return (
        len(bare) <= _LENGTH_MAX
        and (_COMMA if style is NumberStyle.COMMA else _POINT).fullmatch(bare) is not None
    )


def number_in(bare: str, style: NumberStyle) -> Decimal:
    """The exact number, with the digits of the text. Raises `InvalidInput` `number_malformed`.

    >>> number_in("1.500,50", NumberStyle.COMMA)
    Decimal('1500.50')
    """
    if not fits(bare, style):
        raise InvalidInput("number_malformed", f"{bare[:40]!r} is not a number with decimal {style.value}")
    if style is NumberStyle.COMMA:
        return Decimal(bare.replace(".", "").replace(",", "."))
    return Decimal(bare.replace(",", ""))


def style_of_file(
    texts: Iterable[str],
    triples: Sequence[Triple] = (),
    *,
    field: str,
    documented: NumberStyle | None = None,
) -> NumberStyle:
    """The style of all numbers of one file, of the texts of its number columns.

    A number that only one style can read decides; two that contradict each other refuse the file. When
    every number fits both (`1.500`), quantity x price = value decides over `triples`, then `documented`.
    Raises `InvalidInput`: `number_format_mixed`, `number_format_unclear`.
    """
    votes: dict[NumberStyle, str] = {}
    unclear = ""
    for bare in {bare_number(text) for text in texts}:
        comma, point = fits(bare, NumberStyle.COMMA), fits(bare, NumberStyle.POINT)
        if comma != point:
            votes.setdefault(NumberStyle.COMMA if comma else NumberStyle.POINT, bare)
        elif comma and not _WHOLE.fullmatch(bare):
            unclear = bare
    if len(votes) == 2:
        raise InvalidInput(
            "number_format_mixed",
            f"the file writes numbers in two ways ({' and '.join(sorted(votes.values()))}): export it again, "
            "or save its number columns in one format",
            field=field,
        )
    if votes:
        return next(iter(votes))
    if not unclear:
        return documented or NumberStyle.POINT
    return _by_products(triples) or documented or _give_up(unclear, field)


def _by_products(triples: Sequence[Triple]) -> NumberStyle | None:
    holding = [style for style in NumberStyle if _all_hold(triples, style)]
    return holding[0] if len(holding) == 1 else None


def _all_hold(triples: Sequence[Triple], style: NumberStyle) -> bool:
    for quantity, price, value in triples:
        bares = [bare_number(text) for text in (quantity, price, value)]
        if all(fits(bare, style) for bare in bares):
            numbers = [number_in(bare, style) for bare in bares]
            if not product_holds(*numbers):
                return False
    return True


def product_holds(quantity: Decimal, price: Decimal, value: Decimal) -> bool:
    """quantity x price = value, to the cent that a spreadsheet may have rounded."""
    context = exact_context()
    return context.abs(context.subtract(context.multiply(quantity, price), value)) < _CENT


def _give_up(example: str, field: str) -> NumberStyle:
    raise InvalidInput(
        "number_format_unclear",
        f"{example!r} may be thousands or decimals, and nothing in the file tells: import the .xlsx",
        field=field,
    )
