"""Starting the program costs what it must: no compiler, arrays or web framework before they are needed."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("heavy", ["numba", "numpy", "fastapi", "babel", "sqlalchemy", "pdfplumber"])
def test_the_command_line_starts_without(heavy: str) -> None:
    """Every command imports all commands; what only one of them needs, it imports itself."""
    asked = f"import sys, fiel.entrypoints.cli; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
