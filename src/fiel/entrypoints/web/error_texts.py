"""What a refusal says to a person, in the language of the page: as the command line says it."""

from __future__ import annotations

from starlette.requests import Request

from fiel.copilot.plan_view.words import Lang
from fiel.entrypoints.web.request import site
from fiel.entrypoints.words.failures import FAILURES_PT
from fiel.kernel.errors import FielError


def refusal_text(request: Request, error: FielError) -> str:
    """One or two sentences. In Portuguese where they are known, else as the error says it."""
    if site(request).lang is not Lang.PT or error.code not in FAILURES_PT:
        return error.message
    values = {**error.details, "field": error.field or ""}
    try:
        return FAILURES_PT[error.code].format(**values).removeprefix(": ").strip()
    except (KeyError, IndexError):
        return error.message
