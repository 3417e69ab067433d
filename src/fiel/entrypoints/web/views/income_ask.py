"""What the address of `/proventos` asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fiel.kernel.errors import InvalidInput

PAST_DEFAULT, PAST_MAX = 6, 36
_MONTH = re.compile(r"[12]\d{3}-(\d{2})", re.ASCII)


class Status(StrEnum):
    """What the list is narrowed to, in the words of the address."""

    ALL = ""
    RECEIVED = "recebido"
    CONFIRMED = "confirmado"
    ANNOUNCED = "anunciado"
    ESTIMATED = "estimado"
    LATE = "atrasado"


@dataclass(frozen=True, slots=True)
class IncomeAsk:
    """What the address asks for. `month`: that of the calendar, "YYYY-MM", or nothing for the current one."""

    status: Status = Status.ALL
    gross: bool = False
    calendar: bool = False
    month: str = ""
    past: int = PAST_DEFAULT
    page: int = 1


def read_ask(query: Mapping[str, str]) -> IncomeAsk:
    """From situacao, valores, visao, mes, antes and pagina. Raises `InvalidInput` naming what is wrong.

    >>> read_ask({"situacao": "confirmado", "valores": "bruto"}).status.value
    'confirmado'
    """
    try:
        status = Status(query.get("situacao", ""))
    except ValueError:
        raise InvalidInput(
            "status_unknown",
            f"situacao is one of: {', '.join(one.value for one in Status if one.value)}, or nothing",
            field="situacao",
        ) from None
    return IncomeAsk(
        status,
        query.get("valores", "") == "bruto",
        query.get("visao", "") == "calendario",
        _month(query.get("mes", "")),
        _whole(query.get("antes", ""), "antes", PAST_DEFAULT, 0, PAST_MAX),
        _whole(query.get("pagina", ""), "pagina", 1, 1, 10_000),
    )


def _month(text: str) -> str:
    if not text:
        return ""
    found = _MONTH.fullmatch(text)
    if found is None or not 1 <= int(found[1]) <= 12:
        raise InvalidInput("month_malformed", "write the month like 2026-11", field="mes")
    return text


def _whole(text: str, name: str, default: int, low: int, high: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and low <= int(text) <= high):
        raise InvalidInput("number_malformed", f"{name} is a whole number, {low} to {high}", field=name)
    return int(text)
