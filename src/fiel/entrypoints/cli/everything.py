"""The whole program with all its commands, for those who need it at once: documentation and tests."""

from __future__ import annotations

from fiel.entrypoints.cli import program

app = program()
