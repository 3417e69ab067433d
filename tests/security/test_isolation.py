"""Every route of the application, walked by somebody whose the data are not, and by nobody at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from fiel.entrypoints.http.guard import API_PREFIXES, OPEN_PATHS, OPEN_PREFIXES
from fiel.entrypoints.http.route_rules import SAFE, WALLET_PARTS, Rule, rules_of
from fiel.infra.access.principals import ALL_SCOPES, Scope
from fiel.kernel.clock import FixedClock
from tests.support.access import Guarded, guarded
from tests.support.report_wallet import NOW, booked

OWNER, STRANGER = "ana", "bia"
#: A file of the exchange, as `Negociação` writes it: what a draft is made of.
ROWS = (
    "Data do Negócio;Tipo de Movimentação;Mercado;Prazo/Vencimento;Instituição;"
    "Código de Negociação;Quantidade;Preço;Valor\n"
    "02/05/2024;Compra;Mercado à Vista;-;XP INVESTIMENTOS;ITUB4;100;R$ 33,10;R$ 3.310,00\n"
)
#: Parts of paths that name something of a wallet without naming the wallet.
OWNED = ("portfolio", "draft_id", "plan_id", "record_id", "number", "entry_id")
#: Parts that name what is everybody's, or what only counts within a wallet that is named too.
COMMON = {
    "asset": "ITUB4",
    "ativo": "ITUB4",
    "symbol": "ITUB4",
    "key": "cdi",
    "label": "xp",
    "month": "2024-07",
    "year": "2024",
    "table": "meses",
    "path": "fiel.css",
    "row_id": "1",
    "import_id": "1",
    "simulation_id": "1",
    "name": "x",
    "provider": "brapi",
}
_PART = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Walk:
    """The application with Ana's book in it, and Bia, who has a wallet of her own and every scope."""

    app: Guarded
    programs: httpx.Client
    token: str
    ids: dict[str, str]

    def rules(self) -> list[tuple[str, Rule]]:
        """Each method of each route."""
        return [
            (method, rule)
            for rule in rules_of(self.app.app)
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
        ]

    def path(self, rule: Rule, *, unknown: bool = False) -> str:
        """The route's path with Ana's ids in it, or with ids that nobody has."""
        return _PART.sub(lambda found: self._value(found[1], rule, unknown=unknown), rule.template)

    def ask(self, method: str, path: str, **params: str) -> httpx.Response:
        """As Bia: her key where programs ask, her session on the pages."""
        if path.startswith(API_PREFIXES):
            return self.programs.request(method, path, params=params)
        if method in SAFE:
            return self.app.client.request(method, path, params=params)
        return self.app.client.request(method, path, data={"csrf": self.token, **params})

    def _value(self, name: str, rule: Rule, *, unknown: bool) -> str:
        if name in WALLET_PARTS or name == "portfolio":
            return "nobody" if unknown else OWNER
        if name in OWNED:
            found = self.ids.get(name, "1")
            return f"{'0' if found[0] != '0' else '1'}{found[1:]}" if unknown else found
        if name not in COMMON:
            pytest.fail(f"{rule.template}: say in this walk whose {name} is")
        return COMMON[name]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """Ana's book with three years in it, a draft of hers and a plan; then Bia signs in."""
    folder: Path = tmp_path_factory.mktemp("isolation")
    clock = FixedClock(NOW)
    with guarded(folder, clock=clock) as app:
        booked(app.opened, clock)
        app.opened.custody.deposit(STRANGER, "10.00")
        ids = {"draft_id": _draft(app), "record_id": _payment(app)}
        app.access.set_owner(STRANGER, "a very good password", wallets=[STRANGER])
        app.sign_in(STRANGER, "a very good password")
        headers = app.key(*ALL_SCOPES, wallets=[STRANGER])
        with httpx.Client(base_url=app.client.base_url, headers=headers, timeout=20) as programs:
            yield Walk(app, programs, app.token("/mais"), ids)


def _draft(app: Guarded) -> str:
    """While nobody has a password: a file of Ana's is dropped on the page."""
    data = {"csrf": app.token("/mais"), "carteira": OWNER}
    files = {"arquivo": ("negociacao.csv", ROWS.encode(), "text/csv")}
    went = app.client.post("/importar", data=data, files=files)
    assert went.status_code == 303, went.text
    return went.headers["location"].rsplit("/", 1)[-1]


def _payment(app: Guarded) -> str:
    """One of Ana's payments, as her page of income links to it."""
    page = app.client.get("/proventos", params={"carteira": OWNER}).text
    found = re.search(r'href="/proventos/pagamentos/([^"?#]+)', page)
    assert found is not None, "no payment on her page"
    return found[1]


def test_a_wallet_of_someone_else_does_not_exist(walk: Walk) -> None:
    """Named in the path, it is a 404 for every method of every route: never a 403, never data."""
    seen = 0
    for method, rule in walk.rules():
        if not any(f"{{{name}}}" in rule.template for name in WALLET_PARTS):
            continue
        answer = walk.ask(method, walk.path(rule))
        assert answer.status_code == 404, (
            f"{method} {rule.template}: {answer.status_code} {answer.text[:300]}"
        )
        seen += 1
    assert seen > 20


def test_a_wallet_of_someone_else_cannot_be_asked_for_in_the_query(walk: Walk) -> None:
    """`?carteira=` and `?wallet=` on any page or route."""
    for method, rule in walk.rules():
        if _is_open(rule.template) or "GET" not in rule.methods:
            continue
        for name in ("carteira", "wallet"):
            answer = walk.ask(method, walk.path(rule), **{name: OWNER})
            assert answer.status_code == 404, f"{method} {rule.template}?{name}: {answer.status_code}"


def test_things_of_someone_else_are_as_those_that_are_not_there(walk: Walk) -> None:
    """An id of a draft, plan, payment or enrolment of Ana is told like one that nobody has."""
    seen = 0
    for method, rule in walk.rules():
        if not any(f"{{{name}}}" in rule.template for name in OWNED):
            continue
        hers, unknown = walk.path(rule), walk.path(rule, unknown=True)
        answer, nothing = walk.ask(method, hers), walk.ask(method, unknown)
        told = f"{method} {rule.template}: {answer.status_code} {answer.text[:300]}"
        assert answer.status_code == nothing.status_code, told
        assert answer.status_code in {404, 400, 422}, told
        if answer.status_code != 404:
            assert _plain(answer, hers) == _plain(nothing, unknown), told
        seen += 1
    assert seen > 10


def test_no_page_without_a_wallet_in_it_shows_anything_of_someone_else(walk: Walk) -> None:
    """Ana's holdings, values and name are on no page of Bia's."""
    for method, rule in walk.rules():
        if "{" in rule.template or method != "GET" or _is_open(rule.template):
            continue
        answer = walk.ask(method, rule.template)
        assert answer.status_code < 500, f"{rule.template}: {answer.status_code} {answer.text[:300]}"
        assert f">{OWNER}<" not in answer.text, rule.template
        assert f'"{OWNER}"' not in answer.text, rule.template
        if rule.template not in _OF_THE_MARKET:
            assert "WEGE3" not in answer.text, rule.template


def test_no_form_changes_a_wallet_of_someone_else(walk: Walk) -> None:
    """Each form is sent with Ana's wallet named in its fields; her book stays as it was."""
    before = _entries(walk)
    for method, rule in walk.rules():
        if method in SAFE or rule.template in {"/sair", "/entrar"} or rule.template.startswith("/api/"):
            continue
        if "{" not in rule.template:
            answer = walk.ask(method, rule.template, carteira=OWNER, wallet=OWNER)
            assert answer.status_code < 500, f"{method} {rule.template}: {answer.text[:300]}"
    assert _entries(walk) == before


def test_nobody_is_let_in_anywhere_without_saying_who_he_is(walk: Walk) -> None:
    """Programs get 401 with how to say it, people the sign-in page; the list of open paths is short."""
    with httpx.Client(base_url=walk.app.client.base_url, timeout=20) as nobody:
        for method, rule in walk.rules():
            if _is_open(rule.template):
                continue
            path = walk.path(rule)
            answer = nobody.request(method, path)
            told = f"{method} {rule.template}: {answer.status_code}"
            if path.startswith(API_PREFIXES):
                assert (answer.status_code, answer.headers["www-authenticate"]) == (
                    401,
                    'Bearer realm="fiel"',
                ), told
            elif method in SAFE:
                assert answer.status_code == 303, told
                assert answer.headers["location"].startswith("/entrar"), told
            else:
                assert answer.status_code in {303, 403}, told


def test_what_is_open_to_anybody_tells_nothing(walk: Walk) -> None:
    """Health, the reference, the sign-in page, static files: no wallet, no holding."""
    with httpx.Client(base_url=walk.app.client.base_url, timeout=20) as nobody:
        for path in sorted(OPEN_PATHS):
            answer = nobody.get(path)
            assert answer.status_code < 500, path
            assert "WEGE3" not in answer.text or path in {"/openapi.json", "/docs"}, path
            assert f">{OWNER}<" not in answer.text or path in {"/openapi.json", "/docs"}, path


def test_a_key_that_reads_changes_nothing(walk: Walk) -> None:
    """Every route that changes wants the scope that it says, for the wallet that is one's own too."""
    text, _ = walk.app.access.make_key("reader", [Scope.READ], wallets=[STRANGER])
    headers = {"Authorization": f"Bearer {text}"}
    with httpx.Client(base_url=walk.app.client.base_url, headers=headers, timeout=20) as reader:
        for method, rule in walk.rules():
            if method in SAFE or not rule.template.startswith("/api/") or rule.declared is Scope.READ:
                continue
            path = walk.path(rule).replace(f"/{OWNER}", f"/{STRANGER}")
            answer = reader.request(method, path)
            assert answer.status_code == 403, f"{method} {rule.template}: {answer.status_code}"


#: These answer with what is everybody's.
_OF_THE_MARKET = frozenset(
    {"/api/v1/market/quotes", "/api/v1/market/series", "/fontes", "/openapi.json", "/docs", "/metrics"}
)


def _is_open(template: str) -> bool:
    return template in OPEN_PATHS or template.startswith(OPEN_PREFIXES)


def _plain(answer: httpx.Response, path: str) -> str:
    """The answer's words, without the address and the id that were asked for."""
    text = re.sub(r'"timestamp":"[^"]*"', "", answer.text.replace(path, "(path)"))
    return re.sub(r"req_[0-9a-f]{32}|[0-9a-f]{128}", "", text)


def _entries(walk: Walk) -> str:
    """What Ana's book and her targets say."""
    from sqlalchemy import text

    told = []
    with walk.app.opened.database.reading() as connection:
        for table in ("journal", "accounts", "positions"):
            rows = connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 (names of ours)
            told += [str(tuple(row)) for row in rows if OWNER in row]
    assert told
    return "\n".join(told)
