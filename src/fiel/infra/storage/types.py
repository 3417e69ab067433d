"""Columns that neither engine can bend: whole numbers for money, quantities, prices and instants.

Both engines keep them as 64-bit integers, so that sums, comparisons and indexes are exact and alike.
Python sees `int` (hot paths fold integers) and turns it into a value with a unit in the room's store:
`Money.from_minor(row.balance, row.currency)`, `quantity_of(row.quantity)`, `price_of(row.price, ...)`.

| column         | unit of the integer                  | from a value           | to a value              |
|----------------|--------------------------------------|------------------------|-------------------------|
| `MoneyMinor`   | minor unit of the currency (cent)    | `minor_of(money)`      | `Money.from_minor`      |
| `QuantityNano` | 1e-9 unit of the asset               | `nano_of(quantity)`    | `quantity_of(nano)`     |
| `PriceScaled`  | 1e-9 of the currency, per unit       | `scaled_of(price)`     | `price_of(scaled, cur)` |
| `UtcDateTime`  | microseconds since 1970-01-01 in UTC | the `datetime` itself  | an aware `datetime`     |

What does not fit is refused with `InvalidInput` (`number_out_of_range`) before the database could wrap it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Dialect, Integer, MetaData, Table, Text, type_coerce
from sqlalchemy.types import TypeDecorator, TypeEngine

from fiel.kernel.clock import in_utc
from fiel.kernel.errors import Corrupt, InvalidInput
from fiel.kernel.money import Money
from fiel.kernel.price import Price
from fiel.kernel.quantity import Quantity
from fiel.kernel.rounding import exact_context

INTEGER_MAX = 2**63 - 1
#: One number below the least 64-bit integer is given up, so that a negation never overflows.
INTEGER_MIN = -INTEGER_MAX
NANO = 10**9

#: Names of constraints: without them neither engine can drop one in a migration.
NAMING = MappingProxyType(
    {
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def metadata() -> MetaData:
    """An empty catalogue of tables with the naming of the house; each room's `tables.py` has one.

    A room registers its tables by calling it `METADATA` in `fiel/<room>/tables.py`.
    """
    return MetaData(naming_convention=dict(NAMING))


_HALF = re.compile("[\ud800-\udfff]")


def checked_integer(value: object, unit: str) -> int:
    """`value` when it is a whole number that fits 64 bits; `unit` names it in the refusal.

    Raises `InvalidInput`: number_type (float, bool, Decimal, text), number_out_of_range.
    """
    if type(value) is not int:
        kind = type(value).__name__
        raise InvalidInput("number_type", f"{unit} are stored as a whole number; give an int, not {kind}")
    if not INTEGER_MIN <= value <= INTEGER_MAX:
        raise InvalidInput("number_out_of_range", f"{unit} do not fit 64 bits; check the unit of the number")
    return value


def storable_text(value: str, *, field: str | None = None) -> str:
    """`value` when both engines can hold it.

    Raises `InvalidInput` (text_unstorable) for a NUL or half a character (a lone surrogate): PostgreSQL
    refuses them, so SQLite does not get them either.
    """
    if "\x00" in value or (not value.isascii() and _HALF.search(value)):
        raise InvalidInput(
            "text_unstorable", "text with a NUL or half a character cannot be stored; remove it", field=field
        )
    return value


def minor_of(money: Money) -> int:
    """Money in whole minor units. Raises `InvalidInput` (number_out_of_range) beyond 64 bits."""
    return checked_integer(money.minor, "minor units of money")


def nano_of(quantity: Quantity) -> int:
    """A quantity in 1e-9 units. Raises `InvalidInput` (number_out_of_range) beyond 64 bits.

    >>> nano_of(Quantity("1.5"))
    1500000000
    """
    return checked_integer(_scaled(quantity.value), "1e-9 units of quantity")


def scaled_of(price: Price) -> int:
    """A price in 1e-9 of its currency. Raises `InvalidInput` (number_out_of_range) beyond 64 bits."""
    return checked_integer(_scaled(price.amount), "1e-9 units of price")


def quantity_of(nano: int) -> Quantity:
    """The quantity that a stored whole number is.

    >>> quantity_of(1_500_000_000)
    Quantity('1.5')
    """
    return Quantity(nano_text(nano))


def price_of(scaled: int, currency: str) -> Price:
    """The price that a stored whole number is, in `currency`."""
    return Price(nano_text(scaled), currency)


def nano_text(nano: int) -> str:
    """The exact decimal text of a number in 1e-9 units, without needless zeros.

    >>> nano_text(-1), nano_text(38_200_000_000)
    ('-0.000000001', '38.2')
    """
    whole, part = divmod(abs(checked_integer(nano, "1e-9 units")), NANO)
    decimals = f".{part:09d}".rstrip("0") if part else ""
    return f"{'-' if nano < 0 else ''}{whole}{decimals}"


def micros_of(instant: datetime) -> int:
    """Microseconds since 1970 in UTC. Raises `InvalidInput` (time_zone_missing) for a naive instant."""
    return (in_utc(instant) - _EPOCH) // _MICROSECOND


def instant_of(micros: int) -> datetime:
    """The aware instant that a stored number of microseconds is."""
    return _EPOCH + timedelta(microseconds=micros)


class _StoredInteger(TypeDecorator[int]):
    """A 64-bit integer of a known unit, in and out; `INTEGER` on SQLite (which STRICT tables need)."""

    impl = BigInteger
    cache_ok = True
    unit = "units"

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(_integer(dialect))

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else checked_integer(value, self.unit)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        # PostgreSQL widens the sum of a column to NUMERIC.
        if isinstance(value, Decimal) and value == value.to_integral_value():
            return int(value)
        if value is not None and type(value) is not int:
            raise Corrupt("stored_number", f"the database holds {value!r} where {self.unit} were stored")
        return value


class MoneyMinor(_StoredInteger):
    """Money in whole minor units (cents); the currency stands in another column or is fixed by the table."""

    cache_ok = True
    unit = "minor units of money"


class QuantityNano(_StoredInteger):
    """A quantity in 1e-9 units of the asset."""

    cache_ok = True
    unit = "1e-9 units of quantity"


class PriceScaled(_StoredInteger):
    """A price in 1e-9 of the currency, per unit of the asset."""

    cache_ok = True
    unit = "1e-9 units of price"


class WholeNumber(_StoredInteger):
    """A 64-bit count, number or id; as a primary key it is the row number of either engine."""

    cache_ok = True
    unit = "whole units"


class StoredText(TypeDecorator[str]):
    """Text that both engines hold alike (see `storable_text`); as long as it needs to be."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else storable_text(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in, aware in UTC out, whole microseconds since 1970 in the database."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(_integer(dialect))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else micros_of(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is not None and type(value) is not int:
            raise Corrupt("stored_number", f"the database holds {value!r} where microseconds were stored")
        return None if value is None else instant_of(value)


def _integer(dialect: Dialect) -> TypeEngine[int]:
    return Integer() if dialect.name == "sqlite" else BigInteger()


def _scaled(number: Decimal) -> int:
    """The number in 1e-9 units: exact, because kernel values have at most nine decimals."""
    return int(exact_context().scaleb(number, Decimal(9)))


@cache
def stored(table: Table) -> tuple[ColumnElement[Any], ...]:
    """The columns of a table, whole numbers and instants as they are stored: for rows that are read by the
    thousand, where turning every cell into a value and back costs more than the database does.
    """
    return tuple(
        type_coerce(column, BigInteger) if isinstance(column.type, _StoredInteger | UtcDateTime) else column
        for column in table.columns
    )
