"""The guard at the door: names, sign-in, forms, headers, limits, and the log of deeds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import sleep

import httpx
import pytest

from fiel.entrypoints.http.route_rules import SAFE, rules_of
from fiel.infra.access.principals import Scope
from fiel.infra.access.records import Deed
from tests.support.access import PASSWORD, Guarded, guarded

DEPOSIT = "/api/v1/wallet/ana/deposit?amount=10.00"
SUMMARY = "/api/v1/wallet/ana/summary"


def _rows(door: Guarded, answer: httpx.Response) -> list[Deed]:
    """The log's rows of a request, newest first; the last one is written when the answer is out."""
    found: list[Deed] = []
    for _ in range(200):
        deeds = door.access.deeds(limit=20)
        found = [each for each in deeds if each.request == answer.headers["x-request-id"]]
        if len(found) == 2:
            break
        sleep(0.02)
    return found


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Guarded]:
    """A served book on loopback; nobody has a password yet."""
    with guarded(tmp_path) as app:
        yield app


@pytest.fixture
def owned(door: Guarded) -> Guarded:
    """The same, with an owner of every wallet and some money in Ana's."""
    door.client.post(DEPOSIT)
    door.access.set_owner("dona", PASSWORD)
    return door


def test_without_an_owner_this_machine_is_let_in(door: Guarded) -> None:
    """The default: one program, one person, one machine."""
    assert door.client.post(DEPOSIT).status_code == 200
    assert door.client.get("/mais").status_code == 200


def test_an_owner_closes_the_door_of_a_running_server(owned: Guarded) -> None:
    """Pages lead to the sign-in page and back; programs are told how to say who they are."""
    page = owned.client.get("/aportar", params={"valor": "1000"})
    assert page.headers["location"] == "/entrar?para=%2Faportar%3Fvalor%3D1000"
    answer = owned.client.get(SUMMARY)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_one_signs_in_and_comes_back_to_where_one_wanted_to(owned: Guarded) -> None:
    """The cookie is not for scripts nor for other sites, and a fresh one each time."""
    went = owned.sign_in("dona", para="/aportar?valor=1000")
    assert (went.status_code, went.headers["location"]) == (303, "/aportar?valor=1000")
    cookie = went.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert owned.client.get(SUMMARY).status_code == 200


def test_where_there_is_one_owner_the_name_may_stay_empty(owned: Guarded) -> None:
    """And with two it says that something is wrong, and not what."""
    assert owned.sign_in("").status_code == 303
    owned.client.cookies.clear()
    owned.access.set_owner("outra", PASSWORD)
    assert owned.sign_in("").status_code == 422


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/\n/e"]
)
def test_signing_in_never_leads_to_another_site(owned: Guarded, back: str) -> None:
    """The address to go back to is one of ours or none."""
    assert owned.sign_in("dona", para=back).headers["location"] == "/"


def test_a_wrong_password_is_told_on_the_page_and_then_slowed_down(owned: Guarded) -> None:
    """422 with the form again; after a few 429 with the time to wait."""
    answers = [owned.sign_in("dona", "wrong") for _ in range(7)]
    assert [each.status_code for each in answers[:5]] == [422] * 5
    assert "senha está errado" in answers[0].text
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_signing_out_ends_the_session_for_whoever_copied_the_cookie(owned: Guarded) -> None:
    """Here and in the database."""
    owned.sign_in("dona")
    stolen = httpx.Cookies(owned.client.cookies)
    gone = owned.client.post("/sair", data={"csrf": owned.token("/mais")})
    assert (gone.status_code, gone.headers["clear-site-data"]) == (303, '"cache"')
    with httpx.Client(base_url=owned.client.base_url, cookies=stolen) as thief:
        assert thief.get(SUMMARY).status_code == 401


def test_a_cookie_of_nobody_is_as_none(owned: Guarded) -> None:
    """Any text may stand in it."""
    owned.client.cookies.set("fiel_sessao", "A" * 43)
    assert owned.client.get(SUMMARY).status_code == 401


@pytest.mark.parametrize(
    "given", ["Bearer x", "Basic YTpi", "Bearer fiel_000000000000_" + "A" * 43, "Bearer", ""]
)
def test_a_key_that_is_none_is_refused_also_where_the_door_is_open(door: Guarded, given: str) -> None:
    """Who says who he is must be right about it."""
    assert door.client.get(SUMMARY, headers={"Authorization": given}).status_code == 401


def test_keys_do_what_they_were_made_for(owned: Guarded) -> None:
    """Read does not deposit, trade does; neither sees another wallet; a revoked one nothing."""
    with httpx.Client(base_url=owned.client.base_url) as program:
        reads, trades = owned.key(Scope.READ, wallets=["ana"]), owned.key(Scope.TRADE, wallets=["ana"])
        assert program.get(SUMMARY, headers=reads).status_code == 200
        assert program.post(DEPOSIT, headers=reads).json()["code"] == "scope_missing"
        assert program.post(DEPOSIT, headers=trades).status_code == 200
        other = program.get("/api/v1/wallet/bia/summary", headers=trades)
        assert (other.status_code, other.json()["code"]) == (404, "wallet_hidden")
        owned.access.revoke_key(owned.access.keys()[-1].id)
        assert program.get(SUMMARY, headers=trades).status_code == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil", ""]
)
def test_a_strangers_name_that_leads_here_is_not_answered(door: Guarded, host: str) -> None:
    """DNS rebinding: a page of evil.example reaches 127.0.0.1 by its own name."""
    answer = door.client.get("/mais", headers={"Host": host})
    assert answer.status_code == 421


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1234", "[::1]:8000", "fiel.example:8443"])
def test_names_of_this_machine_and_of_the_settings_are_answered(tmp_path: Path, host: str) -> None:
    """`FIEL_ALLOWED_HOSTS` adds to the names of loopback."""
    with guarded(tmp_path, hosts=["fiel.example"]) as app:
        assert app.client.get("/mais", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host"])
def test_an_open_door_is_not_open_through_a_proxy(door: Guarded, header: str) -> None:
    """Everybody behind it would come from 127.0.0.1."""
    answer = door.client.get(SUMMARY, headers={header: "198.51.100.1"})
    # Behind a server that believes the header, it is not of this machine at all.
    assert answer.json()["code"] in {"proxy_without_owner", "not_signed_in"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://localhost:1"},
    ],
)
def test_another_site_changes_nothing(door: Guarded, headers: dict[str, str]) -> None:
    """Neither by the API, which is open to this machine, nor by a form with the right token."""
    answer = door.client.post(DEPOSIT, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "asked_elsewhere")
    form = {"csrf": door.token("/mais"), "idioma": "en"}
    assert door.client.post("/preferencias", data=form, headers=headers).status_code == 403


def test_our_own_pages_change_what_they_ask_for(door: Guarded) -> None:
    """A browser's own headers and the form's token."""
    url = str(door.client.base_url).rstrip("/")
    headers = {"Origin": url, "Sec-Fetch-Site": "same-origin"}
    form = {"csrf": door.token("/mais"), "idioma": "en"}
    assert door.client.post("/preferencias", data=form, headers=headers).status_code == 303


@pytest.mark.parametrize("token", ["", "0" * 128, None, "zz"])
def test_a_form_without_its_token_is_refused(door: Guarded, token: str | None) -> None:
    """Also when nothing says where it was asked for, whatever the kind of the body."""
    data = {} if token is None else {"csrf": token}
    door.client.get("/mais")
    assert door.client.post("/preferencias", data=data).status_code == 403
    files = {"arquivo": ("a.csv", b"x", "text/csv")}
    assert door.client.post("/importar", data=data, files=files).status_code == 403
    assert door.client.post("/importar", json=data).status_code == 403


def test_a_form_of_another_visit_is_refused(door: Guarded) -> None:
    """A token that a stranger took from his own page is worth nothing on mine."""
    token = door.token("/mais")
    door.client.cookies.clear()
    door.client.get("/mais")
    assert door.client.post("/preferencias", data={"csrf": token}).status_code == 403


def test_a_form_with_files_has_its_token_before_them(door: Guarded) -> None:
    """It is found in the first part; behind a large file it is not looked for."""
    token = door.token("/mais")
    large = ("a.csv", b"x" * 600_000, "text/csv")
    before = door.client.post("/importar", files=[("csrf", (None, token)), ("arquivo", large)])
    assert before.status_code not in {403, 500}
    after = door.client.post("/importar", files=[("arquivo", large), ("csrf", (None, token))])
    assert after.status_code == 403


def test_a_session_changes_by_the_api_only_with_what_browsers_send(owned: Guarded) -> None:
    """The cookie alone is not enough: it says nothing of who asked."""
    owned.sign_in("dona")
    url = str(owned.client.base_url).rstrip("/")
    assert owned.client.post(DEPOSIT).status_code == 403
    assert owned.client.post(DEPOSIT, headers={"Origin": url}).status_code == 200
    assert owned.client.post(DEPOSIT, headers={"X-CSRF-Token": owned.token("/mais")}).status_code == 200


def test_every_answer_protects_itself(owned: Guarded) -> None:
    """Pages, data, refusals, redirects, missing things and static files."""
    for path in (
        "/entrar",
        "/mais",
        SUMMARY,
        "/nothing",
        "/docs",
        "/estatico/nothing",
        "/healthz",
        f"/{'x' * 9000}",
    ):
        answer = owned.client.get(path)
        told = {name.lower(): value for name, value in answer.headers.items()}
        assert "default-src 'none'" in told["content-security-policy"], path
        assert "unsafe" not in told["content-security-policy"], path
        assert told["x-content-type-options"] == "nosniff", path
        assert told["referrer-policy"] == "same-origin", path
        assert told["cross-origin-resource-policy"] == "same-origin", path
        assert told["x-frame-options"] == "DENY", path
        assert "cache-control" in told, path
        assert "server" not in told or told["server"] == "uvicorn"
        assert "strict-transport-security" not in told, path


def test_with_https_cookies_are_for_https_alone(tmp_path: Path) -> None:
    """And browsers are told to ask by nothing else."""
    with guarded(tmp_path, secure=True) as app:
        app.access.set_owner("dona", PASSWORD)
        page = app.client.get("/entrar")
        assert page.headers["strict-transport-security"] == "max-age=63072000"
        cookie = page.headers["set-cookie"]
        assert cookie.startswith("__Host-fiel_visita=")
        assert "; Secure" in cookie
        assert "; Path=/;" in cookie


def test_the_sign_in_page_is_kept_nowhere(owned: Guarded) -> None:
    """Neither by the browser nor by what stands in between."""
    assert owned.client.get("/entrar").headers["cache-control"] == "no-store"


def test_a_body_without_a_length_is_counted_while_it_comes(door: Guarded) -> None:
    """A megabyte and no more, however it is sent."""
    chunks = (b"x" * 65_536 for _ in range(40))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = door.client.post("/preferencias", content=chunks, headers=headers)
    assert answer.status_code == 413


def test_every_change_is_in_the_log_before_and_after(door: Guarded) -> None:
    """Each route that changes leaves two rows of its request: who, what, and how it ended."""
    form = {"csrf": door.token("/mais")}
    walked = 0
    for rule in rules_of(door.app):
        for method in sorted(rule.methods - SAFE):
            if rule.scope_for(method) is Scope.READ or rule.template == "/entrar":
                continue
            path = rule.template.replace("{", "").replace("}", "")
            data = None if path.startswith("/api/") else form
            answer = door.client.request(method, path, data=data)
            rows = _rows(door, answer)
            told = f"{method} {rule.template}: {answer.status_code} {rows}"
            assert [each.status for each in rows] == [answer.status_code, None], told
            assert {(each.who, each.action) for each in rows} == {("local", f"{method} {rule.template}")}, (
                told
            )
            walked += 1
    assert walked > 20


def test_the_log_names_the_wallet_and_the_request(door: Guarded) -> None:
    """The answer carries the id by which the log is found."""
    answer = door.client.post(DEPOSIT)
    (ended, asked) = _rows(door, answer)
    assert ended.wallet == asked.wallet == "ana"
    assert (asked.status, ended.status, ended.via) == (None, 200, "loopback")


def test_nothing_is_changed_that_cannot_be_logged(door: Guarded) -> None:
    """Without the row the request is refused."""
    door.client.post(DEPOSIT)
    with door.access.database.unit_of_work() as unit:
        unit.connection.exec_driver_sql("ALTER TABLE access_audit RENAME TO away")
    assert door.client.post(DEPOSIT).status_code == 503
    with door.access.database.unit_of_work() as unit:
        unit.connection.exec_driver_sql("ALTER TABLE away RENAME TO access_audit")
    assert door.client.get(SUMMARY).json()["balance"] == 10


def test_strangers_fill_no_log(owned: Guarded) -> None:
    """Whoever is nobody leaves rows only where passwords are tried, and there the brake holds."""
    for _ in range(3):
        owned.client.post("/preferencias", data={"csrf": owned.token(), "idioma": "pt"})
        owned.client.post(DEPOSIT)
    before = len(owned.access.deeds())
    for _ in range(12):
        owned.sign_in("dona", "wrong")
    assert len(owned.access.deeds()) - before <= 7


def test_who_signs_in_is_in_the_log_by_name(owned: Guarded) -> None:
    """And who tried in vain is, without the name that was written: it may be a password."""
    owned.sign_in("secret in the wrong field", "x")
    owned.sign_in("dona")
    told = [(each.who, each.action) for each in owned.access.deeds(limit=2)]
    assert told == [("dona", "sign in"), ("-", "sign in: wrong")]


def test_an_owner_who_is_gone_does_not_open_the_door(owned: Guarded) -> None:
    """The process goes on asking for a password that nobody has."""
    owned.access.remove_owner("dona")
    assert owned.client.get(SUMMARY).status_code == 401


def test_another_address_is_never_open(tmp_path: Path) -> None:
    """Where the address is not of this machine, nobody comes in without a key or a password."""
    with guarded(tmp_path, open_on_loopback=False) as app:
        assert app.client.get(SUMMARY).status_code == 401
        assert app.client.get("/healthz").status_code in {200, 404}
