"""Run a command with services beside it: whatever happens to the command, what was started for it goes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from types import FrameType
from typing import NoReturn

from . import abandoned, browser
from .home import CannotBeHad, Failed
from .lifecycle import Target, bring_up, let_go, locked
from .native import say

#: Tells the command which services it need not ask for: JSON, name to reason.
REFUSED = "FIEL_SERVICES_REFUSED"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_FAILED, _NOT_FOUND = 1, 127
#: Seconds that a command has to end by itself, at each step of asking less kindly.
_PATIENCE = 30.0


class Interrupted(BaseException):
    """Somebody wants all of it to end; the argument is the signal."""


def run(targets: Sequence[Target], command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Bring services up, run the command, release them; the exit status of the command.

    A service with its address in the environment is not started. One that cannot be had is named to the
    command, or, under FIEL_REQUIRE_SERVICES=1, is the end. 128 + n when signal n came.
    """
    wanted = [target for target in targets if not _is_given(target, environment)]
    required = environment.get("FIEL_REQUIRE_SERVICES", "") not in {"", "0"}
    with _signals(_interrupt):
        try:
            refused = _up_what_can_be_had(wanted, only_all=required)
            if browser.is_wanted(command):
                refused |= _browser(environment, required=required)
            if required and refused:
                say(f"nothing was run: FIEL_REQUIRE_SERVICES=1, and {'; '.join(refused.values())}")
                return _FAILED
            return _beside(command, {**environment, REFUSED: json.dumps(refused)})
        except Interrupted as problem:
            return 128 + int(problem.args[0])
        finally:
            # A second Ctrl-C must not leave behind what the first one was to end; this takes seconds.
            with _signals(signal.SIG_IGN):
                with locked(wanted):
                    let_go(wanted, os.getpid())
                abandoned.sweep([kind for kind, _ in targets], environment)


def _browser(environment: Mapping[str, str], *, required: bool) -> dict[str, str]:
    """Why there is no browser, if there is none."""
    refused = browser.bring(environment)
    if not required:
        for reason in refused.values():
            say(f"{reason}; they are not run")
    return refused


def _is_given(target: Target, environment: Mapping[str, str]) -> bool:
    return bool(environment.get(next(iter(target[0].urls(0)))))


def _up_what_can_be_had(targets: Sequence[Target], *, only_all: bool) -> dict[str, str]:
    """Start all; if that fails and `only_all` is off, each one by itself. Why not, by name of service."""
    refused = _try(targets, refresh=True)
    if not refused or only_all:
        return refused
    refused = {}
    for target in targets:
        refused |= _try([target], refresh=False)
    for reason in refused.values():
        say(f"{reason}; its tests are not run")
    return refused


def _try(targets: Sequence[Target], *, refresh: bool) -> dict[str, str]:
    try:
        with locked(targets):
            bring_up(targets, os.getpid(), movable=True, refresh=refresh)
    except (CannotBeHad, Failed, OSError) as problem:
        first, *details = str(problem).splitlines() or [type(problem).__name__]
        if details:
            say("\n".join([first, *details]))
        name = first.split(":")[0].split()[0]
        return {name if name in {kind.name for kind, _ in targets} else targets[0][0].name: first}
    return {}


def _beside(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the command to its end, or until it was asked to end and did, or was made to."""
    came: list[int] = []
    with _signals(lambda number, _frame: came.append(number)):
        try:
            child = subprocess.Popen(list(command), env=dict(environment))
        except FileNotFoundError:
            say(f"{command[0]} was not found")
            return _NOT_FOUND
        status = _wait_or_end(child, came)
    if came:
        raise Interrupted(came[0])
    return 128 - status if status < 0 else status


def _wait_or_end(child: subprocess.Popen[bytes], came: list[int]) -> int:
    """The child's status. Each signal, and each time it does not listen, is one step less kind."""
    steps = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
    seen, deadline = 0, float("inf")
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.wait(timeout=0.2)
        late = time.monotonic() > deadline
        if not steps or not (late or len(came) > seen):
            continue
        # The terminal has sent its Ctrl-C to the child as well: twice would cut its own cleaning up short.
        told = not late and came[seen] == signal.SIGINT and _at_a_terminal()
        seen, deadline = len(came), time.monotonic() + _PATIENCE
        step = steps.pop(0)
        if not told:
            child.send_signal(step)


def _at_a_terminal() -> bool:
    """True when we are what the keys of a terminal interrupt."""
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


def _interrupt(number: int, _frame: FrameType | None) -> NoReturn:
    raise Interrupted(number)


@contextlib.contextmanager
def _signals(handler: signal._HANDLER) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
