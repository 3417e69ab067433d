"""Bodies are bounded however they come, and threads ask the market's room through one door."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from fiel.bootstrap import open_custody, stored_prices
from fiel.bootstrap.market import OpenMarket
from fiel.bootstrap.versions import version_of
from fiel.copilot.own_plan.desk import OwnPlanDesk
from fiel.custody.ports import LastPrice
from fiel.entrypoints.http.limits import BODY_BYTES_MAX, UPLOAD_BYTES_MAX, Limited, body_limit
from fiel.entrypoints.http.market_door import MarketDoor
from fiel.infra.system import SystemClock
from fiel.kernel.clock import FixedClock
from fiel.kernel.errors import Unavailable
from tests.support.served_pages import client_of, pages_app, settings_of


def _endless(size: int) -> Iterator[bytes]:
    for _ in range(size // 65536 + 1):
        yield b"x" * 65536


def test_a_body_that_does_not_say_its_length_is_counted(tmp_path: Path) -> None:
    """In pieces or announced, more than is taken is answered with 413 and goes nowhere."""
    with pages_app(tmp_path) as (app, _), client_of(app) as client:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        told = client.post("/preferencias", content=b"x" * (BODY_BYTES_MAX + 1), headers=kind)
        untold = client.post("/preferencias", content=_endless(2 * BODY_BYTES_MAX), headers=kind)
        assert told.status_code == 413
        assert untold.status_code in (400, 413)
        assert client.get("/" + "x" * 9000).status_code == 414


@pytest.mark.parametrize(("pieces", "status"), [(15, 200), (17, 413)])
def test_pieces_are_counted_while_they_come(pieces: int, status: int) -> None:
    """Sixteen pieces of 64 KiB are taken, one more is not, whoever reads them."""
    answered: list[int] = []

    async def reads(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await Response("read")(scope, receive, send)

    async def asked() -> None:
        left = iter([*[True] * (pieces - 1), False])

        async def receive() -> Message:
            return {"type": "http.request", "body": b"x" * 65536, "more_body": next(left)}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered.append(message["status"])

        scope = {"type": "http", "method": "POST", "path": "/x", "query_string": b"", "headers": []}
        await Limited(reads, SystemClock())(scope, receive, send)

    asyncio.run(asked())
    assert answered == [status]


def test_only_uploads_may_be_large() -> None:
    """The paths where files come in take what the reader of files takes."""
    assert body_limit("/importar") == UPLOAD_BYTES_MAX
    assert body_limit("/aportar") == BODY_BYTES_MAX


def test_threads_ask_the_market_through_one_loop(tmp_path: Path) -> None:
    """Several at once get their answers; what takes too long is given up, and closing ends it."""
    door = MarketDoor(settings_of(tmp_path), f"sqlite:///{tmp_path}/book.db")

    async def known(market: OpenMarket) -> bool:
        await asyncio.sleep(0.01)
        return market.degraded == ""

    async def slow(_: OpenMarket) -> None:
        await asyncio.sleep(60)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: door.ask(known), range(8))) == [True] * 8
    with pytest.raises(Unavailable, match="did not answer within 0 s"):
        door.ask(slow, timeout_s=0.05)
    door.close()
    door.close()
    with pytest.raises(Unavailable, match="stopping"):
        door.ask(known)


def test_the_market_tells_ages_by_the_clock_of_its_book(tmp_path: Path) -> None:
    """In a demonstration today is the day of its prices: there they are of today, not years old."""
    then = datetime(2023, 12, 18, 21, tzinfo=UTC)
    door = MarketDoor(settings_of(tmp_path), f"sqlite:///{tmp_path}/book.db", FixedClock(then))

    async def now(market: OpenMarket) -> datetime:
        return market.timing.clock.now()

    assert door.ask(now) == then
    door.close()


def test_the_version_changes_with_everything_a_page_shows(tmp_path: Path) -> None:
    """An entry, a price at the same instant, targets: each gives another text; nothing, the same."""
    settings = settings_of(tmp_path)
    with open_custody(settings, f"sqlite:///{tmp_path}/book.db") as opened:
        database, now = opened.database, opened.custody.clock.now()
        seen = [version_of(database), version_of(database)]
        assert seen[0] == seen[1]
        opened.custody.deposit("ana", "10.00")
        seen.append(version_of(database))
        for price in (100, 101):
            stored_prices(database).put([LastPrice("PETR4", price, "BRL", now, "test")])
            seen.append(version_of(database))
        OwnPlanDesk(database, SystemClock()).save("ana", "text")
        seen.append(version_of(database))
    assert len(set(seen)) == len(seen) - 1
