"""`fiel doctor` beside real services: the one that is stopped is named, and the others are not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fiel.entrypoints.cli.everything import app
from fiel.infra.storage import schema
from fiel.infra.storage.database import Database
from tests.services.running import Services
from tests.support.command_line import CliRunner

#: What the doctor calls the fault of each service.
FAULTS = {
    "postgres": "database_down",
    "redis": "redis_down",
    "rabbitmq": "rabbitmq_down",
    "kafka": "kafka_down",
}


def _examined(environment: dict[str, str]) -> tuple[int, list[dict[str, Any]]]:
    done = CliRunner().invoke(app, ["doctor", "--json", "--lang", "en"], env=environment)
    return done.exit_code, json.loads(done.stdout)["findings"]


@pytest.fixture(scope="module")
def environment(private_services: Services, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of a program that stands on all four."""
    found = private_services.up()
    folder = tmp_path_factory.mktemp("doctor")
    url = found["FIEL_TEST_POSTGRES_URL"]
    database = Database.at(url)
    schema.upgrade(database)
    database.close()
    return {
        "FIEL_DATA_DIR": str(Path(folder)),
        "FIEL_DATABASE_URL": url,
        "FIEL_REDIS_URL": found["FIEL_TEST_REDIS_URL"],
        "FIEL_RABBITMQ": found["FIEL_TEST_RABBITMQ_URL"],
        "FIEL_KAFKA": found["FIEL_TEST_KAFKA_BOOTSTRAP"],
    }


def test_with_all_services_nothing_fails(environment: dict[str, str]) -> None:
    """Each of them answers, and the doctor says so."""
    code, found = _examined(environment)
    assert code == 0, found
    answered = {each["code"] for each in found}
    assert {"database_answers", "redis_answers", "rabbitmq_answers", "kafka_answers"} <= answered


@pytest.mark.parametrize("name", ["redis", "rabbitmq", "kafka", "postgres"])
def test_the_service_that_was_stopped_is_named(
    environment: dict[str, str], private_services: Services, name: str
) -> None:
    """One is stopped: exit code 1, its fault alone, with what to do; it is started, and all is well."""
    private_services.kill9(name)
    try:
        code, found = _examined(environment)
    finally:
        private_services.restart(name)
    failed = [each for each in found if each["verdict"] == "fail"]
    assert code == 1
    assert [each["code"] for each in failed] == [FAULTS[name]]
    assert failed[0]["do"]
    assert _examined(environment)[0] == 0
