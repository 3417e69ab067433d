"""Refuses what is too long before anything reads it: addresses, and bodies told or not told in advance."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fiel.copilot.importing.limits import DEFAULT_LIMITS
from fiel.entrypoints.http.problems import problem
from fiel.kernel.clock import Clock

BODY_BYTES_MAX = 1024 * 1024
URL_LENGTH_MAX = 8 * 1024
#: Files are uploaded here: as much as the reader of files takes, and the rest of the form.
UPLOAD_BYTES_MAX = DEFAULT_LIMITS.bytes_max + BODY_BYTES_MAX
UPLOAD_PATHS = ("/importar",)
#: `/api/v1/portfolios/{wallet}/imports`.
_API_UPLOAD = re.compile(r"/api/v1/portfolios/[^/]+/imports", re.ASCII)


class Limited:
    """ASGI: answers 413 or 414 itself. A body of unknown length is counted while it comes."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app, self._clock = app, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        length = request.headers.get("content-length", "0")
        limit = body_limit(request.url.path)
        if len(str(request.url)) > URL_LENGTH_MAX:
            await self._refuse(414, "url_too_long", scope, receive, send)
        elif not length.isascii() or not length.isdigit() or len(length) > 18 or int(length) > limit:
            await self._refuse(413, "body_too_large", scope, receive, send)
        else:
            await self._counted(limit, scope, receive, send)

    async def _counted(self, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
        told = _Told(send)
        counted = _counting(receive, limit)
        try:
            await self._app(scope, counted, told.send)
        except _TooLong:
            if told.begun:
                raise
            await self._refuse(413, "body_too_large", scope, receive, send)

    async def _refuse(self, status: int, code: str, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))[:200]
        answer = problem(status, code, "the request is too long", at=self._clock.now(), path=path)
        await answer(scope, receive, send)


class _TooLong(Exception):
    """More of a body came than is taken."""


class _Told:
    def __init__(self, send: Send) -> None:
        self._send, self.begun = send, False

    async def send(self, message: Message) -> None:
        self.begun = True
        await self._send(message)


def body_limit(path: str) -> int:
    """Bytes of a body that a path takes."""
    is_upload = path.startswith(UPLOAD_PATHS) or _API_UPLOAD.fullmatch(path)
    return UPLOAD_BYTES_MAX if is_upload else BODY_BYTES_MAX


def _counting(receive: Receive, limit: int) -> Callable[[], Awaitable[Message]]:
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise _TooLong
        return message

    return counted
