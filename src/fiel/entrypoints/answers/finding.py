"""What somebody who looks after the program is told of one thing that was looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `code` names its text; `values` are the numbers and names in it."""

    part: str
    code: str
    verdict: Verdict = Verdict.OK
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


def ok(part: str, code: str, **values: object) -> Finding:
    """Something that is as it should be."""
    return Finding(part, code, Verdict.OK, MappingProxyType(values))


def warn(part: str, code: str, **values: object) -> Finding:
    """Something that works, and will not for ever."""
    return Finding(part, code, Verdict.WARN, MappingProxyType(values))


def fail(part: str, code: str, **values: object) -> Finding:
    """Something that does not work."""
    return Finding(part, code, Verdict.FAIL, MappingProxyType(values))
