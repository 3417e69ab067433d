"""An application asked in this process, without a server: for tests that need no more than its answers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Asked:
    """`Asked(app).get("/healthz")`. A defect of the application is answered as a server does, with 500."""

    app: Any
    base: str = "http://127.0.0.1"

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        """One request, on an event loop of its own."""

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=self.base) as client:
                return await client.request(method, path, **given)

        return asyncio.run(asked())

    def get(self, path: str, **given: Any) -> httpx.Response:
        """A GET."""
        return self.request("GET", path, **given)

    def post(self, path: str, **given: Any) -> httpx.Response:
        """A POST."""
        return self.request("POST", path, **given)
