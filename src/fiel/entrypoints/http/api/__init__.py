"""The HTTP API under `/api/v1`: one module for each resource, and the document that describes them."""

from __future__ import annotations

from fastapi import FastAPI

from fiel.entrypoints.http.api import (
    accounts,
    autobalance,
    imports,
    income,
    market,
    performance,
    plans,
    portfolios,
    positions,
    simulations,
    targets,
    tax,
    transactions,
)
from fiel.entrypoints.http.api.document import describe

__all__ = ["add_api"]

RESOURCES = (
    portfolios,
    targets,
    positions,
    transactions,
    imports,
    plans,
    income,
    performance,
    tax,
    market,
    accounts,
    autobalance,
    simulations,
)


def add_api(app: FastAPI) -> None:
    """Adds every resource to the application, and its document."""
    for resource in RESOURCES:
        app.include_router(resource.routes)
    describe(app)
