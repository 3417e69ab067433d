"""Public sample files, when they are at hand: each is booked once, and the book adds up."""

from __future__ import annotations

import json

import pytest

from fiel.copilot.importing.reading import read_file
from fiel.kernel.errors import FielError
from tests.copilot.importing.shared_samples import samples
from tests.support.booked_wallets import BookedWallet

ROOT = samples()
#: Of the public note that is protected.
PRINTED = "123"
FILES = (
    []
    if ROOT is None
    else sorted(
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*")
        if path.is_file() and path.name not in ("README.md", "expected.json")
    )
)


@pytest.mark.skipif(not FILES, reason="the public sample files are not here")
@pytest.mark.parametrize("path", FILES)
def test_a_sample_is_booked_once(eva: BookedWallet, path: str) -> None:
    """Accepted into an empty book, and again: nothing is new; every row to book is in one list."""
    assert ROOT is not None
    expected = json.loads((ROOT / "expected.json").read_text(encoding="utf-8"))["files"].get(path, {})
    try:
        read = read_file(path, (ROOT / path).read_bytes(), password=expected.get("password") or PRINTED)
    except FielError as reason:
        pytest.skip(f"not read: {reason.code}")
    done = eva.accept(read, short=True)
    (checked,) = done.prepared.files
    assert len(checked.planned) + len(checked.waiting) == len(read.booked)
    assert eva.new(read, short=True) == 0
    eva.adds_up()


@pytest.mark.skipif(not FILES, reason="the public sample files are not here")
def test_all_samples_together_are_booked_once(eva: BookedWallet) -> None:
    """One command with all of them, and again."""
    assert ROOT is not None
    read = []
    for path in FILES:
        try:
            read.append(read_file(path, (ROOT / path).read_bytes(), password=PRINTED))
        except FielError:
            continue
    assert eva.new(*read, short=True) > 0
    assert eva.new(*read, short=True) == 0
    eva.adds_up()
