"""The same services as containers of compose.yaml, where Debian's packages cannot be had."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .home import Failed, Place

_COMPOSE = Path(__file__).resolve().parents[2] / "compose.yaml"


def answers(place: Place) -> bool:
    """True when a Docker engine answers and Compose is there."""
    if not shutil.which("docker"):
        return False
    try:
        asked = subprocess.run(
            ["docker", "version", "--format", "{{.Server.Version}}"],
            capture_output=True, timeout=20, check=False, env=dict(place.settings),
        )  # fmt: skip
        return asked.returncode == 0 and bool(_command(place))
    except (OSError, subprocess.TimeoutExpired):
        return False


def start(place: Place, port: int) -> None:
    """Create or start the container."""
    _compose(place, port, ["up", "--detach", place.kind])


def running(place: Place, port: int) -> bool:
    """True while the container runs."""
    names = _compose(place, port, ["ps", "--services", "--status", "running"]).split()
    return place.kind in names


def stop(place: Place, port: int) -> None:
    """Stop the container and remove it; its volume stays."""
    _compose(place, port, ["rm", "--stop", "--force", place.kind])


def purge(place: Place) -> None:
    """Remove the volume."""
    subprocess.run(
        ["docker", "volume", "rm", "--force", f"{_project(place)}_{place.kind}"],
        capture_output=True, check=False, env=dict(place.settings),
    )  # fmt: skip


def kill(place: Place, port: int) -> None:
    """SIGKILL."""
    _compose(place, port, ["kill", "--signal", "SIGKILL", place.kind])


def _compose(place: Place, port: int, arguments: Sequence[str]) -> str:
    variables = {
        **place.settings,
        f"FIEL_SERVICES_{place.kind.upper()}_PORT": str(port),
        f"FIEL_SERVICES_{place.kind.upper()}_NEXT_PORT": str(port + 3),
    }
    command = [*_command(place), "--project-name", _project(place), "--file", str(_COMPOSE), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=variables)
    if done.returncode:
        raise Failed(f"{place.kind}: docker compose {arguments[0]} failed: {done.stderr.strip()[-800:]}")
    return done.stdout


def _command(place: Place) -> list[str]:
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]):
            asked = subprocess.run(
                [*command, "version"], capture_output=True, check=False, env=dict(place.settings)
            )
            if asked.returncode == 0:
                return command
    return []


def _project(place: Place) -> str:
    """One project for each home, so that two homes do not share containers."""
    name = "".join(sign if sign.isalnum() else "-" for sign in place.home.name.lower())
    return name.strip("-") or "fiel-services"
