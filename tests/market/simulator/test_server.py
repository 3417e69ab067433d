"""The same services over real sockets, with the faults that only sockets have."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import httpx
import pytest

from fiel.kernel.errors import InvalidInput, Unavailable
from fiel.market.config import default_providers
from fiel.market.simulator.server import ServerLimits, running, serve
from fiel.market.simulator.talk import PREFIXES
from fiel.market.simulator.upstream import Limits, Upstream
from fiel.market.transport import HttpTransport
from fiel.market.wire import Ask, NoAnswer, Provider
from tests.support.simulated import HandClock, asked, simulated, told

Result = TypeVar("Result")
PETR4 = "/api/quote/PETR4"


def _with_server(
    upstream: Upstream,
    story: Callable[[httpx.AsyncClient, str], Awaitable[Result]],
    limits: ServerLimits | None = None,
    provider: Provider = Provider.BRAPI,
) -> Result:
    """Run the story against a server; the URL is that of one service."""

    async def run() -> Result:
        async with (
            running(upstream, limits=limits) as urls,
            httpx.AsyncClient(trust_env=False, timeout=5) as client,
        ):
            return await story(client, urls[provider])

    return asyncio.run(run())


async def _get(client: httpx.AsyncClient, url: str) -> httpx.Response:
    return await client.get(url + PETR4)


def test_the_server_says_what_the_process_says() -> None:
    """Body, status and headers are the same with sockets and without."""
    response = _with_server(simulated(), _get)
    answer = asked(simulated(), Provider.BRAPI, PETR4)
    assert (response.status_code, response.content) == (answer.status, answer.body)
    assert response.headers["content-type"] == answer.headers["content-type"]


def test_every_service_lies_under_its_prefix_and_the_root_counts_calls() -> None:
    """A 404 of the service itself for a path it does not know."""

    async def story(client: httpx.AsyncClient, url: str) -> httpx.Response:
        base = url.removesuffix("/brapi")
        for prefix in PREFIXES:
            assert (await client.get(f"{base}/{prefix}/nowhere")).status_code == 404
        assert (await client.get(f"{base}/other/x")).status_code == 404
        return await client.get(f"{base}/")

    status = _with_server(simulated(), story).json()
    assert status["calls"] == dict.fromkeys(PREFIXES, 1)
    assert status["simulated_now"] == "2026-07-24T15:00:00+00:00"


def test_encoded_parameters_arrive_as_they_were_meant() -> None:
    """Olinda's @ and quotes, encoded by the client."""

    async def story(client: httpx.AsyncClient, url: str) -> httpx.Response:
        path = "/olinda/servico/PTAX/versao/v1/odata/CotacaoDolarDia(dataCotacao=@dataCotacao)"
        return await client.get(url + path, params={"@dataCotacao": "'07-23-2026'", "$format": "json"})

    response = _with_server(simulated(), story, provider=Provider.OLINDA)
    assert len(response.json()["value"]) == 1


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        ("reset", httpx.ReadError),
        ("short", httpx.RemoteProtocolError),
        ("silent", httpx.ReadTimeout),
    ],
)
def test_a_broken_connection_is_really_broken(fault: str, trouble: type[httpx.HTTPError]) -> None:
    """The client sees what it would see of a service in that trouble."""

    async def story(client: httpx.AsyncClient, url: str) -> None:
        with pytest.raises(trouble):
            await client.get(url + PETR4, timeout=0.3)

    _with_server(simulated(f"brapi:{fault}"), story)


def test_a_dripping_answer_comes_in_pieces_and_whole() -> None:
    """Thousands of bytes a second, so that the test is short."""

    async def story(client: httpx.AsyncClient, url: str) -> tuple[int, bytes]:
        pieces = []
        async with client.stream("GET", url + PETR4) as response:
            async for piece in response.aiter_raw():
                pieces.append(piece)  # noqa: PERF401 - there is no asynchronous list()
        return len(pieces), b"".join(pieces)

    count, body = _with_server(simulated("brapi:drip:amount=2000"), story)
    assert count > 1
    assert body == asked(simulated(), Provider.BRAPI, PETR4).body


def test_a_huge_body_is_announced_and_may_be_left() -> None:
    """Fifty megabytes are promised; leaving early harms nothing."""

    async def story(client: httpx.AsyncClient, url: str) -> int:
        async with client.stream("GET", url + PETR4) as response:
            length = int(response.headers["content-length"])
        assert (await client.get(url + "/api/available")).status_code == 200
        return length

    assert _with_server(simulated("brapi/quote:huge"), story) > 50_000_000


def test_one_connection_serves_many_questions() -> None:
    """Keep-alive, in order."""

    async def story(client: httpx.AsyncClient, url: str) -> list[str]:
        symbols = ["PETR4", "VALE3", "ITUB4"]
        answers = [await client.get(f"{url}/api/quote/{symbol}") for symbol in symbols]
        return [told_symbol(answer) for answer in answers]

    def told_symbol(answer: httpx.Response) -> str:
        return str(answer.json()["results"][0]["symbol"])

    assert _with_server(simulated(), story) == ["PETR4", "VALE3", "ITUB4"]


def test_what_is_not_a_small_get_is_refused() -> None:
    """Another method with 405, a long head with 431."""

    async def story(client: httpx.AsyncClient, url: str) -> list[int]:
        posted = await client.post(url + PETR4, content=b"x")
        long = await client.get(url + PETR4, headers={"x-long": "y" * 40_000})
        return [posted.status_code, long.status_code]

    upstream = simulated()
    assert _with_server(upstream, story) == [405, 431]
    assert upstream.calls[Provider.BRAPI] == 0


def test_a_guest_beyond_the_limit_is_sent_away_at_once() -> None:
    """While the first one is still there."""

    async def story(_client: httpx.AsyncClient, url: str) -> bytes:
        _, first = await asyncio.open_connection("127.0.0.1", _port(url))
        first.write(b"GET /brapi/api")
        reader, second = await asyncio.open_connection("127.0.0.1", _port(url))
        try:
            return await asyncio.wait_for(reader.read(10), 5)
        except ConnectionResetError:
            return b""
        finally:
            first.close()
            second.close()

    limits = ServerLimits(connections=1, request_time=timedelta(seconds=60))
    assert _with_server(simulated(), story, limits) == b""


def test_a_head_that_does_not_come_ends_the_connection() -> None:
    """After the time for a request."""

    async def story(_client: httpx.AsyncClient, url: str) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", _port(url))
        writer.write(b"GET /brapi/api")
        try:
            return await asyncio.wait_for(reader.read(10), 5)
        finally:
            writer.close()

    limits = ServerLimits(request_time=timedelta(seconds=0.1))
    assert _with_server(simulated(), story, limits) == b""


def _port(url: str) -> int:
    return int(url.rsplit(":", 1)[1].partition("/")[0])


def test_tokens_come_by_header_or_parameter() -> None:
    """As a bearer, as `token` and as `key`."""
    upstream = simulated()
    right = "secret-1"
    upstream.limits[Provider.BRAPI] = Limits(token=right)

    async def story(client: httpx.AsyncClient, url: str) -> list[int]:
        bearer = await client.get(url + PETR4, headers={"authorization": f"Bearer {right}"})
        parameter = await client.get(url + PETR4, params={"token": right})
        return [bearer.status_code, parameter.status_code, (await _get(client, url)).status_code]

    assert _with_server(upstream, story) == [200, 200, 401]


def test_it_listens_on_loopback_only_and_says_when_the_port_is_taken() -> None:
    """Simulated figures are for this machine."""

    async def twice() -> None:
        async with running(simulated()) as urls:
            port = _port(urls[Provider.BRAPI])
            with pytest.raises(Unavailable):
                await serve(simulated(), port=port)

    with pytest.raises(InvalidInput):
        asyncio.run(serve(simulated(), "0.0.0.0"))  # noqa: S104 - refused
    asyncio.run(twice())


def test_serving_tells_where_and_ends_when_cancelled() -> None:
    """What the command line does."""

    async def story() -> str:
        found: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        server = asyncio.create_task(
            serve(simulated(), port=0, ready=lambda urls: found.set_result(urls[Provider.SGS]))
        )
        url = await found
        server.cancel()
        with pytest.raises(asyncio.CancelledError):
            await server
        return url

    assert asyncio.run(story()).endswith("/sgs")


def test_the_answer_of_the_process_can_be_read_back() -> None:
    """Numbers are exact in JSON."""
    assert told(asked(simulated(), Provider.BRAPI, PETR4))["took"] == 12


def test_the_transport_of_the_program_reads_it() -> None:
    """With the simulator's base URLs instead of the services', and the faults as they are told there."""

    async def story(_client: httpx.AsyncClient, url: str) -> list[str]:
        base = url.removesuffix("/brapi")
        urls = {provider: f"{base}/{prefix}" for prefix, provider in PREFIXES.items()}
        transport = HttpTransport(default_providers(base_urls=urls), HandClock())
        told_of = []
        try:
            for provider, path in _QUESTIONS:
                try:
                    answer = await transport.fetch(Ask(provider, "any", path))
                    told_of.append(f"{answer.status} {answer.content_type}")
                except NoAnswer as trouble:
                    told_of.append(trouble.code)
        finally:
            await transport.close()
        return told_of

    faults = ("brapi//VALE3:short", "brapi//ITUB4:reset", "hg:503", "sgs:throttle", "ipeadata:huge")
    assert _with_server(simulated(*faults), story) == [
        "200 application/json",
        "malformed",
        "upstream_down",
        "503 text/html",
        "200 text/html",
        "malformed",
        "200 text/plain",
    ]


_QUESTIONS = (
    (Provider.BRAPI, PETR4),
    (Provider.BRAPI, "/api/quote/VALE3"),
    (Provider.BRAPI, "/api/quote/ITUB4"),
    (Provider.HG, "/finance/stock_price"),
    (Provider.SGS, "/dados/serie/bcdata.sgs.12/dados"),
    (Provider.IPEADATA, "/api/odata4/ValoresSerie(SERCODIGO='PRECOS12_IPCAG12')"),
    (Provider.B3, "/CDIIDI.json"),
)
