"""The desk that takes requests, and the handlers between bus, registry and desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fiel.autobalance.journal_port import Held, Hindrance, NotBegun, Plan
from fiel.autobalance.planning import NotPlanned
from fiel.autobalance.triggers import WhyNot
from fiel.autobalance.watching import Shard, publish_requests
from fiel.autobalance.wire import Request
from fiel.autobalance.working import PLANS_MAX, RequestDesk
from fiel.kernel.errors import InvalidInput, Unavailable
from tests.autobalance.running.test_hosting import plan_of, saga_of

AT = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)


def asked(*names: str) -> list[Request]:
    """Requests for portfolios."""
    return [Request(name, "band", AT) for name in names]


@dataclass
class Office:
    """Planner, host and enrolments of a story; `moves` is how often each account still moves."""

    moves: dict[str, int] = field(default_factory=dict)
    hindered: dict[str, Hindrance] = field(default_factory=dict)
    unplanned: dict[str, WhyNot] = field(default_factory=dict)
    planned: list[list[str]] = field(default_factory=list)
    verdicts: dict[str, str] = field(default_factory=dict)

    def plan_many(self, requests: Sequence[Request]) -> list[Plan | NotPlanned]:
        names = [request.portfolio for request in requests]
        self.planned.append(names)
        return [
            NotPlanned(name, self.unplanned[name], "so it is") if name in self.unplanned else plan_of(name)
            for name in names
        ]

    def begin(self, plans: Sequence[Plan]) -> list[Any]:
        return [self._begun(plan.portfolio) for plan in plans]

    def _begun(self, name: str) -> Any:
        if self.moves.get(name, 0):
            self.moves[name] -= 1
            return NotBegun(name, Hindrance.MOVED, "7")
        if name in self.hindered:
            return NotBegun(name, self.hindered[name])
        found = saga_of(name)
        return Held(replace(found.saga, portfolio=name), found.lease, ())

    def keep_verdicts(self, verdicts: Iterable[tuple[str, str]]) -> None:
        self.verdicts |= dict(verdicts)

    def desk(self) -> RequestDesk:
        return RequestDesk(self, self, self)  # type: ignore[arg-type]


def test_each_portfolio_is_taken_once() -> None:
    """However often it was asked for: one plan, one batch."""
    office = Office()
    taken = office.desk().take(asked("ana", "bia", "ana", "ana"))
    assert office.planned == [["ana", "bia"]]
    assert (taken.begun, dict(taken.not_begun)) == (2, {})


def test_why_not_is_recorded_on_the_portfolio() -> None:
    """What the planner and the journal said against it, in words that stay."""
    office = Office(
        unplanned={"ana": WhyNot.PRICE_MISSING},
        hindered={"bia": Hindrance.STALE, "caio": Hindrance.IN_PROGRESS},
    )
    taken = office.desk().take(asked("ana", "bia", "caio", "duda"))
    assert taken.begun == 1
    assert dict(taken.not_begun) == {"price_missing": 1, "stale": 1, "in_progress": 1}
    assert office.verdicts == {"ana": "price_missing: so it is", "bia": "stale", "caio": "in_progress"}


@pytest.mark.parametrize(("times", "begun"), [(1, 1), (PLANS_MAX - 1, 1), (PLANS_MAX, 0)])
def test_an_account_that_moved_is_planned_again(times: int, begun: int) -> None:
    """Between plan and batch the account moved: planned anew, alone, a few times; then left."""
    office = Office(moves={"ana": times})
    taken = office.desk().take(asked("ana", "bia"))
    assert office.planned == [["ana", "bia"], *[["ana"]] * min(times, PLANS_MAX - 1)]
    assert taken.begun == 1 + begun
    assert dict(taken.not_begun) == ({} if begun else {"moved": 1})
    assert office.verdicts == ({} if begun else {"ana": "moved: 7"})


def test_nothing_asked_is_nothing_done() -> None:
    """No request, no question to anybody."""
    office = Office()
    assert office.desk().take([]).begun == 0
    assert (office.planned, office.verdicts) == ([], {})


class Bus:
    """A bus that is away."""

    def publish(self, messages: object) -> None:
        raise Unavailable("bus_down", "x")


class Told:
    """A watcher that notes what was lost."""

    def __init__(self) -> None:
        self.lost_requests: list[Request] = []

    def lost(self, requests: Iterable[Request]) -> None:
        self.lost_requests += requests


def test_requests_that_could_not_be_published_are_told_again() -> None:
    """The bus is away: the error goes on, and the registry knows that nobody was asked."""
    watcher = Told()
    with pytest.raises(Unavailable):
        publish_requests(Bus(), watcher, asked("ana"))  # type: ignore[arg-type]
    assert [request.portfolio for request in watcher.lost_requests] == ["ana"]
    publish_requests(Bus(), watcher, [])  # type: ignore[arg-type]


def test_shards_share_the_portfolios_out() -> None:
    """Each portfolio is of exactly one shard; a shard that there is not is refused."""
    names = [f"ana-{number}" for number in range(200)]
    shards = [Shard(number, 4) for number in range(4)]
    owners = [[shard.index for shard in shards if shard.has(name)] for name in names]
    assert {len(each) for each in owners} == {1}
    assert {each[0] for each in owners} == {0, 1, 2, 3}
    assert all(Shard().has(name) for name in names)
    for index, count in ((4, 4), (-1, 4), (0, 0)):
        with pytest.raises(InvalidInput):
            Shard(index, count)
