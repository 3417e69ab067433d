"""Errors as pages: what happened, what still holds, what to do, and an id to quote."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fiel.entrypoints.web.rendering import render
from fiel.entrypoints.web.request import site
from fiel.kernel.errors import FielError

_NOT_PAGES = ("/api/", "/metrics", "/actuator/", "/healthz", "/readyz", "/openapi.json", "/estatico/")


async def error_page(request: Request, error: Exception, answer: Response) -> Response | None:
    """The page that tells an error to a person; `None` where a program asked, which gets the problem."""
    path = request.url.path
    if path.startswith(_NOT_PAGES) or "text/html" not in request.headers.get("accept", ""):
        return None
    if isinstance(error, FielError) and error.code == "book_empty":
        return RedirectResponse("/", status_code=303)
    status = answer.status_code
    try:
        known = site(request).services
        told = error.message if isinstance(error, FielError) and status < 500 else None
        code = error.code if isinstance(error, FielError) else "http" if status < 500 else "defect"
        kind = "missing" if status == 404 else "refused" if status < 500 else "away"
        page = render(
            request,
            "problem.html",
            status=status,
            kind=kind,
            code=code,
            detail=told,
            reference=getattr(request.state, "request_id", "") or f"{known.clock.now():%Y%m%dT%H%M%S}",
        )
    except Exception:  # noqa: BLE001 (the plain problem is better than an error about an error)
        return None
    for name in ("retry-after", "www-authenticate"):
        if name in answer.headers:
            page.headers[name] = answer.headers[name]
    return page
