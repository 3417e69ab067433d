"""Whether a change was asked for by a page of this site: what browsers say, and the token of the form.

Browsers send `Sec-Fetch-Site` and `Origin`, which scripts cannot forge. The token covers those that do not.
A form is looked at before anybody reads it, so that no route can forget the check.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.types import Message, Receive

FIELD = "csrf"
HEADER = "x-csrf-token"
#: The token stands before the files of a form: more than this is not kept while looking for it.
PEEK_BYTES_MAX = 256 * 1024
FORM_BYTES_MAX = 1024 * 1024

_BOUNDARY = re.compile(r'boundary="?([A-Za-z0-9\'()+_,\-./:=? ]{1,70})"?')
_PORTS = {"http": "80", "https": "443"}


def asked_elsewhere(request: Request) -> bool:
    """Whether the browser says that another site (or none that it would name) started the request."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        return True
    origin = request.headers.get("origin")
    return origin is not None and not _same_host(origin, request)


def says_where(request: Request) -> bool:
    """Whether the request says where it was started at all: every browser does, on a change."""
    return "origin" in request.headers or "sec-fetch-site" in request.headers


class FormPeek:
    """The beginning of a body, and a `receive` that gives all of it again."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._kept: list[Message] = []

    async def token(self, request: Request) -> str:
        """The token of a form or of the header; empty when there is none where it belongs."""
        given = request.headers.get(HEADER)
        if given is not None:
            return given
        kind = request.headers.get("content-type", "")
        if kind.startswith("application/x-www-form-urlencoded"):
            return _of_fields(await self._read(FORM_BYTES_MAX))
        boundary = _BOUNDARY.search(kind) if kind.startswith("multipart/form-data") else None
        if boundary is None:
            return ""
        return await self._of_parts(boundary[1].encode())

    async def receive(self) -> Message:
        """What was kept, then what comes."""
        return self._kept.pop(0) if self._kept else await self._receive()

    async def _of_parts(self, boundary: bytes) -> str:
        body = bytearray()
        async for piece in self._pieces():
            body += piece
            found = _of_part(bytes(body[: PEEK_BYTES_MAX * 2]), boundary)
            if found is not None:
                return found
            if len(body) > PEEK_BYTES_MAX:
                break
        return ""

    async def _read(self, most: int) -> bytes:
        body = bytearray()
        async for piece in self._pieces():
            body += piece
            if len(body) > most:
                return b""
        return bytes(body)

    async def _pieces(self) -> AsyncIterator[bytes]:
        while True:
            message = await self._receive()
            self._kept.append(message)
            yield message.get("body", b"")
            if message["type"] != "http.request" or not message.get("more_body", False):
                return


def _of_fields(body: bytes) -> str:
    try:
        found = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=10_000).get(FIELD, [])
    except ValueError:
        return ""
    return found[0] if len(found) == 1 else ""


def _of_part(body: bytes, boundary: bytes) -> str | None:
    """The value of the token's part, once it is whole; `None` while it is not there yet."""
    parts = body.split(b"--" + boundary)
    for part in parts[1:-1]:
        head, found, value = part.partition(b"\r\n\r\n")
        names = re.findall(rb'[; ]name="([^"\r\n]*)"', head)
        if found and names == [FIELD.encode()] and b"filename" not in head:
            return value.removesuffix(b"\r\n").decode("latin-1")
    return None


def _same_host(origin: str, request: Request) -> bool:
    try:
        parts = urlsplit(origin)
        given = f"{(parts.hostname or '').lower()}:{parts.port or _PORTS.get(parts.scheme, '')}"
        wanted = urlsplit(f"//{request.headers.get('host', '')}")
        port = wanted.port or _PORTS.get(parts.scheme, "")
        here = f"{(wanted.hostname or '').lower()}:{port}"
    except ValueError:
        return False
    downgraded = bool(getattr(request.state, "secure", False)) and parts.scheme != "https"
    return parts.scheme in _PORTS and bool(parts.hostname) and given == here and not downgraded
