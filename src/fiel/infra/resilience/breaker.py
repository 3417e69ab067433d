"""Circuit breakers: after failures in a row a key is left alone for a while, then one probe decides.

    closed ──(failures in a row within the window)──> open ──(its time is over)──> half open
      ^                                                ^                              │
      └────────────── the probe succeeds ──────────────┴──────── it fails: longer ────┘

Half open lets exactly one call through; all others are refused at once. Calls that began before it opened,
and probes that lost their place, have no say any more. A success forgets all failures before it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from fiel.infra.resilience.timing import Timing, check_count, check_duration
from fiel.infra.resilience.turned_away import TurnedAway

Key = TypeVar("Key", bound=Hashable)
_DOUBLINGS_MAX = 30


class State(StrEnum):
    """What is done with a call now."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class BreakerConfig:
    """Opens after `failures` without a success between them, all within `window`; for `open_first`, then
    twice as long each time up to `open_longest`. A probe that says nothing for `probe_longest` loses its
    place. At most `keys_max` keys are remembered. Raises `InvalidInput` out of range.
    """

    failures: int = 5
    window: timedelta = timedelta(minutes=1)
    open_first: timedelta = timedelta(seconds=10)
    open_longest: timedelta = timedelta(minutes=5)
    probe_longest: timedelta = timedelta(minutes=1)
    keys_max: int = 5_000

    def __post_init__(self) -> None:
        check_count(self.failures, "failures", most=1_000)
        check_duration(self.window, "window")
        check_duration(self.open_first, "open_first")
        check_duration(self.open_longest, "open_longest", shortest=self.open_first)
        check_duration(self.probe_longest, "probe_longest")
        check_count(self.keys_max, "keys_max")

    def open_for(self, times: int) -> float:
        """Seconds of the opening number `times` in a row, from 1."""
        longest = self.open_longest.total_seconds()
        return min(self.open_first.total_seconds() * 2.0 ** min(times - 1, _DOUBLINGS_MAX), longest)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A breaker as people see it. `next_probe_at` is `None` when closed; `openings`: in a row."""

    state: State
    failures: int
    opened_at: datetime | None = None
    next_probe_at: datetime | None = None
    openings: int = 0
    probing: bool = False


@dataclass(slots=True)
class _Cell:
    """One key. `turn` grows with every change of state; what calls of an older turn say is not heard."""

    open: bool = False
    failures: dict[object, float] = field(default_factory=dict)
    opened_at: datetime | None = None
    due: float = 0.0
    openings: int = 0
    probe_since: float | None = None
    turn: int = 0


class Permit:
    """Leave to make one call; heard once. Closing it without a report says nothing and frees the probe."""

    __slots__ = ("_report",)

    def __init__(self, report: Callable[[bool | None], None]) -> None:
        self._report: Callable[[bool | None], None] | None = report

    def report(self, *, failed: bool) -> None:
        """The service is ill, or it is not."""
        self._say(failed)

    def close(self) -> None:
        """The call was not made, or was given up: nothing is known."""
        self._say(None)

    def _say(self, failed: bool | None) -> None:
        report, self._report = self._report, None
        if report is not None:
            report(failed)


class Breaker(Generic[Key]):
    """Breakers of many keys. A key without trouble costs no memory.

    Failures with equal `label`s count as one: a breaker of a host counts the topics that fail.
    """

    def __init__(
        self, config: BreakerConfig, timing: Timing, *, on_close: Callable[[Key], None] | None = None
    ) -> None:
        self.config, self._timing, self._on_close = config, timing, on_close
        self._cells: OrderedDict[Key, _Cell] = OrderedDict()
        self.opened = self.refused = self.forgotten = 0

    def __len__(self) -> int:
        """Keys that are remembered."""
        return len(self._cells)

    def check(self, key: Key) -> None:
        """Raises `TurnedAway` (breaker_open, probe_under_way) if a call would be refused now."""
        cell = self._cells.get(key)
        if cell is None or not cell.open:
            return
        now, longest = self._timing.elapsed(), self.config.probe_longest.total_seconds()
        if now < cell.due:
            self.refused += 1
            raise TurnedAway(
                "breaker_open", f"left alone for {cell.due - now:.1f} s more", again_in=cell.due - now
            )
        if cell.probe_since is not None and now - cell.probe_since < longest:
            self.refused += 1
            again = cell.probe_since + longest - now
            raise TurnedAway("probe_under_way", "another call is trying it", again_in=again)

    def enter(self, key: Key, label: Hashable | None = None) -> Permit:
        """Leave for one call, to be reported or closed. Raises `TurnedAway`."""
        self.check(key)
        cell = self._cells.get(key)
        if cell is not None and cell.open:
            cell.turn += 1
            cell.probe_since = self._timing.elapsed()
        turn = cell.turn if cell is not None else 0
        return Permit(lambda failed: self._heard(key, turn, label, failed))

    def hasten(self, chosen: Callable[[Key], bool]) -> None:
        """The open ones that are `chosen` may be probed at once: what is below them works again."""
        now = self._timing.elapsed()
        for key, cell in self._cells.items():
            if cell.open and chosen(key):
                cell.due = min(cell.due, now)

    def snapshot(self, key: Key) -> Snapshot:
        """How one key is; a key that is not remembered is closed."""
        cell = self._cells.get(key)
        return Snapshot(State.CLOSED, 0) if cell is None else self._seen(cell)

    def snapshots(self) -> dict[Key, Snapshot]:
        """Every key with trouble."""
        return {key: self._seen(cell) for key, cell in self._cells.items() if cell.open or cell.failures}

    def _seen(self, cell: _Cell) -> Snapshot:
        now = self._timing.elapsed()
        if not cell.open:
            since = now - self.config.window.total_seconds()
            return Snapshot(State.CLOSED, sum(1 for at in cell.failures.values() if at > since))
        next_probe = self._timing.clock.now() + timedelta(seconds=cell.due - now)
        state = State.OPEN if now < cell.due else State.HALF_OPEN
        probing = cell.probe_since is not None
        return Snapshot(state, len(cell.failures), cell.opened_at, next_probe, cell.openings, probing)

    def _heard(self, key: Key, turn: int, label: Hashable | None, failed: bool | None) -> None:
        cell = self._cells.get(key)
        if turn != (cell.turn if cell is not None else 0):
            return
        if failed:
            self._fail(key, cell or self._remember(key), label)
        elif cell is not None and failed is None:
            cell.probe_since = None
        elif cell is not None:
            self._close(key, cell)

    def _fail(self, key: Key, cell: _Cell, label: Hashable | None) -> None:
        now = self._timing.elapsed()
        since = now - self.config.window.total_seconds()
        mark: object = object() if label is None else label
        cell.failures.pop(mark, None)
        cell.failures = {other: at for other, at in cell.failures.items() if at > since}
        cell.failures[mark] = now
        self._cells.move_to_end(key)
        if cell.open or len(cell.failures) >= self.config.failures:
            self._open(cell, now)

    def _open(self, cell: _Cell, now: float) -> None:
        self.opened += 1
        cell.open, cell.probe_since = True, None
        cell.turn += 1
        cell.openings += 1
        cell.opened_at = self._timing.clock.now()
        cell.due = now + self.config.open_for(cell.openings)

    def _close(self, key: Key, cell: _Cell) -> None:
        if not cell.turn:
            del self._cells[key]
        elif not cell.open:
            cell.failures.clear()
        else:
            # Kept: its turn tells calls from before apart.
            self._cells[key] = _Cell(turn=cell.turn + 1)
            if self._on_close is not None:
                self._on_close(key)

    def _remember(self, key: Key) -> _Cell:
        while len(self._cells) >= self.config.keys_max:
            # The oldest closed one if there is one near the front, else the oldest.
            front = [old for old, _ in zip(self._cells, range(16), strict=False)]
            del self._cells[next((old for old in front if not self._cells[old].open), front[0])]
            self.forgotten += 1
        return self._cells.setdefault(key, _Cell())
