"""A client of the HTTP API for Python programs: typed answers, errors as exceptions, safe retries.

with Client("http://127.0.0.1:8000", key="fiel_...") as fiel:
    plan = fiel.plan("ana", amount="1000.00").plan
"""

from __future__ import annotations

from fiel.entrypoints.client.client import Client

__all__ = ["Client"]
