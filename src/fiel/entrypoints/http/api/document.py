"""The OpenAPI document: what FastAPI writes, with errors as problem documents and everything named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from fiel.entrypoints.http.api.answering import STATUSES, problems

VERBS = ("get", "put", "post", "delete", "patch", "head", "options")
DESCRIPTION = """\
Fiel: what do I buy, what will I be paid, how am I doing; over a book whose every number can be traced.

Numbers with decimals are text with exact digits, money is `{amount, currency}` where a document has no
currency of its own, days are ISO 8601, instants carry their offset. What is not known is null, never zero.
GETs answer with an ETag: send it back as If-None-Match. POSTs take an `Idempotency-Key`. Lists go on with
`nextCursor`. Errors are problem documents (RFC 9457) with a stable `code`.
"""
TAGS = {
    "portfolios": "Which there are, and one at a glance",
    "targets": "What a portfolio should look like",
    "positions": "What is held, with cost, lots and worth",
    "transactions": "Rows of the book: typed, listed, taken back",
    "imports": "Files: read, looked at, accepted, undone",
    "plans": "What to buy or sell, and why",
    "income": "What was paid and what will be",
    "performance": "How it did",
    "tax": "The month, the DARF, the annual return",
    "market": "Quotes and series with their provenance",
    "custody": "Accounts, statements, and whether the book adds up",
    "autobalance": "Rebalancing that acts by itself",
    "simulations": "A fleet in a market that moves",
    "wallet": "The wallet as its existing callers know it",
    "wallets": "The same under its other spelling",
    "operations": "Health and metrics",
}


def describe(app: FastAPI) -> None:
    """Makes the application answer with this document; it is written once, when it is first asked for."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document_of(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def document_of(app: FastAPI) -> dict[str, Any]:
    """The document of the application's routes."""
    found = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version=app.openapi_version,
        description=DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": about} for name, about in TAGS.items()],
        license_info={"name": "Apache 2.0", "identifier": "Apache-2.0"},
    )
    schemas = found["components"]["schemas"]
    for path, operation in _operations(found):
        _with_problems(path, operation)
    found["components"]["responses"] = {f"Problem{status}": _problem(status) for status in STATUSES}
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    found["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key: `fiel access keys add`."}
    }
    # Loopback without an owner asks nobody who they are.
    found["security"] = [{"key": []}, {}]
    return found


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            if verb in VERBS:
                yield path, operation


def _with_problems(path: str, operation: dict[str, Any]) -> None:
    """Problems as problem documents; FastAPI's own 422 is a 400 here."""
    answers = operation["responses"]
    told = answers.get("422", {})
    if "HTTPValidationError" in str(told):
        del answers["422"]
    everywhere = problems() if path.startswith("/api/") else (401, 403)
    for status in everywhere:
        answers.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
    for status in answers:
        # A health that is not well tells its components with 503, and is no problem document.
        if int(status) in STATUSES and path.startswith("/api/"):
            answers[status] = {"$ref": f"#/components/responses/Problem{status}"}
    operation["responses"] = dict(sorted(answers.items()))


def _problem(status: int) -> dict[str, Any]:
    told = problems(status)[status]
    return {
        "description": told["description"],
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": told["content"]["application/problem+json"]["example"],
            }
        },
    }
