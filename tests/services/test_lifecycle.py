"""Each service for real: it starts once, keeps its data over a crash, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.services import clients
from tests.services.running import OFFSETS, Services


@dataclass(frozen=True)
class Case:
    """A service, how to leave something in it and how to read it again."""

    name: str
    variable: str
    write: Callable[[str], None]
    read: Callable[[str], str]
    ports: int


CASES = [
    Case("postgres", "FIEL_TEST_POSTGRES_URL", clients.write_row, clients.read_row, 1),
    Case("redis", "FIEL_TEST_REDIS_URL", clients.write_key, clients.read_key, 1),
    Case("rabbitmq", "FIEL_TEST_RABBITMQ_URL", clients.write_job, clients.read_job, 4),
    Case("kafka", "FIEL_TEST_KAFKA_BOOTSTRAP", clients.write_event, clients.read_event, 2),
]


def _process(services: Services, name: str) -> str:
    said = re.search(r"process (\d+)", services.status(name).stdout)
    assert said, services.status(name).stdout
    return said.group(1)


def _listening(services: Services, case: Case) -> list[int]:
    first = int(services.environment[f"FIEL_SERVICES_{case.name.upper()}_PORT"])
    found = []
    for port in range(first, first + case.ports):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                found.append(port)
    return found


def _processes_of(services: Services) -> list[str]:
    """Whatever runs with the home of these services in its environment or on its command line."""
    home = services.environment["FIEL_SERVICES_HOME"].encode()
    return [folder.name for folder in Path("/proc").glob("[0-9]*") if _mentions(folder, home)]


def _mentions(folder: Path, home: bytes) -> bool:
    try:
        return any(home in (folder / name).read_bytes() for name in ("environ", "cmdline"))
    except OSError:
        return False


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_a_service_starts_once_survives_a_crash_with_its_data_and_leaves_nothing(
    case: Case, private_services: Services
) -> None:
    """Up, up again, kill -9, restart, down: same address all along, no data lost, nothing left running."""
    services = private_services
    urls: Mapping[str, str] = services.up(case.name)
    url, first = urls[case.variable], _process(services, case.name)
    assert services.up(case.name) == urls
    assert _process(services, case.name) == first

    case.write(url)
    services.kill9(case.name)
    killed = services.status(case.name)
    assert (killed.returncode, "died" in killed.stdout) == (1, True)
    assert _listening(services, case) == []

    services.restart(case.name)
    assert _process(services, case.name) != first
    assert case.read(url) == "kept"
    assert len(_listening(services, case)) == case.ports

    services.down(case.name)
    assert services.status(case.name).returncode == 3
    assert _listening(services, case) == []
    assert _processes_of(services) == []


def test_the_servers_listen_on_the_loopback_only(private_services: Services) -> None:
    """Nobody on the network can reach a service that has a known password."""
    private_services.up("redis", "postgres")
    ports = {int(private_services.environment[f"FIEL_SERVICES_{n}_PORT"]) for n in ("REDIS", "POSTGRES")}
    listening = {
        (int(port, 16), address)
        for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
        for address, _, port in [line.split()[1].partition(":")]
        if line.split()[3] == "0A" and int(port, 16) in ports
    }
    private_services.down()

    assert listening == {(port, "0100007F") for port in ports}


def test_the_servers_do_not_run_as_root(private_services: Services) -> None:
    """As root, the servers that come in packages run under the users of their packages."""
    if os.getuid() != 0:
        pytest.skip("not root")
    private_services.up("redis", "postgres")
    owners = {Path(f"/proc/{_process(private_services, n)}").owner() for n in ("redis", "postgres")}
    private_services.down()

    assert owners == {"redis", "postgres"}


def test_every_service_has_its_case() -> None:
    """A service that is added gets its test."""
    assert {case.name for case in CASES} == set(OFFSETS)
