"""Columns: exact both ways on both engines, and what does not fit is refused before it is written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Table, func, insert, select, text

from fiel.infra.storage.database import Database
from fiel.infra.storage.types import (
    INTEGER_MAX,
    MoneyMinor,
    PriceScaled,
    QuantityNano,
    StoredText,
    UtcDateTime,
    WholeNumber,
    instant_of,
    metadata,
    micros_of,
    minor_of,
    nano_of,
    nano_text,
    price_of,
    quantity_of,
    scaled_of,
    storable_text,
)
from fiel.kernel.errors import Conflict, Corrupt, InvalidInput
from fiel.kernel.money import Money
from fiel.kernel.price import Price
from fiel.kernel.quantity import Quantity
from tests.support.examples import examples

SHELF = metadata()
things = Table(
    "things",
    SHELF,
    Column("id", WholeNumber, primary_key=True),
    Column("cash", MoneyMinor),
    Column("held", QuantityNano),
    Column("price", PriceScaled),
    Column("at", UtcDateTime),
    Column("note", StoredText),
    sqlite_strict=True,
)
integers = st.integers(-INTEGER_MAX, INTEGER_MAX)
instants = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3)), timezone(timedelta(hours=14))])
)
ON_EACH_ENGINE = settings(
    max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def shelf(database: Database) -> Database:
    """A database with a table that has a column of each type."""
    with database.unit_of_work() as unit:
        SHELF.create_all(unit.connection)
    return database


def _kept(shelf: Database, **values: object) -> Any:
    """Write a row, read it back."""
    with shelf.unit_of_work() as unit:
        row = unit.connection.execute(insert(things).values(**values).returning(things.c.id)).scalar_one()
    with shelf.reading() as connection:
        return connection.execute(select(things).where(things.c.id == row)).one()


@ON_EACH_ENGINE
@given(cash=integers, held=integers, price=integers, at=instants)
def test_what_is_written_is_read(shelf: Database, cash: int, held: int, price: int, at: datetime) -> None:
    """Every 64-bit number and every aware instant comes back the same, to the microsecond."""
    row = _kept(shelf, cash=cash, held=held, price=price, at=at)
    assert (row.cash, row.held, row.price, row.at) == (cash, held, price, at)
    assert row.at.tzinfo is UTC


@pytest.mark.parametrize("column", ["cash", "held", "price"])
@pytest.mark.parametrize("value", [2**63, -(2**63), 10**40])
def test_overflow_is_refused(shelf: Database, column: str, value: int) -> None:
    """A number beyond 64 bits is refused in the same words on both engines, and nothing is written."""
    with pytest.raises(InvalidInput, match="do not fit 64 bits"):
        _kept(shelf, **{column: value})
    with shelf.reading() as connection:
        assert connection.execute(select(func.count()).select_from(things)).scalar_one() == 0


@pytest.mark.parametrize("value", [1.0, True, Decimal(1), "1"])
def test_only_whole_numbers_are_stored(shelf: Database, value: object) -> None:
    """A float, a boolean, a Decimal and text are refused: each is a forgotten conversion."""
    with pytest.raises(InvalidInput, match="give an int"):
        _kept(shelf, cash=value)


def test_an_instant_without_zone_is_refused(shelf: Database) -> None:
    """A naive instant would be a guess."""
    with pytest.raises(InvalidInput, match="no time zone"):
        _kept(shelf, at=datetime(2026, 5, 4, 13, 0))  # noqa: DTZ001


def test_nothing_stays_nothing(shelf: Database) -> None:
    """NULL is read as None, not as zero nor as 1970."""
    row = _kept(shelf, note=None)
    assert (row.cash, row.held, row.price, row.at, row.note) == (None, None, None, None, None)


@ON_EACH_ENGINE
@given(amounts=st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=8))
def test_the_sum_of_a_column_is_exact(shelf: Database, amounts: list[int]) -> None:
    """Both engines sum a column to the same int, though PostgreSQL widens it to NUMERIC."""
    with shelf.unit_of_work() as unit:
        unit.connection.execute(text("DELETE FROM things"))
        unit.connection.execute(insert(things), [{"cash": amount} for amount in amounts])
    with shelf.reading() as connection:
        summed = connection.execute(select(func.sum(things.c.cash))).scalar_one()
    assert summed == sum(amounts)
    assert type(summed) is int


def test_numbers_and_instants_sort_and_compare_in_sql(shelf: Database, now: datetime) -> None:
    """Order in the database is order in Python, negatives and microseconds included."""
    values = [-5, 40, 3, -(10**18)]
    with shelf.unit_of_work() as unit:
        rows = [
            {"held": each, "at": now + timedelta(microseconds=place)} for place, each in enumerate(values)
        ]
        unit.connection.execute(insert(things), rows)
    with shelf.reading() as connection:
        found = connection.execute(select(things.c.held).order_by(things.c.held)).scalars().all()
        late = (
            connection.execute(select(things.c.held).where(things.c.at > now).order_by(things.c.at))
            .scalars()
            .all()
        )
    assert found == sorted(values)
    assert late == values[1:]


def test_a_float_put_in_by_hand_is_refused_by_sqlite(sqlite: Database) -> None:
    """STRICT tables do not turn 10.5 into a REAL behind our back."""
    with sqlite.unit_of_work() as unit:
        SHELF.create_all(unit.connection)
    with pytest.raises(Conflict, match="cannot store REAL"), sqlite.unit_of_work() as unit:
        unit.connection.execute(text("INSERT INTO things (cash) VALUES (10.5)"))


def test_a_foreign_value_in_a_lax_table_is_corrupt(sqlite: Database) -> None:
    """What another program left in a table without STRICT is named, not handed on as a number."""
    with sqlite.unit_of_work() as unit:
        unit.connection.execute(text("CREATE TABLE lax (cash BIGINT)"))
        unit.connection.execute(text("INSERT INTO lax VALUES (10.5)"))
        with pytest.raises(Corrupt, match=r"10\.5"):
            unit.connection.execute(text("SELECT cash FROM lax").columns(cash=MoneyMinor)).all()


@pytest.mark.parametrize("note", ["a\x00b", "a\ud800b"])
def test_text_that_one_engine_refuses_is_refused_by_both(shelf: Database, note: str) -> None:
    """A NUL or a lone surrogate never reaches a database."""
    with pytest.raises(InvalidInput, match="cannot be stored"):
        _kept(shelf, note=note)
    with pytest.raises(InvalidInput) as refusal:
        storable_text(note, field="ticker")
    assert (refusal.value.code, refusal.value.field) == ("text_unstorable", "ticker")


@given(nano=integers)
def test_quantities_and_prices_survive_the_way_to_whole_numbers_and_back(nano: int) -> None:
    """Quantity and Price to 1e-9 units and back are the identity, in values and in text."""
    assert nano_of(quantity_of(nano)) == nano
    assert scaled_of(price_of(nano, "BRL")) == nano
    assert Decimal(nano_text(nano)) == Decimal(nano).scaleb(-9)


@given(cents=integers)
def test_money_survives_the_way_to_cents_and_back(cents: int) -> None:
    """Money to cents and back is the identity."""
    assert minor_of(Money.from_minor(cents)) == cents


@given(at=instants)
def test_instants_survive_the_way_to_microseconds_and_back(at: datetime) -> None:
    """An instant to microseconds and back is the same instant, before 1970 too."""
    assert instant_of(micros_of(at)) == at


@pytest.mark.parametrize(
    "conversion",
    [
        lambda: minor_of(Money("92233720368547758.08")),
        lambda: nano_of(Quantity("9223372036.854775808")),
        lambda: scaled_of(Price("-9223372036.854775808")),
    ],
)
def test_values_that_do_not_fit_are_refused(conversion: Any) -> None:
    """One unit beyond 64 bits is refused, and the message says to check the unit."""
    with pytest.raises(InvalidInput, match="64 bits") as refusal:
        conversion()
    assert refusal.value.code == "number_out_of_range"
