"""The API from an empty book to a plan that is booked, as a program asks it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fiel.infra.access.principals import Scope
from fiel.kernel.clock import FixedClock
from tests.support.api_wallet import NOW, ROWS, TARGETS, ApiWallet, access_of, api_wallet

BUY = ROWS[0]


@pytest.fixture
def api(tmp_path: Path) -> Iterator[ApiWallet]:
    """An empty book."""
    with api_wallet(tmp_path, clock=FixedClock(NOW)) as opened:
        yield opened


@pytest.fixture(scope="module")
def ana(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiWallet]:
    """Ana's book; only read."""
    with api_wallet(tmp_path_factory.mktemp("ana"), clock=FixedClock(NOW)) as opened:
        yield opened.whole()


def test_an_empty_book_has_no_portfolios_and_the_first_row_begins_one(api: ApiWallet) -> None:
    """A wallet is there once something is booked in it."""
    assert api.get("/portfolios") == {"portfolios": [], "nextCursor": None}
    assert api.get("/portfolios/ana", 404)["code"] == "user_unknown"
    api.types(BUY)
    assert [each["wallet"] for each in api.get("/portfolios")["portfolios"]] == ["ana"]


def test_portfolios_come_in_parts(api: ApiWallet) -> None:
    """Each wallet is told once, whatever accounts it has, and the cursor goes on where the part ended."""
    names = ["ana", "bia", "caio"]
    for name in names:
        api.types(*ROWS[:3], wallet=name)
    found, cursor = [], None
    while True:
        page = api.get("/portfolios", limit=1, query={"cursor": cursor} if cursor else None)
        found += [each["wallet"] for each in page["portfolios"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert found == names
    assert api.get("/portfolios", 400, cursor="nonsense")["code"] == "cursor_unknown"


def test_an_overview_says_worth_only_when_all_of_it_is_known(api: ApiWallet) -> None:
    """One price that lacks, and there is no worth: a part is not the whole."""
    api.types(*ROWS)
    before = api.get("/portfolios/ana")
    assert (before["worth"], before["withoutPrice"]) == (None, ["HGLG11", "PETR4"])
    api.prices(PETR4="30.50", HGLG11="150.00")
    after = api.get("/portfolios/ana")
    assert after["worth"] == {"amount": "5550.00", "currency": "BRL"}
    assert after["cash"] == {"amount": "1000.00", "currency": "BRL"}


def test_positions_say_cost_worth_and_where_the_price_is_from(ana: ApiWallet) -> None:
    """Numbers are exact text with their currency, prices with age and source."""
    found = {each["asset"]: each for each in ana.get("/portfolios/ana/positions", lots=True)["positions"]}
    petr = found["PETR4"]
    assert petr["totalCost"] == {"amount": "3010.00", "currency": "BRL"}
    assert petr["worth"] == {"amount": "3050.00", "currency": "BRL"}
    assert petr["last"]["source"] == "test"
    assert [lot["boughtOn"] for lot in petr["lots"]] == ["2026-05-04"]
    assert ana.get("/portfolios/ana/positions/petr4")["quantity"] == "100"
    assert ana.get("/portfolios/ana/positions/VALE3", 404)["code"] == "asset_unknown"


def test_what_the_caller_has_is_not_sent_again(ana: ApiWallet) -> None:
    """The tag is of the content, so that time alone does not change it."""
    first = ana.client.get("/portfolios/ana")
    again = ana.client.get("/portfolios/ana", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["ETag"].startswith('W/"')
    other = ana.client.get("/portfolios/ana", headers={"If-None-Match": 'W/"other"'})
    assert other.status_code == 200


def test_transactions_come_in_parts_the_latest_first(ana: ApiWallet) -> None:
    """Every row once, however small the parts are."""
    whole = ana.get("/portfolios/ana/transactions")["transactions"]
    found, cursor = [], None
    for _ in range(len(whole)):
        page = ana.get("/portfolios/ana/transactions", limit=1, query={"cursor": cursor} if cursor else None)
        found += page["transactions"]
        cursor = page["nextCursor"]
    assert cursor is None
    assert found == whole
    assert [row["date"] for row in whole] == sorted((row["date"] for row in whole), reverse=True)
    only = ana.get("/portfolios/ana/transactions", asset="hglg11")["transactions"]
    assert [row["asset"] for row in only] == ["HGLG11"]


def test_the_same_key_has_one_effect_and_one_answer(api: ApiWallet) -> None:
    """Repeated with its key a request gives its first answer; with another body it is a conflict."""
    path = "/portfolios/ana/transactions"
    first = api.client.post(path, json=BUY, headers={"Idempotency-Key": "a"})
    again = api.client.post(path, json=BUY, headers={"Idempotency-Key": "a"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    other = api.client.post(path, json=BUY | {"quantity": "2"}, headers={"Idempotency-Key": "a"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert len(api.get(path)["transactions"]) == 1


def test_the_same_row_is_not_booked_twice_without_a_key_either(api: ApiWallet) -> None:
    """The book knows a row by what it tells."""
    api.types(BUY)
    again = api.post("/portfolios/ana/transactions", BUY)
    assert (again["rows"], len(again["known"])) == ([], 1)


def test_a_dry_run_books_nothing(api: ApiWallet) -> None:
    """What would be booked is told, and the book stays as it is."""
    told = api.post("/portfolios/ana/transactions?dryRun=true", BUY)
    assert (told["isBooked"], len(told["rows"])) == (False, 1)
    assert api.get("/portfolios")["portfolios"] == []


def test_a_row_is_taken_back_once_and_stays_in_the_record(api: ApiWallet) -> None:
    """What it booked is reversed by new entries; a second time is refused."""
    (booked,) = api.types(BUY)
    row = booked["rows"][0]["id"]
    done = api.post(f"/portfolios/ana/transactions/{row}/reversal", status=201)
    assert done["rows"] == [row]
    assert api.get("/portfolios/ana/transactions")["transactions"] == []
    kept = api.get(f"/portfolios/ana/transactions/{row}")
    assert kept["takenBackAt"] is not None
    assert api.post(f"/portfolios/ana/transactions/{row}/reversal", status=422)["code"] == "row_taken_back"
    assert api.post("/portfolios/ana/transactions/none/reversal", status=404)["code"] == "row_unknown"
    assert api.get("/custody/verification")["sound"] is True


def test_what_is_not_held_cannot_be_sold(api: ApiWallet) -> None:
    """The refusal speaks the API's words and names no option of the command line."""
    api.types(BUY)
    told = api.post("/portfolios/ana/transactions", BUY | {"kind": "sell", "asset": "VALE3"}, 422)
    assert (told["code"], told["field"]) == ("shares_missing", "quantity")
    assert "--" not in told["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (BUY | {"quantity": 100}, "quantity"),
        (BUY | {"price": "1e3"}, "price"),
        (BUY | {"kind": "gift"}, "kind"),
        (BUY | {"day": "2026-02-30"}, "day"),
        (BUY | {"unknown": "x"}, "unknown"),
        ({"kind": "buy"}, None),
    ],
)
def test_a_body_that_is_wrong_is_refused_by_its_field(
    api: ApiWallet, body: dict[str, Any], field: str | None
) -> None:
    """Numbers are text and never binary floats; what nobody knows is not passed over."""
    answer = api.client.post("/portfolios/ana/transactions", json=body)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    if field is not None:
        assert answer.json()["field"] == field


def test_targets_are_replaced_only_where_the_caller_saw_them(api: ApiWallet) -> None:
    """If-Match holds the text that was read; another one is left alone."""
    api.types(*ROWS)
    assert api.get("/portfolios/ana/targets", 404)["code"] == "targets_missing"
    assert "[targets" in api.client.get("/portfolios/ana/targets/text", params={"template": "true"}).text
    saved = api.targets(TARGETS, If_None_Match="*")
    assert saved.status_code == 200
    assert api.targets(TARGETS, If_None_Match="*").status_code == 412
    assert api.targets(TARGETS, If_Match='W/"other"').status_code == 412
    text = api.client.get("/portfolios/ana/targets/text")
    assert text.text == TARGETS
    changed = TARGETS.replace('"60"', '"50"').replace('"40"', '"50"')
    assert api.targets(changed, If_Match=text.headers["ETag"]).status_code == 200
    assert api.targets(TARGETS, If_Match=text.headers["ETag"]).status_code == 412
    assert api.client.get("/portfolios/ana/targets/text").text == changed


def test_targets_that_are_wrong_name_every_line(api: ApiWallet) -> None:
    """Nothing is kept of a text with a problem."""
    api.types(*ROWS)
    told = api.targets(TARGETS.replace('"60"', '"61"'))
    assert told.status_code == 400
    assert "101" in told.text
    assert api.get("/portfolios/ana/targets", 404)["code"] == "targets_missing"


def test_a_plan_is_answered_and_booked_only_when_accepted(api: ApiWallet) -> None:
    """Nothing is saved by asking; accepting books the orders, and after that the answer is another one."""
    api.whole()
    before = api.get("/portfolios/ana/transactions")
    asked = api.post("/portfolios/ana/plans", {"amount": "1000.00"})
    plan = asked["plan"]
    spent = sum(Decimal(order["value"]) + Decimal(order["fee"]) for order in plan["orders"])
    assert spent + Decimal(plan["residual_cash"]) == Decimal("2000")
    assert plan["explanations"]["orders"]
    assert asked == api.post("/portfolios/ana/plans", {"amount": "1000.00"}) | {
        "answeredAt": asked["answeredAt"]
    }
    assert api.get("/portfolios/ana/transactions") == before
    path = f"/portfolios/ana/plans/{asked['id']}/accept"
    done = api.post(path, {"account": "Clear"}, 201, Idempotency_Key="p")
    assert len(done["rows"]) == len(plan["orders"])
    assert api.post(path, {"account": "Clear"}, 201, Idempotency_Key="p") == done
    assert api.post(path, {"account": "Clear"}, 409)["code"] == "plan_changed"


def test_a_plan_is_booked_as_it_was_executed(api: ApiWallet) -> None:
    """What was really paid counts; an asset that the plan does not trade is refused."""
    api.whole()
    asked = api.post("/portfolios/ana/plans", {"amount": "1000.00"})
    path = f"/portfolios/ana/plans/{asked['id']}/accept"
    wrong = {"executed": [{"asset": "VALE3", "quantity": "1", "price": "1"}]}
    assert api.post(path, wrong, 400)["code"] == "order_unknown"
    order = asked["plan"]["orders"][0]
    real = {"executed": [{"asset": order["asset"], "quantity": "1", "price": "29.99", "fees": "0.01"}]}
    (row,) = api.post(path, real, 201)["rows"]
    assert (row["quantity"], row["price"], row["fees"]) == ("1", "29.99", "0.01")


def test_a_supposed_plan_cannot_be_accepted(api: ApiWallet) -> None:
    """What if prices were others: an answer to look at, and no more."""
    api.whole()
    asked = api.post("/portfolios/ana/plans", {"amount": "1000.00", "prices": {"HGLG11": "100.00"}})
    assert asked["isHypothetical"] is True
    told = api.post(f"/portfolios/ana/plans/{asked['id']}/accept", {}, 422)
    assert told["code"] == "plan_hypothetical"
    assert api.post("/portfolios/ana/plans/nonsense/accept", {}, 404)["code"] == "plan_unknown"


def test_an_import_is_looked_at_accepted_and_undone(api: ApiWallet) -> None:
    """Nothing is booked before it is accepted; undone, the book is as it was, and both times it adds up."""
    entry = {
        "kind": "BUY",
        "date": "2026-06-01",
        "ticker": "VALE3",
        "quantity": "10",
        "price": "60",
        "amount": "600",
        "institution": "CLEAR",
    }
    file = json.dumps({"format": "fiel-entries", "version": 1, "entries": [entry]})
    read = api.client.post("/portfolios/ana/imports", files={"files": ("mine.json", file)})
    assert read.status_code == 201, read.text
    found = read.json()
    assert (found["state"], found["importable"], found["counts"]["new"]) == ("open", 1, 1)
    assert api.get("/portfolios")["portfolios"] == []
    path = read.headers["Location"].removeprefix("/api/v1")
    (row,) = api.get(f"{path}/rows")["rows"]
    assert (row["state"], row["asset"], row["amount"]) == ("new", "VALE3", "600")
    assert api.post(f"{path}/accept")["state"] == "booked"
    assert api.get("/portfolios/ana/positions/VALE3")["quantity"] == "10"
    assert api.post(f"{path}/accept", status=409)["code"] == "draft_closed"
    assert api.post(f"{path}/undo")["rows"] == 1
    assert api.get("/portfolios/ana/positions")["positions"] == []
    assert api.get("/custody/verification")["sound"] is True


def test_a_file_that_nobody_knows_is_refused(api: ApiWallet) -> None:
    """With its name and what is read."""
    answer = api.client.post("/portfolios/ana/imports", files={"files": ("x.txt", b"hello")})
    assert (answer.status_code, answer.json()["code"]) == (400, "format_not_recognised")


def test_the_other_answers_of_a_wallet(ana: ApiWallet) -> None:
    """Income, performance, tax, accounts and statements of the same book."""
    calendar = ana.get("/portfolios/ana/income/calendar", past=6)
    assert len(calendar["unmatched"]) == 1
    assert ana.get("/portfolios/ana/income/reconciliation")["wallet"] == "ana"
    performance = ana.get("/portfolios/ana/performance", period="all")
    assert performance["portfolio"]["final"] == "5510.00"
    assert ana.get("/portfolios/ana/tax/months/2026-05")["darf"] == "0.00"
    year = ana.get("/portfolios/ana/tax/years/2026", category="HGLG11=fii")
    assert {row["asset"] for row in year["goods"]} >= {"PETR4", "HGLG11"}
    labels = [each["label"] for each in ana.get("/portfolios/ana/accounts")["accounts"]]
    assert labels == [None, "clear"]
    span = {"from": "2026-05-01T00:00:00-03:00", "to": "2026-06-01T00:00:00-03:00"}
    statement = ana.get("/portfolios/ana/accounts/own/statement", query=span)
    assert (statement["opening"], statement["closing"]) == ("0.00", "1000.00")


def test_what_was_reckoned_is_reckoned_again_when_the_book_changes(api: ApiWallet) -> None:
    """A sale that is booked stands in the month's tax at once, and one that is taken back is gone."""
    api.whole()
    path = "/portfolios/ana/tax/months/2026-06"
    assert api.get(path)["stockSales"] == "0.00"
    sale = {"kind": "sell", "asset": "PETR4", "quantity": "10", "price": "31", "day": "2026-06-10"}
    (sold,) = api.types(sale | {"account": "Clear"})
    assert api.get(path)["stockSales"] == "310.00"
    api.post(f"/portfolios/ana/transactions/{sold['rows'][0]['id']}/reversal", status=201)
    assert api.get(path)["stockSales"] == "0.00"


def test_market_data_say_where_they_are_from(ana: ApiWallet) -> None:
    """Each value with its age, its source and how it was had; a symbol without a price is an answer, too."""
    one, none = ana.get("/market/quotes", symbols="PETR4,XXXX3")["quotes"]
    assert (one["source"], one["how"], one["price"]["currency"]) == ("recorded", "stale", "BRL")
    assert one["ageSeconds"] > 0
    assert (none["price"], none["how"]) == (None, "none")
    rows = ana.get("/market/series/cdi", query={"from": "2026-01-01", "to": "2026-01-31"})
    assert rows["unit"] == "% per day"
    assert rows["rows"][0]["source"] == "recorded"
    assert ana.get("/market/series/nothing", 404)["code"] == "series_unknown"
    assert ana.get("/market/events/TAEE11")["source"] == "recorded"


def test_a_portfolio_is_enrolled_tried_paused_and_resumed(api: ApiWallet) -> None:
    """What people decide stays in the history with their name."""
    api.whole()
    put = api.client.put("/autobalance/ana", json={"threshold": "5"})
    assert (put.status_code, put.json()["status"]) == (200, "active")
    dry = api.post("/autobalance/ana/dry-run", {"prices": {"PETR4F": "30.00"}})
    assert dry["portfolio"] == "ana"
    assert api.post("/autobalance/ana/pause", {"reason": "holidays"})["status"] == "paused"
    assert api.post("/autobalance/ana/clear-stale", {"reason": "x"}, 422)["code"] == "not_stale"
    assert api.post("/autobalance/ana/resume", {"reason": "back"})["status"] == "active"
    notes = api.get("/autobalance/ana/history")["notes"]
    assert [each["action"] for each in notes] == ["resumed", "paused", "enrolled"]
    assert api.get("/autobalance")["counts"]["active"] == 1
    assert api.get("/autobalance/bia", 404)["code"] == "portfolio_unknown"


def test_a_simulation_runs_beside_and_adds_up(api: ApiWallet) -> None:
    """It is answered at once with its id; another one waits for its end."""
    begun = api.post("/simulations", {"portfolios": 2, "stocks": 6, "waves": [2]}, 202)
    assert api.post("/simulations", {}, 409)["code"] == "simulation_running"
    for _ in range(600):
        found = api.get(f"/simulations/{begun['id']}")
        if found["state"] != "running":
            break
        time.sleep(0.1)
    assert found["state"] == "done", found
    assert found["result"]["conservation"] is True
    assert api.post("/simulations", {"waves": [500, 1]}, 400)["code"] == "too_many_changes"


def test_a_key_sees_its_own_wallet_alone(tmp_path: Path) -> None:
    """The wallet of another is not there, whoever asks for it; a key that only reads changes nothing."""
    access = access_of(tmp_path, open_on_loopback=True)
    with api_wallet(tmp_path, access=access) as api:
        api.types(BUY)
        api.types(BUY, wallet="bia")
        text, _ = access.make_key("ana", [Scope.READ], wallets=["ana"])
        api.client.headers["Authorization"] = f"Bearer {text}"
        assert [each["wallet"] for each in api.get("/portfolios")["portfolios"]] == ["ana"]
        api.get("/portfolios/ana")
        for path in ("", "/positions", "/transactions", "/targets", "/imports", "/accounts"):
            api.get(f"/portfolios/bia{path}", 404)
        api.get("/autobalance/bia", 404)
        assert api.client.post("/portfolios/ana/transactions", json=ROWS[1]).status_code == 403
        assert api.client.get("/custody/verification").status_code == 403
