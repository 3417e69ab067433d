"""A real HTTP server on loopback that answers as the cases say, wire faults included."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
from collections.abc import AsyncIterator, Sequence

from tests.bad_payloads.cases import Case

_ASKED = re.compile(rb"GET /case/([0-9]{1,6})[/? ]")
_DRIP = 0.1
_SAMPLE = b'{"results": []}'


@contextlib.asynccontextmanager
async def serving(cases: Sequence[Case]) -> AsyncIterator[str]:
    """The address; case `n` is below `/case/n`."""
    waiting: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            waiting.add(task)
            task.add_done_callback(waiting.discard)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = await reader.readuntil(b"\r\n\r\n")
            asked = _ASKED.match(head)
            if asked is not None:
                await _answer(cases[int(asked[1])], writer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in list(waiting):
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _answer(case: Case, writer: asyncio.StreamWriter) -> None:
    fault = case.transport.lower()
    head, body = _head(case), case.body or (b"" if case.status else _SAMPLE)
    if any(
        word in fault for word in ("reset", "refused", "dns", "tls", "ssl", "connect_error", "connection_err")
    ):
        _reset(writer)
    elif any(word in fault for word in ("drip", "slow")):
        await _drip(writer, head + body)
    elif any(word in fault for word in ("trunc", "incomplete", "abort", "broken", "cut", "close")):
        writer.write(_head(case, promised=len(body) + 1000) + body[: max(len(body) // 2, 1)])
        await writer.drain()
    elif fault or not case.status:
        await asyncio.sleep(60)
    else:
        writer.write(head + body)
        await writer.drain()


def _head(case: Case, promised: int | None = None) -> bytes:
    """The status line and headers; the length is the case's own when it tells one."""
    headers = {name: value for name, value in case.headers.items() if name != "transfer-encoding"}
    if promised is not None or "content-length" not in headers:
        headers["content-length"] = str(len(case.body) if promised is None else promised)
    lines = [f"HTTP/1.1 {case.status or 200} Said", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join([*lines, "connection: close"]) + "\r\n\r\n").encode("latin-1", errors="replace")


def _reset(writer: asyncio.StreamWriter) -> None:
    """Hang up hard: the peer sees a reset."""
    inner = writer.get_extra_info("socket")
    if inner is not None:
        inner.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _drip(writer: asyncio.StreamWriter, answer: bytes) -> None:
    for position in range(len(answer)):
        writer.write(answer[position : position + 1])
        await writer.drain()
        await asyncio.sleep(_DRIP)
    await asyncio.sleep(60)
