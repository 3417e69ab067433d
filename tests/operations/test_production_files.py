"""The files of the production shape are what the program can do; the reference and the secret scan hold."""

from __future__ import annotations

import ast
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from scripts.check_secrets import leaks, leaks_in
from scripts.generate_cli_reference import commands
from scripts.generate_settings_reference import PAGE, page
from typer.main import get_command

from fiel.entrypoints.cli.everything import app
from fiel.settings.reference import SETTINGS, known_variables

ROOT = Path(__file__).resolve().parents[2]
#: Read by tests and by the scripts of the workshop only.
_OF_TESTS = ("FIEL_TEST_", "FIEL_SERVICES_", "FIEL_REQUIRE_")


def _yaml(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def _read_variables() -> set[str]:
    """Every whole text FIEL_... in the product's source."""
    found = set()
    for file in (ROOT / "src/fiel").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if re.fullmatch(r"FIEL_[A-Z0-9_]*[A-Z0-9]", node.value) else set()
    return {name for name in found if not name.startswith(_OF_TESTS)}


def test_every_variable_that_is_read_is_in_the_reference() -> None:
    """A variable in the code is named in the reference, and the reference names no other."""
    assert _read_variables() == set(known_variables())


def test_the_page_of_settings_is_written_from_the_code() -> None:
    """docs/reference/settings.md has exactly the table that the code says."""
    written = PAGE.read_text(encoding="utf-8")
    assert page(written) == written, "run `make fmt`"
    assert [each.name for each in SETTINGS] == sorted(each.name for each in SETTINGS)


def _commands() -> dict[str, Any]:
    return dict(commands(get_command(app), "fiel"))


def _checked(words: list[str]) -> None:
    """The words are a command of ours, and each option is one that it has."""
    known = _commands()
    named = [word for word in words if not word.startswith("-")]
    length = next(n for n in (2, 1) if " ".join(["fiel", *named[:n]]) in known)
    command = known[" ".join(["fiel", *named[:length]])]
    options = {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
    assert {word for word in words if word.startswith("--")} <= options, words


def test_each_process_of_the_compose_file_is_a_command() -> None:
    """What each container of ours runs is a command of the program with options that it has."""
    services = _yaml("compose.production.yaml")["services"]
    ours = {name: each for name, each in services.items() if each.get("image") == "fiel:0.1.0"}
    assert set(ours) == {"migrate", "fiel", "custody", "market", "income", "scheduler", "autobalance"}
    for each in ours.values():
        _checked(each["command"])
        assert each["read_only"] is True
        assert each["cap_drop"] == ["ALL"]


def test_the_compose_file_names_only_what_it_has() -> None:
    """Volumes, secrets and dependencies are declared; no secret stands in it."""
    found = _yaml("compose.production.yaml")
    for name, each in found["services"].items():
        assert set(each.get("secrets", [])) <= set(found["secrets"]), name
        named = {volume.split(":")[0] for volume in each.get("volumes", []) if not volume.startswith(".")}
        assert named <= set(found["volumes"]), name
        assert set(each.get("depends_on", {})) <= set(found["services"]), name
        for variable, value in (each.get("environment") or {}).items():
            assert "PASSWORD" not in variable or variable.endswith("_FILE"), (name, value)
        assert set(each.get("environment") or {}) <= known_variables() | set(each.get("environment") or {})


def test_the_image_runs_a_command_and_asks_for_its_health() -> None:
    """The Dockerfile's command exists, it runs as nobody, and asks the address that is served."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (command,) = re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)
    _checked(json.loads(command))
    assert re.search(r"^USER 10001$", text, re.MULTILINE)
    assert "/healthz" in text
    extras = set(re.findall(r"--extra (\w+)", text))
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert all(re.search(rf"^{extra} = \[", declared, re.MULTILINE) for extra in extras)


def test_prometheus_finds_every_process_of_the_compose_file() -> None:
    """Each target is a container with the port that its command serves metrics on."""
    services = _yaml("compose.production.yaml")["services"]
    (job,) = _yaml("ops/prometheus/prometheus.yml")["scrape_configs"]
    for target in job["static_configs"][0]["targets"]:
        name, _, port = target.partition(":")
        assert port in services[name]["command"]


def test_every_alert_says_how_bad_it_is_and_what_to_do() -> None:
    """Each rule has a time, a severity, a summary and advice; commands in it exist."""
    known = _commands()
    (group,) = _yaml("ops/prometheus/alerts.yml")["groups"]
    assert len(group["rules"]) > 8
    for rule in group["rules"]:
        assert rule["labels"]["severity"] in {"page", "warn"}
        assert rule["for"]
        assert rule["annotations"]["summary"]
        for told in re.findall(r"`(fiel [^`]*)`", rule["annotations"]["do"]):
            words = shlex.split(told)
            assert any(" ".join(words[:length]) in known for length in (3, 2)), told


@pytest.mark.parametrize(
    "line",
    [
        "key = 'AKIA" + "ABCDEFGHIJKLMNOP'",
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "postgresql://owner:" + "xK9vQ2mL8w@db.internal/book",
        "FIEL_BRAPI_TOKEN=" + "k3JH8sd93kjsdH8Kq",
        "ghp_" + "a" * 36,
    ],
)
def test_what_looks_like_a_secret_is_found(line: str) -> None:
    """Keys, tokens and passwords in addresses are found, and shown cut."""
    (leak,) = leaks_in("file.py", f"first\n{line}\n")
    assert leak.line == 2
    assert line not in str(leak)


def test_examples_are_no_secrets() -> None:
    """Addresses with a password that is called one are how people are shown what to write."""
    assert (
        list(leaks_in("docs.md", "postgresql://fiel:password@localhost/fiel amqp://user:secret@host/")) == []
    )


def test_no_secret_is_kept_in_the_repository() -> None:
    """The scan of everything that git keeps finds nothing."""
    assert [str(leak) for leak in leaks(ROOT)] == []
