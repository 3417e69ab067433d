"""The collected bad answers about series end as wanted, when the collection is there."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from fiel.kernel.errors import NotFound
from fiel.market.catalogue import SecondSource, SeriesSpec, series_of_code, series_spec
from fiel.market.providers import bcb_olinda, bcb_sgs, ipeadata
from fiel.market.sanitizer.series import judge_series, missing_days
from fiel.market.values import SeriesReading
from fiel.market.verdicts import Verdict
from fiel.market.wire import Answer, Provider

FILE = Path("/work/shared/fixtures/bad-payloads.json")
SEEN_ON = date(2026, 8, 24)
OURS = {"bcb", "bcb-olinda", "ipeadata"}


def cases() -> list[dict[str, Any]]:
    """Those that have an answer."""
    if not FILE.is_file():
        return []
    found = json.loads(FILE.read_text())["cases"]
    return [case for case in found if case["provider"] in OURS and case.get("response")]


def spec_of(path: str) -> SeriesSpec:
    """The series that was asked; one outside of the catalogue stands for any."""
    try:
        return series_of_code(int(re.findall(r"sgs\.(\d+)", path)[0]))
    except NotFound:
        return series_spec("cdi")


def judged(case: dict[str, Any]) -> Verdict[SeriesReading]:
    """What is thought of the case."""
    url = urlsplit(case["request"])
    parameters = tuple(parse_qsl(url.query))
    response = case["response"]
    answer = Answer(response["status"], response["body"].encode(), response["headers"])
    if case["provider"] == "bcb":
        spec = spec_of(url.path)
        read, asked = bcb_sgs.read_sgs(answer, spec), bcb_sgs.asked_days(parameters)
    elif case["provider"] == "bcb-olinda":
        spec = series_spec("usd_ptax")
        read, asked = bcb_olinda.read_ptax(answer, spec), bcb_olinda.asked_days(parameters)
    else:
        code = re.findall(r"'(\w+)'", url.path)[0]
        spec = ipeadata.series_of_ipeadata(code) or series_spec("cdi")
        source = SecondSource(Provider.IPEADATA, code)
        read, asked = ipeadata.read_ipeadata(answer, spec, source=source), None
    return judge_series(read, spec, asked=asked, today=SEEN_ON)


@pytest.mark.skipif(not FILE.is_file(), reason="the collection is not here")
@pytest.mark.parametrize("case", cases(), ids=lambda case: case["id"])
def test_a_bad_answer_about_a_series_ends_as_wanted(case: dict[str, Any]) -> None:
    """Outcome, kind, what to do next, and the rows or missing days where they are given."""
    want, verdict = case["want"], judged(case)
    reaction = verdict.reaction
    assert {
        "outcome": verdict.outcome,
        "kind": verdict.kind,
        "retry": reaction.retry,
        "fallback": reaction.fallback,
        "breaker_failure": reaction.breaker_failure,
        "cache": reaction.keep,
    } == {name: want[name] for name in ("outcome", "kind", "retry", "fallback", "breaker_failure", "cache")}
    result = want.get("result")
    if isinstance(result, list):
        assert verdict.value is not None
        assert [[row.day.isoformat(), f"{row.value:f}"] for row in verdict.value.rows] == result
    elif result is not None:
        assert [day.isoformat() for day in missing_days(verdict)] == result["missing"]
