"""The pages: rendered on the server, quicker with a script and whole without one."""

from __future__ import annotations

from fastapi import FastAPI

from fiel.entrypoints.http.kept import Memo
from fiel.entrypoints.http.later import Part
from fiel.entrypoints.web import problem_page, static_files
from fiel.entrypoints.web.rendering import Renderer
from fiel.entrypoints.web.routes import add_other_pages, first_routes, is_of_other_pages

__all__ = ["add_pages"]

#: Reckoned views that are kept: a few pages of each of a handful of wallets.
MEMO_LIMIT = 128


def add_pages(app: FastAPI) -> Part:
    """Serve the first page and the static files; what serves the other pages is told, and can wait."""
    static = static_files.StaticFiles.read()
    app.state.renderer = Renderer.of(static)
    app.state.memo = Memo(MEMO_LIMIT)
    app.state.error_page = problem_page.error_page
    app.include_router(static_files.router(static))
    app.include_router(first_routes())
    return Part(is_of_other_pages, add_other_pages)
