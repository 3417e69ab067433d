"""What goes wrong with a job queue, in the words of the error tree."""

from __future__ import annotations

from collections.abc import Mapping

from fiel.kernel.errors import NotFound, Unavailable


class NotEnqueued(Unavailable):
    """Some jobs were not acknowledged: they may be in the queue or not; enqueue them again under their ids.

    `failures` gives the reason by position in what was to be enqueued.
    """

    def __init__(self, failures: Mapping[int, str]) -> None:
        first = min(failures)
        super().__init__(
            "not_enqueued",
            f"{len(failures)} jobs were not acknowledged ({failures[first]}); enqueue them again",
        )
        self.failures = dict(failures)


def unknown_dead_letter(kind: str, job_id: str) -> NotFound:
    """The refusal for a dead letter that is not there."""
    return NotFound(
        "dead_letter_unknown",
        f"there is no dead letter {job_id} of kind {kind}; list them, it may have been replayed",
        field="job_id",
    )
