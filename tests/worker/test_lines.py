"""The log: one line per event, as text or JSON, whatever is in it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from fiel.entrypoints.worker.lines import LogFormat, log_to


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """The log of the tests themselves comes back."""
    root, ours = logging.getLogger(), logging.getLogger("fiel")
    before = (root.handlers[:], root.level, ours.level)
    yield
    root.handlers[:], level, own = before
    root.setLevel(level)
    ours.setLevel(own)


def test_text_is_one_line_with_its_instant() -> None:
    """A line break in a message does not make a second line; colours of a terminal do not come through."""
    stream = io.StringIO()
    log_to(stream)
    logging.getLogger("fiel.worker").info("reading %s", "a\nb\x1b[31m")
    (line,) = stream.getvalue().splitlines()
    assert line.endswith("INFO fiel.worker: reading a b [31m")
    assert line[10] == "T"
    assert line[:30].count("+00:00") == 1


def test_json_can_be_read_by_machines() -> None:
    """Every line is a JSON object, with the kind and place of an exception in its message."""
    stream = io.StringIO()
    log_to(stream, LogFormat.JSON)
    try:
        raise ValueError("odd\nthing")
    except ValueError:
        logging.getLogger("fiel.worker").exception("sealer failed")
    (line,) = stream.getvalue().splitlines()
    read = json.loads(line)
    assert (read["level"], read["logger"]) == ("ERROR", "fiel.worker")
    assert read["message"].startswith("sealer failed: ValueError: odd\nthing (")
    assert "test_lines.py:" in read["message"]


def test_libraries_are_quiet() -> None:
    """Of other programs' messages only warnings are ours to hear."""
    stream = io.StringIO()
    log_to(stream)
    logging.getLogger("somebody.else").info("chatter")
    logging.getLogger("somebody.else").warning("news")
    assert [line.rpartition(": ")[2] for line in stream.getvalue().splitlines()] == ["news"]
