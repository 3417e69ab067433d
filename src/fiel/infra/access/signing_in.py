"""Signing in: the brake first, then the password, then a fresh session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fiel.infra.access import store
from fiel.infra.access.passwords import Passwords
from fiel.infra.access.policy import AccessPolicy, Brake, address_group
from fiel.infra.access.records import Owner, Session
from fiel.infra.access.tokens import digest, new_token
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Refused

AGENT_LENGTH_MAX = 120
NAME_LENGTH_MAX = 100


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has just begun; `token` is for the cookie, and is shown this once."""

    token: str
    session: Session


@dataclass(frozen=True, slots=True)
class SigningIn:
    """The desk of passwords.

    A failure is counted before the password is tried and taken back when it was right: many tries at once
    are no way around the brake.
    """

    database: Database
    clock: Clock
    policy: AccessPolicy
    passwords: Passwords

    def sign_in(self, name: str, password: str, address: str, agent: str, old: str | None) -> SignedIn:
        """A fresh session; `old`, the token that the browser came with, ends.

        Raises `Refused`: too_many_attempts (`details["seconds"]` to wait), credentials_wrong, which does
        not tell whether it was the name or the password.
        """
        now = self.clock.now()
        shown = name[:NAME_LENGTH_MAX]
        subjects = {f"name:{digest(shown)[:32]}": self.policy.by_name}
        subjects[f"address:{address_group(address)}"] = self.policy.by_address
        self.database.transact(lambda unit: self._count(unit, subjects, now))
        with self.database.reading() as connection:
            found = store.owner(connection, shown)
        if not self.passwords.matches(found[1] if found else "", password) or found is None:
            raise Refused("credentials_wrong", "the name or the password is wrong")
        owner, hashed = found
        fresh = self.passwords.hashed(password) if self.passwords.outdated(hashed) else None
        signed = SignedIn(new_token(), self._session(owner, address, agent, now))
        self.database.transact(lambda unit: self._begin(unit, signed, subjects, fresh, old))
        return signed

    def _count(self, unit: UnitOfWork, subjects: dict[str, Brake], now: datetime) -> None:
        connection = unit.connection
        known = store.held_failures(connection, subjects, now)
        counts: dict[str, int] = {}
        longest = timedelta(0)
        for subject, brake in subjects.items():
            failed, last = known[subject]
            counted = brake.counted(failed, last, now)
            counts[subject] = counted + 1
            longest = max(longest, last + brake.wait(counted) - now)
        if longest > timedelta(0):
            seconds = int(-(-longest.total_seconds() // 1))
            raise Refused(
                "too_many_attempts",
                f"too many wrong passwords; try again in {seconds} s",
                details={"seconds": str(seconds)},
            )
        for subject, count in counts.items():
            store.put_failures(connection, subject, count, now)

    def _begin(
        self,
        unit: UnitOfWork,
        signed: SignedIn,
        subjects: dict[str, Brake],
        fresh: str | None,
        old: str | None,
    ) -> None:
        connection = unit.connection
        session = signed.session
        for subject in sorted(subjects):
            store.forget_failures(connection, subject=subject)
        store.forget_failures(
            connection, before=session.begun_at - max(brake.memory for brake in subjects.values())
        )
        if old is not None:
            store.end_session(connection, digest(old))
        if fresh is not None:
            store.put_password(connection, session.owner, fresh)
        store.put_session(connection, digest(signed.token), session)
        policy = self.policy
        now = session.begun_at
        seen_before = now - policy.idle
        store.sweep_sessions(
            connection, session.owner, seen_before=seen_before, now=now, keep=policy.sessions_max
        )

    def _session(self, owner: Owner, address: str, agent: str, now: datetime) -> Session:
        shown = "".join(each for each in agent if each.isprintable())[:AGENT_LENGTH_MAX]
        place = address_group(address)
        return Session("", owner.name, place, shown, now, now, now + self.policy.absolute)
