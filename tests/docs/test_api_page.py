"""The page of the API runs: its curl and Python blocks are asked of a served book, and answer as it shows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.api_wallet import ApiWallet, api_wallet
from tests.tidy.rules.sources import repository

PAGE = repository() / "docs/how-to/use-the-api.md"
_BLOCK = re.compile(r"^```(bash|json|py)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HERE = "http://127.0.0.1:8000"


def _shows(promised: Any, printed: Any) -> bool:
    """Whether an answer has what the page shows of it; the page leaves members out, never changes them."""
    if isinstance(promised, dict):
        return isinstance(printed, dict) and all(
            name in printed and _shows(value, printed[name]) for name, value in promised.items()
        )
    if isinstance(promised, list):
        return (
            isinstance(printed, list)
            and len(promised) == len(printed)
            and all(_shows(*each) for each in zip(promised, printed, strict=True))
        )
    return bool(promised == printed)


def _run(script: str, folder: Path, url: str) -> str:
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "FIEL": f"{url}/api/v1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout


def _last(printed: str) -> Any:
    """The last JSON document of several that follow one another."""
    decoder, place, found = json.JSONDecoder(), 0, None
    while place < len(printed):
        found, place = decoder.raw_decode(printed, place)
        while place < len(printed) and printed[place].isspace():
            place += 1
    return found


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page asks with curl")
def test_every_block_of_the_page_does_what_the_page_shows(tmp_path: Path) -> None:
    """In order, in one book; each answer holds what stands under the block."""
    with api_wallet(tmp_path) as api:
        shells: list[str] = []
        printed = ""
        for kind, block in _BLOCK.findall(PAGE.read_text("utf-8")):
            if kind == "bash":
                # Variables of a block hold for the next ones: what was set is said again.
                printed = _run("\n".join([*shells, block]), tmp_path, api.url)
                shells += _assignments(block, api)
            elif kind == "json":
                assert _shows(json.loads(block), _last(printed)), f"{block}\n--- answered:\n{printed}"
            else:
                done = subprocess.run(
                    [sys.executable, "-c", block.replace(_HERE, api.url)],
                    capture_output=True,
                    encoding="utf-8",
                    timeout=120,
                    check=False,
                )
                assert done.returncode == 0, done.stderr
                assert "PETR4 100" in done.stdout


def _assignments(block: str, api: ApiWallet) -> list[str]:
    """The id of the import that a block made, for those after it."""
    if "IMPORT=$(" not in block:
        return []
    (latest,) = api.get("/portfolios/ana/imports", limit=1)["imports"]
    return [f"IMPORT={latest['id']}"]


def test_an_answer_that_lacks_what_the_page_shows_is_found() -> None:
    """Members may be left out of the page, and what stands there counts."""
    assert _shows({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 2}], "d": 3})
    assert not _shows({"a": [{"b": 1}]}, {"a": [{"b": 2}]})
    assert not _shows({"a": [1]}, {"a": [1, 2]})
