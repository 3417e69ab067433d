"""What is known of a request that goes wrong on the wire: nothing was done, or nobody knows."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import httpx
import pytest

from fiel.autobalance.brokers.simulated.client import HttpBroker
from fiel.autobalance.orders import BrokerOrder
from fiel.autobalance.ports import OutcomeUnknown
from fiel.custody.order_events.event import Side
from fiel.kernel.errors import Unavailable
from tests.support.raw_server import Connection, Play, serving

ORDER = BrokerOrder("a", "rosa", "PETR4", Side.BUY, 10**9, 10**9)


async def _broken_off(connection: Connection) -> None:
    connection.reset()


async def _silent(connection: Connection) -> None:
    await asyncio.sleep(60)


async def _no_json(connection: Connection) -> None:
    await connection.answer(b"<html>")


async def _other_order(connection: Connection) -> None:
    await connection.answer(b'{"client_order_id":"b","state":"filled","executions":[]}')


async def _odd_report(connection: Connection) -> None:
    await connection.answer(b'{"client_order_id":"a","state":"filled","executions":[[2,1,1,"x"]]}')


async def _bad_gateway(connection: Connection) -> None:
    await connection.answer(b"upstream", status="502 Bad Gateway")


async def _redirect(connection: Connection) -> None:
    await connection.answer(b"", "Location: /elsewhere", status="302 Found")


async def _foreign_404(connection: Connection) -> None:
    await connection.answer(b"not found", status="404 Not Found")


async def _too_large(connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99000000\r\n\r\n")
    for _ in range(40):
        await connection.send(b" " * 1_000_000)


async def _half(connection: Connection) -> None:
    await connection.send(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"client')


async def _unavailable(connection: Connection) -> None:
    await connection.answer(b"busy", status="503 Service Unavailable")


PLAYS = [
    _broken_off, _silent, _no_json, _other_order, _odd_report, _bad_gateway, _redirect, _foreign_404,
    _too_large, _half, _unavailable,
]  # fmt: skip


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.__name__)
def test_an_order_without_a_readable_answer_is_in_doubt(play: Play) -> None:
    """Once sent, only a readable answer says what became of it."""
    with pytest.raises(OutcomeUnknown):
        asyncio.run(_asked(play, lambda broker: broker.place(ORDER)))


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.__name__)
def test_a_question_without_a_readable_answer_says_nothing(play: Play) -> None:
    """A question changes nothing: it failed, and in no case is the order unknown to the broker."""
    with pytest.raises(Unavailable):
        asyncio.run(_asked(play, lambda broker: broker.query("a", "rosa")))


async def _too_many(connection: Connection) -> None:
    await connection.answer(b"{}", status="429 Too Many Requests")


async def _taken_nothing(connection: Connection) -> None:
    await connection.answer(b'{"taken":false,"code":"x"}', status="503 Service Unavailable")


@pytest.mark.parametrize("play", [_too_many, _taken_nothing], ids=lambda play: play.__name__)
def test_a_broker_that_says_that_it_took_nothing_is_believed(play: Play) -> None:
    """429, and our exchange's own word, mean that nothing was done."""
    with pytest.raises(Unavailable):
        asyncio.run(_asked(play, lambda broker: broker.place(ORDER)))


def test_without_a_connection_nothing_was_sent() -> None:
    """Nobody listens: the order was certainly not placed."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    async def placed() -> None:
        async with httpx.AsyncClient() as client:
            await HttpBroker(f"http://127.0.0.1:{port}", client).place(ORDER)

    with pytest.raises(Unavailable):
        asyncio.run(placed())


async def _asked(play: Play, ask: Callable[[HttpBroker], Awaitable[object]]) -> None:
    async with serving(play) as server, httpx.AsyncClient(timeout=httpx.Timeout(5, read=0.5)) as client:
        await ask(HttpBroker(server.url, client))
