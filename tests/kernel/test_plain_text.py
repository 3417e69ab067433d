"""Others' words drive nothing."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.plain_text import one_line, spaced

#: Control, format (reordering too), surrogate, private, unassigned, line and paragraph.
HIDING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(st.text(st.characters()), st.integers(1, 40))
def test_a_line_is_one_line_of_signs_that_are_seen(text: str, most: int) -> None:
    """Nothing in it begins a new one, or hides or reorders what follows; it is no longer than allowed."""
    line = one_line(text, most)
    assert len(line) <= most
    assert not {unicodedata.category(each) for each in line} & HIDING
    assert line == " ".join(line.split())
    assert len(spaced(text)) == len(text)


def test_a_cut_is_seen() -> None:
    """So nobody takes a part for the whole."""
    assert one_line("x" * 10, 10) == "x" * 10
    assert one_line("x" * 11, 10) == "x" * 9 + "…"
