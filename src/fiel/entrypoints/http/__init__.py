"""The HTTP interface. `create_app(services)` makes it; everything it needs is handed in."""

from __future__ import annotations

from fiel.entrypoints.http.app import HttpServices, create_app

__all__ = ["HttpServices", "create_app"]
