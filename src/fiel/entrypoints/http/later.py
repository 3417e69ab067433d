"""Routes that are added when the first request for them comes: a person who opens the first page does not
wait for twelve others, nor for some two hundred models of the API to be made."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

#: What the rest of the API answers; and what tells of it, or of the addresses of all routes.
API_PREFIXES = ("/api/", "/openapi.json", "/docs")


@dataclass(frozen=True, slots=True)
class Part:
    """Routes that belong together: which paths are theirs, and what adds them."""

    serves: Callable[[str], bool]
    add: Callable[[FastAPI], None]


class Later:
    """Adds each part once, whoever asks first: a request, `app.openapi()`, or who warms the process."""

    def __init__(self, app: FastAPI, parts: Sequence[Part]) -> None:
        self._app, self._lock, self._waiting = app, threading.RLock(), list(parts)
        self._document = app.openapi
        app.openapi = self._whole_document  # type: ignore[method-assign]

    def lacks(self, path: str) -> bool:
        """Whether a path is that of a part which is not there yet."""
        return any(part.serves(path) for part in self._waiting)

    def add(self, path: str | None = None) -> None:
        """Add the parts that serve the path, or all, unless they are there."""
        with self._lock:
            for part in [each for each in self._waiting if path is None or each.serves(path)]:
                part.add(self._app)
                self._waiting.remove(part)

    def _whole_document(self) -> dict[str, Any]:
        self.add()
        # A part may have put its own document in the place of this.
        found = self._app.openapi
        return self._document() if found == self._whole_document else found()


def is_of_api(path: str) -> bool:
    """Whether the API answers a path, or tells of it."""
    return path.startswith(API_PREFIXES)


class Completed:
    """ASGI, around the guard: by the time it judges a request, the routes of its path are there."""

    def __init__(self, app: ASGIApp, later: Later) -> None:
        self._app, self._later = app, later

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._later.lacks(scope["path"]):
            await run_in_threadpool(self._later.add, scope["path"])
        await self._app(scope, receive, send)
