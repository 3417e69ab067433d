"""Answers of one request that were not taken as they came, and what they are still good for.

- A price in doubt is what a second source may confirm.
- The first price of a symbol has nothing to be held against: a second source must agree with it. When no
  other source can ever speak (no key, not in its plan, unknown there), it is served and says so.
- A price that is only old is right about its own instant: it is served, as stale, when nobody has a newer
  one and no source contradicts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

from fiel.infra.resilience.attempts import How, Result, Step
from fiel.market.asking import Told
from fiel.market.quote_shelf import UNCONFIRMED
from fiel.market.sanitizer.context import Context, QuoteLimits, local_day
from fiel.market.sanitizer.quotes import check_quote
from fiel.market.values import QuoteReading
from fiel.market.verdicts import Finding, Kind, Outcome, Verdict, quarantined
from fiel.market.wire import Provider

#: What a source says that will say nothing else however often it is asked.
_MUTE = frozenset({"auth", "plan", "not_found", "quota_exhausted", "quota_empty", "provider_not_configured"})


@dataclass(slots=True)
class Aside:
    """What was put aside. One for each request."""

    limits: QuoteLimits
    doubted: Decimal | None = None
    #: Good but for having nothing to be held against.
    first: list[Told[QuoteReading]] = field(default_factory=list)
    #: Right about an instant that is past.
    old: list[Told[QuoteReading]] = field(default_factory=list)
    known: bool = False

    def put(
        self,
        provider: Provider,
        read: Verdict[QuoteReading],
        verdict: Verdict[QuoteReading],
        context: Context,
    ) -> Verdict[QuoteReading]:
        """Note the answer; the verdict as it stands beside the others of this request."""
        self.known = context.last_close is not None
        if verdict.outcome is Outcome.QUARANTINE and verdict.value is not None:
            self.doubted = verdict.value.price
        if verdict.taken and verdict.value is not None and not self.known:
            return self._first_sight(provider, verdict, context)
        reading = read.value
        if verdict.kind is Kind.STALE and reading is not None and reading.as_of is not None:
            then_now = check_quote(reading, None, replace(context, now=reading.as_of))
            if then_now.taken:
                self.old.append(Told(then_now, provider, context.now))
        return verdict

    def preferred(self, told: Told[QuoteReading]) -> Told[QuoteReading]:
        """The first of two that confirmed each other: the second one only spoke for it."""
        if self.first and self.first[0].provider is not told.provider and self._agree(self.first[0], told):
            return self.first[0]
        return told

    def instead_of(self, result: Result[Told[QuoteReading]]) -> Result[Told[QuoteReading]]:
        """The result, or what was put aside when that is better than what is held."""
        if result.how not in (How.STALE, How.NONE, How.ABSENT):
            if result.value is None or (best := self.preferred(result.value)) is result.value:
                return result
            return replace(result, value=best, how=How.FIRST, source=best.provider.value)
        if self.first and result.value is None and self._alone(self.first, result.trail):
            return replace(result, value=_said(self.first[0]), how=How.FIRST)
        newest = max(self.old, key=_as_of, default=None)
        if newest is None or (result.value is not None and _as_of(result.value) >= _as_of(newest)):
            return result
        others = [each for each in self.old if each.provider is not newest.provider]
        if not all(self._agree(newest, each) for each in others):
            return result
        if self.known or others:
            return replace(result, value=newest, how=How.STALE)
        return (
            replace(result, value=_said(newest), how=How.STALE)
            if self._alone([newest], result.trail)
            else result
        )

    def _first_sight(
        self, provider: Provider, verdict: Verdict[QuoteReading], context: Context
    ) -> Verdict[QuoteReading]:
        told = Told(verdict, provider, context.now)
        others = [each for each in self.first if each.provider is not provider]
        self.first.append(told)
        if not others:
            return _put_apart(verdict, UNCONFIRMED)
        if all(self._agree(told, each) for each in others):
            return verdict
        detail = f"{others[0].provider.value} tells another price than {provider.value}, and none is known"
        return _put_apart(verdict, Finding(Kind.CONFLICT, "price", detail))

    def _agree(self, one: Told[QuoteReading], other: Told[QuoteReading]) -> bool:
        """Within what two sources differ at one time; of other days, within what a price moves."""
        first, second = one.verdict.value, other.verdict.value
        if first is None or second is None:
            return False
        same_day = local_day(_as_of(one)) == local_day(_as_of(other))
        limit = self.limits.agreement if same_day else self.limits.jump
        return abs(first.price - second.price) <= limit * min(first.price, second.price)

    def _alone(self, told: Sequence[Told[QuoteReading]], trail: Sequence[Step]) -> bool:
        """Whether every other source is mute for good, so that waiting for it would be in vain."""
        speakers = {each.provider.value for each in told}
        if len({each.provider for each in self.first + self.old}) > 1:
            return False
        last = {step.source: step.reason for step in trail if step.source not in {"", "shelf", *speakers}}
        return all(reason in _MUTE for reason in last.values())


def _put_apart(verdict: Verdict[QuoteReading], finding: Finding) -> Verdict[QuoteReading]:
    reading = verdict.value
    if reading is None:
        return verdict
    return quarantined(reading, finding, *verdict.findings)


def _said(told: Told[QuoteReading]) -> Told[QuoteReading]:
    """The same, with the remark that nobody confirmed it."""
    findings = (UNCONFIRMED, *told.verdict.findings)
    return replace(told, verdict=replace(told.verdict, findings=findings))


def _as_of(told: Told[QuoteReading]) -> datetime:
    reading = told.verdict.value
    return datetime.min.replace(tzinfo=UTC) if reading is None or reading.as_of is None else reading.as_of
