"""`fiel demo` as kept texts, and the picture drawn from it. SNAPSHOT_UPDATE=1 rewrites the texts."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from tests.support.command_line import CliRunner
from tests.support.snapshots import assert_snapshot

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.everything import app

KEPT = Path(__file__).parent / "snapshots"
REPOSITORY = Path(__file__).parents[2]
#: How many nodes the search looks at may change with the engine; the plan may not.
NODES = re.compile(r"\d[\d.,]* (nós? examinados?|nodes? examined)")


@pytest.mark.parametrize(("lang", "width"), [("pt", 80), ("en", 80), ("pt", 100)])
def test_the_demonstration_reads_like_this(lang: str, width: int) -> None:
    """The whole demonstration, to the character, in both languages and at two widths."""
    done = CliRunner().invoke(app, ["demo", "--lang", lang, "--width", str(width)])
    assert done.exit_code == 0
    assert max(len(line) for line in done.stdout.splitlines()) <= width
    assert_snapshot(NODES.sub(r"N \1", done.stdout), KEPT / f"demo.{lang}.{width}.txt")


def test_the_picture_is_drawn_the_same_twice_and_fetches_nothing() -> None:
    """The picture is deterministic, holds the plan, and has no address of a font or an image."""
    script = REPOSITORY / "scripts" / "make_pictures.py"
    spec = importlib.util.spec_from_file_location("make_pictures", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    first, second = module.picture(Words()), module.picture(Words())
    assert first == second
    assert "BOVA11" in first
    assert "url(http" not in first
    assert "@font-face" not in first
