"""What scripts/services does and refuses to do, apart from running the real servers."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripts.service_kinds.home import Failed
from scripts.service_kinds.kafka import verify
from scripts.service_kinds.packages import nothing_starts
from scripts.service_kinds.processes import started

from tests.services.running import Services
from tests.tidy.rules.sources import repository

ROOT = repository()


@pytest.fixture
def empty(tmp_path: Path) -> Services:
    """Services on a home where nothing was ever started."""
    return Services({"FIEL_SERVICES_HOME": str(tmp_path / "home")})


@pytest.fixture
def bystander(empty: Services) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is none of the script's business, though it names the folder, as `tail -f` does."""
    sleep = "import time; time.sleep(600)"
    folder = f"{empty.environment['FIEL_SERVICES_HOME']}/redis"
    with subprocess.Popen([sys.executable, "-c", sleep, folder]) as process:
        yield process
        process.kill()


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with the folder."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        yield process
        process.kill()


def _pretend(services: Services, pid: int, start: int) -> Path:
    """Write the record of a started redis that has the given process."""
    folder = Path(services.environment["FIEL_SERVICES_HOME"]) / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".fiel-service").touch()
    record = {"mode": "native", "port": 19379, "held": False, "pid": pid, "started": start}
    (folder / "record.json").write_text(json.dumps(record), encoding="utf-8")
    return folder


@pytest.mark.parametrize("arguments", [("up", "mysql"), ("kill9",), ("restart",), ("explode",), ()])
def test_wrong_usage_is_status_2(empty: Services, arguments: tuple[str, ...]) -> None:
    """An unknown service or verb, or a chaos verb without its victim, is an error of usage."""
    result = empty.run(*arguments, check=False)

    assert result.returncode == 2
    assert "usage: services" in result.stderr


def test_an_unknown_service_is_named_with_the_known_ones(empty: Services) -> None:
    """The message says what was wrong and what would be right."""
    said = empty.run("up", "mysql", check=False).stderr
    assert "unknown service 'mysql'; known: kafka, postgres, rabbitmq, redis" in said


def test_what_was_never_started_is_status_3(empty: Services) -> None:
    """Nothing runs: `status` and `kill9` say so, and `down` has nothing to do."""
    assert empty.status().returncode == 3
    assert empty.status().stdout.count("not running") == 4
    assert empty.run("kill9", "redis", check=False).returncode == 3
    assert empty.run("down", check=False).returncode == 0


def _run_all_that_end(services: Services) -> None:
    """Every verb that ends processes, with no way to start any."""
    broken = Services({**services.environment, "FIEL_SERVICES_MODE": "docker", "PATH": "/nowhere"})
    for verb in ("kill9", "restart", "down"):
        folder = Path(services.environment["FIEL_SERVICES_HOME"]) / "redis"
        record = (folder / "record.json").read_bytes()
        broken.run(verb, "redis", check=False)
        (folder / "record.json").write_bytes(record)


def test_a_pid_that_was_used_again_is_not_touched(
    empty: Services, bystander: subprocess.Popen[bytes]
) -> None:
    """The recorded process ended and another one got its number: it started later, so it is not ours."""
    _pretend(empty, bystander.pid, started(bystander.pid) - 1)
    _run_all_that_end(empty)
    assert bystander.poll() is None


def test_a_record_that_leads_to_a_stranger_kills_nobody(
    empty: Services, stranger: subprocess.Popen[bytes]
) -> None:
    """Number and start are right, but neither command line nor environment knows the folder."""
    _pretend(empty, stranger.pid, started(stranger.pid))
    _run_all_that_end(empty)
    assert stranger.poll() is None


def test_the_recorded_process_is_stopped(empty: Services, bystander: subprocess.Popen[bytes]) -> None:
    """With the right number, start and command line, it goes: the two tests above could fail."""
    _pretend(empty, bystander.pid, started(bystander.pid))
    _run_all_that_end(empty)
    assert bystander.wait(timeout=30) < 0


def test_a_taken_port_is_one_clear_line(empty: Services) -> None:
    """Another program on the port is named as the reason, with the variable that gets around it."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        services = Services({**empty.environment, "FIEL_SERVICES_REDIS_PORT": str(port)})
        result = services.run("up", "redis", check=False)

    if result.returncode == 4:
        pytest.skip(result.stderr)
    assert result.returncode == 1
    assert f"redis: port {port} is taken by another program; set FIEL_SERVICES_REDIS_PORT" in result.stderr


@pytest.mark.parametrize("port", ["80", "x", "70000", "-1"])
def test_a_port_that_is_none_is_refused(empty: Services, port: str) -> None:
    """The variable is named, with what stands in it."""
    result = Services({**empty.environment, "FIEL_SERVICES_REDIS_PORT": port}).run("up", "redis", check=False)
    assert result.returncode in {1, 4}
    assert result.returncode == 4 or "FIEL_SERVICES_REDIS_PORT must be a port" in result.stderr


def test_a_service_that_cannot_be_had_is_status_4(empty: Services) -> None:
    """No way to run it: one line that names the service, and a status of its own."""
    bare = Services({**empty.environment, "FIEL_SERVICES_MODE": "docker", "PATH": "/nowhere"})
    result = bare.run("up", "kafka", check=False)

    assert result.returncode == 4
    assert result.stderr == "services: kafka cannot be had in FIEL_SERVICES_MODE=docker\n"
    assert result.stdout == ""


def test_a_folder_with_other_things_is_neither_used_nor_removed(empty: Services, tmp_path: Path) -> None:
    """A home that points at somebody's files by mistake costs nobody his files."""
    letter = tmp_path / "home/redis/letter.txt"
    letter.parent.mkdir(parents=True)
    letter.write_text("dear", encoding="utf-8")

    result = empty.run("up", "redis", check=False)
    empty.run("down", "--purge", "redis", check=False)

    assert result.returncode == 4 or "holds files of something else" in result.stderr
    assert letter.read_text(encoding="utf-8") == "dear"


def test_export_lines_are_for_the_shell(private_services: Services) -> None:
    """`eval "$(scripts/services up --env redis)"` sets the variable."""
    private_services.up("redis")
    printed = private_services.run("up", "--env", "redis").stdout
    shell = ["sh", "-c", 'eval "$1"; env', "sh", printed]
    env = subprocess.run(shell, capture_output=True, text=True, check=True).stdout
    private_services.down("redis")

    port = private_services.environment["FIEL_SERVICES_REDIS_PORT"]
    assert f"FIEL_TEST_REDIS_URL=redis://127.0.0.1:{port}/0" in env.splitlines()


def test_the_last_session_stops_what_sessions_started(
    private_services: Services, bystander: subprocess.Popen[bytes]
) -> None:
    """Two holders: the first to go leaves the service running, the second stops it."""
    private_services.up("redis", holder=os.getpid())
    private_services.up("redis", holder=bystander.pid)

    private_services.run("down", "--holder", str(os.getpid()))
    assert private_services.status("redis").returncode == 0
    private_services.run("down", "--holder", str(bystander.pid))
    assert private_services.status("redis").returncode == 3


def test_a_holder_that_died_holds_nothing(
    private_services: Services, bystander: subprocess.Popen[bytes]
) -> None:
    """A session that was killed does not keep a service running for ever."""
    private_services.up("redis", holder=bystander.pid)
    private_services.up("redis", holder=os.getpid())
    bystander.kill()
    bystander.wait()

    private_services.run("down", "--holder", str(os.getpid()))
    assert private_services.status("redis").returncode == 3


def test_what_a_person_started_no_session_stops(private_services: Services) -> None:
    """`up` by hand outlives sessions, whether it came before or after them."""
    private_services.up("redis", holder=os.getpid())
    private_services.up("redis")
    private_services.run("down", "--holder", str(os.getpid()))
    assert private_services.status("redis").returncode == 0

    private_services.restart("redis")
    private_services.up("redis", holder=os.getpid())
    private_services.run("down", "--holder", str(os.getpid()))
    assert private_services.status("redis").returncode == 0
    private_services.down("redis")


def test_purge_removes_the_data(private_services: Services) -> None:
    """Without it, data stays for the next start; with it, the folder is gone."""
    private_services.up("redis")
    folder = Path(private_services.environment["FIEL_SERVICES_HOME"]) / "redis"
    private_services.down("redis")
    assert (folder / "data").is_dir()
    private_services.down("redis", purge=True)
    assert not folder.exists()


def test_jars_that_differ_from_the_list_are_refused(tmp_path: Path) -> None:
    """A changed, a missing and an unknown jar are all named."""
    wanted = tmp_path / "jars.sha256"
    for name in ("same", "changed", "missing"):
        (tmp_path / f"{name}.jar").write_text(name, encoding="utf-8")
    verify(tmp_path, wanted)
    verify(tmp_path, wanted)

    (tmp_path / "changed.jar").write_text("evil", encoding="utf-8")
    (tmp_path / "missing.jar").unlink()
    (tmp_path / "unknown.jar").touch()
    with pytest.raises(Failed, match=r": changed\.jar, missing\.jar, unknown\.jar$"):
        verify(tmp_path, wanted)


ALLOW, DENY = "#!/bin/sh\nexit 0\n", "#!/bin/sh\nexit 101\n"


@pytest.mark.parametrize("before", [None, ALLOW, DENY], ids=["no policy", "allows", "denies"])
def test_no_package_starts_a_service_while_it_is_installed(tmp_path: Path, before: str | None) -> None:
    """During an installation every start is denied; afterwards the machine's policy is as it was."""
    policy = tmp_path / "policy-rc.d"
    if before:
        policy.write_text(before, encoding="utf-8")
        policy.chmod(0o755)

    with nothing_starts(policy):
        assert subprocess.run([policy, "redis-server", "start"], check=False).returncode == 101

    assert (policy.read_text(encoding="utf-8") if policy.exists() else None) == before
    assert [path.name for path in tmp_path.iterdir()] == ([policy.name] if before else [])


def test_the_containers_have_the_pinned_version_of_kafka() -> None:
    """compose.yaml, the pom and the page name the same release."""
    pom = (ROOT / "scripts/kafka/pom.xml").read_text(encoding="utf-8")
    found = re.search(r"<artifactId>kafka_2\.13</artifactId>\s*<version>([\d.]+)</version>", pom)
    assert found
    assert f"image: apache/kafka:{found.group(1)}\n" in (ROOT / "compose.yaml").read_text(encoding="utf-8")
    page = (ROOT / "docs/how-to/run-real-services.md").read_text(encoding="utf-8")
    assert f"Apache Kafka {found.group(1)}" in page
    sums = (ROOT / "scripts/kafka/jars.sha256").read_text(encoding="utf-8")
    assert f"  kafka_2.13-{found.group(1)}.jar\n" in sums
