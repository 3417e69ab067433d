"""A token goes to its service, and is seen nowhere else: not in logs, errors, their chains, or reprs."""

from __future__ import annotations

import asyncio
import logging
import traceback

import pytest
from tests.support.raw_server import Connection, Play, serving
from tests.support.virtual_time import START

from fiel.kernel.clock import FixedClock
from fiel.kernel.errors import InvalidInput
from fiel.market.config import ProviderConfig, TokenPlace, WireLimits, default_providers
from fiel.market.transport import HttpTransport
from fiel.market.wire import Ask, NoAnswer, Provider

TOKEN = "s3cr3t/T0ken+and=more"  # noqa: S105
SPELLINGS = (TOKEN, "s3cr3t%2FT0ken%2Band%3Dmore", "s3cr3t/T0ken%2Band%3Dmore", "s3cr3t")
PLACES = [(Provider.BRAPI, TokenPlace.BEARER), (Provider.HG, TokenPlace.KEY_PARAMETER)]


async def _sound(connection: Connection) -> None:
    await connection.answer(b'{"ok": true}')


async def _echo(connection: Connection) -> None:
    """Repeats all it was sent, in header and body."""
    secret = connection.head.encode()
    await connection.answer(secret, f"X-Echo: {connection.target} {TOKEN}", status="401 Unauthorized")


async def _redirect_in_circles(connection: Connection) -> None:
    await connection.answer(b"", f"Location: /again?key={TOKEN}", status="302 Found")


async def _reset(connection: Connection) -> None:
    connection.reset()


async def _malformed_head(connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nbad header " + connection.head.encode() + b"\r\n\r\n")


async def _broken_off(connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + connection.head.encode())


@pytest.mark.parametrize(("provider", "place"), PLACES)
@pytest.mark.parametrize(
    "play",
    [_sound, _echo, _redirect_in_circles, _reset, _malformed_head, _broken_off],
    ids=lambda play: play.__name__,
)
def test_a_token_is_nowhere_to_be_seen(
    provider: Provider, place: TokenPlace, play: Play, caplog: pytest.LogCaptureFixture
) -> None:
    """Every logger at its most talkative, every text of what was returned or raised, whatever happens."""
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []

    async def story() -> str:
        async with serving(play) as server:
            config = ProviderConfig(server.url, TOKEN, place, WireLimits())
            transport = HttpTransport({provider: config}, FixedClock(START))
            ask = Ask(provider, "quote", "/api/quote/PETR4", (("range", "1d"),))
            try:
                answer = await transport.fetch(ask)
                shown.append(f"{answer!r} {dict(answer.headers)}")
            except NoAnswer as error:
                shown.append("".join(traceback.format_exception(error)) + repr(error) + repr(error.details))
                shown.append(repr(error.__context__))
            finally:
                shown.append(f"{config!r} {transport!r} {ask!r} {vars(transport)!r}")
                await transport.close()
            return server.heads[0]

    sent = asyncio.run(story())
    assert any(spelling in sent for spelling in SPELLINGS), "the service got it"
    shown.extend(record.getMessage() + str(record.args) for record in caplog.records)
    # The test's own servers and loop may talk too; what they say is searched as well.
    for text in shown:
        assert not [spelling for spelling in SPELLINGS if spelling in text], text


def test_each_service_gets_its_token_in_its_place() -> None:
    """BRAPI in the header and not in the address, HG as the parameter `key`."""

    async def story(provider: Provider, place: TokenPlace) -> str:
        async with serving(_sound) as server:
            transport = HttpTransport(
                {provider: ProviderConfig(server.url, "abc12345", place)}, FixedClock(START)
            )
            await transport.fetch(Ask(provider, "quote", "/x", (("a", "b c"), ("a", "é"))))
            await transport.close()
            return server.heads[0]

    head = asyncio.run(story(*PLACES[0]))
    assert "Authorization: Bearer abc12345\r\n" in head
    assert head.replace("%20", "+").startswith("GET /x?a=b+c&a=%C3%A9 ")
    head = asyncio.run(story(*PLACES[1]))
    assert "key=abc12345 " in head.splitlines()[0]
    assert "Authorization" not in head


def test_the_filters_of_the_logs_end_with_the_transport() -> None:
    """Nothing of it stays in the loggers of the library."""
    logger = logging.getLogger("httpx")
    before = list(logger.filters)
    transport = HttpTransport(default_providers(), FixedClock(START))
    assert logger.filters != before
    asyncio.run(transport.close())
    assert logger.filters == before


@pytest.mark.parametrize("token", ["short", "with space", "line\nbreak", "çedilha", "x" * 513])
def test_a_token_that_cannot_be_sent_is_refused_without_repeating_it(token: str) -> None:
    """The error names the field, not the value."""
    with pytest.raises(InvalidInput) as refusal:
        default_providers({Provider.BRAPI: token})
    assert refusal.value.field == "brapi.token"
    assert token not in "".join(traceback.format_exception(refusal.value))


def test_a_token_is_not_sent_unencrypted_over_a_network() -> None:
    """http is for loopback; a token for a service that takes none is an error, too."""
    with pytest.raises(InvalidInput, match="https"):
        ProviderConfig("http://brapi.dev", "abc12345", TokenPlace.BEARER)
    ProviderConfig("http://localhost:8000", "abc12345", TokenPlace.BEARER)
    with pytest.raises(InvalidInput, match="no token"):
        default_providers({Provider.SGS: "abc12345"})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "brapi.dev",
        "ftp://brapi.dev",
        "https://user:pw@brapi.dev",
        "https://brapi.dev/?a=b",
        "http://[",
        "https://x:99999",
    ],
)
def test_an_address_must_be_one(url: str) -> None:
    """http or https, a host, nothing else."""
    with pytest.raises(InvalidInput, match="base_url"):
        ProviderConfig(url)
