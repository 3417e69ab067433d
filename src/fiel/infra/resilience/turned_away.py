"""What a piece says when it lets a call not through."""

from __future__ import annotations

from fiel.kernel.errors import Unavailable


class TurnedAway(Unavailable):
    """The call was not made. `code` is the reason (`breaker_open`, `probe_under_way`, `queue_full`,
    `queue_slow`, `paced_out`, `quota_empty`, `quota_unknown`); `again_in`: seconds until it may help to ask.
    """

    def __init__(self, code: str, message: str, *, again_in: float | None = None) -> None:
        super().__init__(code, message)
        self.again_in = again_in
