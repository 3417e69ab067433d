"""The Python client against the served application."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from fiel.entrypoints.client import Client
from fiel.entrypoints.client.asking import ATTEMPTS, Asking
from fiel.entrypoints.http.api.transactions import Typed
from fiel.infra.access.principals import Scope
from fiel.kernel.errors import Conflict, Corrupt, InvalidInput, NotFound, Refused, Unavailable
from tests.support.api_wallet import ROWS, TARGETS, ApiWallet, access_of, api_wallet


@pytest.fixture
def api(tmp_path: Path) -> Iterator[ApiWallet]:
    """An empty book, served."""
    with api_wallet(tmp_path) as opened:
        yield opened


@pytest.fixture
def client(api: ApiWallet) -> Iterator[Client]:
    """A client of it."""
    with Client(api.url) as opened:
        yield opened


def test_from_an_empty_book_to_a_plan_that_is_booked(api: ApiWallet, client: Client) -> None:
    """Rows, targets, a plan, and the plan in the book: every answer has its shape."""
    for row in ROWS:
        assert client.book("ana", Typed.model_validate(row)).is_booked
    api.prices(PETR4="30.50", HGLG11="150.00")
    assert client.save_targets("ana", TARGETS).assets == 2
    assert [each.wallet for each in client.portfolios()] == ["ana"]
    overview = client.portfolio("ana")
    assert overview.worth is not None
    assert Decimal(overview.worth.amount) == Decimal("5550.00")
    answer = client.plan("ana", amount="1000.00")
    assert sum(Decimal(order.value) for order in answer.plan.orders) <= 2000
    booked = client.accept_plan("ana", answer.id)
    assert len(booked.rows) == len(answer.plan.orders)
    assert len(list(client.transactions("ana"))) == len(ROWS) + len(booked.rows)
    taken = client.take_back("ana", booked.rows[0].id)
    assert taken.rows == [booked.rows[0].id]


def test_files_are_read_booked_and_undone(client: Client) -> None:
    """An import from bytes."""
    entry = {
        "kind": "BUY",
        "date": "2026-06-01",
        "ticker": "VALE3",
        "quantity": "10",
        "price": "60",
        "amount": "600",
    }
    file = json.dumps({"format": "fiel-entries", "version": 1, "entries": [entry]}).encode()
    read = client.read_files("ana", {"mine.json": file})
    assert read.importable == 1
    assert client.accept_import("ana", read.id).state == "booked"
    assert [each.asset for each in client.positions("ana").positions] == ["VALE3"]
    assert client.undo_import("ana", read.id).rows == 1


def test_the_reads_have_their_shapes(api: ApiWallet, client: Client) -> None:
    """Everything that a program asks of a wallet and of the market."""
    api.whole()
    assert client.targets("ana").text == TARGETS
    assert client.positions("ana", lots=True).positions[0].lots
    assert client.income_calendar("ana").wallet == "ana"
    assert list(client.income_received("ana")) == []
    assert client.performance("ana", period="all").portfolio.level == "portfolio"
    assert client.tax_month("ana", "2026-05").month == "2026-05"
    assert [each.symbol for each in client.quotes("VALE3", "PETR4")] == ["VALE3", "PETR4"]
    parts = list(client.series("cdi", first="2026-01-01", last="2026-03-31"))
    assert parts[0].rows[0].source == "recorded"
    assert [each.label for each in client.accounts("ana").accounts] == [None, "clear"]
    statement = client.statement("ana", "own", "2026-05-01T00:00:00-03:00", "2026-06-01T00:00:00-03:00")
    assert statement.closing == "1000.00"
    assert client.forecast("TAEE11").source == "recorded"


def test_the_auto_balancer_is_asked_and_told(api: ApiWallet, client: Client) -> None:
    """How it stands, what it would do, and what a person decides."""
    api.whole()
    api.client.put("/autobalance/ana", json={}).raise_for_status()
    assert client.standing("ana").status == "active"
    assert client.dry_run("ana", {"PETR4F": "30.00"}).portfolio == "ana"
    assert client.pause_balancing("ana", "holidays").status == "paused"
    assert client.resume_balancing("ana", "back").status == "active"
    assert client.fleet().counts["active"] == 1
    assert client.balancing_history("ana").notes[0].action == "resumed"


def test_problems_are_raised_as_what_they_are(api: ApiWallet, client: Client) -> None:
    """The stable code and the field come with the error."""
    with pytest.raises(NotFound) as unknown:
        client.portfolio("bia")
    assert unknown.value.code == "user_unknown"
    api.whole()
    with pytest.raises(InvalidInput) as wrong:
        client.performance("ana", period="never")
    assert wrong.value.field == "period"
    with pytest.raises(Refused):
        client.book("ana", Typed(kind="sell", asset="VALE3", quantity="1", price="1"))
    _, tag = client.targets_text("ana")
    client.save_targets("ana", TARGETS.replace("60", "50").replace("40", "50"), replacing=tag)
    with pytest.raises(Conflict):
        client.save_targets("ana", TARGETS, replacing=tag)


def test_a_key_opens_what_is_closed(tmp_path: Path) -> None:
    """Without the key nothing is told."""
    access = access_of(tmp_path, open_on_loopback=True)
    with api_wallet(tmp_path, access=access) as api:
        text, _ = access.make_key("program", [Scope.READ])
        with Client(api.url) as nobody, pytest.raises(Refused):
            list(nobody.portfolios())
        with Client(api.url, key=text) as somebody:
            assert list(somebody.portfolios()) == []


def _asking(answer: Callable[[httpx.Request], httpx.Response], waits: list[float]) -> Asking:
    http = httpx.Client(base_url="http://fiel", transport=httpx.MockTransport(answer))
    return Asking(http, waits.append)


def test_what_does_not_answer_is_asked_again_with_the_same_key() -> None:
    """As long as Retry-After says, and no longer than a bound; the request keeps its name."""
    keys, waits = [], list[float]()

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        if len(keys) == 1:
            raise httpx.ConnectError("refused")
        problem = {"code": "database_unavailable", "detail": "away"}
        return httpx.Response(503, json=problem, headers={"Retry-After": "7200"})

    with pytest.raises(Unavailable) as away:
        _asking(answer, waits).ask("POST", "/x", headers={"Idempotency-Key": "a"})
    assert away.value.code == "database_unavailable"
    assert keys == ["a"] * ATTEMPTS
    assert waits == [1.0, 10.0]


def test_an_answer_that_is_none_is_told_as_such() -> None:
    """A page of somebody else's, or a body without a member, is no answer."""
    page = _asking(lambda _: httpx.Response(200, text="<html>"), [])
    with pytest.raises(Corrupt):
        page.answer(Typed, "GET", "/x")
    bad = _asking(lambda _: httpx.Response(502, text="<html>"), [])
    with pytest.raises(Corrupt) as gateway:
        bad.ask("GET", "/x")
    assert gateway.value.code == "http"
