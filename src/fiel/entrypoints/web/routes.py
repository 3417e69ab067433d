"""The routes of every page that there is: the first one, and the others."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from fastapi import APIRouter, FastAPI

from fiel.entrypoints.http.later import is_of_api
from fiel.entrypoints.web import pages
from fiel.entrypoints.web.static_files import PREFIX

FIRST = "overview"
#: What a first visit asks for, and what asks whether the program lives.
_FIRST_PATHS = frozenset({"/", "/demonstracao", "/healthz", "/readyz", "/metrics"})
_FIRST_PREFIXES = (f"{PREFIX}/", "/actuator/")


def first_routes() -> APIRouter:
    """The overview's."""
    found: APIRouter = import_module(f"{pages.__name__}.{FIRST}").routes
    return found


def is_of_other_pages(path: str) -> bool:
    """Whether another page may answer a path: all that nothing else is known to answer."""
    return path not in _FIRST_PATHS and not path.startswith(_FIRST_PREFIXES) and not is_of_api(path)


def add_other_pages(app: FastAPI) -> None:
    """Add the `routes` of each other module of `pages`, by name."""
    for each in sorted(iter_modules(pages.__path__), key=lambda module: module.name):
        if each.name == FIRST:
            continue
        found = getattr(import_module(f"{pages.__name__}.{each.name}"), "routes", None)
        if isinstance(found, APIRouter):
            app.include_router(found)
