"""The wallet as the existing services call it: same routes, same members, same number forms."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.custody.stories import wire
from tests.http_interface.conftest import Wallet

E9 = 10**9


def _exact(answer: httpx.Response) -> Any:
    """The body as a client with exact numbers reads it."""
    return json.loads(answer.text, parse_float=Decimal)


def _bought(wallet: Wallet) -> None:
    wallet.post("ana/deposit", "5000.00")
    wallet.bank.send(
        wire(), wire("FILLED", executedPrice="9.99"), wire(orderId=2, ticker="VALE3", quantity="0.5")
    )


def test_the_first_deposit_opens_the_account(wallet: Wallet) -> None:
    """The account comes back with its amounts as JSON numbers with their exact digits."""
    answer = wallet.post("ana/deposit", "1000.00")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert '"balance":1000.00,"blockedBalance":0.00,"availableBalance":1000.00' in answer.text
    body = _exact(answer)
    assert (body["userId"], body["currency"]) == ("ana", "BRL")
    assert body["updatedAt"] == "2026-05-04T13:00:00+00:00"


@pytest.mark.parametrize("prefix", ["/api/v1/wallet", "/api/v1/wallets"])
def test_both_spellings_answer(wallet: Wallet, prefix: str) -> None:
    """Both prefixes have callers."""
    wallet.post("ana/deposit", "10.00")
    for path in ("summary", "positions", "transactions"):
        assert wallet.client.get(f"{prefix}/ana/{path}").status_code == 200
    for path in ("deposit", "withdraw"):
        assert wallet.client.post(f"{prefix}/ana/{path}?amount=1.00").status_code == 200


def test_positions_show_what_a_front_end_reads(wallet: Wallet) -> None:
    """Quantity and prices are numbers; a position without a price has null, never zero."""
    _bought(wallet)
    wallet.bank.send(wire("FILLED", orderId=2, ticker="VALE3", quantity="0.5", executedPrice="10.00"))
    wallet.price("PETR4", 10_500_000_000)
    petr, vale = _exact(wallet.get("ana/positions"))
    assert (petr["ticker"], petr["quantity"], petr["averagePrice"]) == ("PETR4", 100, Decimal("9.99"))
    assert (petr["currentPrice"], petr["name"]) == (Decimal("10.5"), "PETR4")
    assert (vale["quantity"], vale["currentPrice"]) == (Decimal("0.5"), None)


def test_fault_46_the_summary_says_what_is_missing(wallet: Wallet) -> None:
    """A missing price is named, its age too; when all are there the valuation is complete."""
    _bought(wallet)
    incomplete = _exact(wallet.get("ana/summary"))
    assert incomplete["valuation"] == "incomplete"
    assert incomplete["missingPrices"] == ["PETR4"]
    assert incomplete["positionsValue"] == 0
    wallet.price("PETR4", 10_500_000_000)
    wallet.bank.clock.move(minutes=2)
    body = _exact(wallet.get("ana/summary"))
    assert body["valuation"] == "complete"
    assert body["positionsValue"] == Decimal("1050.00")
    assert body["totalEquity"] == Decimal("4001.00") + Decimal("1050.00")
    assert body["availableBalance"] == Decimal("4001.00") - Decimal("5.00")
    assert (body["oldestPriceAgeSeconds"], body["priceSources"]) == (120, ["test"])


def test_transactions_tell_the_audit_view(wallet: Wallet) -> None:
    """Newest first; reserve and refund positive, settlement negative."""
    _bought(wallet)
    found = _exact(wallet.get("ana/transactions"))
    assert [(row["transactionType"], row["amount"], row["orderId"]) for row in reversed(found)] == [
        ("DEPOSIT", Decimal("5000.00"), None),
        ("RESERVE", Decimal("1000.00"), 1),
        ("SETTLEMENT", Decimal("-999.00"), 1),
        ("REFUND", Decimal("1.00"), 1),
        ("RESERVE", Decimal("5.00"), 2),
    ]
    assert len({row["id"] for row in found}) == 5
    assert found[0]["createdAt"].startswith("2026-05-04T")


def test_transactions_come_in_pages(wallet: Wallet) -> None:
    """A page ends where the next begins."""
    for _ in range(5):
        wallet.post("ana/deposit", "1.00")
    first = _exact(wallet.get("ana/transactions", limit=2))
    second = _exact(wallet.get("ana/transactions", limit=2, before=first[-1]["sequence"]))
    assert [row["sequence"] for row in first + second] == [5, 4, 3, 2]


def test_more_than_is_available_is_refused(wallet: Wallet) -> None:
    """What orders hold cannot be withdrawn, and nothing changes."""
    _bought(wallet)
    refused = wallet.post("ana/withdraw", "3997.00")
    assert (refused.status_code, refused.json()["code"]) == (422, "available_exceeded")
    assert wallet.post("ana/withdraw", "3996.00").status_code == 200


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("0", "amount_not_positive"),
        ("-5.00", "amount_not_positive"),
        ("NaN", "number_not_finite"),
        ("Infinity", "number_not_finite"),
        ("1e3", "number_with_exponent"),
        ("1,50", "number_malformed"),
        ("1.001", "too_many_decimals"),
        ("", "number_missing"),
        ("9" * 30, "amount_too_large"),
        ("9" * 300, "number_too_large"),
        (None, "amount_missing"),
    ],
)
@pytest.mark.parametrize("verb", ["deposit", "withdraw"])
def test_a_bad_amount_is_a_problem_document(wallet: Wallet, verb: str, amount: str | None, code: str) -> None:
    """4xx with the field named, beside the members that callers of the old wallet read."""
    wallet.post("ana/deposit", "1.00")
    answer = wallet.post(f"ana/{verb}", amount)
    body = answer.json()
    assert (answer.status_code, body["code"], body["field"]) == (400, code, "amount")
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["status"] == 400
    assert body["error"] == body["detail"]
    assert body["timestamp"]
    assert len(wallet.get("ana/transactions").json()) == 1


def test_an_amount_given_twice_is_refused(wallet: Wallet) -> None:
    """It is not for us to choose one."""
    answer = wallet.client.post("/api/v1/wallet/ana/deposit?amount=1.00&amount=2.00")
    assert (answer.status_code, answer.json()["code"]) == (400, "amount_twice")


@pytest.mark.parametrize("path", ["summary", "positions", "transactions"])
def test_an_unknown_account_is_a_400_as_it_was(wallet: Wallet, path: str) -> None:
    """The old wallet answered so, and callers look at it."""
    answer = wallet.get(f"bob/{path}")
    assert (answer.status_code, answer.json()["code"]) == (400, "account_unknown")
    assert wallet.post("bob/withdraw", "1.00").status_code == 400


@pytest.mark.parametrize("user", ["%00", "%20", "a" * 101])
def test_a_name_that_cannot_be_kept_is_refused(wallet: Wallet, user: str) -> None:
    """Control characters, blanks and too long names open no account."""
    answer = wallet.post(f"{user}/deposit", "1.00")
    assert (answer.status_code, answer.json()["field"]) == (400, "userId")


def test_fault_26_a_repeated_request_has_one_effect(wallet: Wallet) -> None:
    """Same key, same answer, even after the account moved on; another body is a 409 naming the field."""
    first = wallet.post("ana/deposit", "10.00", Idempotency_Key="pix-1")
    wallet.post("ana/deposit", "5.00")
    again = wallet.post("ana/deposit", "10.00", Idempotency_Key="pix-1")
    assert again.text == first.text
    assert again.headers["idempotent-replayed"] == "true"
    other = wallet.post("ana/deposit", "11.00", Idempotency_Key="pix-1")
    assert (other.status_code, other.json()["field"]) == (409, "amount")
    assert _exact(wallet.get("ana/summary"))["balance"] == Decimal("15.00")


def test_fault_26_a_refused_request_may_be_tried_again_with_its_key(wallet: Wallet) -> None:
    """A refusal keeps no key: once the money is there, the same request goes through."""
    wallet.post("ana/deposit", "1.00")
    assert wallet.post("ana/withdraw", "5.00", Idempotency_Key="k").status_code == 422
    wallet.post("ana/deposit", "10.00")
    assert wallet.post("ana/withdraw", "5.00", Idempotency_Key="k").status_code == 200


def test_health_names_what_is_down(wallet: Wallet) -> None:
    """UP with 200; DOWN with 503 and the component."""
    up = wallet.client.get("/actuator/health")
    assert (up.status_code, up.json()["status"]) == (200, "UP")
    wallet.down.add("prices")
    down = wallet.client.get("/actuator/health")
    assert (down.status_code, down.json()["status"]) == (503, "DOWN")
    assert down.json()["components"]["database"] == {"status": "UP"}
    assert down.json()["components"]["prices"]["status"] == "DOWN"


def test_the_reference_page_needs_no_other_host(wallet: Wallet) -> None:
    """The page shows every route, and loads nothing from elsewhere."""
    page = wallet.client.get("/docs").text
    document = wallet.client.get("/openapi.json").json()
    assert "/api/v1/wallets/{user_id}/summary" in document["paths"]
    for path in document["paths"]:
        assert path in page
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_an_unknown_route_is_a_problem_document(wallet: Wallet) -> None:
    """404 and 405 speak the same language."""
    missing = wallet.client.get("/api/v1/nothing")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")
    wrong = wallet.client.delete("/api/v1/wallet/ana/deposit")
    assert (wrong.status_code, wrong.headers["content-type"]) == (405, "application/problem+json")


def test_what_is_too_long_is_refused_unread(wallet: Wallet) -> None:
    """Bodies and addresses have limits."""
    answer = wallet.client.post("/api/v1/wallet/ana/deposit?amount=1.00", content=b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413
    assert wallet.client.get("/api/v1/wallet/ana/summary?x=" + "a" * 9000).status_code == 414


def test_metrics_are_served(wallet: Wallet) -> None:
    """The text that the composition root's registry writes."""
    answer = wallet.client.get("/metrics")
    assert answer.text == "fiel_up 1\n"
    assert answer.headers["content-type"].startswith("text/plain")


def test_a_defect_tells_nothing_of_the_inside(wallet: Wallet) -> None:
    """An error that nobody foresaw is a 500 without its text."""
    wallet.bank.database.close()
    wallet.bank.database.engine.dispose()
    path = wallet.bank.database.url.database
    assert path is not None
    with open(path, "wb") as file:  # noqa: PTH123 - a file damaged under our hands
        file.write(b"this is no database" * 1000)
    answer = wallet.get("ana/summary")
    assert answer.status_code == 500
    assert "database" not in answer.json()["detail"]
