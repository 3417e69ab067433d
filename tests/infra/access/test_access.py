"""Owners, sessions, keys, the brake and the log, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from fiel.infra.access import tables
from fiel.infra.access.desk import Access
from fiel.infra.access.principals import Scope
from fiel.infra.access.records import Deed
from fiel.kernel.errors import Conflict, FielError, InvalidInput, NotFound, Refused
from tests.infra.access.conftest import HandClock
from tests.support.access import PASSWORD, QUICK

HERE, THERE = "192.0.2.1", "198.51.100.9"


def _sign_in(access: Access, password: str = PASSWORD, name: str = "ana", address: str = HERE) -> str:
    return access.sign_in(name, password, address=address).token


def _wrong(access: Access, times: int, *, name: str = "ana", address: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(Refused, match="name or the password"):
            _sign_in(access, "not this one", name, address)


def test_an_owner_signs_in_and_is_known_by_the_session(access: Access) -> None:
    """The token of a sign-in stands for the owner, with the rights that the owner has today."""
    access.set_owner("ana", PASSWORD, scopes=[Scope.TRADE], wallets=["ana"])
    principal = access.of_session(_sign_in(access))
    assert principal is not None
    assert (principal.name, principal.via) == ("ana", "session")
    assert principal.wallets == frozenset({"ana"})
    assert principal.may(Scope.READ)
    assert not principal.may(Scope.ADMIN)


@pytest.mark.parametrize("name", ["ana", "nobody", "ana' OR 1=1 --"])
def test_a_wrong_name_and_a_wrong_password_are_told_alike(access: Access, name: str) -> None:
    """Nobody learns which names there are."""
    access.set_owner("ana", PASSWORD)
    with pytest.raises(Refused) as told:
        _sign_in(access, "wrong password", name)
    assert told.value.code == "credentials_wrong"


def test_no_row_holds_what_lets_anybody_in(access: Access) -> None:
    """A reader of the database finds neither password nor token nor key, but an argon2id hash."""
    access.set_owner("ana", PASSWORD)
    token = _sign_in(access)
    key, _ = access.make_key("orders", [Scope.READ])
    with access.database.reading() as connection:
        rows = [row for table in tables.METADATA.sorted_tables for row in connection.execute(select(table))]
    stored = " ".join(str(tuple(row)) for row in rows)
    assert "$argon2id$" in stored
    for secret in (PASSWORD, token, key, key[-43:]):
        assert secret not in stored


def test_a_session_ends_when_it_is_not_used(access: Access, clock: HandClock) -> None:
    """Twelve hours without a request, and it opens nothing."""
    access.set_owner("ana", PASSWORD)
    token = _sign_in(access)
    clock.passes(hours=11)
    assert access.of_session(token) is not None
    clock.passes(hours=11)
    assert access.of_session(token) is not None
    clock.passes(hours=12)
    assert access.of_session(token) is None


def test_no_use_moves_the_absolute_end_of_a_session(access: Access, clock: HandClock) -> None:
    """After fourteen days everybody signs in again."""
    access.set_owner("ana", PASSWORD)
    token = _sign_in(access)
    for _ in range(33):
        clock.passes(hours=10)
        assert access.of_session(token) is not None
    clock.passes(hours=6)
    assert access.of_session(token) is None


def test_signing_in_again_ends_the_session_that_the_browser_came_with(access: Access) -> None:
    """A token that somebody planted before the sign-in is worth nothing after it."""
    access.set_owner("ana", PASSWORD)
    first = _sign_in(access)
    second = access.sign_in("ana", PASSWORD, address=HERE, old=first).token
    assert first != second
    assert access.of_session(first) is None
    assert access.of_session(second) is not None


def test_another_password_ends_the_sessions(access: Access) -> None:
    """Whoever had the old one is out."""
    access.set_owner("ana", PASSWORD)
    token = _sign_in(access)
    access.set_owner("ana", "another good password")
    assert access.of_session(token) is None
    with pytest.raises(Refused):
        _sign_in(access)
    assert access.of_session(_sign_in(access, "another good password")) is not None


def test_an_owner_who_is_removed_is_out_and_opens_nothing(access: Access) -> None:
    """His sessions end with him, and the door does not stand open for that."""
    access.set_owner("ana", PASSWORD)
    token = _sign_in(access)
    access.remove_owner("ana")
    assert access.of_session(token) is None
    assert access.guarded()
    with pytest.raises(NotFound):
        access.remove_owner("ana")


def test_signing_out_ends_the_session(access: Access) -> None:
    """The token is worth nothing afterwards, also to who copied it."""
    access.set_owner("ana", PASSWORD)
    token = _sign_in(access)
    access.sign_out(token)
    assert access.of_session(token) is None
    assert access.sessions() == []


def test_one_owner_has_so_many_sessions_and_no_more(access: Access, clock: HandClock) -> None:
    """The oldest goes when there are too many."""
    access.set_owner("ana", PASSWORD)
    tokens = []
    for _ in range(access.policy.sessions_max + 1):
        clock.passes(seconds=1)
        tokens.append(_sign_in(access))
    assert access.of_session(tokens[0]) is None
    assert access.of_session(tokens[1]) is not None


def test_one_session_is_ended_by_its_id(access: Access) -> None:
    """The id names it, and is not what opens it."""
    access.set_owner("ana", PASSWORD)
    one, other = _sign_in(access), _sign_in(access)
    shown = {each.id for each in access.sessions()}
    assert not any(token.startswith(tuple(shown)) for token in (one, other))
    assert access.end_sessions(session=access.sessions()[0].id) == 1
    assert [access.of_session(token) is None for token in (one, other)].count(True) == 1


@pytest.mark.parametrize("token", ["", "x", "é" * 43, "a" * 43, "a" * 10_000])
def test_what_is_no_token_is_nobody(access: Access, token: str) -> None:
    """Any text may come in a cookie."""
    assert access.of_session(token) is None
    assert access.of_key(token) is None


def test_a_key_opens_what_it_was_made_for(access: Access, clock: HandClock) -> None:
    """Its scopes and wallets, and when it was used last."""
    text, key = access.make_key("orders", [Scope.TRADE], wallets=["ana"])
    principal = access.of_key(text)
    assert principal is not None
    assert (principal.name, principal.via) == ("orders", f"key:{key.id}")
    assert principal.may_see("ana")
    assert not principal.may_see("bia")
    (kept,) = access.keys()
    assert kept.used_at == clock.now()


def test_a_key_with_another_secret_opens_nothing(access: Access) -> None:
    """The id alone is not enough."""
    text, key = access.make_key("orders", [Scope.READ])
    other, _ = access.make_key("other", [Scope.READ])
    assert access.of_key(f"fiel_{key.id}_{other[-43:]}") is None
    assert access.of_key(text) is not None


def test_a_key_opens_nothing_once_it_is_revoked_or_over(access: Access, clock: HandClock) -> None:
    """Both at once, and a key cannot be revoked twice."""
    revoked, key = access.make_key("one", [Scope.READ])
    access.revoke_key(key.id)
    assert access.of_key(revoked) is None
    with pytest.raises(NotFound):
        access.revoke_key(key.id)
    short, _ = access.make_key("two", [Scope.READ], ends_at=clock.now() + timedelta(hours=1))
    clock.passes(minutes=59)
    assert access.of_key(short) is not None
    clock.passes(minutes=1)
    assert access.of_key(short) is None


def test_a_key_that_is_over_before_it_begins_is_not_made(access: Access, clock: HandClock) -> None:
    """The span was a slip."""
    with pytest.raises(InvalidInput, match="over before"):
        access.make_key("x", [Scope.READ], ends_at=clock.now())


def test_guessing_at_one_name_gets_slower_from_any_place(access: Access, clock: HandClock) -> None:
    """After five failures one has to wait, and the right password helps only after that."""
    access.set_owner("ana", PASSWORD)
    for place in range(5):
        _wrong(access, 1, address=f"203.0.113.{place}")
    clock.passes(seconds=1)
    _wrong(access, 1, address=THERE)
    with pytest.raises(Refused) as told:
        _sign_in(access)
    assert told.value.code == "too_many_attempts"
    clock.passes(seconds=int(told.value.details["seconds"]))
    assert access.of_session(_sign_in(access)) is not None


def test_a_stranger_cannot_keep_the_owner_out(access: Access, clock: HandClock) -> None:
    """However often a name was tried, half a minute later the owner comes in."""
    access.set_owner("ana", PASSWORD)
    for turn in range(40):
        with pytest.raises(Refused):
            _sign_in(access, "wrong", address=f"2001:db8:{turn:x}::1")
        clock.passes(seconds=31)
    assert access.of_session(_sign_in(access)) is not None


def test_guessing_from_one_place_gets_slower_whatever_the_name(access: Access, clock: HandClock) -> None:
    """Ten names later the place waits; another place does not."""
    access.set_owner("ana", PASSWORD)
    for number in range(11):
        _wrong(access, 1, name=f"name{number}")
    with pytest.raises(Refused, match="too many"):
        _sign_in(access)
    assert access.of_session(_sign_in(access, address=THERE)) is not None


def test_the_right_password_forgets_the_failures(access: Access) -> None:
    """Who mistypes now and then never waits."""
    access.set_owner("ana", PASSWORD)
    for _ in range(4):
        _wrong(access, 4)
        _sign_in(access)


def test_many_guesses_at_once_are_no_way_around_the_brake(access: Access) -> None:
    """A failure is counted before the password is tried."""
    access.set_owner("ana", PASSWORD)

    def guess(number: int) -> str:
        try:
            _sign_in(access, f"guess number {number}")
        except FielError as error:
            return error.code
        return "in"

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(guess, range(24)))
    assert told.count("credentials_wrong") <= 6
    assert set(told) <= {"credentials_wrong", "too_many_attempts"}


def test_the_log_of_deeds_only_grows(access: Access, clock: HandClock) -> None:
    """Not even the program can change or remove a row."""
    access.record(Deed(clock.now(), "ana", "session", "POST /x", "req_1", "ana", 200))
    for statement in (update(tables.audit).values(who="bia"), delete(tables.audit)):
        with pytest.raises(Conflict, match="history only grows"), access.database.unit_of_work() as unit:
            unit.connection.execute(statement)
    assert [(each.who, each.wallet, each.status) for each in access.deeds()] == [("ana", "ana", 200)]


def test_the_log_is_read_by_wallet_and_in_pages(access: Access, clock: HandClock) -> None:
    """Newest first; the next page begins before the last number."""
    for number in range(5):
        access.record(Deed(clock.now(), "ana", "session", f"POST /{number}", "r", f"w{number % 2}"))
    first = access.deeds(limit=2, wallet="w0")
    assert [each.action for each in first] == ["POST /4", "POST /2"]
    assert [each.action for each in access.deeds(wallet="w0", before=first[-1].id)] == ["POST /0"]
    assert access.deeds(who="nobody") == []


def test_what_is_done_to_access_is_in_the_log(access: Access) -> None:
    """Owners and keys do not come and go unseen."""
    access.set_owner("ana", PASSWORD)
    _, key = access.make_key("orders", [Scope.READ])
    access.revoke_key(key.id)
    access.end_sessions(owner="ana")
    access.remove_owner("ana")
    told = [each.action for each in reversed(access.deeds())]
    assert told == ["owner set", "key made", "key revoked", "sessions ended", "owner removed"]


def test_another_process_sees_that_the_door_is_guarded(access: Access, clock: HandClock) -> None:
    """An owner or a key that opens is enough; one that is over is not."""
    other = Access(access.database, clock, passwords=QUICK, open_on_loopback=True)
    text, key = access.make_key("orders", [Scope.READ])
    access.revoke_key(key.id)
    assert text
    assert not other.guarded()
    access.set_owner("ana", PASSWORD)
    assert Access(access.database, clock, passwords=QUICK).guarded()


def test_an_owner_of_a_password_file_is_kept_at_that_password(access: Access) -> None:
    """Nothing is done while it is right; a new file is a new password, with the rights as they were."""
    assert access.keep_owner("owner", PASSWORD, by="file")
    access.set_owner("owner", PASSWORD, scopes=[Scope.READ], wallets=["ana"])
    token = _sign_in(access, name="owner")
    assert not access.keep_owner("owner", PASSWORD, by="file")
    assert access.of_session(token) is not None
    assert access.keep_owner("owner", "another good password", by="file")
    principal = access.of_session(_sign_in(access, "another good password", "owner"))
    assert principal is not None
    assert principal.wallets == frozenset({"ana"})
    assert not principal.may(Scope.TRADE)


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "-ana", "é", "x" * 61])
def test_a_name_that_is_none_is_refused(access: Access, name: str) -> None:
    """Names are shown in lists and logs."""
    with pytest.raises(InvalidInput):
        access.set_owner(name, PASSWORD)


@pytest.mark.parametrize("wallets", [[], [" ana"], ["x" * 101], [f"w{n}" for n in range(201)]])
def test_wallets_that_are_none_are_refused(access: Access, wallets: list[str]) -> None:
    """An empty list is a slip, not "all"."""
    with pytest.raises(InvalidInput, match="wallets"):
        access.set_owner("ana", PASSWORD, wallets=wallets)
