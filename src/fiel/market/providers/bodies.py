"""Bodies of answers, decided by what they contain: JSON that can be read, or the reason why there is none.

Numbers become `Decimal`, never float. NaN, Infinity, numbers of absurd size, a name given twice with two
values, deep nesting and bodies over the limit are malformed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NoReturn, TypeAlias, TypeVar

from fiel.market.providers.complaints import Complaint, complaint_in, kind_of_status, kind_of_text
from fiel.market.retry_after import read_retry_after
from fiel.market.verdicts import (
    REACTIONS,
    Finding,
    Keep,
    Kind,
    Outcome,
    Reaction,
    Verdict,
    accept,
    rejected,
    repaired,
)
from fiel.market.wire import Answer

Value = TypeVar("Value")
Json: TypeAlias = "bool | str | Decimal | list[Json] | dict[str, Json] | None"

BODY_MAX = 8 * 1024 * 1024
DEPTH_MAX = 32
#: Digits of a number, and its power of ten either way: prices, volumes and residues of 1e-10 fit easily.
DIGITS_MAX = 40
EXPONENT_MAX = 40

#: A throttle page inside status 200 says that the service is not well: it counts for the breaker.
THROTTLE_PAGE = Reaction(retry=True, fallback=True, breaker_failure=True, keep=Keep.NEVER)
_DOWN_WORDS = (
    ("manuten", Kind.UPSTREAM_DOWN),
    ("maintenance", Kind.UPSTREAM_DOWN),
    ("indispon", Kind.UPSTREAM_DOWN),
    ("unavailable", Kind.UPSTREAM_DOWN),
    ("bad gateway", Kind.UPSTREAM_DOWN),
    ("gateway time", Kind.UPSTREAM_DOWN),
    ("internal server error", Kind.UPSTREAM_DOWN),
    ("too many requests", Kind.RATE_LIMITED),
    ("rate limit", Kind.RATE_LIMITED),
    ("error code: 1015", Kind.RATE_LIMITED),
    ("requisição inválida", Kind.RATE_LIMITED),
)


_SECRET = re.compile(r"\b(token|key|bearer)[= ]+[\w.-]{6,}", re.IGNORECASE)


class _Refused(ValueError):
    """Why a body cannot be read as JSON."""


def load_json(
    answer: Answer,
    *,
    now: datetime | None = None,
    empty: Kind = Kind.MALFORMED,
    page: Kind = Kind.MALFORMED,
    refusal: Callable[[Complaint], Verdict[Json] | None] | None = None,
    limit: int = BODY_MAX,
    depth: int = DEPTH_MAX,
) -> Verdict[Json]:
    """The JSON of a successful answer, or the rejection that its status or content calls for.

    `empty`: the kind of a successful answer without a body. `page`: the kind of an HTML page with status
    200 that names no reason (BCB throttles with one). `refusal` is asked first about an error status or a
    complaint inside status 200, and may return `None` for the usual classes. `now` is for a `Retry-After`
    date; the answer's own `Date` is used when it is not given.
    """
    if len(answer.body) > limit:
        return rejected(Kind.MALFORMED, f"the body has {len(answer.body)} bytes; at most {limit} are read")
    text, odd = _decoded(answer)
    stripped = text.strip()
    if not 200 <= answer.status < 300:
        return _error_status(answer, stripped, depth, refusal, _wait(answer, now))
    if not stripped:
        return rejected(empty, "the body is empty")
    if stripped.startswith("<") or stripped[0] not in '{["':
        return _not_json(stripped, page if stripped.startswith("<") else Kind.MALFORMED, _wait(answer, now))
    try:
        value, odd = _parsed(stripped, depth, odd)
    except _Refused as problem:
        return rejected(Kind.MALFORMED, str(problem))
    if value is None or isinstance(value, bool | str | Decimal):
        return rejected(Kind.SCHEMA, "the body is a bare value; a list or an object is due")
    complaint = complaint_in(value, answer.status)
    if complaint is not None:
        refused = _refuse(complaint, refusal, _wait(answer, now))
        if refused is not None:
            return refused
    return repaired(value, *odd) if odd else accept(value)


def _error_status(
    answer: Answer,
    text: str,
    depth: int,
    refusal: Callable[[Complaint], Verdict[Json] | None] | None,
    wait: timedelta | None,
) -> Verdict[Json]:
    """The class of an error status, refined by what a JSON body says."""
    complaint = Complaint(answer.status, is_json=False, message=text[:400])
    if text[:1] in ("{", "["):
        try:
            value, _ = _parsed(text, depth, ())
        except _Refused:
            value = None
        if value is not None:
            found = complaint_in(value, answer.status, error_status=True)
            complaint = found or Complaint(answer.status, is_json=True, message="")
    given = refusal(complaint) if refusal else None
    if given is not None:
        return given
    kind = kind_of_status(complaint)
    return rejected(kind, f"status {answer.status}{_said(complaint)}", wait=wait)


def _refuse(
    complaint: Complaint,
    refusal: Callable[[Complaint], Verdict[Json] | None] | None,
    wait: timedelta | None,
) -> Verdict[Json] | None:
    given = refusal(complaint) if refusal else None
    if given is not None:
        return given
    kind = kind_of_text(complaint) or (
        kind_of_status(complaint) if complaint.status >= 400 else Kind.UPSTREAM_DOWN
    )
    return rejected(kind, f"an error inside status 200{_said(complaint)}", wait=wait)


def _said(complaint: Complaint) -> str:
    """What the service said, short; its own words may repeat a token only if it echoes our URL."""
    if not complaint.is_json or not complaint.message:
        return ""
    message = _SECRET.sub("", complaint.message.split("http", 1)[0])
    return f": {message[:160].strip()}"


def _not_json(text: str, kind: Kind, wait: timedelta | None) -> Verdict[Json]:
    """A page, or plain text, where JSON is due."""
    lower = text[:4000].lower()
    kind = next((named for word, named in _DOWN_WORDS if word in lower), kind)
    what = "a web page" if text.startswith("<") else "plain text"
    reaction = THROTTLE_PAGE if kind is Kind.RATE_LIMITED else REACTIONS[kind]
    return rejected(kind, f"{what} where JSON is due", reaction=reaction, wait=wait)


def _wait(answer: Answer, now: datetime | None) -> timedelta | None:
    text = answer.headers.get("retry-after")
    if not text:
        return None
    if now is None:
        now = _header_date(answer)
    if now is None:
        return read_retry_after(text, _LONG_AGO) if text.strip().isdigit() else None
    return read_retry_after(text, now)


_LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def _header_date(answer: Answer) -> datetime | None:
    from email.utils import parsedate_to_datetime

    try:
        told = parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    return told if told.tzinfo is not None else None


def _decoded(answer: Answer) -> tuple[str, tuple[Finding, ...]]:
    """The text, with a finding when it was not plain UTF-8."""
    body = answer.body
    odd: tuple[Finding, ...] = ()
    if body.startswith(b"\xef\xbb\xbf"):
        body = body[3:]
        odd = (Finding(Kind.FORMAT, "", "a byte order mark before the JSON", "byte_order_mark"),)
    elif body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = body.decode("utf-16", errors="replace")
        return text, (Finding(Kind.FORMAT, "", "UTF-16 where UTF-8 is due", "charset"),)
    try:
        return body.decode("utf-8"), odd
    except UnicodeDecodeError:
        # The Latin alphabet of older servers; digits and JSON signs are the same in both.
        return body.decode("cp1252", errors="replace"), (
            Finding(Kind.FORMAT, "", "the text is not UTF-8", "charset"),
        )


def _parsed(text: str, depth: int, odd: tuple[Finding, ...]) -> tuple[Json, tuple[Finding, ...]]:
    """Raises `_Refused` with the reason."""
    value = _loads(text)
    if isinstance(value, str) and value[:1] in ("{", "["):
        value = _loads(value)
        odd = (*odd, Finding(Kind.FORMAT, "", "JSON inside a JSON text", "double_encoded"))
    _check_depth(value, depth)
    return value, odd


def _loads(text: str) -> Json:
    try:
        value: Json = json.loads(
            text,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_constant,
            object_pairs_hook=_unique,
        )
    except _Refused:
        raise
    except RecursionError:
        raise _Refused("the JSON is nested too deeply") from None
    except ValueError:
        raise _Refused("the JSON is broken or cut off") from None
    return value


def _number(text: str) -> Decimal:
    if len(text) > DIGITS_MAX + 8:
        raise _Refused("a number has too many digits")
    mantissa, _, power = text.lower().partition("e")
    if len(power) > 4 or abs(int(power or "0")) > EXPONENT_MAX:
        raise _Refused("a number is out of all bounds")
    if len(mantissa) > DIGITS_MAX + 2:
        raise _Refused("a number has too many digits")
    return Decimal(text)


def _constant(text: str) -> NoReturn:
    raise _Refused(f"{text} is not a number")


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        for name, value in pairs:
            if found[name] != value:
                raise _Refused("a name is given twice with two values")
    return found


def _check_depth(value: Json, depth: int) -> None:
    level: list[Json] = [value]
    for _ in range(depth):
        level = [
            inner
            for outer in level
            if isinstance(outer, list | dict)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, list | dict)
        ]
        if not level:
            return
    raise _Refused(f"the JSON is nested deeper than {depth} levels")


def no_object(body: Verdict[Json], due: str = "an object") -> Verdict[Value]:
    """The rejection of a body that is not what is due: its own, or a wrong shape."""
    if body.outcome is not Outcome.REJECT:
        return rejected(Kind.SCHEMA, f"{due} is due")
    return Verdict(body.outcome, body.kind, None, body.reaction, body.findings, body.wait)
