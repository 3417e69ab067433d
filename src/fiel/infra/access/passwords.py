"""Passwords of people: argon2id, slow to guess, and a few rules that keep out the worst."""

from __future__ import annotations

import threading
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fiel.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LENGTH_MIN, LENGTH_MAX = 12, 256
_DISTINCT_MIN = 5
#: Each takes 64 MiB while it is computed: strangers must not be able to ask for forty at once.
_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Passwords:
    """Hashes passwords and checks them. The figures are the second choice of RFC 9106 (64 MiB, 3 passes)."""

    time_cost: int = 3
    memory_kib: int = 64 * 1024
    parallelism: int = 4
    _turns: threading.Semaphore = field(
        default_factory=lambda: threading.Semaphore(_AT_ONCE), init=False, repr=False, compare=False
    )

    def hashed(self, password: str) -> str:
        """What is kept. Raises `InvalidInput` (password_weak, password_too_long)."""
        with self._turns:
            return self._hasher().hash(checked_password(password))

    def matches(self, hashed: str, password: str) -> bool:
        """Whether it is the password. As slow with nothing to compare with (`hashed` empty)."""
        from argon2.exceptions import InvalidHashError, VerificationError

        given = unicodedata.normalize("NFKC", password[: LENGTH_MAX + 1])
        with self._turns:
            if not hashed:
                self._hasher().hash(given)
                return False
            try:
                return self._hasher().verify(hashed, given)
            except (VerificationError, InvalidHashError):
                return False

    def outdated(self, hashed: str) -> bool:
        """Whether it was made with other figures than today's, and should be made anew."""
        return self._hasher().check_needs_rehash(hashed)

    def _hasher(self) -> PasswordHasher:
        from argon2 import PasswordHasher

        return PasswordHasher(self.time_cost, self.memory_kib, self.parallelism)


def checked_password(password: str) -> str:
    """The password in its one spelling (NFKC). Raises `InvalidInput` without repeating it."""
    spelled = unicodedata.normalize("NFKC", password)
    if len(spelled) > LENGTH_MAX:
        raise InvalidInput(
            "password_too_long", f"a password has at most {LENGTH_MAX} characters", field="password"
        )
    if len(spelled) < LENGTH_MIN or len(set(spelled.casefold())) < _DISTINCT_MIN:
        raise InvalidInput(
            "password_weak",
            f"a password has at least {LENGTH_MIN} characters, {_DISTINCT_MIN} of them different; "
            "four words are easy to keep",
            field="password",
        )
    return spelled
