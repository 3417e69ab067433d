"""Where there are no packages: scripts/services drives a Docker engine, here one that only writes down."""

from __future__ import annotations

import re
import socketserver
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripts.service_kinds.kinds import Kind, table

from tests.services.running import Services
from tests.tidy.rules.sources import repository

#: Answers what the script asks; a container "runs" while its file is there.
_DOCKER = """#!/bin/sh
echo "$* port=$FIEL_SERVICES_REDIS_PORT" >>"{log}"
case "$*" in
version*) echo 28.0 ;;
"compose version") echo v2 ;;
*" up --detach redis") touch "{running}" ;;
*" kill --signal SIGKILL redis" | *" rm --stop --force redis") rm -f "{running}" ;;
*" ps --services --status running") [ -e "{running}" ] && echo redis || true ;;
esac
"""


class _Pong(socketserver.BaseRequestHandler):
    """A redis that can only say that it is there."""

    def handle(self) -> None:
        self.request.recv(100)
        self.request.sendall(b"+PONG\r\n")


@pytest.fixture
def containers(tmp_path: Path) -> Iterator[Services]:
    """Services in Docker mode, with a recording `docker` and a port that answers."""
    docker = tmp_path / "bin/docker"
    docker.parent.mkdir()
    docker.write_text(_DOCKER.format(log=tmp_path / "log", running=tmp_path / "running"), encoding="utf-8")
    docker.chmod(0o755)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Pong) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Services(
            {
                "FIEL_SERVICES_HOME": str(tmp_path / "home"),
                "FIEL_SERVICES_MODE": "docker",
                "FIEL_SERVICES_REDIS_PORT": str(server.server_address[1]),
                "PATH": f"{docker.parent}:/usr/bin:/bin",
            }
        )
        server.shutdown()


def _calls(services: Services) -> list[str]:
    log = Path(services.environment["FIEL_SERVICES_HOME"]).with_name("log")
    return [
        line for line in log.read_text(encoding="utf-8").splitlines() if "--file" in line or "volume" in line
    ]


def test_up_starts_the_container_on_the_same_port_once(containers: Services) -> None:
    """The container gets the port of the settings, and a second `up` starts nothing."""
    port = containers.environment["FIEL_SERVICES_REDIS_PORT"]
    assert containers.up("redis") == {"FIEL_TEST_REDIS_URL": f"redis://127.0.0.1:{port}/0"}
    assert containers.up("redis") == {"FIEL_TEST_REDIS_URL": f"redis://127.0.0.1:{port}/0"}

    ups = [call for call in _calls(containers) if " up " in call]
    assert len(ups) == 1
    assert ups[0].startswith("compose --project-name home --file ")
    assert ups[0].endswith(f"/compose.yaml up --detach redis port={port}")
    assert "(container)" in containers.status("redis").stdout


def test_a_killed_container_died_and_a_restart_keeps_its_volume(containers: Services) -> None:
    """`kill9` is SIGKILL, `status` sees it, `restart` starts the container again and removes no volume."""
    containers.up("redis")
    containers.kill9("redis")
    assert containers.status("redis").returncode == 1

    containers.restart("redis")
    assert containers.status("redis").returncode == 0
    assert not [call for call in _calls(containers) if "volume" in call]


def test_a_run_removes_its_container_when_its_command_fails(containers: Services) -> None:
    """`run` starts the container, and takes it down although the command failed; the volume stays."""
    fails = [sys.executable, "-c", "raise SystemExit(3)"]
    result = containers.run("run", "redis", "--", *fails, check=False)

    assert result.returncode == 3
    changes = [call.split(" port=")[0].partition("compose.yaml ")[2] for call in _calls(containers)]
    assert [change for change in changes if not change.startswith("ps")] == [
        "up --detach redis",
        "rm --stop --force redis",
    ]
    assert containers.status("redis").returncode == 3


def test_without_an_engine_docker_alone_is_no_way(containers: Services) -> None:
    """A `docker` on PATH that reaches no engine is as none, and the reason is one line."""
    docker = Path(containers.environment["FIEL_SERVICES_HOME"]).with_name("bin") / "docker"
    docker.write_text("#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n", encoding="utf-8")
    result = containers.run("up", "redis", check=False)

    assert result.returncode == 4
    assert result.stderr == "services: redis cannot be had in FIEL_SERVICES_MODE=docker\n"


@pytest.mark.parametrize("kind", table().values(), ids=lambda kind: str(kind.name))
def test_every_service_has_its_container_on_its_port(kind: Kind) -> None:
    """compose.yaml publishes each service on the loopback, at the port that scripts/services says."""
    text = (repository() / "compose.yaml").read_text(encoding="utf-8")
    block = re.split(r"^  (?=\w)", text.partition("\nservices:\n")[2], flags=re.MULTILINE)
    own = [part for part in block if part.startswith(f"{kind.name}:\n")]
    variable = f"FIEL_SERVICES_{kind.name.upper()}_PORT:-{kind.default_port}"

    assert own
    assert f'"127.0.0.1:${{{variable}}}:' in own[0]


def test_down_removes_the_container_and_purge_the_volume(containers: Services) -> None:
    """Data goes only when it is asked for."""
    containers.up("redis")
    containers.down("redis")
    assert containers.status("redis").returncode == 3
    assert not [call for call in _calls(containers) if "volume" in call]

    containers.down("redis", purge=True)
    assert [call.split(" port=")[0] for call in _calls(containers) if "volume" in call] == [
        "volume rm --force home_redis"
    ]
