"""Leases: one holder at a time by the database's clock, and tokens that fence off whoever was late."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from fiel.infra.storage import leases
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.infra.storage.failures import Contended
from fiel.infra.storage.instants import database_now
from fiel.infra.storage.leases import Lease
from fiel.infra.storage.tables import leases as table
from fiel.infra.storage.types import instant_of
from fiel.kernel.errors import Conflict, InvalidInput

MINUTE = timedelta(minutes=1)


def _take(database: Database, holder: str, **options: timedelta) -> Lease | None:
    with database.unit_of_work() as unit:
        return leases.take(unit.connection, "wallet-1", holder, MINUTE, **options)


def _taken(database: Database, holder: str, **options: timedelta) -> Lease:
    lease = _take(database, holder, **options)
    assert lease is not None
    return lease


def _let_pass(database: Database, span: timedelta) -> None:
    """Time passes for the leases: what they end at comes nearer."""
    micros = span // timedelta(microseconds=1)
    earlier = {"expires_at": table.c.expires_at - micros, "ends_at": table.c.ends_at - micros}
    with database.unit_of_work() as unit:
        unit.connection.execute(update(table).values(**earlier))


def test_one_holder_at_a_time(database: Database) -> None:
    """While a lease runs nobody else gets it, nor its own holder a second time."""
    assert _taken(database, "one").token == 1
    assert _take(database, "two") is None
    assert _take(database, "one") is None


def test_the_end_is_told_by_the_databases_clock(database: Database) -> None:
    """A lease ends its time to live after the database's present."""
    with database.unit_of_work() as unit:
        before = database_now(unit.connection)
        lease = leases.take(unit.connection, "wallet-1", "one", MINUTE)
        after = database_now(unit.connection)
    assert lease is not None
    assert instant_of(before) + MINUTE <= lease.expires_at <= instant_of(after) + MINUTE


def test_an_expired_lease_is_taken_over_with_a_higher_token(database: Database) -> None:
    """After its end another takes it; the old holder can neither write, renew nor release."""
    old = _taken(database, "one")
    _let_pass(database, MINUTE)
    new = _taken(database, "two")

    assert (new.token, new.holder) == (2, "two")
    with database.unit_of_work() as unit:
        leases.guard(unit.connection, new)
        for refused in (
            lambda: leases.guard(unit.connection, old),
            lambda: leases.renew(unit.connection, old, MINUTE),
        ):
            with pytest.raises(Conflict) as refusal:
                refused()
            assert refusal.value.code == "lease_lost"
        assert leases.release(unit.connection, old) is False
        leases.guard(unit.connection, new)


def test_a_lease_that_ran_out_unnoticed_still_guards_until_taken(database: Database) -> None:
    """Nobody took it: the token is still the highest, so writing is safe; but it cannot be renewed."""
    lease = _taken(database, "one")
    _let_pass(database, MINUTE)
    with database.unit_of_work() as unit:
        leases.guard(unit.connection, lease)
        with pytest.raises(Conflict, match="take it anew"):
            leases.renew(unit.connection, lease, MINUTE)


def test_a_released_lease_is_free_and_its_token_spent(database: Database) -> None:
    """After release the next holder has a higher token, and the releaser may not write any more."""
    first = _taken(database, "one")
    with database.unit_of_work() as unit:
        assert leases.release(unit.connection, first) is True
        with pytest.raises(Conflict):
            leases.guard(unit.connection, first)
    assert _taken(database, "one").token == 2


def test_renewal_prolongs_up_to_the_limit(database: Database) -> None:
    """Each renewal counts from now, and none goes beyond the longest time."""
    lease = _taken(database, "one", longest=timedelta(seconds=150))
    _let_pass(database, timedelta(seconds=50))
    with database.unit_of_work() as unit:
        longer = leases.renew(unit.connection, lease, MINUTE)
    assert longer.expires_at >= lease.expires_at
    _let_pass(database, timedelta(seconds=50))
    with database.unit_of_work() as unit:
        last = leases.renew(unit.connection, longer, MINUTE)
        limit = instant_of(unit.connection.execute(select(table.c.ends_at)).scalar_one())
        assert last.expires_at == limit < instant_of(database_now(unit.connection)) + MINUTE
    assert last.token == lease.token


def test_leases_of_different_names_are_apart(database: Database) -> None:
    """Each name has its own holder and its own tokens."""
    _taken(database, "one")
    with database.unit_of_work() as unit:
        other = leases.take(unit.connection, "wallet-2", "two", MINUTE)
    assert other is not None
    assert other.token == 1


def _race(database: Database, runners: int) -> list[Lease | None]:
    start = threading.Barrier(runners, timeout=30)

    def run(number: int) -> Lease | None:
        def take(unit: UnitOfWork) -> Lease | None:
            return leases.take(unit.connection, "wallet-1", f"runner-{number}", MINUTE)

        start.wait()
        return database.transact(take)

    with ThreadPoolExecutor(runners) as pool:
        return list(pool.map(run, range(runners)))


def test_of_two_at_once_one_wins(database: Database) -> None:
    """A free lease, then an expired one, asked for by four workers at once: one token each time."""
    for token in (1, 2, 3):
        winners = [lease for lease in _race(database, 4) if lease is not None]
        assert [lease.token for lease in winners] == [token]
        _let_pass(database, MINUTE)


def test_a_guarded_transaction_holds_off_a_take_over(postgres: Database) -> None:
    """A transaction that asked `guard` keeps the row: even an expired lease is not taken before it ends."""
    lease = _taken(postgres, "one")
    _let_pass(postgres, MINUTE)

    def impatient(unit: UnitOfWork) -> None:
        unit.connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
        leases.take(unit.connection, "wallet-1", "two", MINUTE)

    with postgres.unit_of_work() as unit:
        leases.guard(unit.connection, lease)
        with pytest.raises(Contended), postgres.unit_of_work() as other:
            impatient(other)
    assert _taken(postgres, "two").token == 2


@pytest.mark.parametrize("span", [timedelta(0), timedelta(seconds=-1), timedelta(hours=7)])
def test_a_lease_has_a_sane_length(database: Database, span: timedelta) -> None:
    """No time, negative time and more than the limit are refused."""
    with pytest.raises(InvalidInput), database.unit_of_work() as unit:
        leases.take(unit.connection, "wallet-1", "one", span)


NAMES = ["wallet-1", "wallet-2", "wallet-3"]


def _take_many(database: Database, holder: str, names: list[str]) -> dict[str, Lease]:
    with database.unit_of_work() as unit:
        return leases.take_many(unit.connection, names, holder, MINUTE)


def test_many_are_taken_as_one_by_one(database: Database) -> None:
    """Of several names, those that are free or ran out are given, each under its own token."""
    first = _take_many(database, "one", ["wallet-1"])["wallet-1"]
    assert set(_take_many(database, "two", NAMES)) == {"wallet-2", "wallet-3"}
    _let_pass(database, MINUTE)
    found = _take_many(database, "three", [*NAMES, "wallet-1"])
    assert {name: lease.token for name, lease in found.items()} == dict.fromkeys(NAMES, 2)
    with database.unit_of_work() as unit:
        before = instant_of(database_now(unit.connection))
        assert leases.guard_many(unit.connection, [first, *found.values()]) == set(NAMES)
        assert all(lease.expires_at <= before + MINUTE for lease in found.values())
        leases.guard(unit.connection, found["wallet-1"])
        assert leases.take_many(unit.connection, [], "four", MINUTE) == {}
        assert leases.guard_many(unit.connection, []) == set()


def test_many_are_guarded_by_token(database: Database) -> None:
    """A name that was taken over or given back is not among those that are still held."""
    old = _take_many(database, "one", NAMES)
    with database.unit_of_work() as unit:
        assert leases.release_many(unit.connection, [old["wallet-2"]]) == {"wallet-2"}
        assert leases.release_many(unit.connection, [old["wallet-2"]]) == set()
    new = _take_many(database, "two", NAMES)
    assert set(new) == {"wallet-2"}
    with database.unit_of_work() as unit:
        assert leases.guard_many(unit.connection, old.values()) == {"wallet-1", "wallet-3"}
        assert leases.release_many(unit.connection, old.values()) == {"wallet-1", "wallet-3"}
        leases.guard(unit.connection, new["wallet-2"])


def test_many_are_renewed_but_none_that_ran_out(database: Database) -> None:
    """One that ran out cannot be renewed, even if nobody took it; the others are longer, up to a limit."""
    late = _taken(database, "one")
    _let_pass(database, MINUTE)
    with database.unit_of_work() as unit:
        short = leases.take_many(unit.connection, ["wallet-2"], "one", MINUTE, longest=MINUTE)["wallet-2"]
        long = leases.take_many(unit.connection, ["wallet-3"], "one", MINUTE)["wallet-3"]
    with database.unit_of_work() as unit:
        longer = leases.renew_many(unit.connection, [late, short, long], timedelta(minutes=2))
    assert set(longer) == {"wallet-2", "wallet-3"}
    assert longer["wallet-2"].expires_at < short.expires_at + timedelta(seconds=1)
    assert longer["wallet-3"].expires_at > long.expires_at + timedelta(seconds=50)
    assert longer["wallet-3"].token == long.token


def test_lapsed_are_those_that_nobody_holds(database: Database) -> None:
    """Never taken, given back, or run out: in the order they were asked in."""
    _taken(database, "one")
    _let_pass(database, MINUTE)
    held = _take_many(database, "one", ["wallet-2", "wallet-3"])
    with database.unit_of_work() as unit:
        leases.release_many(unit.connection, [held["wallet-3"]])
        assert leases.lapsed(unit.connection, ["wallet-4", *NAMES]) == ["wallet-4", "wallet-1", "wallet-3"]
        assert leases.lapsed(unit.connection, []) == []


def test_many_asked_for_at_once_have_one_holder_each(database: Database) -> None:
    """Four workers ask for the same hundred names in different orders: no deadlock, one token per name."""
    names = [f"wallet-{number}" for number in range(100)]
    start = threading.Barrier(4, timeout=30)

    def run(number: int) -> dict[str, Lease]:
        wanted = names[number * 25 :] + names[: number * 25]
        start.wait()
        return database.transact(
            lambda unit: leases.take_many(unit.connection, wanted, f"runner-{number}", MINUTE)
        )

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(run, range(4)))
    assert sorted(name for taken in found for name in taken) == sorted(names)
