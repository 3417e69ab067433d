"""The log: one line per event, as text or JSON, whatever is in it."""

from __future__ import annotations

import io
import json
import logging
from contextlib import AbstractContextManager

import pytest

from fiel.entrypoints.worker.lines import LogFormat, errors_alone, log_to, unheard


def test_text_is_one_line_with_its_instant() -> None:
    """A line break in a message does not make a second line; colours of a terminal do not come through."""
    stream = io.StringIO()
    with log_to(stream):
        logging.getLogger("fiel.worker").info("reading %s", "a\nb\x1b[31m")
    (line,) = stream.getvalue().splitlines()
    assert line.endswith("INFO fiel.worker: reading a b [31m")
    assert line[10] == "T"
    assert line[:30].count("+00:00") == 1


def test_json_can_be_read_by_machines() -> None:
    """Every line is a JSON object, with the kind and place of an exception in its message."""
    stream = io.StringIO()
    with log_to(stream, LogFormat.JSON):
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
    with log_to(stream):
        logging.getLogger("somebody.else").info("chatter")
        logging.getLogger("somebody.else").warning("news")
    assert [line.rpartition(": ")[2] for line in stream.getvalue().splitlines()] == ["news"]


def _settings_of_the_log() -> tuple[object, ...]:
    names = (None, "fiel", "some.library")
    loggers = [logging.getLogger(name) for name in names]
    return tuple((each.handlers[:], each.level) for each in loggers)


@pytest.mark.parametrize("inside", [log_to(io.StringIO()), errors_alone(), unheard("some.library")])
def test_the_log_is_afterwards_as_it_was(inside: AbstractContextManager[None]) -> None:
    """Also after a fault: no handler stays behind to write on a stream that somebody closed meanwhile."""
    before = _settings_of_the_log()
    within: list[tuple[object, ...]] = []

    def work() -> None:
        with inside:
            within.append(_settings_of_the_log())
            raise ValueError("stops")

    with pytest.raises(ValueError, match="stops"):
        work()
    assert within != [before]
    assert _settings_of_the_log() == before
