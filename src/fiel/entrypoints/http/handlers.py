"""How many requests are worked on at once: the others wait outside, holding nothing."""

from __future__ import annotations

from anyio.to_thread import current_default_thread_limiter
from starlette.types import ASGIApp, Receive, Scope, Send

from fiel.infra.storage.engines import CONNECTIONS_MAX

#: Fewer than there are connections: a handler that holds one and asks for another always gets it in the end,
#: and the chores beside the server get theirs. More threads would not answer sooner: Python runs one.
HANDLERS_AT_ONCE = CONNECTIONS_MAX - 6


class Bounded:
    """ASGI, around the application: bounds the threads of the event loop that it is served by."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._is_bound = app, False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._is_bound:
            current_default_thread_limiter().total_tokens = HANDLERS_AT_ONCE
            self._is_bound = True
        await self._app(scope, receive, send)
