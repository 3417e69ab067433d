"""The verbs: up, down, status, kill9, restart."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from . import docker, native, processes
from .answers import NotYet
from .home import CannotBeHad, Failed, Place, Record, home_of
from .kinds import Kind, table
from .native import say

_FAILED, _NOT_RUNNING, _CANNOT_BE_HAD = 1, 3, 4
_NOTES = """\
Exit status: 0 done; 1 failed, or (status) a service died or does not answer; 2 wrong usage;
3 (status, kill9) not running; 4 the service cannot be had on this machine.

Environment: FIEL_SERVICES_HOME (data), FIEL_SERVICES_CACHE (jars), FIEL_SERVICES_<NAME>_PORT,
FIEL_SERVICES_MODE (auto, native, docker), FIEL_SERVICES_TIMEOUT (seconds, default 120).
"""

Target = tuple[Kind, Place]


def main(arguments: Sequence[str]) -> int:
    """Run one verb; the exit status."""
    options = _parser().parse_args(arguments)
    kinds = table()
    home = home_of(os.environ)
    names = [name for name in kinds if name in options.services or not options.services]
    targets = [(kinds[name], Place(name, home, dict(os.environ), kinds[name].default_port)) for name in names]
    try:
        with contextlib.ExitStack() as locks:
            # In one order always, so that two of us cannot wait for each other.
            for _, place in targets:
                locks.enter_context(place.locked())
            return int(_VERBS[options.verb](targets, options))
    except CannotBeHad as problem:
        say(str(problem))
        return _CANNOT_BE_HAD
    except (Failed, OSError) as problem:
        say(str(problem))
        return _FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="services",
        description="Real PostgreSQL, Redis, RabbitMQ and Kafka on the loopback, for development and tests.",
        epilog=_NOTES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    names = sorted(table())
    for verb, text in (
        ("up", "install, start, wait until each answers, print the URLs"),
        ("down", "stop what `up` started"),
        ("status", "say what runs"),
        ("kill9", "SIGKILL a service, as a crash does; `restart` brings it back with its data"),
        ("restart", "stop gently if it runs, start, wait"),
    ):
        one = verbs.add_parser(verb, help=text, description=text)
        some = "+" if verb in {"kill9", "restart"} else "*"
        # A list of choices as such would refuse the empty list on Python 3.11.
        one.add_argument("services", nargs=some, type=_name, metavar="SERVICE", help=f"of {', '.join(names)}")
        if verb in {"up", "restart"}:
            one.add_argument("--env", action="store_true", help="print `export` lines for eval")
        if verb in {"up", "down"}:
            one.add_argument("--holder", type=int, help="process that uses them; the last to go stops them")
        if verb == "down":
            one.add_argument("--purge", action="store_true", help="remove the data too")
    return parser


def _name(text: str) -> str:
    if text not in table():
        raise argparse.ArgumentTypeError(f"unknown service {text!r}; known: {', '.join(sorted(table()))}")
    return text


def _up(targets: Sequence[Target], options: argparse.Namespace) -> int:
    began = time.monotonic()
    holder: int | None = getattr(options, "holder", None)
    records = {place.kind: _running(place) for _, place in targets}
    new = [target for target in targets if records[target[1].kind] is None]
    modes = {place.kind: _mode(kind, place) for kind, place in new}
    native.bring([target for target in new if modes[target[1].kind] == "native"])
    started: list[Target] = []
    try:
        for kind, place in new:
            records[kind.name] = _start(kind, place, modes[kind.name], held=holder is not None)
            started.append((kind, place))
        for kind, place in targets:
            record = records[kind.name]
            assert record is not None
            _wait(kind, place, record)
            _note_use(place, record, holder)
    except (Failed, OSError):
        _stop_all(started)
        raise
    if new:
        say(f"{' '.join(kind.name for kind, _ in new)} up in {time.monotonic() - began:.1f} s")
    for kind, _ in targets:
        _print_urls(kind, records[kind.name], options)
    return 0


def _note_use(place: Place, record: Record, holder: int | None) -> None:
    """A person's `up` outlives all test sessions; a session's does not."""
    if holder is not None:
        place.hold(holder)
    elif record.held:
        place.write(replace(record, held=False))


def _print_urls(kind: Kind, record: Record | None, options: argparse.Namespace) -> None:
    assert record is not None
    for name, url in kind.urls(record.port).items():
        print(f"export {name}={shlex.quote(url)}" if options.env else f"{name}={url}", flush=True)


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


def _start(kind: Kind, place: Place, mode: str, *, held: bool) -> Record:
    if mode == "native":
        return native.start(kind, place, held=held)
    place.create()
    docker.start(place, place.port)
    record = Record("docker", place.port, held)
    place.write(record)
    return record


def _running(place: Place) -> Record | None:
    record = place.read()
    return record if record and _alive(place, record) else None


def _alive(place: Place, record: Record) -> bool:
    return docker.running(place, record.port) if record.mode == "docker" else native.alive(place, record)


def _wait(kind: Kind, place: Place, record: Record) -> None:
    """Until the service answers; Failed when it ends before, or at the limit."""
    limit = float(place.settings.get("FIEL_SERVICES_TIMEOUT") or 120)
    deadline = time.monotonic() + limit
    while True:
        reason = _answer(kind, record)
        if reason is None:
            return
        if record.mode == "native" and not native.alive(place, record):
            raise Failed(f"{kind.name} ended while starting\n{native.tail(place.log)}")
        if time.monotonic() > deadline:
            raise Failed(f"{kind.name} did not answer within {limit:g} s: {reason}\n{native.tail(place.log)}")
        time.sleep(0.05)


def _answer(kind: Kind, record: Record) -> str | None:
    """None when the service answers, else why not."""
    try:
        kind.ask(record.port)
    except (NotYet, OSError) as problem:
        return str(problem) or type(problem).__name__
    return None


def _down(targets: Sequence[Target], options: argparse.Namespace) -> int:
    unused = [target for target in targets if options.holder is None or _last_left(target[1], options.holder)]
    _stop_all(unused)
    for _, place in unused:
        if options.purge:
            if docker.answers(place):
                docker.purge(place)
            place.remove()
    return 0


def _last_left(place: Place, holder: int) -> bool:
    """Release a service; True when only sessions used it and this was the last."""
    record = place.read()
    return place.release(holder) and record is not None and record.held


def _stop_all(targets: Sequence[Target]) -> None:
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
    place.write(None)


def _status(targets: Sequence[Target], _options: argparse.Namespace) -> int:
    worst = 0
    for kind, place in targets:
        state, code = _state(kind, place)
        print(f"{kind.name:9} {state}")
        # A service that died is worse than one that was never started.
        worst = code if worst == 0 or code == _FAILED else worst
    return worst


def _state(kind: Kind, place: Place) -> tuple[str, int]:
    record = place.read()
    if record is None:
        return "not running", _NOT_RUNNING
    if not _alive(place, record):
        return f"died; see {place.log}", _FAILED
    reason = _answer(kind, record)
    if reason is not None:
        return f"does not answer: {reason}", _FAILED
    where = f"process {record.pid}" if record.mode == "native" else "container"
    return f"answers on {', '.join(kind.urls(record.port).values())} ({where})", 0


def _kill9(targets: Sequence[Target], _options: argparse.Namespace) -> int:
    worst = 0
    for kind, place in targets:
        record = _running(place)
        if record is None:
            say(f"{kind.name} is not running")
            worst = _NOT_RUNNING
        elif record.mode == "docker":
            docker.kill(place, record.port)
        else:
            count = processes.kill(place.folder, record.pid, record.started)
            say(f"{kind.name}: {count} processes killed")
    return worst


def _restart(targets: Sequence[Target], options: argparse.Namespace) -> int:
    before = {place.kind: place.read() for _, place in targets}
    _stop_all(targets)
    # A restart changes neither the port nor who holds the service.
    targets = [(kind, _on_port_of(place, before[place.kind])) for kind, place in targets]
    status = _up(targets, options)
    for _, place in targets:
        old, new = before[place.kind], place.read()
        if old and new:
            place.write(replace(new, held=old.held))
    return status


def _on_port_of(place: Place, record: Record | None) -> Place:
    if record is None:
        return place
    name = f"FIEL_SERVICES_{place.kind.upper()}_PORT"
    return replace(place, settings={**place.settings, name: str(record.port)})


_VERBS = {"up": _up, "down": _down, "status": _status, "kill9": _kill9, "restart": _restart}
