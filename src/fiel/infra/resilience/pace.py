"""How often a host is asked: a gap between calls, a number per period, and the pauses it asks for itself.

Not a leaky bucket: one of N per period lets 2N - 1 through within a period (a burst, and what leaks out
meanwhile), and a service that counts windows answers 429. Here no `period` holds more than `calls`.
Each caller books its instant beforehand, so that a wait too long is refused at once instead of waited out.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import timedelta

from fiel.infra.resilience.timing import Timing, check_count, check_duration
from fiel.infra.resilience.turned_away import TurnedAway


@dataclass(frozen=True, slots=True)
class PaceConfig:
    """At least `gap` between the beginnings of two calls, and at most `calls` in any `period`.

    A caller waits up to `wait_max`; a host can ask for a pause of up to `hold_max`. Raises `InvalidInput`.
    """

    gap: timedelta = timedelta()
    calls: int = 60
    period: timedelta = timedelta(minutes=1)
    wait_max: timedelta = timedelta(seconds=30)
    hold_max: timedelta = timedelta(hours=1)

    def __post_init__(self) -> None:
        nothing, day = timedelta(), timedelta(days=1)
        check_duration(self.gap, "gap", shortest=nothing, longest=timedelta(hours=1))
        check_count(self.calls, "calls", most=100_000)
        check_duration(self.period, "period", longest=day)
        check_duration(self.wait_max, "wait_max", shortest=nothing, longest=timedelta(hours=1))
        check_duration(self.hold_max, "hold_max", shortest=nothing, longest=day)


class Pace:
    """The instants at which one host is asked."""

    def __init__(self, config: PaceConfig, timing: Timing) -> None:
        self.config, self._timing = config, timing
        self.refused = self.waited = 0
        self._booked: deque[float] = deque(maxlen=config.calls)
        self._held_until = float("-inf")

    @property
    def held_seconds(self) -> float:
        """Seconds left of the pause that the host asked for; 0 when there is none."""
        return max(0.0, self._held_until - self._timing.elapsed())

    def hold(self, wait: timedelta) -> None:
        """The host asked for a pause: nobody asks it before. Never shortens a pause."""
        seconds = max(0.0, min(wait, self.config.hold_max).total_seconds())
        self._held_until = max(self._held_until, self._timing.elapsed() + seconds)

    async def turn(self) -> None:
        """Wait for an instant to ask. Raises `TurnedAway` (paced_out) at once when it is too far away."""
        begun = self._timing.elapsed()
        while True:
            mine = self._book(begun)
            try:
                while (left := mine - self._timing.elapsed()) > 0:
                    await self._timing.pause(left)
            except BaseException:
                self._give_back(mine)
                raise
            if mine >= self._held_until:
                return
            # The host asked for a pause while we waited: another instant, after it.
            self._give_back(mine)

    def _book(self, begun: float) -> float:
        now = self._timing.elapsed()
        mine = max(now, self._held_until)
        if self._booked:
            mine = max(mine, self._booked[-1] + self.config.gap.total_seconds())
        if len(self._booked) == self.config.calls:
            mine = max(mine, self._booked[0] + self.config.period.total_seconds())
        if mine - begun > self.config.wait_max.total_seconds():
            self.refused += 1
            raise TurnedAway("paced_out", f"the next call is in {mine - now:.1f} s", again_in=mine - now)
        self.waited += mine > now
        self._booked.append(mine)
        return mine

    def _give_back(self, mine: float) -> None:
        """Only the last booking: earlier ones are what the later ones were counted from."""
        if self._booked and self._booked[-1] == mine:
            self._booked.pop()
