"""Who may come in, over the same database as everything else."""

from __future__ import annotations

from fiel.infra.access.desk import Access
from fiel.infra.access.policy import AccessPolicy
from fiel.infra.listening import is_loopback
from fiel.infra.storage.database import Database
from fiel.infra.system import SystemClock
from fiel.kernel.errors import Refused
from fiel.settings import Settings


def access_of(settings: Settings, database: Database, *, open_on_loopback: bool = False) -> Access:
    """The desk of access, with the sessions and the names of the settings."""
    wanted = settings.access
    policy = AccessPolicy(idle=wanted.session_idle, absolute=wanted.session_max)
    hosts = frozenset(wanted.allowed_hosts)
    return Access(database, SystemClock(), policy, open_on_loopback=open_on_loopback, hosts=hosts)


def open_access(settings: Settings, database: Database, host: str) -> Access:
    """The desk of a door that listens on `host`; the owner of the settings' password file is kept.

    An address that only this machine reaches stands open until there is an owner or a key. For any other
    raises `Refused` (owner_missing) with what to do; `InvalidInput` for the password.
    """
    access = access_of(settings, database, open_on_loopback=is_loopback(host))
    wanted = settings.access
    if wanted.owner_password:
        access.keep_owner(wanted.owner_name, wanted.owner_password, by="password file")
    if not access.open_on_loopback and not access.guarded():
        raise Refused(
            "owner_missing",
            f"whoever reaches {host} could move money: set a password with `fiel access owner set`, name a "
            "file with one in FIEL_OWNER_PASSWORD_FILE, make a key with `fiel access keys add`, or listen "
            "on 127.0.0.1",
            field="host",
        )
    return access
