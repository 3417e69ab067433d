"""How the pages look: language, theme, colours, hidden values; and the list of the other pages."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from fiel.copilot.plan_view.words import Lang
from fiel.entrypoints.web import preferences
from fiel.entrypoints.web.preferences import COLOUR_SETS, THEMES, YEAR_S
from fiel.entrypoints.web.rendering import render
from fiel.entrypoints.web.request import FormOf, redirect, site

routes = APIRouter(include_in_schema=False)
#: Field of the form, cookie that keeps it, what it may be.
_CHOICES = (
    ("idioma", preferences.LANG, frozenset(Lang)),
    ("tema", preferences.THEME, frozenset(THEMES)),
    ("cores", preferences.COLOURS, frozenset(COLOUR_SETS)),
    ("ocultar", preferences.HIDDEN, frozenset({"0", "1"})),
)


@routes.post("/preferencias")
def prefer(request: Request, form: FormOf) -> Response:
    """Keep what was chosen, and go back to where it was chosen."""
    back = form.text("voltar", "/")
    answer = redirect(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/")
    for field, cookie, allowed in _CHOICES:
        chosen = form.text(field)
        if chosen in allowed:
            answer.set_cookie(
                cookie,
                chosen,
                max_age=YEAR_S,
                httponly=True,
                samesite="lax",
                secure=site(request).services.secure,
            )
    return answer


@routes.get("/mais")
def more(request: Request) -> Response:
    """What the bottom bar of a phone has no room for."""
    return render(request, "more.html")
