"""The pytest plugin, seen from a test session of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.services.plugin import refuse
from tests.services.running import Services
from tests.tidy.rules.sources import repository

ROOT = repository()
PLUGIN = ("-p", "tests.services.plugin", "-p", "no:cacheprovider", "-c", "/dev/null", "-rs")
NOWHERE = {"FIEL_SERVICES_MODE": "docker", "PATH": "/nowhere"}
WANTS_KAFKA = """
def test_one(kafka_topic): ...
def test_two(kafka_bootstrap): ...
def test_three(): ...
"""


def _session(
    folder: Path, text: str, env: Mapping[str, str], *options: str
) -> subprocess.CompletedProcess[str]:
    """Run pytest with the plugin on one file, without the variables of the session that runs us."""
    path = folder / "test_sample.py"
    path.write_text(text, encoding="utf-8")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("FIEL_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", *PLUGIN, "--rootdir", str(folder), *options, str(path)],
        env={**kept, "PYTHONPATH": str(ROOT), **env},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_without_the_service_tests_are_counted_as_not_run(tmp_path: Path, options: tuple[str, ...]) -> None:
    """They are skipped with the reason, and one line at the end counts them by service."""
    result = _session(tmp_path, WANTS_KAFKA, {**NOWHERE, "FIEL_SERVICES_HOME": str(tmp_path)}, *options)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "1 passed, 2 skipped" in result.stdout
    assert "service not available: kafka: kafka cannot be had" in result.stdout
    assert "2 service tests not run (kafka 2); FIEL_REQUIRE_SERVICES=1 makes them fail" in result.stdout


def test_where_services_are_required_each_test_fails_with_one_line(tmp_path: Path) -> None:
    """No traceback: the line that says which service and why."""
    env = {**NOWHERE, "FIEL_SERVICES_HOME": str(tmp_path), "FIEL_REQUIRE_SERVICES": "1"}
    result = _session(tmp_path, WANTS_KAFKA, env)

    assert result.returncode == 1
    assert "1 passed, 2 errors" in result.stdout
    assert "service not available: kafka: kafka cannot be had" in result.stdout
    assert "Traceback" not in result.stdout


def test_an_address_that_is_given_is_used_as_it_is(tmp_path: Path) -> None:
    """Nothing is started for a service whose variable is set."""
    text = "def test_it(kafka_bootstrap):\n    assert kafka_bootstrap == 'elsewhere:9092'\n"
    env = {
        **NOWHERE,
        "FIEL_TEST_KAFKA_BOOTSTRAP": "elsewhere:9092",
        "FIEL_SERVICES_HOME": str(tmp_path / "home"),
    }
    assert "1 passed" in _session(tmp_path, text, env).stdout
    assert not (tmp_path / "home").exists()


def test_what_could_not_be_had_before_is_not_tried_again(tmp_path: Path) -> None:
    """`scripts/services run` has tried already: its reason is given, and nothing is started."""
    env = {"FIEL_SERVICES_REFUSED": '{"kafka": "no Java"}', "FIEL_SERVICES_HOME": str(tmp_path / "home")}
    text = WANTS_KAFKA + 'def test_four(private_services):\n    private_services.up("kafka")\n'
    result = _session(tmp_path, text, env)

    assert "1 passed, 3 skipped" in result.stdout
    assert "service not available: kafka: no Java" in result.stdout
    assert not (tmp_path / "home").exists()


def test_half_of_an_address_is_not_enough(tmp_path: Path) -> None:
    """RabbitMQ needs its management interface too, which makes the virtual hosts."""
    text = "def test_it(rabbitmq_vhost): ...\n"
    result = _session(tmp_path, text, {**NOWHERE, "FIEL_TEST_RABBITMQ_URL": "amqp://elsewhere"})
    assert "rabbitmq: FIEL_TEST_RABBITMQ_API_URL is not set" in result.stdout


#: Four tests that would see each other's data if they shared a corner; two workers run them at once.
CORNERS = """
import time, pytest
from tests.services import clients

@pytest.mark.parametrize("n", [1, 2])
def test_postgres(postgres_database, n):
    clients.write_row(postgres_database)
    time.sleep(0.5)
    assert clients.read_row(postgres_database) == "kept"

@pytest.mark.parametrize("n", [1, 2])
def test_redis(redis_database, n):
    assert clients.read_key(redis_database) == "None"
    clients.write_key(redis_database)
    time.sleep(0.5)

@pytest.mark.parametrize("n", [1, 2])
def test_rabbitmq(rabbitmq_vhost, n):
    clients.write_job(rabbitmq_vhost)
    time.sleep(0.5)
    assert clients.read_job(rabbitmq_vhost) == "kept"

@pytest.mark.parametrize("n", [1, 2])
def test_kafka(kafka_topic, kafka_prefix, n):
    assert kafka_topic("orders", 3) == kafka_prefix + "orders"
    time.sleep(0.5)
"""


def test_a_session_starts_what_it_needs_gives_each_test_its_corner_and_stops_it_all(
    private_services: Services, tmp_path: Path
) -> None:
    """Two workers on four services do not meet, and nothing runs when the session is over."""
    result = _session(tmp_path, CORNERS, private_services.environment, "-n", "2")

    if "cannot be had" in result.stdout:
        refuse("kafka", "a service cannot be had")
    assert "8 passed" in result.stdout, result.stdout + result.stderr
    assert private_services.status().stdout.count("not running") == 4
