"""The pure rules of access: passwords, tokens, the brake, places."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.infra.access.passwords import Passwords, checked_password
from fiel.infra.access.policy import AccessPolicy, Brake, address_group
from fiel.infra.access.principals import ALL_SCOPES, Principal, Scope, scopes_with
from fiel.infra.access.tokens import form_token, is_form_token, key_text, new_key_id, new_token, read_key
from fiel.infra.listening import is_loopback
from fiel.kernel.errors import InvalidInput
from tests.support.access import PASSWORD, QUICK


def test_the_products_figures_are_argon2id_with_64_mib() -> None:
    """The second choice of RFC 9106: three passes over 64 MiB."""
    hashed = Passwords().hashed(PASSWORD)
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert Passwords().matches(hashed, PASSWORD)
    assert not Passwords().matches(hashed, PASSWORD + "x")
    assert not Passwords().outdated(hashed)


def test_the_same_password_is_hashed_otherwise_each_time() -> None:
    """Two owners with one password are not seen to have it."""
    assert QUICK.hashed(PASSWORD) != QUICK.hashed(PASSWORD)
    assert Passwords().outdated(QUICK.hashed(PASSWORD))


@pytest.mark.parametrize("hashed", ["", "x", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv"])
def test_a_broken_hash_matches_nothing(hashed: str) -> None:
    """Whatever the database holds."""
    assert not QUICK.matches(hashed, PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaaa", "abababababababab", "x" * 257])
def test_a_weak_password_is_refused_and_not_repeated(password: str) -> None:
    """Too short, too plain, too long: the message never says what it was."""
    with pytest.raises(InvalidInput) as told:
        checked_password(password)
    assert not password or password not in str(told.value)


def test_the_two_spellings_of_an_accent_are_one_password() -> None:
    """Keyboards write é as one character or as two."""
    hashed = QUICK.hashed("caf\u00e9 com leite quente")
    assert QUICK.matches(hashed, "cafe\u0301 com leite quente")


@given(st.integers(0, 10_000), st.integers(0, 50))
def test_the_brake_never_lets_go_and_never_beyond_its_longest(failures: int, free: int) -> None:
    """One failure more never waits less."""
    brake = Brake(free, timedelta(seconds=1), timedelta(seconds=30))
    assert timedelta(0) <= brake.wait(failures) <= brake.wait(failures + 1) <= timedelta(seconds=30)
    assert (brake.wait(failures) == timedelta(0)) == (failures <= free)


def test_a_session_cannot_be_idle_beyond_its_end() -> None:
    """Settings that contradict each other are refused."""
    with pytest.raises(InvalidInput):
        AccessPolicy(idle=timedelta(days=20), absolute=timedelta(days=1))


def test_an_ipv6_customer_is_one_place() -> None:
    """Whoever has 2^64 addresses has one brake."""
    assert address_group("2001:db8::1") == address_group("2001:db8::ffff:1")
    assert address_group("2001:db8::1") != address_group("2001:db8:0:1::1")
    assert address_group("fe80::1%eth0") == "fe80::/64"


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "192.168.0.1", "example.org", "localhost.example", "127.1"],  # noqa: S104
)
def test_only_addresses_of_this_machine_are_loopback(host: str) -> None:
    """A name that could lead anywhere is not trusted."""
    assert not is_loopback(host)


def test_scopes_contain_each_other() -> None:
    """Admin may trade, and who trades may read."""
    assert scopes_with([Scope.ADMIN]) == ALL_SCOPES
    assert scopes_with([Scope.TRADE]) == {Scope.READ, Scope.TRADE}
    assert scopes_with([Scope.READ]) == {Scope.READ}
    with pytest.raises(InvalidInput):
        scopes_with([])


def test_a_principal_without_a_list_sees_every_wallet() -> None:
    """And one with a list only those."""
    assert Principal("a", ALL_SCOPES, None, "session").may_see("any")
    assert not Principal("a", ALL_SCOPES, frozenset({"ana"}), "session").may_see("Ana")


def test_a_key_is_read_as_it_was_written() -> None:
    """Id and secret, and nothing that only looks like it."""
    key_id, secret = new_key_id(), new_token()
    assert read_key(key_text(key_id, secret)) == (key_id, secret)
    right = key_text(key_id, secret)
    for text in ("", "fiel__", f"{right}\n", right.upper(), right[:-1], f"{right}x"):
        assert read_key(text) is None


@given(st.text(max_size=200))
def test_no_text_is_a_forms_token_by_chance(text: str) -> None:
    """Any text may come in a form."""
    assert not is_form_token(text, "session")


def test_a_forms_token_is_of_one_session_and_new_on_every_page() -> None:
    """Pages are compressed: a token that stayed the same could be guessed from their lengths."""
    session, other = new_token(), new_token()
    one, two = form_token(session), form_token(session)
    assert one != two
    assert is_form_token(one, session)
    assert is_form_token(two, session)
    assert not is_form_token(one, other)
