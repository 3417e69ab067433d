"""The desk of access: everything that the doors ask about who may come in."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from fiel.infra import system
from fiel.infra.access import store
from fiel.infra.access.passwords import Passwords
from fiel.infra.access.policy import AccessPolicy
from fiel.infra.access.principals import ALL_SCOPES, Principal, Scope, checked_wallets, scopes_with
from fiel.infra.access.records import Deed, Key, Owner, Session
from fiel.infra.access.signing_in import SignedIn, SigningIn
from fiel.infra.access.tokens import digest, is_token, key_text, new_key_id, new_token, read_key, same
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Conflict, InvalidInput, NotFound

DEEDS_MAX = 1_000
ABOUT_LENGTH_MAX = 200
#: How long a process may go on believing that there is no owner.
_BELIEVED_S = 1.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,59}")


@dataclass(slots=True)
class _Belief:
    """Whether the door is guarded, and when that was looked up (a steady clock, seconds)."""

    guarded: bool = False
    at: float = float("-inf")
    lock: Lock = field(default_factory=Lock)


@dataclass(frozen=True, slots=True)
class Access:
    """Owners, sessions, keys and the log of deeds, in one database.

    `open_on_loopback`: the door listens to this machine only, so that it may stand open until there is an
    owner or a key. `hosts`: the names by which requests may ask for this server; empty: any name.
    """

    database: Database
    clock: Clock
    policy: AccessPolicy = field(default_factory=AccessPolicy)
    passwords: Passwords = field(default_factory=Passwords)
    open_on_loopback: bool = False
    hosts: frozenset[str] = frozenset()
    _belief: _Belief = field(default_factory=_Belief, init=False, repr=False, compare=False)

    def guarded(self) -> bool:
        """Whether anybody has to say who he is. A change elsewhere is noticed within a second."""
        belief = self._belief
        with belief.lock:
            if belief.guarded or system.elapsed_seconds() - belief.at < _BELIEVED_S:
                return belief.guarded
            # Once guarded always guarded until the process ends: an owner who is removed opens nothing.
            with self.database.reading() as connection:
                belief.guarded = store.anybody(connection, self.clock.now())
            belief.at = system.elapsed_seconds()
            return belief.guarded

    # Owners

    def set_owner(
        self,
        name: str,
        password: str,
        *,
        scopes: Collection[Scope] = ALL_SCOPES,
        wallets: Collection[str] | None = None,
        by: str = "command line",
    ) -> Owner:
        """Make an owner, or give one another password and rights; his sessions end.

        Raises `InvalidInput` (owner_name, password_weak, scopes_missing, wallets_malformed).
        """
        if not _NAME.fullmatch(name):
            raise InvalidInput(
                "owner_name",
                "an owner's name has 1 to 60 letters without accents, digits or . _ @ -",
                field="name",
            )
        now = self.clock.now()
        made = Owner(name, scopes_with(scopes), checked_wallets(wallets), now, now)
        hashed = self.passwords.hashed(password)
        limits = f"{name}: {_rights(made.scopes, made.wallets)}"

        def write(unit: UnitOfWork) -> None:
            store.put_owner(unit.connection, made, hashed)
            store.end_sessions(unit.connection, owner=name)
            self._write(unit, by, "owner set", limits)

        self.database.transact(write)
        self._belief.guarded = True
        return made

    def keep_owner(self, name: str, password: str, *, by: str) -> bool:
        """Make sure that an owner has this password; whether anything had to be changed."""
        with self.database.reading() as connection:
            found = store.owner(connection, name)
        if found and self.passwords.matches(found[1], password):
            return False
        kept = found[0] if found else None
        scopes = kept.scopes if kept else ALL_SCOPES
        self.set_owner(name, password, scopes=scopes, wallets=kept.wallets if kept else None, by=by)
        return True

    def remove_owner(self, name: str, *, by: str = "command line") -> None:
        """Without the owner, and without his sessions. Raises `NotFound` (owner_unknown)."""

        def write(unit: UnitOfWork) -> None:
            if not store.remove_owner(unit.connection, name):
                raise NotFound("owner_unknown", f"there is no owner {name!r}", field="name")
            store.end_sessions(unit.connection, owner=name)
            self._write(unit, by, "owner removed", name)

        self.database.transact(write)

    def owners(self) -> list[Owner]:
        """All, by name."""
        with self.database.reading() as connection:
            return store.owners(connection)

    # Sessions

    def sign_in(
        self, name: str, password: str, *, address: str, agent: str = "", old: str | None = None
    ) -> SignedIn:
        """A fresh session; see `SigningIn.sign_in`."""
        desk = SigningIn(self.database, self.clock, self.policy, self.passwords)
        return desk.sign_in(name, password, address, agent, old)

    def of_session(self, token: str) -> Principal | None:
        """Who has a session's token; `None` for one that is unknown or over."""
        if not is_token(token):
            return None
        now = self.clock.now()
        kept = digest(token)
        with self.database.reading() as connection:
            found = store.session(connection, kept)
        if found is None:
            return None
        session, owner = found
        if not session.open_at(now, self.policy.idle):
            return None
        if now - session.seen_at >= self.policy.touch_every:
            self.database.transact(lambda unit: store.touch_session(unit.connection, kept, now))
        return Principal(owner.name, owner.scopes, owner.wallets, "session")

    def sign_out(self, token: str) -> None:
        """The session ends; one that is over already stays so."""
        if is_token(token):
            self.database.transact(lambda unit: store.end_session(unit.connection, digest(token)))

    def sessions(self) -> list[Session]:
        """All that have not been removed, newest first."""
        with self.database.reading() as connection:
            return store.sessions(connection)

    def end_sessions(
        self, *, owner: str | None = None, session: str | None = None, by: str = "command line"
    ) -> int:
        """All sessions, those of an owner, or one by its id; how many ended."""

        def write(unit: UnitOfWork) -> int:
            count = store.end_sessions(unit.connection, owner=owner, id=session)
            self._write(unit, by, "sessions ended", f"{count} of {owner or session or 'everybody'}")
            return count

        return self.database.transact(write)

    # Keys

    def make_key(
        self,
        name: str,
        scopes: Collection[Scope],
        *,
        wallets: Collection[str] | None = None,
        ends_at: datetime | None = None,
        by: str = "command line",
    ) -> tuple[str, Key]:
        """A key, as its bearer writes it (shown this once), and what is kept of it.

        Raises `InvalidInput` (owner_name, key_over, scopes_missing...), `Conflict` (keys_too_many).
        """
        now = self.clock.now()
        if not _NAME.fullmatch(name):
            raise InvalidInput(
                "owner_name", "a key's name has 1 to 60 letters, digits or . _ @ -", field="name"
            )
        if ends_at is not None and ends_at <= now:
            raise InvalidInput("key_over", "the key would be over before it begins", field="expires")
        secret = new_token()
        made = Key(
            new_key_id(), name, scopes_with(scopes), checked_wallets(wallets), by, now, ends_at, None, None
        )

        def write(unit: UnitOfWork) -> None:
            if sum(key.open_at(now) for key in store.keys(unit.connection)) >= self.policy.keys_max:
                raise Conflict("keys_too_many", f"at most {self.policy.keys_max} keys are open; revoke some")
            store.put_key(unit.connection, made, digest(secret))
            self._write(unit, by, "key made", f"{made.id} {name}: {_rights(made.scopes, made.wallets)}")

        self.database.transact(write)
        self._belief.guarded = True
        return key_text(made.id, secret), made

    def of_key(self, text: str) -> Principal | None:
        """Who bears a key; `None` for one that is unknown, revoked or over."""
        parts = read_key(text)
        if parts is None:
            return None
        key_id, secret = parts
        now = self.clock.now()
        with self.database.reading() as connection:
            found = store.key(connection, key_id)
        if found is None or not same(found[1], digest(secret)) or not found[0].open_at(now):
            return None
        used = found[0].used_at
        if used is None or now - used >= self.policy.touch_every:
            self.database.transact(lambda unit: store.touch_key(unit.connection, key_id, now))
        return found[0].principal

    def revoke_key(self, key_id: str, *, by: str = "command line") -> None:
        """It opens nothing any more. Raises `NotFound` (key_unknown)."""

        def write(unit: UnitOfWork) -> None:
            if not store.revoke_key(unit.connection, key_id, self.clock.now()):
                raise NotFound("key_unknown", f"there is no open key {key_id!r}", field="id")
            self._write(unit, by, "key revoked", key_id)

        self.database.transact(write)

    def keys(self) -> list[Key]:
        """All, oldest first."""
        with self.database.reading() as connection:
            return store.keys(connection)

    # The log

    def record(self, deed: Deed) -> None:
        """Add a row to the log of who did what."""
        self.database.transact(lambda unit: store.write_deed(unit.connection, deed))

    def deeds(
        self,
        *,
        limit: int = 100,
        before: int | None = None,
        wallet: str | None = None,
        who: str | None = None,
    ) -> list[Deed]:
        """Rows of the log, newest first, at most 1,000; `before` is an id."""
        with self.database.reading() as connection:
            return store.deeds(
                connection, limit=max(1, min(limit, DEEDS_MAX)), before=before, wallet=wallet, who=who
            )

    def _write(self, unit: UnitOfWork, by: str, action: str, about: str) -> None:
        shown = about[:ABOUT_LENGTH_MAX]
        store.write_deed(unit.connection, Deed(self.clock.now(), by, "access", action, "-", about=shown))


def _rights(scopes: frozenset[Scope], wallets: frozenset[str] | None) -> str:
    may = ",".join(scope for scope in Scope if scope in scopes)
    return f"{may}; {'all wallets' if wallets is None else ', '.join(sorted(wallets))}"
