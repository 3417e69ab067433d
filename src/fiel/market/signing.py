"""The token is added at the last moment, below the HTTP client: its logs and errors never saw it."""

from __future__ import annotations

import logging
from collections.abc import Collection
from urllib.parse import quote, quote_plus

import httpx

from fiel.market.config import ProviderConfig, TokenPlace

_HIDDEN = "***"
#: Where the library would write headers of answers, which may repeat a token.
_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy")


class Signing(httpx.AsyncBaseTransport):
    """Signs what it passes on. The request that it was given stays as it was."""

    def __init__(self, inner: httpx.AsyncBaseTransport, config: ProviderConfig) -> None:
        self._inner, self._config = inner, config

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._inner.handle_async_request(self._signed(request))

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _signed(self, request: httpx.Request) -> httpx.Request:
        token, place = self._config.token, self._config.token_place
        if not token or place is TokenPlace.NONE:
            return request
        url, headers = request.url, request.headers.copy()
        if place is TokenPlace.KEY_PARAMETER:
            url = url.copy_set_param("key", token)
        else:
            headers["Authorization"] = f"Bearer {token}"
        return httpx.Request(
            request.method, url, headers=headers, stream=request.stream, extensions=request.extensions
        )


class Redaction(logging.Filter):
    """Takes tokens out of bytes, texts and the library's log lines."""

    def __init__(self, tokens: Collection[str]) -> None:
        super().__init__()
        spelt = {way(token) for token in tokens if token for way in (str, quote, quote_plus, _quoted_whole)}
        # The longest first: a shorter spelling may be a part of it.
        self._spelt = sorted(spelt, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Without any token."""
        for token in self._spelt:
            text = text.replace(token, _HIDDEN)
        return text

    def body(self, body: bytes) -> bytes:
        """Without any token."""
        for token in self._spelt:
            body = body.replace(token.encode("ascii"), _HIDDEN.encode("ascii"))
        return body

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        clean = self.text(message)
        if clean != message:
            record.msg, record.args = clean, ()
        return True

    def watch(self) -> None:
        """Clean the library's log lines from now on."""
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(self)

    def unwatch(self) -> None:
        """No more."""
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self)


def _quoted_whole(token: str) -> str:
    return quote(token, safe="")
