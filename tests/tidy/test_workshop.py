"""The workshop: make lists its targets, CI runs what people run, and uv is found or brought."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.tidy.rules.sources import repository

ROOT = repository()
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="make and sh are needed")


def _phony() -> list[str]:
    match = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert match
    return match.group(1).split()


def test_make_help_lists_every_target() -> None:
    """A target without its line of help cannot be found by a newcomer, so there is none."""
    listed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert sorted(line.split()[1] for line in listed.splitlines()) == sorted(_phony())


def test_every_target_of_the_makefile_is_phony() -> None:
    """A file that happens to be called `test` or `docs` must not stop the target."""
    assert sorted(re.findall(r"^([a-z][a-z-]*):(?!=)", MAKEFILE, re.MULTILINE)) == sorted(_phony())


def test_ci_runs_make_test() -> None:
    """Continuous integration runs what people run, nothing else, and with every real service."""
    script = ROOT / ".ci/run"
    assert "export FIEL_REQUIRE_SERVICES=1\n" in script.read_text(encoding="utf-8")
    assert script.read_text(encoding="utf-8").rstrip().endswith("exec make test")
    assert os.access(script, os.X_OK)


def _script(path: Path, body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def _bootstrap(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of scripts/bootstrap with a PATH of `tree`/bin and the system's basic tools only."""
    (tree / "scripts").mkdir(exist_ok=True)
    shutil.copy(ROOT / "scripts/bootstrap", tree / "scripts/bootstrap")
    basic = tree / "basic"
    basic.mkdir(exist_ok=True)
    for name in ("sh", "rm", "mkdir", "dirname", "chmod", "cp", "cat"):
        found = shutil.which(name)
        if found and not (basic / name).exists():
            (basic / name).symlink_to(found)
    return subprocess.run(
        ["sh", str(tree / "scripts/bootstrap"), *arguments],
        env={"PATH": f"{tree / 'bin'}:{basic}", "HOME": str(tree / "home")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("version", ["0.9.0", "0.13.8", "1.0.0"])
def test_a_new_enough_uv_on_the_path_is_used(tmp_path: Path, version: str) -> None:
    """A uv of 0.9 or later is used as it is, and gets the arguments."""
    _script(tmp_path / "bin/uv", f'[ "$1" = --version ] && echo "uv {version}" || echo "ran $*"')

    assert _bootstrap(tmp_path).stdout == f"{tmp_path}/bin/uv\n"
    assert _bootstrap(tmp_path, "sync", "--locked").stdout == "ran sync --locked\n"
    assert not (tmp_path / ".tools").exists()


#: A python3 that has neither the venv module nor pip.
NOTHING = "echo no module >&2; exit 1"
UV = 'printf "#!/bin/sh\\necho uv 0.13.8\\n"'
PIP_ONLY = f"""
case "$*" in
*"-m pip install"*--target*) mkdir -p "$6/bin"; {UV} >"$6/bin/uv"; chmod +x "$6/bin/uv" ;;
*) echo "ensurepip is not available" >&2; exit 1 ;;
esac"""
VENV = f"""
case "$*" in
"-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
"-m pip install"*) here=$(dirname "$0"); {UV} >"$here/uv"; chmod +x "$here/uv" ;;
esac"""


@pytest.mark.parametrize(
    ("python", "place"), [(VENV, "venv"), (PIP_ONLY, "pip")], ids=["with venv", "with pip only"]
)
@pytest.mark.parametrize(
    "on_path", [None, "echo uv 0.4.30", "exit 127"], ids=["no uv", "old uv", "broken uv"]
)
def test_without_a_usable_uv_one_is_brought_into_the_repository(
    tmp_path: Path, python: str, place: str, on_path: str | None
) -> None:
    """uv is installed under .tools/ with what this python3 has, once."""
    _script(tmp_path / "bin/python3", python)
    if on_path:
        _script(tmp_path / "bin/uv", on_path)

    first, second = _bootstrap(tmp_path), _bootstrap(tmp_path)

    assert first.stdout == f"{tmp_path}/.tools/{place}/bin/uv\n"
    assert first.stderr == "bringing uv into .tools/ (once)\n"
    assert (second.stdout, second.stderr) == (first.stdout, "")


@pytest.mark.parametrize(
    ("python", "wanted"), [(NOTHING, "needs the venv module or pip"), (None, "python3 not found")]
)
def test_when_uv_cannot_be_brought_one_line_says_why(tmp_path: Path, python: str | None, wanted: str) -> None:
    """No traceback and no half-way state: one line on standard error and a failing status."""
    if python:
        _script(tmp_path / "bin/python3", python)

    result = _bootstrap(tmp_path)

    assert result.returncode == 1
    assert result.stdout == ""
    said = [line for line in result.stderr.splitlines() if line.startswith("bootstrap: ")]
    assert len(said) == 1
    assert wanted in said[0]
