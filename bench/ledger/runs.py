"""Runs of the product and of the yardsticks, each a process of its own, in turns."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_SIDES = ("client", "server")
_RATE = re.compile(r"=> ([\d,]+) ev/s")


@dataclass(frozen=True, slots=True)
class Told:
    """What a run told of itself; zero where it does not tell. Microseconds an event, MiB."""

    rate: float
    client_us: float = 0.0
    server_us: float = 0.0
    peak_rss_mib: float = 0.0


def metered(*commands: Sequence[str]) -> Told:
    """Our programs, started at one word; the rate is that of all of them until the last is done."""
    running = [_started(command) for command in commands]
    for each in running:
        _line(each)
    for each in running:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    told: list[dict[str, Any]] = [json.loads(_line(each)) for each in running]
    for each in running:
        assert each.wait() == 0, f"{each.args!r} failed"
    events = sum(one["events"] for one in told)
    client, server = (sum(one[f"{side}_us"] * one["events"] for one in told) / events for side in _SIDES)
    slowest = max(one["seconds"] for one in told)
    return Told(events / slowest, client, server, max(one["peak_rss_mib"] for one in told))


def foreign(command: Sequence[str], environment: Mapping[str, str]) -> Told:
    """A program that prints `=> 12,345 ev/s`."""
    done = subprocess.run(
        command, env=os.environ | dict(environment), capture_output=True, text=True, check=True, timeout=1_800
    )
    found = _RATE.search(done.stdout)
    assert found is not None, done.stdout[-500:]
    return Told(float(found[1].replace(",", "")))


@dataclass(frozen=True, slots=True)
class Compared:
    """Rates of rounds that went in turns."""

    ours: tuple[Told, ...]
    theirs: tuple[Told, ...]

    @property
    def rate(self) -> float:
        return statistics.median(one.rate for one in self.ours)

    @property
    def their_rate(self) -> float:
        return statistics.median(one.rate for one in self.theirs)

    @property
    def ratio(self) -> float:
        """The median of the ratios of each round: neighbours in time share the machine's moods."""
        return statistics.median(a.rate / b.rate for a, b in zip(self.ours, self.theirs, strict=True))


def in_turns(ours: Callable[[], Told], theirs: Callable[[], Told], rounds: int) -> Compared:
    """Ours, theirs, ours, theirs, ..."""
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    return Compared(tuple(a for a, _ in pairs), tuple(b for _, b in pairs))


def program(module: str, *arguments: object) -> list[str]:
    """One of our programs as a command."""
    return [sys.executable, "-m", f"bench.ledger.{module}", *map(str, arguments)]


def _started(command: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"{process.args!r} ended early with {process.wait()}"
    return line
