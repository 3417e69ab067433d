"""Who asks, as a request carries it: cookies, the token of its forms, and the scope a route wants."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from fiel.infra.access.principals import Principal, Scope
from fiel.infra.access.tokens import is_form_token, is_token
from fiel.kernel.errors import Refused

#: Somebody who has not said who he is: sees nothing.
ANYBODY = Principal("-", frozenset(), frozenset(), "none")

_SESSION, _VISIT = "fiel_sessao", "fiel_visita"


def cookie_name(name: str, *, secure: bool) -> str:
    """With https the browser itself refuses a cookie of this name that another host set."""
    return f"__Host-{name}" if secure else name


def session_token(request: Request) -> str | None:
    """The session's token, when the request brings something that can be one."""
    return _token(request, _SESSION)


def visit_token(request: Request) -> str | None:
    """The token of a visit without a session: the forms of the sign-in page are bound to it."""
    return _token(request, _VISIT)


def put_session(answer: Response, token: str, *, secure: bool, seconds: int) -> None:
    """The session's cookie: not for scripts, not for requests that other sites start."""
    answer.set_cookie(
        cookie_name(_SESSION, secure=secure),
        token,
        max_age=seconds,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def drop_session(answer: Response, *, secure: bool) -> None:
    """Without the session's cookie."""
    name = cookie_name(_SESSION, secure=secure)
    answer.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")


def visit_cookie(token: str, *, secure: bool) -> str:
    """The `Set-Cookie` line of a visit; it ends with the browser."""
    name = cookie_name(_VISIT, secure=secure)
    return f"{name}={token}; Path=/; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"


def is_secure(request: Request) -> bool:
    """Whether the request came by https (or the settings say that all do)."""
    return bool(getattr(request.state, "secure", False))


def principal_of(request: Request) -> Principal:
    """Who asks; `ANYBODY` where nobody looked."""
    found: Principal = getattr(request.state, "principal", ANYBODY)
    return found


def about_wallet(request: Request, wallet: str) -> None:
    """Name the wallet that a request turned out to be about, for the log of deeds."""
    request.state.deed_wallet = wallet


def about_deed(request: Request, text: str) -> None:
    """Say more about a deed in the log (never a secret)."""
    request.state.deed_about = text[:200]


def csrf_ok(request: Request, token: str) -> bool:
    """Whether a form carries the token of its session; without a guard there is none to carry."""
    bound_to = getattr(request.state, "bound_to", None)
    return token == "" if bound_to is None else is_form_token(token, bound_to)


@dataclass(frozen=True, slots=True)
class Required:
    """A dependency that refuses whoever lacks the scope; the guard reads it from the route, too."""

    scope: Scope

    def __call__(self, request: Request) -> Principal:
        """Who asks. Raises `Refused` (scope_missing)."""
        principal = principal_of(request)
        if not principal.may(self.scope):
            raise scope_missing(self.scope)
        return principal


def scope_missing(scope: Scope) -> Refused:
    """What is told to someone who may not."""
    return Refused("scope_missing", f"this needs the scope {scope}; use a key or an owner that has it")


def _token(request: Request, name: str) -> str | None:
    found = request.cookies.get(cookie_name(name, secure=is_secure(request)), "")
    return found if is_token(found) else None
