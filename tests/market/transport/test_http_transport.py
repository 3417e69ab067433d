"""Questions over real HTTP to a server that misbehaves: bounded in time and size, and classified."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.raw_server import Connection, Play, Server, serving
from tests.support.virtual_time import START

from fiel.kernel.clock import FixedClock
from fiel.kernel.errors import InvalidInput
from fiel.market.config import ProviderConfig, TokenPlace, WireLimits
from fiel.market.transport import HttpTransport
from fiel.market.wire import Answer, Ask, NoAnswer, Provider

ASK = Ask(Provider.SGS, "sgs", "/dados/serie", (("formato", "json"), ("data", "01/02/2026")), "cdi")
LIMITS = WireLimits(
    connect=timedelta(seconds=2), read=timedelta(seconds=2), total=timedelta(seconds=4), body_max=100_000
)
SHORT = replace(LIMITS, read=timedelta(seconds=0.3), total=timedelta(seconds=0.6))
CHUNK = 10_000


def _fetch(play: Play, limits: WireLimits = LIMITS, ask: Ask = ASK) -> tuple[Answer | NoAnswer, Server]:
    """What one question to such a server gives."""

    async def story() -> tuple[Answer | NoAnswer, Server]:
        async with serving(play) as server:
            config = ProviderConfig(server.url, wire=limits)
            transport = HttpTransport({Provider.SGS: config}, FixedClock(START))
            try:
                return await transport.fetch(ask), server
            except NoAnswer as error:
                return error, server
            finally:
                await transport.close()

    return asyncio.run(story())


def _answer(play: Play, limits: WireLimits = LIMITS, ask: Ask = ASK) -> Answer:
    found, _ = _fetch(play, limits, ask)
    assert isinstance(found, Answer), found
    return found


def _no_answer(play: Play, limits: WireLimits = LIMITS) -> NoAnswer:
    found, _ = _fetch(play, limits)
    assert isinstance(found, NoAnswer), found
    assert found.__context__ is None
    assert found.__cause__ is None
    return found


def test_an_answer_comes_with_status_body_and_headers() -> None:
    """Header names in lower case; the question arrives encoded, asking for gzip."""

    async def play(connection: Connection) -> None:
        await connection.answer(b'[{"valor":"0.05"}]', "Content-Type: Application/JSON; charset=utf-8")

    found, server = _fetch(play)
    assert isinstance(found, Answer)
    assert (found.status, found.body, found.content_type) == (200, b'[{"valor":"0.05"}]', "application/json")
    assert server.seen[0].target == "/dados/serie?formato=json&data=01%2F02%2F2026"
    assert "accept-encoding: gzip\r\n" in server.heads[0].lower()


@pytest.mark.parametrize("status", ["404 Not Found", "429 Too Many Requests", "503 Unavailable", "402 Pay"])
def test_any_status_is_an_answer(status: str) -> None:
    """Judging it is the reader's business."""

    async def play(connection: Connection) -> None:
        await connection.answer(b"no", status=status)

    assert _answer(play).status == int(status[:3])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", "120"),
        ("Fri, 02 Jan 2026 13:01:30 GMT", "90"),
        ("Fri, 02 Jan 2026 12:00:00 GMT", "0"),
        ("999999999", "86400"),
        ("soon", None),
        ("-5", None),
    ],
)
def test_a_pause_asked_for_is_in_seconds(text: str, seconds: str | None) -> None:
    """Seconds or an instant become seconds, at most a day; nonsense is dropped."""

    async def play(connection: Connection) -> None:
        await connection.answer(b"", f"Retry-After: {text}", status="429 Too Many Requests")

    assert _answer(play).headers.get("retry-after") == seconds


def test_gzip_is_unpacked_also_in_several_members() -> None:
    """Two members after each other are one body."""

    async def play(connection: Connection) -> None:
        await connection.answer(gzip.compress(b"[1,") + gzip.compress(b"2]"), "Content-Encoding: gzip")

    assert _answer(play).body == b"[1,2]"


async def _silent(connection: Connection) -> None:
    await asyncio.sleep(30)


async def _drip(connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1_000):
        await connection.send(b" ")
        await asyncio.sleep(0.05)


async def _drip_in_the_head(connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\n")
    for number in range(1_000):
        await connection.send(b"X-%d: y\r\n" % number)
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("play", [_silent, _drip, _drip_in_the_head])
def test_what_is_slow_is_cut(play: Play) -> None:
    """Silence by the read time-out; a drip, in the body or in the head, by the total."""
    assert _no_answer(play, SHORT).code == "timeout"


async def _reset_at_once(connection: Connection) -> None:
    connection.reset()


async def _close_at_once(connection: Connection) -> None:
    pass


async def _reset_in_the_body(connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[1,")
    await asyncio.sleep(0.05)
    connection.reset()


@pytest.mark.parametrize("play", [_reset_at_once, _close_at_once, _reset_in_the_body])
def test_a_broken_connection_is_a_service_that_is_down(play: Play) -> None:
    """Reset or closed before an answer, or reset within it."""
    assert _no_answer(play).code == "upstream_down"


def test_nobody_there_is_a_service_that_is_down() -> None:
    """A port where nobody listens."""

    async def story() -> None:
        transport = HttpTransport({Provider.SGS: ProviderConfig("http://127.0.0.1:1")}, FixedClock(START))
        with pytest.raises(NoAnswer) as found:
            await transport.fetch(ASK)
        await transport.close()
        assert found.value.code == "upstream_down"

    asyncio.run(story())


async def _truncated(connection: Connection) -> None:
    await connection.send(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[{"valor":')


async def _truncated_chunks(connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[{")


async def _truncated_gzip(connection: Connection) -> None:
    await connection.answer(gzip.compress(b"[1,2,3]" * 100)[:-9], "Content-Encoding: gzip")


async def _not_gzip(connection: Connection) -> None:
    await connection.answer(b"[1,2,3]", "Content-Encoding: gzip")


async def _packed_otherwise(connection: Connection) -> None:
    await connection.answer(b"[1,2,3]", "Content-Encoding: br")


async def _not_http(connection: Connection) -> None:
    await connection.send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


async def _announced_large(connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n[")
    await asyncio.sleep(30)


async def _large_without_end(connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        await connection.send(b"%x\r\n" % CHUNK + b" " * CHUNK + b"\r\n")


@pytest.mark.parametrize(
    "play",
    [
        _truncated,
        _truncated_chunks,
        _truncated_gzip,
        _not_gzip,
        _packed_otherwise,
        _announced_large,
        _large_without_end,
    ],
)
def test_what_is_broken_or_too_large_is_malformed(play: Play) -> None:
    """Cut off, badly packed, or over the limit, announced or not."""
    assert _no_answer(play).code == "malformed"


def test_what_is_no_http_is_a_service_that_is_down() -> None:
    """Somebody else listens there."""
    assert _no_answer(_not_http).code == "upstream_down"


def test_a_gzip_bomb_is_never_held() -> None:
    """50 MB packed into 50 kB: refused, having held little more than the limit."""
    bomb = gzip.compress(bytes(50 * 2**20))
    assert len(bomb) < LIMITS.body_max

    async def play(connection: Connection) -> None:
        await connection.answer(bomb, "Content-Encoding: gzip")

    tracemalloc.start()
    try:
        assert _no_answer(play).code == "malformed"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5 * 2**20


def test_a_pause_asked_for_survives_a_broken_answer() -> None:
    """The head said Retry-After, the body broke off."""

    async def play(connection: Connection) -> None:
        await connection.send(b"HTTP/1.1 503 X\r\nRetry-After: 7\r\nContent-Length: 99\r\n\r\n<")

    assert _no_answer(play).wait == timedelta(seconds=7)


def _redirecting(where: Callable[[Connection], str]) -> Play:
    async def play(connection: Connection) -> None:
        if connection.target.startswith("/there"):
            await connection.answer(b"[1]")
        else:
            await connection.answer(b"", f"Location: {where(connection)}", status="302 Found")

    return play


def test_a_redirect_within_the_host_is_followed() -> None:
    """A relative one, on the same address."""
    assert _answer(_redirecting(lambda _: "/there?a=1")).body == b"[1]"


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2/there",
        "https://evil.example/there",
        "http://127.0.0.1:1/there",
        "//evil.example/there",
        "ftp://127.0.0.1/there",
        "http://user:password@127.0.0.1/there",
        "file:///etc/passwd",
        "http://[",
    ],
)
def test_a_redirect_elsewhere_is_refused(location: str) -> None:
    """Another host, port, scheme or user: nobody is asked there."""
    assert _no_answer(_redirecting(lambda _: location)).code == "malformed"


def test_a_redirect_in_circles_is_cut() -> None:
    """Three are followed, that is four questions, not a fifth."""
    found, server = _fetch(_redirecting(lambda connection: connection.target))
    assert isinstance(found, NoAnswer)
    assert (found.code, len(server.seen)) == ("malformed", 4)


@pytest.mark.parametrize(
    "path", ["", "no/slash", "//evil.example/x", "/a?b=c", "/a#b", "/a/../b", "/a b", "/a\r\nX: y"]
)
def test_a_malformed_path_is_not_asked(path: str) -> None:
    """Parameters, another host or a second header hidden in the path are errors of ours."""
    with pytest.raises(InvalidInput, match="path"):
        _fetch(_silent, ask=replace(ASK, path=path))


def test_a_provider_without_address_is_not_asked() -> None:
    """The error names the field."""
    with pytest.raises(InvalidInput, match="provider"):
        _fetch(_silent, ask=replace(ASK, provider=Provider.B3))


def test_the_proxy_of_the_environment_is_used_only_if_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by default; with trust_env the question goes through it, unless the address is exempt."""

    async def proxy(connection: Connection) -> None:
        await connection.answer(b"proxied")

    async def direct(connection: Connection) -> None:
        await connection.answer(b"direct")

    async def story(*, trust: bool, exempt: str) -> bytes:
        async with serving(proxy) as between, serving(direct) as server:
            monkeypatch.setenv("http_proxy", between.url)
            monkeypatch.setenv("no_proxy", exempt)
            config = ProviderConfig(server.url, wire=replace(LIMITS, trust_env=trust))
            transport = HttpTransport({Provider.SGS: config}, FixedClock(START))
            try:
                return (await transport.fetch(ASK)).body
            finally:
                await transport.close()

    assert asyncio.run(story(trust=False, exempt="")) == b"direct"
    assert asyncio.run(story(trust=True, exempt="")) == b"proxied"
    assert asyncio.run(story(trust=True, exempt="127.0.0.1")) == b"direct"


def test_place_of_a_token_without_token_adds_nothing() -> None:
    """Free symbols are asked without a key."""

    async def story() -> str:
        async def play(connection: Connection) -> None:
            await connection.answer()

        async with serving(play) as server:
            config = ProviderConfig(server.url, token_place=TokenPlace.BEARER, wire=LIMITS)
            transport = HttpTransport({Provider.SGS: config}, FixedClock(START))
            await transport.fetch(ASK)
            await transport.close()
            return server.heads[0].lower()

    assert "authorization" not in asyncio.run(story())
