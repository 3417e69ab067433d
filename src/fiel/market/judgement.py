"""Remarks gathered while an answer is read or weighed, and the verdict that the worst of them gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from fiel.market.verdicts import REACTIONS, Finding, Keep, Kind, Outcome, Reaction, Verdict

Value = TypeVar("Value")
Other = TypeVar("Other")

_ORDER = (Outcome.ACCEPT, Outcome.REPAIR, Outcome.PARTIAL, Outcome.QUARANTINE, Outcome.REJECT)
_KEEPS = (Keep.OK, Keep.NEGATIVE_SHORT, Keep.NEVER)
#: Among remarks that change nothing, these name the verdict first.
_TELLING = (Kind.RENAMED, Kind.CORPORATE_ACTION_PAIR, Kind.CORPORATE_ACTION, Kind.METADATA_MISMATCH)
_NOTHING = Reaction(retry=False, fallback=False, breaker_failure=False, keep=Keep.OK)
#: A part that is missing now: another source may have it, the rest may be kept.
ASK_ANOTHER = Reaction(retry=False, fallback=True, breaker_failure=False, keep=Keep.OK)
_ASK_AGAIN = Reaction(retry=True, fallback=True, breaker_failure=False, keep=Keep.NEVER)

#: What to do when part of an answer was dropped for that reason: the rest is good and may be kept, unless
#: the answer looks cut by accident, in which case asking again may give all of it.
PARTIAL_REACTIONS: Mapping[Kind, Reaction] = MappingProxyType(
    {
        Kind.SCHEMA: ASK_ANOTHER,
        Kind.NOT_FOUND: ASK_ANOTHER,
        Kind.CONFLICT: ASK_ANOTHER,
        Kind.INCONSISTENT: ASK_ANOTHER,
        Kind.STALE: ASK_ANOTHER,
        Kind.PLAN: ASK_ANOTHER,
        Kind.NO_DATA: _ASK_AGAIN,
        Kind.GAP: _ASK_AGAIN,
        Kind.SUSPICIOUS_EMPTY: _ASK_AGAIN,
        Kind.UPSTREAM_DOWN: _ASK_AGAIN,
    }
)


class Judgement:
    """Collects findings by weight; `verdict` gives the outcome of the heaviest."""

    def __init__(self) -> None:
        self._findings: list[tuple[Outcome, Finding, Reaction]] = []

    @property
    def worst(self) -> Outcome:
        """The outcome so far."""
        return max((outcome for outcome, _, _ in self._findings), key=_ORDER.index, default=Outcome.ACCEPT)

    def remark(self, kind: Kind, place: str, detail: str) -> None:
        """Worth saying; nothing is changed."""
        self._findings.append((Outcome.ACCEPT, Finding(kind, place, detail), _NOTHING))

    def repair(self, kind: Kind, place: str, detail: str, name: str) -> None:
        """Put right under the repair `name`."""
        self._findings.append((Outcome.REPAIR, Finding(kind, place, detail, name), _NOTHING))

    def drop(self, kind: Kind, place: str, detail: str, *, reaction: Reaction | None = None) -> None:
        """A part was left out."""
        chosen = reaction or PARTIAL_REACTIONS.get(kind, _NOTHING)
        self._findings.append((Outcome.PARTIAL, Finding(kind, place, detail), chosen))

    def doubt(self, kind: Kind, place: str, detail: str) -> None:
        """It may be right, but is not believed on its own."""
        chosen = REACTIONS.get(kind, REACTIONS[Kind.INCONSISTENT])
        self._findings.append((Outcome.QUARANTINE, Finding(kind, place, detail), chosen))

    def refuse(self, kind: Kind, place: str, detail: str) -> None:
        """It cannot be right."""
        self._findings.append((Outcome.REJECT, Finding(kind, place, detail), REACTIONS[kind]))

    def take_over(self, other: Verdict[Other], *, place: str = "", as_part: bool = False) -> None:
        """Add the findings of a verdict on a part. `as_part`: a refused part only makes the whole partial."""
        for position, finding in enumerate(other.findings):
            outcome = other.outcome if position == 0 else _weight(finding)
            reaction = other.reaction if position == 0 else _NOTHING
            if as_part and outcome in (Outcome.QUARANTINE, Outcome.REJECT):
                outcome, reaction = Outcome.PARTIAL, PARTIAL_REACTIONS.get(finding.kind, ASK_ANOTHER)
            where = f"{place}.{finding.place}" if place and finding.place else place or finding.place
            self._findings.append(
                (outcome, Finding(finding.kind, where, finding.detail, finding.repair), reaction)
            )

    def verdict(self, value: Value) -> Verdict[Value]:
        """The heaviest finding names the kind; a refused value is not in it."""
        worst = self.worst
        ordered = sorted(self._findings, key=_heaviest_first)
        findings = tuple(finding for _, finding, _ in ordered)
        reactions = [reaction for outcome, _, reaction in ordered if outcome is worst]
        reaction = together(reactions) if worst is not Outcome.ACCEPT else _NOTHING
        kept = None if worst is Outcome.REJECT else value
        return Verdict(worst, findings[0].kind if findings else None, kept, reaction, findings)


def together(reactions: Sequence[Reaction]) -> Reaction:
    """The strictest of several: whatever one of them asks for is done."""
    return Reaction(
        retry=any(one.retry for one in reactions),
        fallback=any(one.fallback for one in reactions),
        breaker_failure=any(one.breaker_failure for one in reactions),
        keep=max((one.keep for one in reactions), key=_KEEPS.index, default=Keep.OK),
    )


def joined(first: Verdict[Other], second: Verdict[Value]) -> Verdict[Value]:
    """What reading found and what weighing found, as one: the worse outcome and its kind, all findings.

    The value is the second's; there is none when either was refused.
    """
    worse, other = (first, second) if _rank(first) > _rank(second) else (second, first)
    outcome = worse.outcome
    value = None if outcome is Outcome.REJECT else second.value
    same = outcome is other.outcome and outcome not in (Outcome.ACCEPT, Outcome.REPAIR)
    if outcome is other.outcome and worse.kind is None:
        worse, other = other, worse
    findings = worse.findings + other.findings
    if outcome is Outcome.ACCEPT:
        findings = tuple(sorted(findings, key=lambda finding: _telling(finding.kind)))
    reaction = together((worse.reaction, other.reaction)) if same else worse.reaction
    kind = findings[0].kind if findings else worse.kind
    return Verdict(outcome, kind, value, reaction, findings, first.wait or second.wait)


def then(first: Verdict[Other], weigh: Callable[[Other], Verdict[Value]]) -> Verdict[Value]:
    """`joined` with the verdict on the value just read, when there is one."""
    if first.value is None:
        return Verdict(first.outcome, first.kind, None, first.reaction, first.findings, first.wait)
    return joined(first, weigh(first.value))


def _rank(verdict: Verdict[Other]) -> int:
    return _ORDER.index(verdict.outcome)


def _weight(finding: Finding) -> Outcome:
    return Outcome.REPAIR if finding.repair else Outcome.ACCEPT


def _telling(kind: Kind) -> int:
    return _TELLING.index(kind) if kind in _TELLING else len(_TELLING)


def _heaviest_first(entry: tuple[Outcome, Finding, Reaction]) -> tuple[int, int]:
    outcome, finding, _ = entry
    return -_ORDER.index(outcome), _telling(finding.kind)
