"""`make audit`: a check that could not be made is told in one line, and is no finding."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "audit.py"
CLEAN = {"dependencies": [{"name": "a", "version": "1", "vulns": []}]}
PASSED_OVER = {"dependencies": [*CLEAN["dependencies"], {"name": "b", "skip_reason": "b is not on PyPI"}]}
FAULT = {"id": "PYSEC-1", "fix_versions": ["1.1"]}
FAULTY = {"dependencies": [{"name": "a", "version": "1", "vulns": [FAULT, {"id": "PYSEC-2"}]}]}
AWAY = "WARNING: retrying\nERROR: HTTPSConnectionPool(host='pypi.org'): Name or service not known\n"


def _audit(folder: Path, answer: str, complaint: str = "", status: int = 0) -> tuple[int, str, str]:
    """The script, with a uv that lists one package and says this for pip-audit."""
    (folder / "answer").write_text(answer)
    (folder / "complaint").write_text(complaint)
    uv = folder / "uv"
    uv.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = export ]; then echo "a==1"; exit 0; fi\n'
        'grep -q "a==1" || exit 9\n'
        f"cat {folder}/answer; cat {folder}/complaint >&2; exit {status}\n"
    )
    uv.chmod(0o700)
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--uv", f"sh {uv}"], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_what_is_clean_is_told_with_how_many_were_asked_about(tmp_path: Path) -> None:
    """Nothing else is said."""
    told = "audit: 1 packages asked about, 0 known faults\n"
    assert _audit(tmp_path, json.dumps(CLEAN)) == (0, told, "")


def test_a_package_that_was_passed_over_is_not_clean(tmp_path: Path) -> None:
    """A registry that does not know the packages is no good news, though pip-audit ends with 0."""
    status, told, said = _audit(tmp_path, json.dumps(PASSED_OVER))
    assert (status, told) == (2, "audit: 1 packages asked about, 0 known faults\n")
    assert said == ("audit: not whole, 1 packages could not be asked about, the first: b is not on PyPI\n")


def test_each_known_fault_is_a_line_with_the_version_that_mends_it(tmp_path: Path) -> None:
    """Exit code 1, as whoever reads only that expects."""
    status, told, _ = _audit(tmp_path, json.dumps(FAULTY), status=1)
    assert status == 1
    assert told.splitlines() == [
        "a 1: PYSEC-1, mended in 1.1",
        "a 1: PYSEC-2, mended in no version yet",
        "audit: 1 packages asked about, 2 known faults",
    ]


@pytest.mark.parametrize(("answer", "complaint"), [("", AWAY), ("", ""), ("not JSON", AWAY), ("[]", "")])
def test_a_network_that_does_not_answer_is_one_line(tmp_path: Path, answer: str, complaint: str) -> None:
    """Exit code 2 and why: neither a traceback nor a clean bill."""
    status, told, said = _audit(tmp_path, answer, complaint, status=1)
    assert (status, told) == (2, "")
    (line,) = said.splitlines()
    assert line.startswith("audit: not done, nothing was checked: the network did not answer (")
    assert ("pypi.org" in line) is bool(complaint)


def test_without_uv_it_says_so(tmp_path: Path) -> None:
    """The program that is missing is named."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--uv", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "the dependencies cannot be listed" in done.stderr
    assert len(done.stderr.splitlines()) == 1
