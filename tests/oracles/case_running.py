"""From files of cases to verdicts: `{id, topic, inputs, expected, tolerance}`, a list or under "cases"."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeAlias

from tests.oracles import (
    fixed_income_accrual,
    fixed_income_tax,
    fixed_income_treasury,
    performance_topics,
    tax_topics,
)
from tests.oracles.case_inputs import AnyOf

Answering: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]

ADAPTERS: Mapping[str, Mapping[str, Answering]] = {
    "treasury": fixed_income_treasury.TOPICS,
    "accrual": fixed_income_accrual.TOPICS,
    "tax": fixed_income_tax.TOPICS,
    "gains": tax_topics.TOPICS,
    "performance": performance_topics.TOPICS,
}


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict on one case. `is_gating`: false where the case says that its source contradicts itself."""

    id: str
    topic: str
    is_pass: bool
    expected: str
    got: str
    is_gating: bool = True

    @property
    def is_failure(self) -> bool:
        """Whether somebody has to look."""
        return self.is_gating and not self.is_pass

    def line(self) -> str:
        """The verdict in one line."""
        verdict = "pass" if self.is_pass else "FAIL" if self.is_gating else "differs, not gating"
        return f"{verdict}  {self.id}  {self.topic}  expected {self.expected}  got {self.got}"


def registry() -> dict[str, Answering]:
    """All the topics that are answered. Raises `ValueError` when two adapters answer the same one."""
    topics: dict[str, Answering] = {}
    for name, own in ADAPTERS.items():
        if twice := topics.keys() & own.keys():
            raise ValueError(f"{name} answers again: {', '.join(sorted(twice))}")
        topics.update(own)
    return topics


def run_paths(paths: Sequence[Path], topics: Mapping[str, Answering]) -> list[Result]:
    """The verdict on every case of the files and folders, in order. An unreadable file is a failure."""
    return [result for path in paths for file in _files(path) for result in _run_file(file, topics)]


def run_case(case: Mapping[str, Any], topics: Mapping[str, Answering]) -> Result:
    """The verdict on one case; whatever goes wrong is told in `got`."""
    id_, topic = str(case.get("id", "?")), str(case.get("topic", "?"))
    expected = case.get("expected")
    if topic not in topics:
        return Result(id_, topic, False, _text(expected), "no adapter for this topic")
    if not isinstance(expected, dict) or not expected:
        return Result(id_, topic, False, _text(expected), "the case expects nothing")
    try:
        answer = topics[topic](case["inputs"])
        tolerance = Decimal(str(case.get("tolerance", "0")))
    except Exception as problem:  # noqa: BLE001  one bad case must not hide the others
        return Result(id_, topic, False, _text(expected), f"{type(problem).__name__}: {problem}")
    got = {key: answer.get(key) for key in expected}
    return Result(id_, topic, agrees(expected, got, tolerance), _text(expected), _text(got))


def agrees(expected: Any, got: Any, tolerance: Decimal) -> bool:
    """Whether the answer has all that is expected: numbers within the tolerance, the rest equal."""
    if isinstance(got, AnyOf):
        return any(agrees(expected, one, tolerance) for one in got)
    if isinstance(expected, dict):
        return isinstance(got, Mapping) and all(
            key in got and agrees(value, got[key], tolerance) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(got, Sequence)
            and len(got) == len(expected)
            and all(agrees(*pair, tolerance) for pair in zip(expected, got, strict=True))
        )
    if isinstance(expected, bool) or expected is None or isinstance(got, bool) or got is None:
        return expected is got
    numbers = _number(expected), _number(got)
    if numbers[0] is None or numbers[1] is None:
        return str(expected) == str(got)
    return abs(numbers[0] - numbers[1]) <= tolerance


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(path.rglob("*.json"))
    else:
        yield path


def _run_file(path: Path, topics: Mapping[str, Answering]) -> Iterator[Result]:
    try:
        # Numbers keep their digits: a float would lose what the tolerance asks for.
        content = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        cases = content["cases"] if isinstance(content, dict) else content
        listed = [dict(case) for case in cases]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        yield Result(path.name, "?", False, "a file of cases", f"{type(problem).__name__}: {problem}")
        return
    for case in listed:
        result = run_case(performance_topics.as_case(case), topics)
        yield replace(result, is_gating=bool(case.get("gating", True)))


def _text(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)
