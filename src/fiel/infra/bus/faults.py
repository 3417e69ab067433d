"""What a bus reports beyond the error tree's own kinds: a place that is gone, messages that did not go."""

from __future__ import annotations

from collections.abc import Mapping

from fiel.kernel.errors import Corrupt, Unavailable


class OffsetOutOfRange(Corrupt):
    """The place to read from is not in the log: events are missing, and skipping would hide it.

    Either the log was made anew (`wanted` is past its end) or its retention has passed the consumer
    (`wanted` is before its beginning). Stop and alert: an operator finds what is missing, then sets the
    place by hand (`offsets.rewind`).
    """

    def __init__(self, topic: str, partition: int, wanted: int, low: int, high: int) -> None:
        self.topic, self.partition = topic, partition
        self.wanted, self.low, self.high = wanted, low, high
        why = "retention has removed what comes next" if wanted < low else "the log is shorter: made anew?"
        super().__init__(
            "offset_out_of_range",
            f"{topic}/{partition} is to be read from {wanted} and has {low} to {high}: {why}; "
            "find the missing events, then set the offset by hand",
            field="next_offset",
            details={
                "topic": topic,
                "partition": str(partition),
                "wanted": str(wanted),
                "low": str(low),
                "high": str(high),
            },
        )


class TopicReplaced(Corrupt):
    """A topic of that name exists, but it is not the one whose offsets are stored: it was made anew."""

    def __init__(self, topic: str, stored: str, found: str) -> None:
        super().__init__(
            "topic_replaced",
            f"{topic} was made anew since it was last read: the stored offsets are of another log; "
            "find the missing events, then set the offsets by hand",
            field="topic",
            details={"topic": topic, "stored": stored, "found": found},
        )


class NotPublished(Unavailable):
    """Some messages of a call were not acknowledged; `failures` says why, by their position.

    A message in it may be in the log all the same (its acknowledgement was lost). What is not in it
    was acknowledged. After a failure no later message of its key was sent, as far as that is known.
    """

    def __init__(self, failures: Mapping[int, str], total: int) -> None:
        self.failures = dict(sorted(failures.items()))
        first = next(iter(self.failures.items()), (0, "no reason given"))
        super().__init__(
            "not_published",
            f"{len(self.failures)} of {total} messages were not acknowledged; "
            f"the first (position {first[0]}): {first[1]}",
            details={"failed": str(len(self.failures)), "total": str(total)},
        )
