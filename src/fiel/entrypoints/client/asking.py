"""One request and its answer: JSON with exact digits, problems as errors of the tree, tries again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from fiel.kernel.errors import (
    Conflict,
    Corrupt,
    FielError,
    InvalidInput,
    NotFound,
    Refused,
    Unavailable,
)

ATTEMPTS = 3
PAUSE_MAX_S = 10.0
_ERRORS: Mapping[int, type[FielError]] = {
    400: InvalidInput,
    401: Refused,
    403: Refused,
    404: NotFound,
    409: Conflict,
    412: Conflict,
    413: InvalidInput,
    414: InvalidInput,
    415: InvalidInput,
    422: Refused,
    429: Unavailable,
    503: Unavailable,
}
Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Asking:
    """Requests of one client. `pause` lets time pass between tries."""

    http: httpx.Client
    pause: Callable[[float], None]

    def answer(self, kind: type[Answer], method: str, path: str, **given: Any) -> Answer:
        """The answer as its shape; members that a newer server adds are left alone.

        Raises what `ask` raises, and `Corrupt` (answer_unknown) for something else.
        """
        return shaped(kind, self.ask(method, path, **given))

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        """The answer, tried again while the service does not answer: requests that change something carry
        their key, so that they have one effect. Raises the error that the problem tells."""
        for tried in range(1, ATTEMPTS + 1):
            try:
                answer = self.http.request(method, path, **given)
            except httpx.TransportError as error:
                if tried == ATTEMPTS:
                    raise Unavailable(
                        "not_reached", f"{self.http.base_url} does not answer: {error}"
                    ) from error
                self.pause(float(tried))
                continue
            if answer.status_code < 400:
                return answer
            problem = problem_of(answer)
            if tried == ATTEMPTS or not isinstance(problem, Unavailable):
                raise problem
            self.pause(_wait(answer, tried))
        raise AssertionError("the last try answers or raises")


def shaped(kind: type[Answer], answer: httpx.Response) -> Answer:
    """The body as its shape. Raises `Corrupt` (answer_unknown)."""
    try:
        return kind.model_validate(json_of(answer), extra="ignore")
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise Corrupt("answer_unknown", f"the answer is not the one that is known ({where})") from error


def json_of(answer: httpx.Response) -> Any:
    """The JSON of an answer; numbers with decimals are text there. Raises `Corrupt` (answer_unknown)."""
    try:
        return json.loads(answer.text)
    except (ValueError, RecursionError) as error:
        raise Corrupt("answer_unknown", "the answer is not JSON") from error


def problem_of(answer: httpx.Response) -> FielError:
    """The error that an answer tells."""
    try:
        told = json.loads(answer.text)
        code, detail, field = str(told["code"]), str(told["detail"]), told.get("field")
    except (ValueError, KeyError, TypeError, RecursionError):
        code, detail, field = "http", f"{answer.status_code} {answer.reason_phrase}", None
    kind = _ERRORS.get(answer.status_code, Corrupt)
    return kind(code, detail, field=None if field is None else str(field))


def _wait(answer: httpx.Response, tried: int) -> float:
    text = answer.headers.get("Retry-After", "")
    return min(float(text) if text.isascii() and text.isdigit() else float(tried), PAUSE_MAX_S)
