"""Shapes that requests and answers share. Numbers with decimals are text, days and instants ISO."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"
Decimal = Annotated[
    str,
    StringConstraints(pattern=DECIMAL),
    Field(description="An exact number: digits with an optional dot.", examples=["1234.56"]),
]
#: Above or at zero, as people give it.
Amount = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{1,15}(\.[0-9]{1,9})?$"),
    Field(description="An exact number, zero or more.", examples=["1000.00"]),
]
Day = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    Field(description="A day, ISO 8601.", examples=["2026-05-04"]),
]
Month = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}$"),
    Field(description="A month.", examples=["2026-05"]),
]
Instant = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T.{5,40}$"),
    Field(description="An instant with its offset, ISO 8601.", examples=["2026-05-04T13:00:00+00:00"]),
]
Currency = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(description="ISO 4217.", examples=["BRL"])
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Shape(BaseModel):
    """Members are camelCase; what is not known is null, never zero."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, extra="forbid"
    )


class Question(Shape):
    """What is asked: members that nobody knows are refused, numbers are text and never binary floats."""

    model_config = ConfigDict(strict=True)


class Money(Shape):
    """An amount with its currency."""

    amount: Decimal
    currency: Currency


class Remark(BaseModel):
    """Something to know beside the numbers: a stable code, the day that it is about, and its facts."""

    model_config = ConfigDict(extra="allow")

    code: str
    day: str | None = None


class FieldProblem(Shape):
    """One of several problems."""

    code: str
    detail: str
    field: str | None = None


class Problem(BaseModel):
    """What went wrong (RFC 9457). `code` is stable; `detail` says what to do; `field` names what is meant."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "type": "urn:fiel:error:user_unknown",
                "title": "Not Found",
                "status": 404,
                "detail": "the book has no user bruno",
                "instance": "/api/v1/portfolios/bruno",
                "code": "user_unknown",
                "error": "the book has no user bruno",
                "timestamp": "2026-05-04T13:00:00+00:00",
                "field": "wallet",
            }
        },
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    timestamp: str
    error: str | None = None
    field: str | None = None
    problems: list[FieldProblem] | None = None


class Page(Shape):
    """A part of a list. `nextCursor` is for the next request; null at the end."""

    next_cursor: str | None = None


def money(amount: Any, currency: str) -> dict[str, str] | None:
    """An amount on the wire; nothing where it is not known."""
    return None if amount is None else {"amount": f"{amount:f}", "currency": currency}
