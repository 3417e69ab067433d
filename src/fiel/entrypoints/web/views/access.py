"""What the page of access shows: who may come in, by which keys, who is in, and who did what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fiel.infra.access.desk import Access
from fiel.infra.access.principals import Principal, Scope, widest
from fiel.infra.access.records import Deed, Key, Owner, Session
from fiel.kernel.errors import InvalidInput

#: Rows of the log on one page, and of keys and sessions at most.
DEEDS, ROWS_MAX = 50, 200
#: How long a new key opens: days; 0 until it is revoked.
SPANS_DAYS = (30, 90, 365, 0)


@dataclass(frozen=True, slots=True)
class Rights:
    """The widest scope (read, trade, admin), and the wallets by name; `None` is all of them."""

    scope: str
    wallets: tuple[str, ...] | None

    @classmethod
    def of(cls, one: Owner | Key) -> Rights:
        """Of somebody who may come in."""
        return cls(widest(one.scopes).value, None if one.wallets is None else tuple(sorted(one.wallets)))


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """A person with a password."""

    name: str
    rights: Rights
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key without its secret. `state`: open, over, revoked."""

    id: str
    name: str
    rights: Rights
    state: str
    made_by: str
    made_at: datetime
    ends_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccessView:
    """The page. `older`: the number before which the log goes on, `None` at its end.

    `by_machine`: nobody has to say who he is, whoever uses this machine is let in.
    """

    owners: tuple[OwnerRow, ...]
    keys: tuple[KeyRow, ...]
    sessions: tuple[Session, ...]
    deeds: tuple[Deed, ...]
    older: int | None
    by_machine: bool

    @property
    def open_keys(self) -> int:
        """Keys that let somebody in."""
        return sum(each.state == "open" for each in self.keys)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key as it is asked for. `wallets` `None`: all."""

    name: str
    scope: Scope
    wallets: frozenset[str] | None
    ends_at: datetime | None


def access_view(access: Access, principal: Principal, now: datetime, before: int | None = None) -> AccessView:
    """Everything of access, keys that are open first and then the newest; the log from a number downwards."""
    deeds = access.deeds(limit=DEEDS + 1, before=before)
    keys = sorted(access.keys(), key=lambda key: (key.open_at(now), key.made_at), reverse=True)
    in_use = [each for each in access.sessions() if each.open_at(now, access.policy.idle)]
    return AccessView(
        tuple(OwnerRow(each.name, Rights.of(each), each.changed_at) for each in access.owners()),
        tuple(_key(each, now) for each in keys[:ROWS_MAX]),
        tuple(in_use[:ROWS_MAX]),
        tuple(deeds[:DEEDS]),
        deeds[DEEDS - 1].id if len(deeds) > DEEDS else None,
        principal.via == "loopback",
    )


def wanted_key(name: str, scope: str, wallets: Sequence[str], days: str, now: datetime) -> Wanted:
    """The boxes of the form read. Raises `InvalidInput`: scope_unknown, span_unknown."""
    if scope not in set(Scope):
        raise InvalidInput("scope_unknown", "the scopes are read, trade and admin", field="alcance")
    if days not in {str(each) for each in SPANS_DAYS}:
        raise InvalidInput("span_unknown", "choose one of the spans", field="prazo")
    named = frozenset(each for each in wallets if each)
    ends_at = now + timedelta(days=int(days)) if int(days) else None
    return Wanted(name, Scope(scope), named or None, ends_at)


def _key(key: Key, now: datetime) -> KeyRow:
    state = "revoked" if key.revoked_at is not None else "open" if key.open_at(now) else "over"
    return KeyRow(key.id, key.name, Rights.of(key), state, key.made_by, key.made_at, key.ends_at, key.used_at)
