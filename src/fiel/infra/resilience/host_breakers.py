"""Two levels of breakers: one for each topic of a host, and the host's own above them.

A host counts the different topics that fail without any success between them: one sick topic does not close
the way to the others, a host that is down saves a probe per topic. When a host comes back its topics may be
probed at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from fiel.infra.resilience.breaker import Breaker, BreakerConfig, Permit, Snapshot
from fiel.infra.resilience.timing import Timing
from fiel.infra.resilience.turned_away import TurnedAway

_TOPIC = BreakerConfig(failures=5)
_HOST = BreakerConfig(failures=3, keys_max=200)


@dataclass(frozen=True, slots=True)
class HostBreakersConfig:
    """For topics `failures` are calls in a row; for hosts they are different topics in a row."""

    topic: BreakerConfig = _TOPIC
    host: BreakerConfig = _HOST


class Passage:
    """Leave of both levels for one call; as a context it closes itself: no report, nothing learnt."""

    __slots__ = ("_permits",)

    def __init__(self, *permits: Permit) -> None:
        self._permits = permits

    def report(self, *, failed: bool) -> None:
        """Only what says that the service is ill is a failure; any other answer is a success."""
        for permit in self._permits:
            permit.report(failed=failed)

    def __enter__(self) -> Passage:
        return self

    def __exit__(self, *_: object) -> None:
        for permit in self._permits:
            permit.close()


class HostBreakers:
    """Breakers of hosts and of their topics. A call without a topic counts for its host alone."""

    def __init__(self, config: HostBreakersConfig, timing: Timing) -> None:
        self.hosts: Breaker[str] = Breaker(config.host, timing, on_close=self._back)
        self.topics: Breaker[tuple[str, str]] = Breaker(config.topic, timing)

    def check(self, host: str, topic: str) -> None:
        """Raises `TurnedAway` if the call would be refused now; takes no probe."""
        try:
            self.hosts.check(host)
        except TurnedAway as refusal:
            raise _of(f"host {host}", refusal) from None
        try:
            self.topics.check((host, topic))
        except TurnedAway as refusal:
            raise _of(f"{host}/{topic}", refusal) from None

    def enter(self, host: str, topic: str) -> Passage:
        """Leave for one call. Raises `TurnedAway`; a refusal takes no probe of either level."""
        self.check(host, topic)
        above = self.hosts.enter(host, label=topic or None)
        return Passage(above, self.topics.enter((host, topic))) if topic else Passage(above)

    def snapshot(self) -> dict[str, dict[str, Snapshot]]:
        """Of each host with trouble, its topics with trouble; the host itself under ``."""
        found = {host: {"": seen} for host, seen in self.hosts.snapshots().items()}
        for (host, topic), seen in self.topics.snapshots().items():
            found.setdefault(host, {})[topic] = seen
        return found

    def _back(self, host: str) -> None:
        self.topics.hasten(lambda key: key[0] == host)


def _of(place: str, refusal: TurnedAway) -> TurnedAway:
    """The same refusal, naming whose breaker it was."""
    return TurnedAway(refusal.code, f"{place}: {refusal.message}", again_in=refusal.again_in)
