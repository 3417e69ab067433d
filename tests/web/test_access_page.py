"""The page Acesso: keys shown once, revoked, sessions ended, the log; and for whom it is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest

from fiel.infra.access.principals import Scope
from tests.support.access import PASSWORD, Guarded, guarded
from tests.support.import_pages import words

DEPOSIT = "/api/v1/wallet/ana/deposit?amount=10.00"
SUMMARY = "/api/v1/wallet/ana/summary"
_KEY = re.compile(r"fiel_[A-Za-z0-9_-]{20,}")


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Guarded]:
    """A served book on loopback with money in Ana's wallet; nobody has a password yet."""
    with guarded(tmp_path) as app:
        app.client.post(DEPOSIT)
        yield app


@pytest.fixture
def owned(door: Guarded) -> Guarded:
    """The same, and its owner has signed in."""
    door.access.set_owner("dona", PASSWORD)
    door.sign_in("dona")
    return door


def _post(door: Guarded, to: str, **fields: str | list[str]) -> httpx.Response:
    return door.client.post(to, data={"csrf": door.token("/acesso"), **fields}, follow_redirects=True)


def _make(door: Guarded, **fields: str | list[str]) -> httpx.Response:
    given = {"nome": "robo", "alcance": "read", "prazo": "90", **fields}
    return _post(door, "/acesso/chaves", **given)


def _secret(answer: httpx.Response) -> str:
    found = _KEY.search(unescape(answer.text))
    assert found is not None, words(answer)
    return found[0]


def test_without_an_owner_it_says_how_to_set_one_and_makes_no_key(door: Guarded) -> None:
    """The first key would close the door on the one who sits there, who has no password."""
    said = words(door.client.get("/acesso"))
    refused = _make(door)

    assert "Sem senha: quem usa este computador vê e muda tudo" in said
    assert "fiel access owner set" in said
    assert refused.status_code == 409
    assert door.access.keys() == []
    assert door.client.get("/").status_code == 200


def test_a_key_is_shown_once_and_opens(owned: Guarded) -> None:
    """Whole in the answer that made it, which nothing may keep; never again on the page; and it works."""
    made = _make(owned, alcance="read", carteiras=["ana"])
    secret = _secret(made)

    assert made.headers["cache-control"] == "no-store"
    assert secret not in owned.client.get("/acesso").text
    (key,) = owned.access.keys()
    assert (key.name, key.made_by, key.wallets) == ("robo", "dona", frozenset({"ana"}))
    program = {"Authorization": f"Bearer {secret}"}
    with httpx.Client(base_url=owned.client.base_url, headers=program) as other:
        assert other.get(SUMMARY).status_code == 200
        assert other.post(DEPOSIT).status_code == 403


def test_a_revoked_key_opens_nothing(owned: Guarded) -> None:
    """The button of its row; the row stays, and says so."""
    secret = _secret(_make(owned))
    (key,) = owned.access.keys()

    told = _post(owned, "/acesso/chaves/revogar", chave=key.id)

    assert "Chave revogada: não abre mais nada." in words(told)
    assert "revogada" in words(told).split("Situação")[1]
    with httpx.Client(base_url=owned.client.base_url) as other:
        assert other.get(SUMMARY, headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    assert _post(owned, "/acesso/chaves/revogar", chave=key.id).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("nome", "duas palavras", "O nome da chave tem de 1 a 60 letras"),
        ("alcance", "root", "Escolha o que a chave pode."),
        ("prazo", "99999", "Escolha um dos prazos."),
        ("carteiras", "de-ninguem", "Não há essa carteira."),
    ],
)
def test_what_is_wrong_in_a_box_is_told_and_what_was_typed_stays(
    owned: Guarded, field: str, value: str, said: str
) -> None:
    """422 with the form as it was; no key is made."""
    answer = _make(owned, **{"nome": "meu-robo", field: value})

    assert answer.status_code == 422
    assert said in words(answer)
    assert (value if field == "nome" else "meu-robo") in answer.text
    assert owned.access.keys() == []


def test_a_session_is_ended_by_its_row(owned: Guarded) -> None:
    """Ended, it asks to sign in again, here for oneself."""
    (session,) = owned.access.sessions()

    answer = _post(owned, "/acesso/sessoes/encerrar", sessao=session.id)

    assert answer.url.path == "/entrar"
    assert owned.access.sessions() == []


def test_ending_no_session_ends_none(owned: Guarded) -> None:
    """An id that there is not is 404; the desk would end all sessions where none is named."""
    assert _post(owned, "/acesso/sessoes/encerrar", sessao="").status_code == 404
    assert len(owned.access.sessions()) == 1


def test_the_log_tells_the_deeds_of_the_page_itself(owned: Guarded) -> None:
    """Newest first, with who, what and how it ended; older ones are a link away."""
    _make(owned)
    said = words(owned.client.get("/acesso"))
    for _ in range(30):
        owned.client.post(DEPOSIT, headers={"origin": str(owned.client.base_url).rstrip("/")})
    page = owned.client.get("/acesso").text
    older = re.search(r'href="(/acesso\?antes=\d+)', page)

    assert "key made" in said
    assert "POST /acesso/chaves" in said
    assert older is not None
    assert "key made" not in page
    assert "key made" in owned.client.get(older[1]).text


@pytest.mark.parametrize(
    ("scopes", "wallets", "status"),
    [([Scope.TRADE], None, 403), ([Scope.ADMIN], ["ana"], 404)],
)
def test_it_is_for_who_rules_over_all_wallets(
    owned: Guarded, scopes: list[Scope], wallets: list[str] | None, status: int
) -> None:
    """Who only trades is refused; for who rules over one wallet it is not there, in the menu neither."""
    owned.client.cookies.clear()
    owned.access.set_owner("bia", PASSWORD, scopes=scopes, wallets=wallets)
    owned.sign_in("bia")

    assert owned.client.get("/acesso").status_code == status
    assert 'href="/acesso"' not in owned.client.get("/mais").text
    token = owned.token("/mais")
    fields = {"csrf": token, "nome": "x", "alcance": "admin", "prazo": "0"}
    assert owned.client.post("/acesso/chaves", data=fields).status_code == status
    assert owned.access.keys() == []
