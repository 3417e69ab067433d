"""Bodies are decided by what they contain, within limits, and every number is exact."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.market.providers.bodies import BODY_MAX, DEPTH_MAX, load_json
from fiel.market.verdicts import Keep, Kind, Outcome, rejected
from fiel.market.wire import Answer
from tests.support.market_answers import answer

NOW = datetime(2026, 9, 15, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": True, "message": "Campo 'range' inválido"}, Kind.BAD_REQUEST),
        (400, {"error": True, "message": "Janela de consulta de no máximo 10 anos"}, Kind.WINDOW_TOO_LONG),
        (401, {"error": True, "message": "Token inválido"}, Kind.AUTH),
        (402, {"error": True, "message": "limite de requisições do seu plano"}, Kind.QUOTA_EXHAUSTED),
        (403, {"code": "FEATURE_NOT_AVAILABLE", "message": ""}, Kind.PLAN),
        (403, {"message": "forbidden"}, Kind.AUTH),
        (404, {"message": "Nothing here"}, Kind.NOT_FOUND),
        (404, "<html>Not Found</html>", Kind.UPSTREAM_DOWN),
        (406, {"error": "janela"}, Kind.WINDOW_TOO_LONG),
        (408, "", Kind.TIMEOUT),
        (417, {"error": True, "message": "Missing required parameter"}, Kind.BAD_REQUEST),
        (429, "", Kind.RATE_LIMITED),
        (500, "", Kind.UPSTREAM_DOWN),
        (503, "<html>busy</html>", Kind.UPSTREAM_DOWN),
        (522, "error code: 522", Kind.UPSTREAM_DOWN),
    ],
)
def test_error_statuses_have_their_kind(status: int, body: object, kind: Kind) -> None:
    """Status and words together tell what the service means."""
    verdict = load_json(answer(body, status))
    assert (verdict.outcome, verdict.kind, verdict.value) == (Outcome.REJECT, kind, None)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", Kind.MALFORMED),
        ("   ", Kind.MALFORMED),
        ("<!doctype html><p>Oi", Kind.MALFORMED),
        ("<p>Too Many Requests", Kind.RATE_LIMITED),
        ("Service Unavailable", Kind.UPSTREAM_DOWN),
        ('[{"a":1},{"a":', Kind.MALFORMED),
        ('{"a":NaN}', Kind.MALFORMED),
        ('{"a":-Infinity}', Kind.MALFORMED),
        ('{"a":1e99999}', Kind.MALFORMED),
        ('{"a":' + "9" * 5000 + "}", Kind.MALFORMED),
        ('{"a":1,"a":2}', Kind.MALFORMED),
        ("[" * (DEPTH_MAX + 1) + "]" * (DEPTH_MAX + 1), Kind.MALFORMED),
        ("[" * 100_000, Kind.MALFORMED),
        ("[]<script>", Kind.MALFORMED),
        ('"words"', Kind.SCHEMA),
        ({"error": True, "message": "Algo deu errado"}, Kind.UPSTREAM_DOWN),
        ({"error": True, "message": "Não encontramos a ação ZZZZ3"}, Kind.NOT_FOUND),
        ({"erro": {"statusCode": 400, "detail": "quantidade máxima"}}, Kind.BAD_REQUEST),
    ],
)
def test_status_200_is_no_proof(body: object, kind: Kind) -> None:
    """What cannot be read, and refusals inside status 200, are refused for their reason."""
    assert load_json(answer(body)).kind is kind


def test_a_body_over_the_limit_is_not_even_read() -> None:
    """One byte too many is malformed; the limit itself is read."""
    assert load_json(Answer(200, b" " * (BODY_MAX + 1))).kind is Kind.MALFORMED
    assert load_json(Answer(200, b"[]" + b" " * 8), limit=10).value == []
    assert load_json(Answer(200, b"[]" + b" " * 9), limit=10).kind is Kind.MALFORMED


def test_nesting_up_to_the_limit_is_read() -> None:
    """The deepest allowed body is no error."""
    assert load_json(answer("[" * DEPTH_MAX + "]" * DEPTH_MAX)).taken


def test_numbers_are_exact() -> None:
    """Every number is a Decimal with the digits that were written."""
    value = load_json(answer('{"a":0.1,"b":1e-10,"c":12345678901234567890}')).value
    assert value == {"a": Decimal("0.1"), "b": Decimal("1E-10"), "c": Decimal("12345678901234567890")}


def test_odd_text_is_read_and_said() -> None:
    """A byte order mark, Latin 1 and JSON inside a text are repairs with names."""
    for body, repair in (
        (b"\xef\xbb\xbf[]", "byte_order_mark"),
        ('{"name":"São"}'.encode("latin-1"), "charset"),
        (b'"[1]"', "double_encoded"),
    ):
        verdict = load_json(Answer(200, body))
        assert verdict.outcome is Outcome.REPAIR
        assert verdict.kind is Kind.FORMAT
        assert verdict.findings[0].repair == repair


def test_the_pause_that_is_asked_for_is_told() -> None:
    """`Retry-After` in seconds, or as a date from now or from the answer's own date."""
    assert load_json(answer("", 429, retry_after="7")).wait == timedelta(seconds=7)
    date = "Tue, 15 Sep 2026 15:31:00 GMT"
    assert load_json(answer("", 429, retry_after=date), now=NOW).wait == timedelta(minutes=1)
    own = answer("", 503, retry_after=date, date="Tue, 15 Sep 2026 15:30:30 GMT")
    assert load_json(own).wait == timedelta(seconds=30)
    assert load_json(answer("", 429, retry_after=date)).wait is None
    assert load_json(answer("", 429)).wait is None


def test_a_reader_may_know_better() -> None:
    """An empty body, a page and a refusal mean what the reader says they mean."""
    assert load_json(answer(""), empty=Kind.NOT_FOUND).reaction.keep is Keep.NEGATIVE_SHORT
    throttled = load_json(answer("<html>wait"), page=Kind.RATE_LIMITED)
    assert throttled.kind is Kind.RATE_LIMITED
    assert throttled.reaction.breaker_failure
    known = load_json(answer({"message": "x"}, 404), refusal=lambda _: rejected(Kind.NO_DATA, "none"))
    assert known.kind is Kind.NO_DATA


def test_tokens_that_a_service_repeats_are_struck_out() -> None:
    """Neither a token in words nor an address reaches the findings."""
    said = {"error": True, "message": "token=abcdef123456 is bad, see https://x.dev?token=abcdef123456"}
    assert "abcdef" not in load_json(answer(said, 401)).findings[0].detail


@given(st.binary(max_size=400), st.sampled_from([200, 204, 301, 400, 404, 406, 429, 500]))
def test_any_bytes_have_a_verdict(body: bytes, status: int) -> None:
    """No bytes whatsoever make the reader fail; a value is there exactly when it is not refused."""
    verdict = load_json(Answer(status, body))
    assert (verdict.value is None) == (verdict.outcome is Outcome.REJECT)
    assert verdict.taken or verdict.findings


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=20))
def test_any_json_survives(value: object) -> None:
    """JSON lists and objects come back as they were written."""
    if isinstance(value, list):
        expected = json.loads(json.dumps(value))
        verdict = load_json(answer(value))
        assert verdict.value == expected or verdict.kind is Kind.MALFORMED
