"""Files and functions stay small, and the ratchet of exceptions only goes down."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tidy.rules.sizes import Ratchet, read_ratchet, too_large
from tests.tidy.rules.sources import repository

NAME = "src/a.py"


def _function(lines: int) -> str:
    return "def long():\n" + "    x = 1\n" * (lines - 1)


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A repository with an empty source folder."""
    (tmp_path / "src").mkdir()
    return tmp_path


def test_the_repository_is_within_the_limits() -> None:
    """No file over 400 lines and no function over 60, apart from the ratchet's exact entries."""
    root = repository()
    findings = too_large(root, read_ratchet(root / "tests/tidy/ratchet.toml"))
    assert not findings, "\n".join(findings)


def test_a_file_of_400_lines_and_a_function_of_60_pass(room: Path) -> None:
    """The limits themselves are allowed."""
    (room / NAME).write_text(_function(60) + "\n" * 340, encoding="utf-8")
    assert too_large(room, Ratchet()) == []


def test_one_line_more_is_found(room: Path) -> None:
    """A file of 401 lines and a method of 61 are both found, by name."""
    method = "class A:\n" + "".join(f"    {line}\n" for line in _function(61).splitlines())
    (room / NAME).write_text(method + "\n" * (401 - 62), encoding="utf-8")

    assert too_large(room, Ratchet()) == [
        "src/a.py: 401 lines, the limit is 400; split it",
        "src/a.py::A.long: 61 lines, the limit is 60; split it",
    ]


@pytest.mark.parametrize(
    ("size", "excepted", "verdict"),
    [
        (450, 450, None),
        (451, 450, "grew from 450 to 451"),
        (449, 450, "write 449 into the ratchet"),
        (400, 450, "take it out of the ratchet"),
    ],
)
def test_the_ratchet_only_goes_down(room: Path, size: int, excepted: int, verdict: str | None) -> None:
    """An exception must be exact: larger, smaller or needless all fail."""
    (room / NAME).write_text("\n" * size, encoding="utf-8")

    findings = too_large(room, Ratchet(files={NAME: excepted}))

    assert len(findings) == (verdict is not None)
    assert all(verdict in finding for finding in findings if verdict)


def test_an_exception_for_a_function_that_is_gone_fails(room: Path) -> None:
    """The ratchet does not keep entries for what was deleted or renamed."""
    findings = too_large(room, Ratchet(functions={"src/a.py::gone": 80}))
    assert findings == ["src/a.py::gone: 0 lines, within the limit; take it out of the ratchet"]
