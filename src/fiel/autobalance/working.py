"""From requests to running sagas: plan what is asked for, begin what can be begun, hand it to the host."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from fiel.autobalance.enrolment import Enrolments
from fiel.autobalance.journal_port import BeginResult, Hindrance, NotBegun, Plan
from fiel.autobalance.planning import NotPlanned
from fiel.autobalance.watching import readable
from fiel.autobalance.wire import Request, read_request
from fiel.infra.bus.consuming import advance
from fiel.infra.bus.port import Batch, Partition
from fiel.infra.storage.database import Database
from fiel.infra.storage.offsets import Assignment

#: An account that moves between plan and begin is planned again this often, then left for the next request.
PLANS_MAX = 3


class Plans(Protocol):
    """`planning.Planner` as it is needed here."""

    def plan_many(self, requests: Sequence[Request]) -> list[Plan | NotPlanned]:
        """A plan for each, or why not; in the order of the requests."""


class Begins(Protocol):
    """`hosting.SagaHost` as it is needed here."""

    def begin(self, plans: Sequence[Plan]) -> list[BeginResult]:
        """What was begun, and runs now, in the order of the plans. Waits while there is no room."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of requests: how many were begun, and why the others were not, by code."""

    begun: int
    not_begun: Counter[str]


@dataclass(frozen=True, slots=True)
class RequestDesk:
    """Takes requests."""

    planner: Plans
    host: Begins
    enrolments: Enrolments

    def take(self, requests: Sequence[Request]) -> Taken:
        """Each portfolio once, however often it was asked for. Why not is recorded on the portfolio."""
        waiting = list({request.portfolio: request for request in requests}.values())
        why_not: dict[str, tuple[str, str]] = {}
        begun = 0
        for _ in range(PLANS_MAX):
            if not waiting:
                break
            by_name = {request.portfolio: request for request in waiting}
            plans = []
            for answer in self.planner.plan_many(waiting):
                if isinstance(answer, NotPlanned):
                    why_not[answer.portfolio] = (answer.code.value, answer.detail)
                else:
                    plans.append(answer)
            waiting = []
            for result in self.host.begin(plans) if plans else []:
                if isinstance(result, NotBegun):
                    why_not[result.portfolio] = (result.hindrance.value, result.detail)
                    if result.hindrance is Hindrance.MOVED:
                        waiting.append(by_name[result.portfolio])
                    continue
                begun += 1
                why_not.pop(result.saga.portfolio, None)
        if why_not:
            self.enrolments.keep_verdicts((name, _words(*told)) for name, told in sorted(why_not.items()))
        return Taken(begun, Counter(code for code, _ in why_not.values()))


@dataclass(frozen=True, slots=True)
class RequestsHandler:
    """`rebalance-requests-v1` to the desk. A batch that comes again changes nothing: what was begun is
    in progress, or back in its band.
    """

    desk: RequestDesk
    database: Database
    on_batch: Callable[[Taken], None] = lambda _taken: None

    def __call__(self, batch: Batch, places: Mapping[Partition, Assignment]) -> None:
        """Raises `Unavailable`: the batch comes again."""
        taken = self.desk.take(readable(batch.records, read_request, "request"))
        self.database.transact(lambda unit: advance(unit.connection, batch, places))
        self.on_batch(taken)


def _words(code: str, detail: str) -> str:
    return f"{code}: {detail}"[:500] if detail else code
