"""A question to a service and its answer, as bytes: what providers build and read, and transports carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from fiel.kernel.errors import Unavailable


class Provider(StrEnum):
    """The services that are known, in the words of settings, logs and the stored `source`."""

    BRAPI = "brapi"
    HG = "hgbrasil"
    SGS = "bcb"
    OLINDA = "bcb-olinda"
    IPEADATA = "ipeadata"
    B3 = "b3"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Ask:
    """One GET. `path` begins with /, `parameters` are not yet encoded; no token is in here.

    `topic` is what the breaker below the host's is kept for: a series (`cdi`) or a symbol (`PETR4`).
    `endpoint` names the reader (`quote_v1`), so that an answer is read the way it was asked.
    """

    provider: Provider
    endpoint: str
    path: str
    parameters: tuple[tuple[str, str], ...] = ()
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status. Header names are in lower case; `body` is cut at no limit here."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def content_type(self) -> str:
        """`text/html` of `text/html; charset=...`, in lower case; empty when not said."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class NoAnswer(Unavailable):
    """Nothing that could be read came back: `code` is `timeout`, `upstream_down` or `malformed` (too large,
    or broken off). `wait` is the pause that the service asked for, if it did."""

    def __init__(self, code: str, message: str, *, wait: timedelta | None = None) -> None:
        super().__init__(code, message)
        self.wait = wait


class Transport(Protocol):
    """Carries one question. Bounded in time and size; never retries; never shows a token."""

    async def fetch(self, ask: Ask) -> Answer:
        """The answer, of any status. Raises `NoAnswer`."""

    async def close(self) -> None:
        """Give back connections."""
