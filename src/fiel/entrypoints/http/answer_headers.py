"""What every answer tells the browser: run only our own files, show us in no frame, guess nothing."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Tried in Chromium with every page and chart. Nothing inline, nothing from elsewhere.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: `same-origin` and not `no-referrer`: with that one, browsers send `Origin: null` with our own forms.
_ALWAYS = (
    ("Content-Security-Policy", CONTENT_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "browsing-topics=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "private, no-cache"),
)
#: Two years, as the preload lists ask; without subdomains, which are not ours to decide about.
_HTTPS = ("Strict-Transport-Security", "max-age=63072000")


def protect(headers: MutableHeaders, *, secure: bool) -> None:
    """Add what an answer does not say itself."""
    for name, value in _ALWAYS:
        headers.setdefault(name, value)
    if secure:
        headers.setdefault(*_HTTPS)


class AnswerHeaders:
    """ASGI, around everything that answers. `secure`: every request comes by https."""

    def __init__(self, app: ASGIApp, *, secure: bool = False) -> None:
        self._app, self._secure = app, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        secure = self._secure or scope.get("scheme") == "https"

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                protect(MutableHeaders(scope=message), secure=secure)
            await send(message)

        await self._app(scope, receive, protected)
