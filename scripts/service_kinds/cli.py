"""The verbs: up, down, run, status, kill9, restart."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Sequence
from dataclasses import replace

from . import beside, docker, processes
from .home import CannotBeHad, Failed, Place, Record, home_of
from .kinds import Kind, table
from .lifecycle import Target, alive, answer, bring_up, last_left, locked, running, stop_all
from .native import say

_FAILED, _NOT_RUNNING, _CANNOT_BE_HAD = 1, 3, 4
_NOTES = """\
Exit status: 0 done; 1 failed, or (status) a service died or does not answer; 2 wrong usage;
3 (status, kill9) not running; 4 the service cannot be had on this machine; `run`: the command's own.

Environment: FIEL_SERVICES_HOME (data), FIEL_SERVICES_CACHE (jars), FIEL_SERVICES_<NAME>_PORT,
FIEL_SERVICES_MODE (auto, native, docker), FIEL_SERVICES_TIMEOUT (seconds, default 120),
FIEL_REQUIRE_SERVICES=1 (`run` fails when one cannot be had).
"""


def main(arguments: Sequence[str]) -> int:
    """Run one verb; the exit status."""
    before, command = _split(arguments)
    parser = _parser()
    options = parser.parse_args(before)
    if (options.verb == "run") != bool(command):
        parser.error("`run` needs a command after `--`, and no other verb takes one")
    kinds = table()
    home = home_of(os.environ)
    names = [name for name in kinds if name in options.services or not options.services]
    targets = [(kinds[name], Place(name, home, dict(os.environ), kinds[name].default_port)) for name in names]
    try:
        if options.verb == "run":
            return beside.run(targets, command, os.environ)
        with locked(targets):
            return int(_VERBS[options.verb](targets, options))
    except CannotBeHad as problem:
        say(str(problem))
        return _CANNOT_BE_HAD
    except (Failed, OSError) as problem:
        say(str(problem))
        return _FAILED


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """What is ours, and the command after `--`."""
    words = list(arguments)
    end = words.index("--") if "--" in words else len(words)
    return words[:end], words[end + 1 :]


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
        ("run", "run [SERVICE ...] -- COMMAND: services up, the command, and what was started down again"),
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
    records = bring_up(targets, getattr(options, "holder", None))
    for kind, _ in targets:
        _print_urls(kind, records[kind.name], options)
    return 0


def _print_urls(kind: Kind, record: Record, options: argparse.Namespace) -> None:
    for name, url in kind.urls(record.port).items():
        print(f"export {name}={shlex.quote(url)}" if options.env else f"{name}={url}", flush=True)


def _down(targets: Sequence[Target], options: argparse.Namespace) -> int:
    unused = [target for target in targets if options.holder is None or last_left(target[1], options.holder)]
    stop_all(unused)
    for _, place in unused:
        if options.purge:
            if docker.answers(place):
                docker.purge(place)
            place.remove()
    return 0


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
    if not alive(place, record):
        return f"died; see {place.log}", _FAILED
    reason = answer(kind, record)
    if reason is not None:
        return f"does not answer: {reason}", _FAILED
    where = f"process {record.pid}" if record.mode == "native" else "container"
    return f"answers on {', '.join(kind.urls(record.port).values())} ({where})", 0


def _kill9(targets: Sequence[Target], _options: argparse.Namespace) -> int:
    worst = 0
    for kind, place in targets:
        record = running(place)
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
    stop_all(targets)
    # A restart changes neither the port nor who holds the service.
    targets = [(kind, _as_before(place, before[place.kind])) for kind, place in targets]
    status = _up(targets, options)
    for _, place in targets:
        old, new = before[place.kind], place.read()
        if old and new:
            place.write(replace(new, held=old.held))
    return status


def _as_before(place: Place, record: Record | None) -> Place:
    return place.on_port(record.port) if record else place


_VERBS = {"up": _up, "down": _down, "status": _status, "kill9": _kill9, "restart": _restart}
