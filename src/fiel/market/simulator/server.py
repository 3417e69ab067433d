"""The simulator as an HTTP/1.1 server on loopback: `fiel dev upstream`.

Each service lies under its own prefix (`/brapi`, `/hg`, `/sgs`, `/olinda`, `/ipeadata`, `/b3`); `/` tells
the simulated time and how often each was asked. Only GET. Bounded in connections, head size and time.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from urllib.parse import parse_qsl, unquote, urlsplit

import h11

from fiel.infra.listening import is_loopback
from fiel.kernel.errors import InvalidInput, Unavailable
from fiel.market.simulator.talk import PREFIXES, Broken, Reply, Request, json_reply
from fiel.market.simulator.upstream import Upstream
from fiel.market.wire import Provider

_CHUNK = 65_536
#: Small, so that a long head is noticed before all of it is here.
_HEAD_CHUNK = 4_096
_DRIPS_A_SECOND = 10
_PARAMETERS_MAX = 100
#: What `SO_LINGER` takes so that closing resets the connection: on, after 0 seconds.
_RESET_AT_ONCE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """`request_time`: to send a head, and how long an idle connection is kept; `answer_time`: the longest
    that a silent or dripping answer may last."""

    connections: int = 200
    head_max: int = 16_384
    request_time: timedelta = timedelta(seconds=30)
    answer_time: timedelta = timedelta(minutes=2)


async def serve(
    upstream: Upstream,
    host: str = "127.0.0.1",
    port: int = 8090,
    *,
    limits: ServerLimits | None = None,
    ready: Callable[[Mapping[Provider, str]], None] | None = None,
) -> None:
    """Serve until cancelled. `ready` is called with the base URL of each service once it listens.

    `port` 0 takes a free one. Raises `InvalidInput` for a host that is not loopback, `Unavailable` when the
    port is taken.
    """
    async with running(upstream, host, port, limits=limits) as base_urls:
        if ready is not None:
            ready(base_urls)
        await asyncio.Event().wait()


@asynccontextmanager
async def running(
    upstream: Upstream, host: str = "127.0.0.1", port: int = 0, *, limits: ServerLimits | None = None
) -> AsyncIterator[Mapping[Provider, str]]:
    """The server while the block lasts; gives the base URL of each service. Errors as of `serve`."""
    _check_loopback(host)
    door = _Door(upstream, limits or ServerLimits())
    try:
        server = await asyncio.start_server(door.welcome, host, port, limit=_CHUNK)
    except OSError as error:
        raise Unavailable("port_taken", f"{host}:{port} cannot be listened on: {error.strerror}") from error
    try:
        bound = server.sockets[0].getsockname()[1]
        name = f"[{host}]" if ":" in host else host
        yield MappingProxyType({p: f"http://{name}:{bound}/{prefix}" for prefix, p in PREFIXES.items()})
    finally:
        server.close()
        await door.shut()


def _check_loopback(host: str) -> None:
    if not is_loopback(host):
        raise InvalidInput("not_loopback", "the simulator listens on 127.0.0.1 or ::1 only", field="host")


class _Door:
    """The connections that are open."""

    def __init__(self, upstream: Upstream, limits: ServerLimits) -> None:
        self._upstream = upstream
        self._limits = limits
        self._guests: set[asyncio.Task[None]] = set()

    def welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._guests) >= self._limits.connections:
            writer.transport.abort()
            return
        guest = asyncio.create_task(self._attend(reader, writer))
        self._guests.add(guest)
        guest.add_done_callback(self._guests.discard)

    async def shut(self) -> None:
        for guest in self._guests:
            guest.cancel()
        await asyncio.gather(*self._guests, return_exceptions=True)

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = _Conversation(self._upstream, self._limits, reader, writer)
        try:
            while await talk.exchange():
                pass
        except (ConnectionError, TimeoutError, h11.ProtocolError):
            pass
        finally:
            writer.transport.abort() if talk.broken else writer.close()
            with suppress(ConnectionError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), 1)


class _Conversation:
    """One connection: requests one after another."""

    def __init__(
        self,
        upstream: Upstream,
        limits: ServerLimits,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._upstream = upstream
        self._limits = limits
        self._reader = reader
        self._writer = writer
        self._protocol = h11.Connection(h11.SERVER, max_incomplete_event_size=limits.head_max)
        self.broken = False

    async def exchange(self) -> bool:
        """One request and its reply; whether another may follow on this connection."""
        try:
            head = await asyncio.wait_for(self._head(), self._limits.request_time.total_seconds())
        except h11.RemoteProtocolError as error:
            await self._refuse(error.error_status_hint)
            return False
        if head is None:
            return False
        if head.method != b"GET":
            await self._refuse(405)
            return False
        request = _request(head)
        if request is None:
            await self._send(_status(self._upstream, head))
        else:
            with self._upstream.engaged(request.provider):
                await self._deliver(self._upstream.answer(request))
        if self.broken or self._protocol.our_state is not h11.DONE:
            return False
        self._protocol.start_next_cycle()
        return True

    async def _head(self) -> h11.Request | None:
        """The next request, its body read and dropped; `None` when the guest has left."""
        head: h11.Request | None = None
        while True:
            event = self._protocol.next_event()
            if event is h11.NEED_DATA:
                self._protocol.receive_data(await self._reader.read(_HEAD_CHUNK))
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.EndOfMessage):
                return head
            elif isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
                return None

    async def _deliver(self, reply: Reply) -> None:
        await asyncio.sleep(min(reply.delay, self._limits.answer_time).total_seconds())
        if reply.broken is Broken.RESET:
            self._reset()
        elif reply.broken is Broken.SILENT:
            await self._be_silent()
        else:
            async with asyncio.timeout(self._limits.answer_time.total_seconds()):
                await self._send(reply)

    def _reset(self) -> None:
        self.broken = True
        raw = self._writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)

    async def _be_silent(self) -> None:
        """Until the guest leaves, or has waited long enough."""
        self.broken = True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._reader.read(1), self._limits.answer_time.total_seconds())

    async def _send(self, reply: Reply) -> None:
        promised = reply.length + (100 if reply.broken is Broken.SHORT else 0)
        headers = [("content-type", reply.content_type), ("content-length", str(promised)), *reply.headers]
        await self._write(h11.Response(status_code=reply.status, headers=headers))
        step = max(reply.pace // _DRIPS_A_SECOND, 1) if reply.pace else _CHUNK
        for start in range(0, len(reply.body), step):
            await self._write(h11.Data(data=reply.body[start : start + step]))
            await asyncio.sleep(step / reply.pace if reply.pace else 0)
        for start in range(0, reply.padding, _CHUNK):
            await self._write(h11.Data(data=b" " * min(_CHUNK, reply.padding - start)))
        if reply.broken is Broken.SHORT:
            self.broken = True
            # Closed, not reset: what was written arrives first.
            self._writer.write_eof()
            await asyncio.sleep(0)
            return
        await self._write(h11.EndOfMessage())

    async def _refuse(self, status: int) -> None:
        if self._protocol.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            reply = json_reply({"error": True, "message": "only small GET requests are answered"})
            await self._send(replace(reply, status=status, headers=(("connection", "close"),)))

    async def _write(self, event: h11.Event) -> None:
        # `send` gives None for ConnectionClosed only, which is never sent here.
        self._writer.write(self._protocol.send(event) or b"")
        await self._writer.drain()


def _request(head: h11.Request) -> Request | None:
    """The request below a prefix; `None` for a path that is under none."""
    target = urlsplit(head.target.decode("ascii", "replace"))
    prefix, _, path = target.path.lstrip("/").partition("/")
    provider = PREFIXES.get(prefix)
    if provider is None:
        return None
    try:
        pairs = parse_qsl(target.query, keep_blank_values=True, max_num_fields=_PARAMETERS_MAX)
    except ValueError:
        pairs = []
    return Request(provider, f"/{unquote(path)}", tuple(pairs), _token(head, dict(pairs)))


def _token(head: h11.Request, pairs: Mapping[str, str]) -> str:
    for name, value in head.headers:
        if name == b"authorization":
            return value.decode("latin-1").removeprefix("Bearer ").strip()
    return pairs.get("token") or pairs.get("key") or ""


def _status(upstream: Upstream, head: h11.Request) -> Reply:
    """What `/` tells; every other path under no prefix is not found."""
    if head.target.partition(b"?")[0] != b"/":
        text = f"no such path; the services are under {', '.join(f'/{prefix}' for prefix in PREFIXES)}"
        return json_reply({"error": True, "message": text}, status=404)
    return json_reply(
        {
            "simulated_now": upstream.clock.now().isoformat(),
            "calls": {prefix: upstream.calls[provider] for prefix, provider in PREFIXES.items()},
            "faults": {f"{provider}:{fault}": count for (provider, fault), count in upstream.faults.items()},
            "seed": upstream.plan.seed,
        }
    )
