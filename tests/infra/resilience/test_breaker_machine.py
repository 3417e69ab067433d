"""The breaker against a model of a dozen lines, under any order of calls, reports and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule
from tests.support.resilience import HandClock

from fiel.infra.resilience.breaker import Breaker, BreakerConfig, Permit, State
from fiel.infra.resilience.turned_away import TurnedAway

SECOND = timedelta(seconds=1)
FAILURES, WINDOW, FIRST, LONGEST, PROBE = 3, 20, 5, 17, 8


@dataclass
class Call:
    """A call under way: its permit, and what the model knows of it."""

    permit: Permit
    life: int
    probe: int


class BreakerMachine(RuleBasedStateMachine):
    """`life` counts closings and openings; `probe` counts probes."""

    calls: Bundle[Call] = Bundle("calls")

    @initialize()
    def begin(self) -> None:
        """A closed breaker."""
        self.time = HandClock()
        config = BreakerConfig(
            FAILURES, WINDOW * SECOND, FIRST * SECOND, LONGEST * SECOND, PROBE * SECOND, keys_max=2
        )
        self.breaker: Breaker[str] = Breaker(config, self.time.timing())
        self.open, self.due, self.openings = False, 0.0, 0
        self.failed_at: list[float] = []
        self.probe, self.probing_since = 0, -1e9
        self.life = 0

    @rule(seconds=st.integers(0, 25))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.time.seconds += seconds

    @rule(target=calls)
    def enter(self) -> Call:
        """Somebody wants to call."""
        now = self.time.seconds
        allowed = not self.open or (now >= self.due and now - self.probing_since >= PROBE)
        try:
            permit = self.breaker.enter("key")
        except TurnedAway:
            assert not allowed
            return Call(Permit(lambda _: None), -1, -1)
        assert allowed
        if self.open:
            self.probe += 1
            self.probing_since = now
        return Call(permit, self.life, self.probe if self.open else -1)

    @rule(call=consumes(calls), failed=st.sampled_from([True, False, None]))
    def report(self, call: Call, failed: bool | None) -> None:
        """A call ends: ill, well, or given up."""
        if failed is None:
            call.permit.close()
        else:
            call.permit.report(failed=failed)
        if call.life == -1:
            return
        if self.open:
            if call.probe == self.probe and call.life == self.life:
                self._probed(failed)
        elif call.life == self.life:
            self._called(failed)

    def _probed(self, failed: bool | None) -> None:
        if failed is None:
            self.probing_since = -1e9
        elif failed:
            self._opens()
        else:
            self.open, self.openings, self.failed_at = False, 0, []
            self.life += 1

    def _called(self, failed: bool | None) -> None:
        now = self.time.seconds
        if failed:
            self.failed_at = [at for at in self.failed_at if at > now - WINDOW] + [now]
            if len(self.failed_at) >= FAILURES:
                self._opens()
        elif failed is False:
            self.failed_at = []

    def _opens(self) -> None:
        self.open, self.probing_since = True, -1e9
        self.openings += 1
        self.life += 1
        self.due = self.time.seconds + min(FIRST * 2 ** (self.openings - 1), LONGEST)

    @invariant()
    def same_state(self) -> None:
        """The breaker shows the state of the model."""
        if not hasattr(self, "time"):
            return
        wanted = State.CLOSED
        if self.open:
            wanted = State.OPEN if self.time.seconds < self.due else State.HALF_OPEN
        seen = self.breaker.snapshot("key")
        assert seen.state is wanted
        assert seen.openings == self.openings


TestBreaker = BreakerMachine.TestCase
