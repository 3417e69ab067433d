"""A real HTTP server on loopback that writes the very bytes it is told to, and keeps what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

Play = Callable[["Connection"], Awaitable[None]]


@dataclass(slots=True)
class Connection:
    """One request: its head as text, and the way to answer."""

    head: str
    writer: asyncio.StreamWriter

    @property
    def target(self) -> str:
        """Path and parameters as they came."""
        return self.head.split(" ", 2)[1]

    async def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, body: bytes = b"{}", *lines: str, status: str = "200 OK") -> None:
        """A sound answer with these header lines."""
        head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *lines]
        await self.send("\r\n".join(head).encode() + b"\r\n\r\n" + body)

    def reset(self) -> None:
        """Break the connection off with a reset (closing a socket that lingers for no time sends one)."""
        peer = self.writer.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@dataclass(slots=True)
class Server:
    """Where it is, and the requests so far."""

    url: str
    seen: list[Connection] = field(default_factory=list)

    @property
    def heads(self) -> list[str]:
        """The heads of the requests."""
        return [connection.head for connection in self.seen]


@contextlib.asynccontextmanager
async def listening(
    handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """A port of loopback whose connections are given to `handle`; at the end none is left open."""
    tasks: set[asyncio.Task[None]] = set()
    writers: list[asyncio.StreamWriter] = []

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Clients break off on purpose here.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await handle(reader, writer)
        writer.close()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        tasks.add(asyncio.get_running_loop().create_task(one(reader, writer)))

    listener = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def serving(play: Play) -> AsyncIterator[Server]:
    """A server that answers each request with `play`, on a port of its own."""
    server = Server("")

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        connection = Connection(head, writer)
        server.seen.append(connection)
        await play(connection)

    async with listening(handle) as port:
        server.url = f"http://127.0.0.1:{port}"
        yield server
