"""Texts kept in files: compared as they are, rewritten when SNAPSHOT_UPDATE=1 is in the environment."""

from __future__ import annotations

import os
from pathlib import Path


def assert_snapshot(text: str, kept: Path) -> None:
    """Fail unless `text` is what `kept` holds; with SNAPSHOT_UPDATE=1 write it there instead."""
    if os.environ.get("SNAPSHOT_UPDATE") == "1":
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(text, encoding="utf-8", newline="\n")
    expected = kept.read_text(encoding="utf-8") if kept.exists() else ""
    assert expected == text, f"{kept.name} changed; look at it, then run again with SNAPSHOT_UPDATE=1"
