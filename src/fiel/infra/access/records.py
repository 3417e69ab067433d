"""What is known of owners, sessions, keys and deeds: plain values, no secret among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fiel.infra.access.principals import Principal, Scope


@dataclass(frozen=True, slots=True)
class Owner:
    """A person with a password."""

    name: str
    scopes: frozenset[Scope]
    wallets: frozenset[str] | None
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in. `id` is the beginning of the token's digest: it names the session, and opens nothing."""

    id: str
    owner: str
    address: str
    agent: str
    begun_at: datetime
    seen_at: datetime
    ends_at: datetime

    def open_at(self, now: datetime, idle: timedelta) -> bool:
        """Whether it lets anybody in: neither at its end nor unused for as long as `idle`."""
        return now < self.ends_at and now - self.seen_at < idle


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a program, without its secret."""

    id: str
    name: str
    scopes: frozenset[Scope]
    wallets: frozenset[str] | None
    made_by: str
    made_at: datetime
    ends_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None

    def open_at(self, now: datetime) -> bool:
        """Whether it lets anybody in."""
        return self.revoked_at is None and (self.ends_at is None or now < self.ends_at)

    @property
    def principal(self) -> Principal:
        """Who its bearer is."""
        return Principal(self.name, self.scopes, self.wallets, f"key:{self.id}")


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody asked to be changed. `status` is the HTTP status, `None` while it is answered.

    `request` joins the two rows of one request; `wallet` is `None` where no single one is meant.
    """

    at: datetime
    who: str
    via: str
    action: str
    request: str
    wallet: str | None = None
    status: int | None = None
    about: str = ""
    id: int = 0
