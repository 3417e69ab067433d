"""Bring services up, let them go, stop them: what the verbs and the test runs share."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from . import docker, native, processes
from .answers import NotYet
from .home import CannotBeHad, Failed, Place, PortTaken, Record
from .kinds import Kind
from .native import say

Target = tuple[Kind, Place]
#: How far from its own port a service of a test run may be moved, in steps of ten.
_MOVES = 20


@contextlib.contextmanager
def locked(targets: Sequence[Target]) -> Iterator[None]:
    """One verb at a time on each service."""
    with contextlib.ExitStack() as locks:
        # In one order always, so that two of us cannot wait for each other.
        for _, place in targets:
            locks.enter_context(place.locked())
        yield


def bring_up(
    targets: Sequence[Target], holder: int | None = None, *, movable: bool = False, refresh: bool = True
) -> dict[str, Record]:
    """Start what does not run and wait until all answer; what was started, by name.

    `holder`: the process they are for, or None for a person. `movable`: a service whose port is taken
    and was not chosen goes to another one. `refresh`: package lists may be brought up to date.
    Raises CannotBeHad, or Failed; then nothing that was started here is left running.
    """
    began = time.monotonic()
    records = {place.kind: running(place) for _, place in targets}
    new = [target for target in targets if records[target[1].kind] is None]
    modes = {place.kind: _mode(kind, place) for kind, place in new}
    native.bring([target for target in new if modes[target[1].kind] == "native"], refresh=refresh)
    started: list[Target] = []
    try:
        for kind, place in new:
            started.append((kind, place))
            records[kind.name] = _start(
                kind, place, modes[kind.name], held=holder is not None, movable=movable
            )
        up = {name: record for name, record in records.items() if record}
        for kind, place in targets:
            _wait(kind, place, up[kind.name])
            _note_use(place, up[kind.name], holder)
    except BaseException:
        # An interrupted start too.
        stop_all(started)
        raise
    if new:
        say(f"{' '.join(kind.name for kind, _ in new)} up in {time.monotonic() - began:.1f} s")
    return up


def let_go(targets: Sequence[Target], holder: int) -> None:
    """Release services; stop those that only sessions used and that nobody holds any more."""
    stop_all([target for target in targets if last_left(target[1], holder)])


def _note_use(place: Place, record: Record, holder: int | None) -> None:
    """A person's `up` outlives all test sessions; a session's does not."""
    if holder is not None:
        place.hold(holder)
    elif record.held:
        place.write(replace(record, held=False))


def _mode(kind: Kind, place: Place) -> str:
    """How to run a service that does not run.

    Raises CannotBeHad when there is no way.
    """
    wanted = place.settings.get("FIEL_SERVICES_MODE") or "auto"
    if wanted not in {"auto", "native", "docker"}:
        raise Failed(f"FIEL_SERVICES_MODE must be auto, native or docker, not {wanted!r}")
    if wanted != "docker" and native.possible(kind):
        return "native"
    if wanted != "native" and docker.answers(place):
        return "docker"
    if wanted != "auto":
        raise CannotBeHad(f"{kind.name} cannot be had in FIEL_SERVICES_MODE={wanted}")
    raise CannotBeHad(f"{kind.name} cannot be had: not installed, not root on Debian, and no Docker engine")


def _start(kind: Kind, place: Place, mode: str, *, held: bool, movable: bool) -> Record:
    if mode == "native":
        return _start_where_free(kind, place, held=held, moves=_MOVES if movable else 0)
    place.create()
    docker.start(place, place.port)
    record = Record("docker", place.port, held)
    place.write(record)
    return record


def _start_where_free(kind: Kind, place: Place, *, held: bool, moves: int) -> Record:
    moves = 0 if place.port_is_chosen else moves
    for step in range(moves + 1):
        other = place.on_port(place.port + 10 * step)
        try:
            record = native.start(kind, other, held=held)
        except PortTaken:
            if step == moves:
                raise
        else:
            if step:
                say(f"{kind.name}: port {place.port} is taken, so it runs on {other.port}")
            return record
    raise AssertionError("the loop returns or raises")


def running(place: Place) -> Record | None:
    """The record of a service that runs."""
    record = place.read()
    return record if record and alive(place, record) else None


def alive(place: Place, record: Record) -> bool:
    """True while the process or the container is there, whether it answers or not."""
    return docker.running(place, record.port) if record.mode == "docker" else native.alive(place, record)


def _wait(kind: Kind, place: Place, record: Record) -> None:
    """Until the service answers; Failed when it ends before, or at the limit."""
    limit = float(place.settings.get("FIEL_SERVICES_TIMEOUT") or 120)
    deadline = time.monotonic() + limit
    while True:
        reason = answer(kind, record)
        if reason is None:
            return
        if record.mode == "native" and not native.alive(place, record):
            raise Failed(f"{kind.name} ended while starting\n{native.tail(place.log)}")
        if time.monotonic() > deadline:
            raise Failed(f"{kind.name} did not answer within {limit:g} s: {reason}\n{native.tail(place.log)}")
        time.sleep(0.05)


def answer(kind: Kind, record: Record) -> str | None:
    """None when the service answers, else why not."""
    try:
        kind.ask(record.port)
    except (NotYet, OSError) as problem:
        return str(problem) or type(problem).__name__
    return None


def last_left(place: Place, holder: int) -> bool:
    """Release a service; True when only sessions used it and this was the last."""
    record = place.read()
    return place.release(holder) and record is not None and record.held


def stop_all(targets: Sequence[Target]) -> None:
    """Stop services side by side: RabbitMQ alone takes six seconds to go."""
    with ThreadPoolExecutor(max_workers=8) as threads:
        for _ in threads.map(lambda target: _stop(*target), targets):
            pass


def _stop(kind: Kind, place: Place) -> None:
    record = place.read()
    if record and record.mode == "docker":
        docker.stop(place, record.port)
    elif record:
        native.stop(kind, place, record)
    else:
        # Started, and interrupted before it was noted.
        processes.kill(place.folder, 0, 0)
    place.write(None)
