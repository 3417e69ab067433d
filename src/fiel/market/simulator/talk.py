"""What goes over the wire: a request, a reply with its faults of transport, and JSON with exact numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from fiel.market.wire import Provider

Json: TypeAlias = "str | int | Decimal | bool | Sequence[Json] | Mapping[str, Json] | None"

#: Under which path each service lies on the simulator, and its name in fault plans.
PREFIXES: Mapping[str, Provider] = MappingProxyType(
    {
        "brapi": Provider.BRAPI,
        "hg": Provider.HG,
        "sgs": Provider.SGS,
        "olinda": Provider.OLINDA,
        "ipeadata": Provider.IPEADATA,
        "b3": Provider.B3,
    }
)
NAMES: Mapping[Provider, str] = MappingProxyType({provider: name for name, provider in PREFIXES.items()})

JSON_TYPE = "application/json; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """A GET below the prefix of a service; `path` and `parameters` are decoded. `token` never shows."""

    provider: Provider
    path: str
    parameters: tuple[tuple[str, str], ...] = ()
    token: str = field(default="", repr=False)

    def value(self, name: str, usual: str = "") -> str:
        """The first value of a parameter; names are compared without case."""
        for given, value in self.parameters:
            if given.lower() == name.lower():
                return value
        return usual


@dataclass(frozen=True, slots=True)
class Route:
    """What a request is about, in the words of fault plans, and the parts of its path."""

    endpoint: str
    topic: str = ""
    parts: tuple[str, ...] = ()


class Broken(StrEnum):
    """How the connection fails."""

    NO = "no"
    SILENT = "silent"
    RESET = "reset"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Reply:
    """What comes back. `delay` before it, `padding` blanks after the body, `pace`: bytes a second, 0 at once.

    `SHORT` promises a longer body than it gives.
    """

    status: int
    body: bytes
    content_type: str = JSON_TYPE
    headers: tuple[tuple[str, str], ...] = ()
    delay: timedelta = timedelta()
    broken: Broken = Broken.NO
    padding: int = 0
    pace: int = 0

    @property
    def length(self) -> int:
        """How many bytes of body come, blanks included."""
        return len(self.body) + self.padding


def json_reply(
    value: Json, *, status: int = 200, comma: bool = False, content_type: str = JSON_TYPE
) -> Reply:
    """A reply of JSON. With `comma`, numbers with decimals are text with a decimal comma."""
    return Reply(status, json_text(value, comma=comma).encode(), content_type)


def json_text(value: Json, *, comma: bool = False) -> str:
    """JSON whose numbers have the digits of the Decimal, not those of a float near it."""
    return "".join(_pieces(value, comma=comma))


def _pieces(value: Json, *, comma: bool) -> Iterable[str]:
    if isinstance(value, Decimal):
        yield f'"{value:f}"'.replace(".", ",") if comma else f"{value:f}"
    elif isinstance(value, str) or value is None or isinstance(value, int):
        yield json.dumps(value, ensure_ascii=False)
    elif isinstance(value, Mapping):
        yield "{"
        for index, (name, item) in enumerate(value.items()):
            yield f"{', ' if index else ''}{json.dumps(name, ensure_ascii=False)}: "
            yield from _pieces(item, comma=comma)
        yield "}"
    else:
        yield "["
        for index, item in enumerate(value):
            yield ", " if index else ""
            yield from _pieces(item, comma=comma)
        yield "]"


def html_page(title: str, text: str) -> str:
    """A small page, as gateways send it."""
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"
