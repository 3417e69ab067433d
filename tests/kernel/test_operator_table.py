"""The operator table of the documentation is complete and true."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fiel.kernel.money import Money
from fiel.kernel.percent import Percent, Rate
from fiel.kernel.price import Price
from fiel.kernel.quantity import Quantity

PAGE = Path(__file__).parents[2] / "docs/concepts/values-and-rounding.md"

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
VALUES: list[Any] = [Money(2), Price(2), Quantity(2), Percent(2), Rate(2)]
OTHERS: list[Any] = [2, True, Decimal(2), 2.0, "2", None]


def documented() -> dict[tuple[str, str, str], str]:
    """(left, operator, right) -> result, from the table in the page."""
    section = PAGE.read_text(encoding="utf-8").split("### Operator table")[1].split("\n#")[0]
    table: dict[tuple[str, str, str], str] = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[0] not in {"left", "---"}:
            left, signs, right, result = cells
            table |= {(left, sign, right): result for sign in signs.split()}
    return table


def test_the_table_is_there() -> None:
    """The page has a table with rows for every value type."""
    assert {left for left, _, _ in documented()} >= {type(value).__name__ for value in VALUES}


@pytest.mark.parametrize("sign", OPERATORS)
@pytest.mark.parametrize("left", [*VALUES, *OTHERS], ids=lambda value: type(value).__name__)
def test_every_pair_of_types_does_what_the_table_says(left: Any, sign: str) -> None:
    """Pairs in the table give the type it names; every other pair raises TypeError."""
    table = documented()
    for right in [*VALUES, *OTHERS]:
        if left in OTHERS and right in OTHERS:
            continue
        pair = (type(left).__name__, sign, type(right).__name__)
        if pair in table:
            assert type(OPERATORS[sign](left, right)).__name__ == table[pair], pair
        else:
            with pytest.raises(TypeError):
                OPERATORS[sign](left, right)
