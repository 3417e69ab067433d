"""Exit codes of the command line. Stable: scripts depend on them.

0 done   1 unexpected   2 usage or invalid input   3 refused   4 not found
5 conflict   6 unavailable   7 corrupt   130 interrupted
"""

from __future__ import annotations

from enum import IntEnum

from fiel.kernel.errors import Conflict, Corrupt, FielError, InvalidInputs, NotFound, Refused, Unavailable


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    UNEXPECTED = 1
    INVALID = 2
    REFUSED = 3
    NOT_FOUND = 4
    CONFLICT = 5
    UNAVAILABLE = 6
    CORRUPT = 7
    INTERRUPTED = 130


def exit_of(error: FielError) -> Exit:
    """The exit code of an error; several problems at once are a refusal only when all of them are."""
    if isinstance(error, InvalidInputs):
        all_refused = error.problems and all(isinstance(problem, Refused) for problem in error.problems)
        return Exit.REFUSED if all_refused else Exit.INVALID
    match error:
        case Refused():
            return Exit.REFUSED
        case NotFound():
            return Exit.NOT_FOUND
        case Conflict():
            return Exit.CONFLICT
        case Unavailable():
            return Exit.UNAVAILABLE
        case Corrupt():
            return Exit.CORRUPT
        case _:
            return Exit.INVALID
