"""Which broker orders go to, and how it is reached. Secrets are in no representation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import urlsplit

from fiel.kernel.errors import InvalidInput


class BrokerKind(StrEnum):
    """Brokers that there are adapters for. Their names are those of enrolments."""

    #: Made-up executions at real prices; nothing leaves this machine.
    PAPER = "paper"
    #: The simulated exchange in a process of its own (`fiel dev exchange`).
    EXCHANGE = "exchange"
    #: Alpaca's Trading API, for accounts in US dollars.
    ALPACA = "alpaca"


@dataclass(frozen=True, slots=True)
class BrokerConfig:
    """`url` of the exchange, or of Alpaca in place of its paper trading; `keys` of Alpaca by portfolio, each
    a key id and a secret. Raises `InvalidInput` naming the field.
    """

    kind: BrokerKind = BrokerKind.PAPER
    url: str | None = None
    keys: Mapping[str, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    def __post_init__(self) -> None:
        if self.url is not None:
            parts = urlsplit(self.url)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise InvalidInput("url_malformed", "write it like http://127.0.0.1:8700", field="url")
        if self.kind is BrokerKind.EXCHANGE and self.url is None:
            raise InvalidInput("url_missing", "say where the exchange is", field="url")
        if self.kind is BrokerKind.ALPACA and not self.keys:
            raise InvalidInput("keys_missing", "Alpaca needs the keys of each portfolio", field="keys")
