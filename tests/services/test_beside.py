"""`scripts/services run`: services for as long as a command runs, and not longer, however it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scripts.service_kinds import abandoned, processes
from scripts.service_kinds.kinds import table

from tests.services.running import SCRIPT, Services
from tests.tidy.rules.sources import repository

ROOT = repository()

SLEEP = "import time; print('here', flush=True); time.sleep(600)"
DEAF = f"import signal; [signal.signal(n, signal.SIG_IGN) for n in (2, 15)]; {SLEEP}"
NOWHERE = {"FIEL_SERVICES_MODE": "docker", "PATH": "/nowhere", "FIEL_REQUIRE_SERVICES": ""}
STATUS = (sys.executable, str(SCRIPT), "status", "redis")

Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def redis(private_services: Services) -> Iterator[Services]:
    """Private services whose redis can be had, and does not run before nor after."""
    private_services.up("redis")
    private_services.down("redis")
    yield private_services
    private_services.down("redis")


@pytest.fixture
def run(redis: Services) -> Iterator[Run]:
    """Starts `run redis -- python -c TEXT`, and returns when the text prints that it is there."""
    began: list[subprocess.Popen[str]] = []

    def start(text: str = SLEEP) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(SCRIPT), "run", "redis", "--", sys.executable, "-c", text],
            env={**os.environ, **redis.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        began.append(process)
        assert process.stdout
        assert process.stdout.readline() == "here\n"
        return process

    yield start
    for process in began:
        _kill(process)
        process.communicate()


def _kill(process: subprocess.Popen[str]) -> None:
    """End a run as the kernel does for want of memory, and its command, which would sleep on."""
    commands = _commands(process)
    process.kill()
    process.wait()
    for pid in commands:
        os.kill(pid, signal.SIGKILL)


def _commands(process: subprocess.Popen[str]) -> list[int]:
    """The children of a run that sleep: its command, not its services."""
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    children = found.read_text(encoding="ascii").split() if process.poll() is None else []
    return [int(pid) for pid in children if b"sleep" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_the_command_finds_the_service_and_its_status_is_passed_on(redis: Services) -> None:
    """While it runs the service answers; when it fails the service goes all the same."""
    asked = redis.run("run", "redis", "--", *STATUS)
    assert "answers on" in asked.stdout
    assert redis.status("redis").returncode == 3

    failed = redis.run("run", "redis", "--", sys.executable, "-c", "raise SystemExit(7)", check=False)
    assert failed.returncode == 7
    assert redis.status("redis").returncode == 3


def test_what_ran_before_runs_after(redis: Services) -> None:
    """A service that a person started is used and left."""
    redis.up("redis")
    redis.run("run", "redis", "--", *STATUS)
    assert redis.status("redis").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_takes_its_services_down(
    run: Run, redis: Services, number: signal.Signals
) -> None:
    """Ctrl-C, a cancelled job and a closed terminal end the command and the services."""
    process = run()
    commands = _commands(process)
    process.send_signal(number)

    assert process.wait(timeout=60) == 128 + number
    assert len(commands) == 1
    assert processes.started(commands[0]) == 0
    assert redis.status("redis").returncode == 3


def test_a_command_that_does_not_listen_is_asked_less_kindly_each_time(run: Run, redis: Services) -> None:
    """Interrupt, terminate, kill: the third signal ends what ignores the first two."""
    process = run(DEAF)
    for _ in range(3):
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        time.sleep(0.6)

    assert process.wait(timeout=60) == 130
    assert redis.status("redis").returncode == 3


def test_a_run_that_was_killed_is_cleared_by_the_next(run: Run, redis: Services) -> None:
    """Nobody can clean up after his own SIGKILL; the next run does not take the dead for a holder."""
    _kill(run())
    assert redis.status("redis").returncode == 0

    redis.run("run", "redis", "--", *STATUS)
    assert redis.status("redis").returncode == 3


def test_two_runs_at_once_share_and_the_last_one_stops_the_service(run: Run, redis: Services) -> None:
    """The first to end leaves the service to the other."""
    first, second = run(), run()
    first.terminate()
    first.wait(timeout=60)
    assert redis.status("redis").returncode == 0

    second.terminate()
    second.wait(timeout=60)
    assert redis.status("redis").returncode == 3


def _bare(tmp_path: Path, **more: str) -> Services:
    return Services({**NOWHERE, "FIEL_SERVICES_HOME": str(tmp_path / "home"), **more})


SAY_REFUSED = (sys.executable, "-c", "import os; print(os.environ['FIEL_SERVICES_REFUSED'])")


def test_without_a_service_the_command_runs_and_is_told(tmp_path: Path) -> None:
    """Not root, not Debian, no Docker: one line for each service, and the command goes on without."""
    result = _bare(tmp_path).run("run", "redis", "kafka", "--", *SAY_REFUSED)

    reasons = {n: f"{n} cannot be had in FIEL_SERVICES_MODE=docker" for n in ("kafka", "redis")}
    assert json.loads(result.stdout) == reasons
    assert result.stderr.splitlines() == [
        f"services: {reason}; its tests are not run" for reason in reasons.values()
    ]


def test_where_services_are_required_nothing_is_run_without(tmp_path: Path) -> None:
    """One line, a failing status, and no command."""
    result = _bare(tmp_path, FIEL_REQUIRE_SERVICES="1").run("run", "redis", "--", *SAY_REFUSED, check=False)

    assert (result.returncode, result.stdout) == (1, "")
    why = "redis cannot be had in FIEL_SERVICES_MODE=docker"
    assert result.stderr == f"services: nothing was run: FIEL_REQUIRE_SERVICES=1, and {why}\n"


def test_a_service_with_an_address_is_not_started(tmp_path: Path) -> None:
    """Somebody's own server is used, so that none of ours is needed."""
    given = _bare(tmp_path, FIEL_TEST_REDIS_URL="redis://elsewhere/0", FIEL_REQUIRE_SERVICES="1")
    assert given.run("run", "redis", "--", *SAY_REFUSED).stdout == "{}\n"


@pytest.mark.parametrize("arguments", [("run", "redis"), ("run", "--"), ("up", "redis", "--", "true")])
def test_run_needs_a_command_and_nothing_else_takes_one(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Wrong usage is status 2, before anything is started."""
    result = _bare(tmp_path).run(*arguments, check=False)
    assert result.returncode == 2
    assert "`run` needs a command after `--`" in result.stderr


def test_a_command_that_is_not_there_is_status_127(tmp_path: Path) -> None:
    """As in a shell, with its name."""
    result = _bare(tmp_path).run("run", "redis", "--", "/nowhere/at/all", check=False)
    assert result.returncode == 127
    assert "/nowhere/at/all was not found" in result.stderr


#: Brings redis up in HOME where PORT is its default, prints where it went, stops it.
MOVABLE = """
import os, sys
from pathlib import Path
from scripts.service_kinds.home import Place
from scripts.service_kinds.kinds import table
from scripts.service_kinds.lifecycle import bring_up, stop_all

settings = {key: value for key, value in os.environ.items() if not key.startswith("FIEL_")}
target = table()["redis"], Place("redis", Path(sys.argv[1]), settings, int(sys.argv[2]))
print(bring_up([target], os.getpid(), movable=True)["redis"].port)
stop_all([target])
"""


def test_a_taken_port_moves_a_test_run_to_another(redis: Services) -> None:
    """Nobody asked for the default port: the service goes ten further, and its record says where."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        moved = subprocess.run(
            [sys.executable, "-c", MOVABLE, redis.environment["FIEL_SERVICES_HOME"], str(taken)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
    port = int(moved.stdout)

    assert (port > taken, (port - taken) % 10) == (True, 0)
    assert f"redis: port {taken} is taken, so it runs on {port}" in moved.stderr


@pytest.fixture
def left(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """A private home with a redis that runs, as a killed test session leaves it."""
    home = tmp_path / f"{abandoned.PREFIX}x"
    folder = home / "redis"
    folder.mkdir(parents=True)
    (folder / ".fiel-service").touch()
    with subprocess.Popen([sys.executable, "-c", SLEEP, str(folder)], stdout=subprocess.DEVNULL) as process:
        record = {"mode": "native", "port": 20000, "held": False, "pid": process.pid}
        record["started"] = processes.started(process.pid)
        (folder / "record.json").write_text(json.dumps(record), encoding="utf-8")
        yield home, process
        process.kill()


def _sweep(folder: Path) -> list[Path]:
    return abandoned.sweep(list(table().values()), {"FIEL_SERVICES_HOME": str(folder / "own")}, folder)


def test_private_services_of_a_dead_session_are_stopped_and_removed(
    left: tuple[Path, subprocess.Popen[bytes]],
) -> None:
    """What a killed session could not remove itself, the next run removes."""
    home, process = left
    with subprocess.Popen(["true"]) as owner:
        (home / "owner").write_text(f"{owner.pid} 1\n", encoding="utf-8")

    assert _sweep(home.parent) == [home]
    # It has ended; its status is whoever's asked first, and then reads as 0.
    process.wait(timeout=30)
    assert process.poll() is not None
    assert not home.exists()


@pytest.mark.parametrize("owned", [True, False], ids=["of a living session", "of nobody"])
def test_private_services_in_use_are_left_alone(
    left: tuple[Path, subprocess.Popen[bytes]], owned: bool
) -> None:
    """A session that runs keeps its services, and what has no owner is not ours to judge."""
    home, process = left
    if owned:
        abandoned.own(home)

    assert _sweep(home.parent) == []
    assert process.poll() is None
    assert home.exists()
