"""Editing a text until it is sound: nothing that a person wrote is ever lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from fiel.copilot.files.portfolio_file import BYTES_MAX
from fiel.copilot.files.source import read_text
from fiel.kernel.errors import InvalidInput

#: Opens a file for a person and returns when they are done. Raises when it cannot.
Editor: TypeAlias = Callable[[Path], None]
#: Raises `InvalidInput` for a text with problems.
Check: TypeAlias = Callable[[str], None]
#: Shows the problems and asks whether to edit again.
Again: TypeAlias = Callable[[InvalidInput], bool]
ROUNDS_MAX = 100


@dataclass(frozen=True, slots=True)
class Edited:
    """`text` as it was left; `changed` against what it began with. `problem`: not sound, and given up."""

    text: str
    changed: bool
    problem: InvalidInput | None


def edit_until_sound(file: Path, text: str, editor: Editor, check: Check, again: Again) -> Edited:
    """Let a person edit `text` in `file`, as often as they want, until `check` has nothing to say.

    The file keeps what they wrote, whatever happens. Raises what the editor raises.
    """
    file.write_text(text, encoding="utf-8", newline="\n")
    found, problem = text, None
    for _ in range(ROUNDS_MAX):
        editor(file)
        try:
            found = read_text(file, bytes_max=BYTES_MAX)
            check(found)
        except InvalidInput as error:
            problem = error
            if again(error):
                continue
            return Edited(found, found != text, problem)
        return Edited(found, found != text, None)
    return Edited(found, found != text, problem)
