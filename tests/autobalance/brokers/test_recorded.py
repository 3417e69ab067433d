"""The exchange's process: killed and started again it is the same exchange, and what it tells the bus."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from fiel.autobalance.brokers.simulated.books import Handling
from fiel.autobalance.brokers.simulated.client import ExchangeControl, HttpBroker
from fiel.autobalance.brokers.simulated.fates import Fate
from fiel.autobalance.brokers.simulated.floor import Phase
from fiel.autobalance.brokers.simulated.record import RecordedExchange
from fiel.autobalance.orders import BrokerOrder, OrderState
from fiel.custody.order_events import OrderEvent, parse_order_event
from fiel.custody.order_events.event import Side
from fiel.custody.reservations import Fees
from fiel.infra.bus.port import Message
from fiel.kernel.errors import Conflict, Corrupt, InvalidInput, NotFound, Unavailable
from tests.support.autobalance.brokers import (
    CASH,
    CLOCK,
    FEES,
    NOW,
    PORTFOLIO,
    PRICE,
    SHARES,
    TICKER,
    UNIT,
    OpenFates,
    running,
)  # fmt: skip


def order(name: str, side: Side = Side.BUY, quantity: int = UNIT, limit: int = PRICE) -> BrokerOrder:
    """An order of the portfolio."""
    return BrokerOrder(name, PORTFOLIO, TICKER, side, quantity, limit)


def a_day(exchange: RecordedExchange) -> None:
    """Something of every kind."""
    exchange.open_account(PORTFOLIO, CASH, {TICKER: SHARES})
    exchange.set_prices({TICKER: PRICE, "VALE3": 60 * UNIT})
    exchange.place(order("a"))
    exchange.place(order("a"))
    exchange.place(order("b", quantity=10 * UNIT), Handling(first_ppm=300_000, rest_after=2))
    exchange.query("b", PORTFOLIO)
    exchange.place(order("c", Side.SELL, limit=PRICE * 2))
    exchange.move(PORTFOLIO, 500, {"VALE3": UNIT})
    exchange.set_phase("VALE3", Phase.HALTED)
    exchange.place(order("d", limit=PRICE // 2))
    exchange.cancel("d", PORTFOLIO)
    with pytest.raises(Conflict):
        exchange.place(order("a", quantity=2 * UNIT))


class Ticking:
    """A clock that is a second later each time."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def state(exchange: RecordedExchange) -> tuple[object, ...]:
    """Everything that can be asked."""
    status = exchange.trading_status([TICKER, "VALE3"])
    return exchange.statement(PORTFOLIO), exchange.orders(), exchange.counters(), status


def test_a_log_makes_the_same_exchange_again(tmp_path: Path) -> None:
    """Orders, instants, books, counters and what still has to happen are as before."""
    path, clock = tmp_path / "exchange.jsonl", Ticking()
    first = RecordedExchange(path, clock, FEES)
    a_day(first)
    expected = state(first)
    first.close()
    instants = {one.at for _, report in first.orders() for one in report.executions}
    assert len(instants) == 2
    again = RecordedExchange(path, clock, FEES)
    assert state(again) == expected
    again.query("b", PORTFOLIO)
    after = again.query("b", PORTFOLIO)
    assert after is not None
    assert after.state is OrderState.FILLED
    expected = state(again)
    again.close()
    last = RecordedExchange(path, CLOCK, FEES)
    assert state(last) == expected
    last.close()


def test_a_line_that_broke_off_is_dropped(tmp_path: Path) -> None:
    """What was half written was told to nobody; the log goes on after it."""
    path = tmp_path / "exchange.jsonl"
    first = RecordedExchange(path, CLOCK, FEES)
    a_day(first)
    expected = state(first)
    first.close()
    with path.open("ab") as file:
        file.write(b'{"do":"place","at":"2026-')
    again = RecordedExchange(path, CLOCK, FEES)
    assert state(again) == expected
    again.place(order("e"))
    expected = state(again)
    again.close()
    last = RecordedExchange(path, CLOCK, FEES)
    assert state(last) == expected
    last.close()


def test_a_log_that_cannot_be_read_names_its_line(tmp_path: Path) -> None:
    """Damage stops the exchange before it answers anyone."""
    path = tmp_path / "exchange.jsonl"
    first = RecordedExchange(path, CLOCK, FEES)
    a_day(first)
    first.close()
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], b'{"do":"dance","at":"2026-01-01T00:00:00+00:00"}\n', *lines[3:]]))
    with pytest.raises(Corrupt, match="line 4"):
        RecordedExchange(path, CLOCK, FEES)


def test_a_log_belongs_to_one_exchange_and_its_fees(tmp_path: Path) -> None:
    """Other fees would make other books; a second process would make two."""
    path = tmp_path / "exchange.jsonl"
    first = RecordedExchange(path, CLOCK, FEES)
    with pytest.raises(Conflict, match="another exchange"):
        RecordedExchange(path, CLOCK, FEES)
    first.close()
    with pytest.raises(Conflict, match="other fees"):
        RecordedExchange(path, CLOCK, Fees(1, 1))


_PROCESS = """
import sys
from pathlib import Path
from fiel.autobalance.brokers.simulated.server import serve_exchange
from fiel.infra.system import SystemClock
def started(server):
    print(server.url, flush=True)
serve_exchange(clock=SystemClock(), log=Path(sys.argv[1]), started=started)
"""


def test_a_killed_process_still_knows_its_orders(tmp_path: Path) -> None:
    """kill -9 between two calls loses nothing that anyone was told."""
    log = tmp_path / "exchange.jsonl"

    async def first(url: str) -> object:
        async with httpx.AsyncClient() as client:
            await ExchangeControl(url, client).open_accounts([(PORTFOLIO, CASH, {TICKER: SHARES})])
            await ExchangeControl(url, client).set_prices({TICKER: PRICE})
            return await HttpBroker(url, client).place(order("a"))

    async def second(url: str) -> tuple[object, object, object]:
        async with httpx.AsyncClient() as client:
            broker = HttpBroker(url, client)
            asked = await broker.query("a", PORTFOLIO)
            return asked, await broker.place(order("a")), await broker.positions(PORTFOLIO)

    for number in range(2):
        with subprocess.Popen([sys.executable, "-c", _PROCESS, str(log)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            url = process.stdout.readline().decode().strip()
            if number == 0:
                told = asyncio.run(first(url))
            else:
                assert asyncio.run(second(url)) == (told, told, {TICKER: SHARES + UNIT})
            process.send_signal(signal.SIGKILL)


class Bus:
    """Takes messages, after refusing the first `failures` times."""

    def __init__(self, failures: int = 0) -> None:
        self.messages: list[Message] = []
        self.failures, self.got = failures, threading.Event()

    def __call__(self, messages: list[Message]) -> None:
        if self.failures:
            self.failures -= 1
            raise Unavailable("bus_down", "not now")
        self.messages.extend(messages)
        self.got.set()

    def names(self) -> list[str]:
        """The ids of the events, in order."""
        return [json.loads(each.body or b"")["eventId"] for each in self.messages]


def test_order_events_reach_the_bus_in_order_and_custody_reads_them(tmp_path: Path) -> None:
    """Executions and closings, keyed by portfolio, doubled where fate says so, after a bus that was away."""
    bus, fates = Bus(failures=1), OpenFates()
    fates.script["b"] = [Fate(Handling(first_ppm=500_000, published_twice=True))]

    async def trade(url: str) -> None:
        async with httpx.AsyncClient() as client:
            control, broker = ExchangeControl(url, client), HttpBroker(url, client)
            await control.open_accounts([(PORTFOLIO, CASH, {TICKER: SHARES})])
            await control.set_prices({TICKER: PRICE})
            await broker.place(order("a"))
            await broker.place(order("b"))
            await broker.cancel("b", PORTFOLIO)
            while await control.unpublished():
                await asyncio.sleep(0.01)

    with running(fates=fates, log=tmp_path / "log", publish=bus) as server:
        asyncio.run(trade(server.url))
    assert bus.names() == ["a:fill:1", "b:fill:1", "b:fill:1", "b:closed", "b:closed"]
    assert {(each.topic, each.key) for each in bus.messages} == {("order-events-v1", PORTFOLIO.encode())}
    read = [parse_order_event(each.body or b"") for each in bus.messages]
    assert all(isinstance(each, OrderEvent) for each in read)
    # Started again, it has nothing to tell that the bus has already.
    later = Bus()
    with running(fates=fates, log=tmp_path / "log", publish=later) as server:
        asyncio.run(_place(server.url, order("c")))
        assert later.got.wait(30)
    assert later.names() == ["c:fill:1"]


def test_what_was_not_published_is_told_after_a_restart(tmp_path: Path) -> None:
    """Events wait in the log for the bus."""
    with running(log=tmp_path / "log", publish=Bus(failures=10**6)) as server:
        server.exchange.open_account(PORTFOLIO, CASH)
        server.exchange.set_prices({TICKER: PRICE})
        asyncio.run(_place(server.url, order("a")))
    bus = Bus()
    with running(log=tmp_path / "log", publish=bus):
        assert bus.got.wait(30)
    assert bus.names() == ["a:fill:1"]


async def _place(url: str, new: BrokerOrder) -> None:
    async with httpx.AsyncClient() as client:
        await HttpBroker(url, client).place(new)


def test_the_process_can_be_furnished_and_asked_from_elsewhere() -> None:
    """Accounts, moves, prices, phases, the end of a day, statements and counters; errors keep their names."""

    async def played(url: str) -> None:
        async with httpx.AsyncClient() as client:
            control, broker = ExchangeControl(url, client), HttpBroker(url, client)
            await control.open_accounts([("a/b ç", 100, {}), (PORTFOLIO, CASH, {TICKER: SHARES})])
            with pytest.raises(Conflict, match="has an account"):
                await control.open_accounts([(PORTFOLIO, 1, {})])
            with pytest.raises(InvalidInput) as refused:
                await control.set_prices({TICKER: 0})
            assert (refused.value.code, refused.value.field) == ("price_out_of_range", f"prices.{TICKER}")
            await control.set_prices({TICKER: PRICE})
            await control.move("a/b ç", 50, {TICKER: UNIT})
            with pytest.raises(NotFound):
                await broker.cash("nobody")
            await broker.place(order("x", limit=PRICE // 2))
            await control.end_day()
            await control.set_phase(TICKER, Phase.HALTED)
            assert (await broker.trading_status([TICKER]))[TICKER].reason == "halted"
            statements = await control.statements()
            assert [(each.portfolio, each.cash) for each in statements] == [("a/b ç", 150), (PORTFOLIO, CASH)]
            assert await control.statements(1, 1) == statements[1:]
            assert await control.statement("a/b ç") == statements[0]
            counters = await control.counters()
            assert (counters.orders, counters.expired, counters.duplicate_orders) == (1, 1, 0)

    with running() as server:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", server.url)
        asyncio.run(played(server.url))


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"quantity": 1.5}', b"{" * 5_000, b'{"client_order_id": "a"}', b"\xff"]
)
def test_what_cannot_be_read_is_refused(body: bytes) -> None:
    """A body that is no order is a 400 with a code, and nothing is taken."""
    with running() as server:
        answer = httpx.post(f"{server.url}/v1/orders", content=body)
        assert (answer.status_code, "code" in answer.json()) == (400, True)
        assert server.exchange.counters().orders == 0
