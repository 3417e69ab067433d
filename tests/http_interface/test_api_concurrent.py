"""Several callers at once, on the embedded database and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import httpx
import pytest

from tests.support.api_wallet import ROWS, TARGETS, ApiWallet, api_wallet

CALLERS = 6
CROWD = 64


@pytest.fixture(params=["embedded", "postgres"])
def api(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ApiWallet]:
    """An empty book on each database."""
    url = request.getfixturevalue("migrated_postgres") if request.param == "postgres" else None
    with api_wallet(tmp_path, url=url) as opened:
        yield opened


def test_the_same_key_at_the_same_time_has_one_effect(api: ApiWallet) -> None:
    """All callers get one answer, that of whoever was answered first; the book has the row once."""

    def ask(_: int) -> httpx.Response:
        headers = {"Idempotency-Key": "same"}
        return httpx.post(
            f"{api.url}/api/v1/portfolios/ana/transactions", json=ROWS[0], headers=headers, timeout=60
        )

    with ThreadPoolExecutor(CALLERS) as pool:
        answers = list(pool.map(ask, range(CALLERS)))
    assert len({(each.status_code, each.text) for each in answers}) == 1, [each.text for each in answers]
    assert answers[0].status_code in {200, 201}
    assert len(api.get("/portfolios/ana/transactions")["transactions"]) == 1
    assert api.get("/custody/verification")["sound"] is True


def test_of_several_who_replace_the_same_targets_one_wins(api: ApiWallet) -> None:
    """The others are told that it changed, and nothing of the winner is lost."""
    api.types(*ROWS)
    assert api.targets().status_code == 200
    tag = api.client.get("/portfolios/ana/targets/text").headers["ETag"]
    texts = [TARGETS.replace('"60"', f'"{50 + at}"').replace('"40"', f'"{50 - at}"') for at in range(CALLERS)]

    def put(text: str) -> int:
        path = f"{api.url}/api/v1/portfolios/ana/targets/text"
        headers = {"content-type": "application/toml", "If-Match": tag}
        return httpx.put(path, content=text.encode(), headers=headers, timeout=60).status_code

    with ThreadPoolExecutor(CALLERS) as pool:
        statuses = list(pool.map(put, texts))
    assert statuses.count(200) == 1, statuses
    assert set(statuses) <= {200, 409, 412}
    assert api.client.get("/portfolios/ana/targets/text").text == texts[statuses.index(200)]


def test_a_whole_story_on_this_database(api: ApiWallet) -> None:
    """Rows, targets, a plan that is booked, and a row taken back: the book adds up."""
    api.whole()
    assert api.get("/portfolios/ana")["worth"]["amount"] == "5550.00"
    plan = api.post("/portfolios/ana/plans", {"amount": "1000.00"})
    booked = api.post(f"/portfolios/ana/plans/{plan['id']}/accept", {"account": "Clear"}, 201)
    api.post(f"/portfolios/ana/transactions/{booked['rows'][0]['id']}/reversal", status=201)
    api.get("/portfolios/ana/performance", period="all")
    api.get("/portfolios/ana/income/calendar")
    assert [each["wallet"] for each in api.get("/portfolios")["portfolios"]] == ["ana"]
    assert api.get("/custody/verification")["sound"] is True


@pytest.mark.parametrize("path", ["/", "/api/v1/portfolios/ana"])
def test_a_crowd_is_answered(api: ApiWallet, path: str) -> None:
    """More requests at once than there are connections: each waits its turn, none is turned away."""
    api.whole()
    base, together = api.url.removesuffix("/api/v1"), Barrier(CROWD)

    def ask(_: int) -> int:
        together.wait(60)
        return httpx.get(base + path, timeout=120).status_code

    with ThreadPoolExecutor(CROWD) as pool:
        assert list(pool.map(ask, range(CROWD))) == [200] * CROWD
