"""The error tree. Every error that Fiel raises on purpose is one of these.

    FielError                  code, message, field (place in the input), details
    ├── Rejected               the request breaks a rule: change the input, trying again will not help
    │   ├── InvalidInput       a value is malformed, missing or out of range
    │   └── Refused            well-formed, but no honest answer exists (stale price, money not there...)
    ├── NotFound               the thing named does not exist
    ├── Conflict               it exists in another version or with another body
    ├── Unavailable            something outside is down or slow: trying again may help
    └── Corrupt                what was stored contradicts itself: stop and look

HTTP status and exit codes are mapped in the entrypoints, nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class FielError(Exception):
    """Base of all errors raised on purpose.

    `code` is stable and machine-readable (`price_missing`), `message` is English prose that says
    what to do, `field` is the place in the input (`assets.PETR4.price`) or `None`, `details` are
    the numbers behind the message, as strings.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        field: str | None = None,
        details: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.details: dict[str, str] = dict(details or {})

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


class Rejected(FielError):
    """The request breaks a rule; change the input."""


class InvalidInput(Rejected):
    """A value is malformed, missing or out of range."""


class InvalidInputs(InvalidInput):
    """Several problems of one document at once; `problems` holds each, refusals too, in document order."""

    def __init__(self, problems: Sequence[Rejected], *, subject: str) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(
            "invalid_document",
            f"{subject} has {count} problem{'s' if count != 1 else ''}",
            field=self.problems[0].field if self.problems else None,
        )


class Refused(Rejected):
    """Well-formed, but no honest answer exists: a stale price, money that is not there."""


class NotFound(FielError):
    """The thing named does not exist."""


class Conflict(FielError):
    """The thing exists in another version, or with another body."""


class Unavailable(FielError):
    """Something outside is down or slow; trying again may help."""


class Corrupt(FielError):
    """What was stored contradicts itself; stop and look."""
