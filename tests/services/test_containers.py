"""Where there are no packages: scripts/services drives a Docker engine, here one that only writes down."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.running import Services

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
