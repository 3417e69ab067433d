"""Others' words where they must not drive anything: a log, a subject, a message."""

from __future__ import annotations


def spaced(text: str) -> str:
    """As long as before, with a blank for what ends lines, hides, reorders or drives a terminal.

    >>> spaced("a\\nb\\x1b[31m")
    'a b [31m'
    """
    return "".join(mark if mark.isprintable() else " " for mark in text)


def one_line(text: str, most: int) -> str:
    """The words with one blank between them, cut to `most` characters, the last an ellipsis where it is cut.

    >>> one_line("PETR4:  no\\nprice", 30), one_line("PETR4: no price", 9)
    ('PETR4: no price', 'PETR4: n…')
    """
    # More than this is not looked at: it may be of any length.
    line = " ".join(spaced(text[: 4 * most]).split())
    return line if len(line) <= most else line[: most - 1] + "…"
