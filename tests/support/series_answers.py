"""Answers about series as services write them, from rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from fiel.market.catalogue import SeriesSpec
from fiel.market.values import Observation
from fiel.market.wire import Answer

THROTTLE_PAGE = (
    '<?xml version="1.0" encoding="pt-br"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">\n'
    '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Requisição inválida!</title></head></html>'
)
NO_VALUES = '{"erro": {"statusCode": 404, "detail": "x.SGSNegocioException: Value(s) not found"}}'


def answer(body: object, *, status: int = 200, headers: Mapping[str, str] = MappingProxyType({})) -> Answer:
    """Text and bytes as they are, anything else as JSON."""
    if not isinstance(body, str | bytes):
        body = json.dumps(body)
    return Answer(status, body.encode() if isinstance(body, str) else body, headers)


def day(text: str) -> date:
    """2026-07-01."""
    return date.fromisoformat(text)


def rows(*pairs: tuple[str, str]) -> tuple[Observation, ...]:
    """Rows of an ISO day and a number."""
    return tuple(Observation(day(when), Decimal(value)) for when, value in pairs)


def flat(spec: SeriesSpec, first: str, last: str, value: str) -> tuple[Observation, ...]:
    """The same value on each day of the series."""
    return tuple(Observation(when, Decimal(value)) for when in spec.expected_days(day(first), day(last)))


def sgs_json(told: Sequence[Observation], **changes: object) -> Answer:
    """As SGS writes it."""
    body = []
    for row in told:
        entry: dict[str, object] = {"data": f"{row.day:%d/%m/%Y}"}
        if row.until is not None:
            entry["dataFim"] = f"{row.until:%d/%m/%Y}"
        body.append({**entry, "valor": f"{row.value:f}", **changes})
    return answer(body)


def sgs_csv(told: Sequence[Observation]) -> Answer:
    """As SGS writes it for `formato=csv`."""
    lines = [f'"{row.day:%d/%m/%Y}";"{f"{row.value:f}".replace(".", ",")}"' for row in told]
    return answer("\r\n".join(["data;valor", *lines]) + "\r\n", headers={"content-type": "text/csv"})


def sgs_pairs(*pairs: tuple[object, object]) -> Answer:
    """Rows of anything."""
    return answer([{"data": when, "valor": value} for when, value in pairs])
