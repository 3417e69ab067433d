"""Bad answers end as wanted, over real HTTP; and a wrong wish is noticed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fiel.market.verdicts import Keep, Kind
from tests.bad_payloads.__main__ import main
from tests.bad_payloads.cases import Case, load
from tests.bad_payloads.runner import run

OWN = Path(__file__).parent / "own_cases.json"
SHARED = Path("/work/shared/fixtures/bad-payloads.json")
#: The age of own cases is told by themselves; this bounds what may be true.
CLOCK = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _misses(path: Path) -> list[str]:
    return [result.line for result in run(load(path), CLOCK) if result.misses]


def test_own_cases_end_as_wanted() -> None:
    """Every case of the repository, served and read, has its outcome, kind, reaction and result."""
    assert _misses(OWN) == []


@pytest.mark.skipif(not SHARED.exists(), reason="the file is not here")
def test_the_given_file_ends_as_wanted() -> None:
    """A file of the same form that others wrote ends as wanted too."""
    assert _misses(SHARED) == []


def test_own_cases_are_of_every_kind() -> None:
    """Outcomes, most kinds and all that may be kept occur, and no name occurs twice."""
    cases = load(OWN)
    kinds = {case.want["kind"] for case in cases} - {None}
    assert len(cases) >= 60
    assert Counter(case.name for case in cases).most_common(1)[0][1] == 1
    assert {case.want["outcome"] for case in cases} == {"accept", "repair", "partial", "reject"}
    assert {case.want["cache"] for case in cases} == {keep.value for keep in Keep}
    assert len(kinds & {kind.value for kind in Kind}) >= 20


def _good() -> Case:
    return next(case for case in load(OWN) if case.name == "quote-good")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("outcome", "reject"),
        ("kind", "stale"),
        ("retry", True),
        ("fallback", True),
        ("breaker_failure", True),
        ("cache", "never"),
        ("result", {"price": "41.88"}),
        ("result", {"price": None}),
        ("result", {"no_such_thing": "1"}),
        ("result", [["2026-09-15", "41.87"]]),
    ],
)
def test_a_wish_that_is_not_met_is_a_miss(name: str, wrong: object) -> None:
    """Each part of `want` is compared: changing one makes the case a miss that names it."""
    case = _good()
    spoiled = replace(case, want={**case.want, name: wrong})
    (result,) = run([spoiled], CLOCK)
    assert any(miss.startswith(name) for miss in result.misses), result
    assert result.line.startswith("MISS quote-good")


def test_the_program_says_each_case_and_fails_on_a_miss(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line for each case; status 0 as wanted, 1 with a miss, 2 for a file that is none."""
    document = {"cases": [dict(_good().raw)]}
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert main([str(path)]) == 0
    assert "ok   quote-good" in capsys.readouterr().out

    document["cases"][0]["want"] = {**_good().want, "outcome": "reject"}
    path.write_text(json.dumps(document), encoding="utf-8")
    assert main([str(path)]) == 1
    assert "MISS quote-good" in capsys.readouterr().out

    path.write_text("{}", encoding="utf-8")
    assert main([str(path)]) == 2
    assert main([]) == 2


def test_the_name_of_a_case_decides_nothing() -> None:
    """Cases under other names, in another order, give the same findings."""
    cases = load(OWN)
    renamed = [replace(case, name=f"case {position}") for position, case in enumerate(reversed(cases))]
    assert [result.line for result in run(renamed, CLOCK) if result.misses] == []
