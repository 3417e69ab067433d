"""Served pages behind the guard: owners, keys, a browser that signs in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from fiel.bootstrap import OpenCustody
from fiel.infra.access.desk import Access
from fiel.infra.access.passwords import Passwords
from fiel.infra.access.policy import AccessPolicy
from fiel.infra.access.principals import Scope
from fiel.infra.storage.schema import open_database
from fiel.infra.system import SystemClock
from fiel.kernel.clock import Clock
from tests.support.custody_homes import ready_made
from tests.support.served_pages import client_of, pages_app

#: Quick to compute: the figures of the product are checked where they are the matter.
QUICK = Passwords(time_cost=1, memory_kib=8, parallelism=1)
PASSWORD = "correct horse battery"  # noqa: S105
_TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{128})"')


@dataclass(frozen=True, slots=True)
class Guarded:
    """An application behind the guard, its book, its access, and a browser in front of it."""

    app: FastAPI
    opened: OpenCustody
    access: Access
    client: httpx.Client

    def token(self, path: str = "/entrar") -> str:
        """The token of the forms of a page."""
        found = _TOKEN.search(self.client.get(path).text)
        assert found is not None, f"{path} has no form"
        return found[1]

    def sign_in(self, name: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
        """As a person does it, by the page."""
        given = {"csrf": self.token(), "nome": name, "senha": password, **fields}
        return self.client.post("/entrar", data=given)

    def key(self, *scopes: Scope, wallets: Collection[str] | None = None) -> dict[str, str]:
        """The header of a new key."""
        text, _ = self.access.make_key("test", scopes or (Scope.READ,), wallets=wallets)
        return {"Authorization": f"Bearer {text}"}


@contextmanager
def guarded(
    folder: Path,
    *,
    clock: Clock | None = None,
    open_on_loopback: bool = True,
    hosts: Collection[str] = (),
    policy: AccessPolicy | None = None,
    **changes: Any,
) -> Iterator[Guarded]:
    """Over a new book in `folder`; nobody has a password yet."""
    url = f"sqlite:///{ready_made(folder / 'book.db')}"
    database = open_database(url)
    access = Access(
        database,
        clock or SystemClock(),
        policy or AccessPolicy(),
        QUICK,
        open_on_loopback=open_on_loopback,
        hosts=frozenset(hosts),
    )
    try:
        with (
            pages_app(folder, url=url, clock=clock, access=access, **changes) as (app, opened),
            client_of(app) as client,
        ):
            yield Guarded(app, opened, access, client)
    finally:
        database.close()
