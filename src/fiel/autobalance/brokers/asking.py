"""One HTTP request to a broker, and what is known when it goes wrong: nothing was done, or nobody knows.

What changes something and got no readable answer is `OutcomeUnknown`; what only asked is `Unavailable`,
and so is everything that certainly never left.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from fiel.autobalance.ports import OutcomeUnknown
from fiel.kernel.errors import FielError, Unavailable

BODY_BYTES_MAX = 16 * 1024 * 1024
#: No connection, so no request.
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `changes`: whether it may have done something when its answer is lost."""

    method: str
    path: str
    parameters: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, object] | None = None
    changes: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer below 500, and not 429. `document` is its JSON (numbers with decimals as text), or `None`."""

    status: int
    document: Any

    def said(self, name: str) -> str:
        """A text of the document, for messages."""
        found = self.document.get(name) if isinstance(self.document, dict) else None
        return str(found)[:300] if found is not None else ""


class Line:
    """To one service at one address, over a client that the caller opens and closes."""

    def __init__(
        self, client: httpx.AsyncClient, base_url: str, name: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self._client, self._base = client, base_url.rstrip("/")
        self._name, self._headers = name, dict(headers or {})

    async def ask(self, question: Question) -> Reply:
        """Raises `Unavailable` (nothing was done) or `OutcomeUnknown`, as the question allows."""
        try:
            status, body = await self._exchange(question)
            failure = self._failure(question, status, body)
        except _NEVER_SENT as error:
            failure = self._unreached(error)
        except (httpx.HTTPError, OSError, _TooLarge) as error:
            failure = self.unanswered(question, type(error).__name__)
        # Raised here, so that no error of the library hangs on to it.
        if failure is not None:
            raise failure
        try:
            return Reply(status, json.loads(body, parse_float=str) if body.strip() else None)
        except (ValueError, RecursionError):
            document = None
        if status < 300:
            raise self.unanswered(question, "an answer that cannot be read")
        return Reply(status, document)

    def unanswered(self, question: Question, how: str) -> FielError:
        """The error for an answer that is missing, or says nothing that can be used."""
        if question.changes:
            return OutcomeUnknown("broker_outcome_unknown", f"{self._name}: {how} on {question.path}")
        return Unavailable("broker_unavailable", f"{self._name}: {how} on {question.path}")

    async def _exchange(self, question: Question) -> tuple[int, bytes]:
        request = self._client.build_request(
            question.method,
            self._base + question.path,
            params=list(question.parameters) or None,
            content=json.dumps(question.body).encode() if question.body is not None else None,
            headers=self._headers
            | ({"Content-Type": "application/json"} if question.body is not None else {}),
        )
        response = await self._client.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > BODY_BYTES_MAX:
                    raise _TooLarge
            return response.status_code, bytes(body)
        finally:
            await response.aclose()

    def _failure(self, question: Question, status: int, body: bytes) -> FielError | None:
        if status == 429:
            return Unavailable("broker_too_many", f"{self._name} asks for fewer questions")
        if status < 500 and status // 100 != 3:
            return None
        if status == 503 and b'"taken":false' in body[:2_000]:
            return Unavailable("broker_unavailable", f"{self._name} says that it took nothing")
        return self.unanswered(question, f"status {status}")

    def _unreached(self, error: Exception) -> FielError:
        return Unavailable("broker_unavailable", f"{self._name} cannot be reached ({type(error).__name__})")


class _TooLarge(Exception):
    """The answer is larger than anything that would be read."""
