"""Tables as CSV files, in the form that a spreadsheet in the language of the page opens."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from fiel.copilot.plan_view.words import Lang
from fiel.entrypoints.web.request import site
from fiel.kernel.csv_cells import PLAIN, PORTUGUESE, CsvForm


def csv_form(request: Request) -> CsvForm:
    """Semicolons and decimal commas in Portuguese, commas and dots in English."""
    return PORTUGUESE if site(request).lang is Lang.PT else PLAIN


def csv_answer(name: str, text: str) -> Response:
    """A file to keep under `name`, which is one of ours and never of the request."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-cache"}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)
