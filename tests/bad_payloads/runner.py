"""Each case asked over HTTP, read, weighed and compared with what is wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import parse_qsl, quote, urlsplit

from fiel.kernel.clock import FixedClock
from fiel.market.config import ProviderConfig, WireLimits
from fiel.market.providers.recorded import recorded_event_symbols
from fiel.market.reading import read_url
from fiel.market.transport import HttpTransport
from fiel.market.verdicts import Kind, Outcome, Verdict, rejected
from fiel.market.wire import Ask, NoAnswer, Provider
from tests.bad_payloads.cases import Case
from tests.bad_payloads.moment import Moment, moment_of, present
from tests.bad_payloads.projection import project, same
from tests.bad_payloads.server import serving

#: Long enough for a busy machine: only what never answers may run into them.
LIMITS = WireLimits(connect=timedelta(seconds=5), read=timedelta(seconds=2), total=timedelta(seconds=5))
#: Faults on the wire last until the time-out; several of them wait at once.
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Result:
    """One case: what was wanted and what came, for each name on which they differ."""

    name: str
    outcome: str
    kind: str
    misses: tuple[str, ...]

    @property
    def line(self) -> str:
        """For people."""
        said = f"{self.outcome} {self.kind}"
        return f"MISS {self.name}: " + "; ".join(self.misses) if self.misses else f"ok   {self.name}: {said}"


def run(cases: Sequence[Case], clock: datetime) -> list[Result]:
    """The results, in order."""
    return asyncio.run(_run(cases, present(cases, clock)))


async def _run(cases: Sequence[Case], today: date) -> list[Result]:
    gate = asyncio.Semaphore(AT_ONCE)
    transports: dict[datetime, HttpTransport] = {}

    async def one(base: str, position: int) -> Result:
        async with gate:
            moment = moment_of(cases[position], today)
            now = moment.now or datetime.combine(today, time(12), UTC)
            if now not in transports:
                config = ProviderConfig(base, wire=LIMITS)
                transports[now] = HttpTransport({Provider.BRAPI: config}, FixedClock(now))
            verdict = await _judge(transports[now], position, cases[position], moment)
            return compare(cases[position], verdict)

    async with serving(cases) as base:
        try:
            return list(await asyncio.gather(*(one(base, position) for position in range(len(cases)))))
        finally:
            for transport in transports.values():
                await transport.close()


async def _judge(transport: HttpTransport, position: int, case: Case, moment: Moment) -> Verdict[object]:
    parts = urlsplit(case.request)
    path = f"/case/{position}" + quote(parts.path, safe="/(),'@=+^:.-_~")
    ask = Ask(Provider.BRAPI, "case", path, tuple(parse_qsl(parts.query)), case.name)
    try:
        answer = await transport.fetch(ask)
    except NoAnswer as error:
        return rejected(Kind(error.code), error.message, wait=error.wait)
    payers = recorded_event_symbols()
    return read_url(case.provider, case.request, answer, today=moment.today, now=moment.now, payers=payers)


def compare(case: Case, verdict: Verdict[object]) -> Result:
    """A quarantined answer is not served, so it counts as rejected."""
    outcome = Outcome.REJECT if verdict.outcome is Outcome.QUARANTINE else verdict.outcome
    reaction = verdict.reaction
    got = {
        "outcome": outcome.value,
        "kind": verdict.kind.value if verdict.kind else None,
        "retry": reaction.retry,
        "fallback": reaction.fallback,
        "breaker_failure": reaction.breaker_failure,
        "cache": reaction.keep.value,
    }
    misses = [
        f"{name} wanted {case.want[name]}, got {value}"
        for name, value in got.items()
        if name in case.want and case.want[name] != value
    ]
    if case.want.get("result") is not None:
        found = project(verdict, case.want["result"])
        if not same(case.want["result"], found):
            misses.append(f"result wanted {case.want['result']}, got {found}")
    if misses:
        misses.append(
            "found: " + " | ".join(f"{one.kind} {one.place}: {one.detail}" for one in verdict.findings)
        )
    return Result(case.name, str(got["outcome"]), str(got["kind"]), tuple(misses))
