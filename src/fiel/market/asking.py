"""One question to one service: carried, read, weighed, noted. What the pipeline calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from fiel.infra.resilience.attempts import Attempt, Source
from fiel.kernel.clock import Clock
from fiel.kernel.errors import FielError, Unavailable
from fiel.market import messages
from fiel.market.ports import Desk
from fiel.market.verdicts import Keep, Kind, Outcome, Verdict
from fiel.market.wire import Answer, Ask, NoAnswer, Provider, Transport

Value = TypeVar("Value")
#: Refused for what it says, not for how it came: worth a look by whoever runs this.
NOT_BELIEVED = frozenset({Kind.IMPLAUSIBLE, Kind.INCONSISTENT, Kind.CONFLICT})
#: Where prices of one symbol are asked: what is not believed of those is told to the other rooms.
_QUOTE_ENDPOINTS = frozenset({"quote_v1", "stocks_quote", "stock_price"})


@dataclass(frozen=True, slots=True)
class Told(Generic[Value]):
    """A verdict, who gave the answer, and when it was read."""

    verdict: Verdict[Value]
    provider: Provider
    fetched_at: datetime


@dataclass(slots=True)
class Asker:
    """Makes sources for the pipeline. `budgets` names the providers whose calls are counted.

    What happens at each service is noted at the desk; a desk that cannot write is counted, and stops nothing.
    """

    transport: Transport
    desk: Desk
    clock: Clock
    budgets: frozenset[str] = frozenset()
    notes_lost: int = field(default=0)

    def source(self, ask: Ask, judge: Callable[[Answer], Verdict[Value]]) -> Source[Told[Value]]:
        """The service as somebody to ask; `judge` reads and weighs."""
        name = ask.provider.value

        async def call() -> Attempt[Told[Value]]:
            return await self._ask(ask, judge)

        return Source(name, name, call, topic=ask.topic, quota=name if name in self.budgets else "")

    async def _ask(self, ask: Ask, judge: Callable[[Answer], Verdict[Value]]) -> Attempt[Told[Value]]:
        try:
            answer = await self.transport.fetch(ask)
        except NoAnswer as error:
            await self._note(ask, f"{error.code}: {error.message}")
            return Attempt(
                taken=False,
                retry=True,
                breaker_failure=True,
                wait=error.wait,
                reason=error.code,
                detail=error.message,
            )
        verdict = judge(answer)
        await self._note_verdict(ask, verdict)
        return _attempt(Told(verdict, ask.provider, self.clock.now()))

    async def _note_verdict(self, ask: Ask, verdict: Verdict[Value]) -> None:
        told = verdict.findings[0].detail if verdict.findings else ""
        failed = verdict.outcome is Outcome.REJECT and verdict.reaction.keep is not Keep.NEGATIVE_SHORT
        await self._note(ask, f"{verdict.kind}: {told}" if failed else None)
        told_wrong = verdict.outcome is Outcome.REJECT and verdict.kind in NOT_BELIEVED
        doubted = verdict.outcome is Outcome.QUARANTINE and verdict.kind is not Kind.UNCONFIRMED
        if verdict.kind is not None and (doubted or told_wrong):
            details = "; ".join(f"{each.place}: {each.detail}" for each in verdict.findings[:5])
            provider, kind, at = ask.provider.value, verdict.kind.value, self.clock.now()
            said = (
                [messages.quote_rejected(ask.topic, provider, verdict.findings, at)]
                if ask.endpoint in _QUOTE_ENDPOINTS
                else []
            )
            await self._safely(lambda: self.desk.disbelieve(provider, ask.topic, kind, details, at, said))

    async def _note(self, ask: Ask, failure: str | None) -> None:
        at = self.clock.now()
        await self._safely(lambda: self.desk.note(ask.provider.value, ask.topic, failure, at))

    async def _safely(self, write: Callable[[], None]) -> None:
        try:
            await asyncio.to_thread(write)
        except FielError:
            self.notes_lost += 1


def _attempt(told: Told[Value]) -> Attempt[Told[Value]]:
    """Taken when nothing better is worth asking for; what is only partly good is carried along."""
    verdict = told.verdict
    better = verdict.outcome is Outcome.PARTIAL and (verdict.reaction.fallback or verdict.reaction.retry)
    return Attempt(
        taken=verdict.taken and not better,
        value=told,
        retry=verdict.reaction.retry,
        fallback=verdict.reaction.fallback,
        breaker_failure=verdict.reaction.breaker_failure,
        wait=verdict.wait,
        absent=verdict.outcome is Outcome.REJECT and verdict.reaction.keep is Keep.NEGATIVE_SHORT,
        reason=verdict.kind.value if verdict.kind is not None else "",
        detail=verdict.findings[0].detail if verdict.findings else "",
    )


async def in_thread(work: Callable[[], Value]) -> Value | None:
    """What a store says, or `None` while it cannot be asked."""
    try:
        return await asyncio.to_thread(work)
    except Unavailable:
        return None
