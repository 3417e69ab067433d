"""`fiel access keys`: keys by which programs come in."""

from __future__ import annotations

from typing import Annotated

import typer

from fiel.entrypoints.cli.access.answers import (
    ScopesOption,
    WalletsOption,
    key_record,
    opened_access,
    rights,
    scopes_of,
    show_rows,
    when,
)
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.notes import note

ExpiresOption = Annotated[
    str | None,
    typer.Option(
        "--expires", metavar="SPAN", help="How long it opens, such as 90d (default: until revoked)."
    ),
]


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    keys = typer.Typer(name="keys", invoke_without_command=True, callback=_keys)
    keys.command("add", epilog="Example: fiel access keys add orders --scopes trade --wallet ana")(add)
    keys.command("list", epilog="Example: fiel access keys list")(list_)
    keys.command("revoke", epilog="Example: fiel access keys revoke 0123456789ab")(revoke)
    group.add_typer(keys)


def _keys(context: typer.Context) -> None:
    """Keys by which programs come in."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())


def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is for, such as orders.")],
    *,
    scopes: ScopesOption = "read",
    wallet: WalletsOption = None,
    expires: ExpiresOption = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Make a key. It is shown this once; what is kept opens nothing.

    Programs send it as `Authorization: Bearer fiel_...`.
    """
    from fiel.settings.reading import duration

    words = words_of(lang)
    with opened_access(database) as access:
        ends_at = None if expires is None else access.clock.now() + duration(expires)
        text, key = access.make_key(name, scopes_of(scopes), wallets=wallet or None, ends_at=ends_at)
    if as_json:
        write_json({"key": text, **key_record(key)})
        return
    scope, wallets = rights(key.scopes, key.wallets, words)
    until = when(key.ends_at, words)
    write_out(note("access_key_made", words, name=key.name, scope=scope, wallets=wallets, until=until))
    write_out(text)


def list_(*, as_json: JsonOption = False, database: DatabaseOption = None, lang: LangOption = "pt") -> None:
    """List the keys, those that open nothing any more too."""
    words = words_of(lang)
    with opened_access(database) as access:
        found, now = access.keys(), access.clock.now()
    if as_json:
        write_json([key_record(each) for each in found])
        return
    if not found:
        write_out(note("access_no_key", words))
        return
    rows = [
        (
            each.id,
            each.name,
            *rights(each.scopes, each.wallets, words),
            note("access_open" if each.open_at(now) else "access_shut", words),
            when(each.ends_at, words),
            when(each.used_at, words),
        )
        for each in found
    ]
    titles = ("access_id", "access_name", "access_scope", "access_wallets", "access_state")
    show_rows((*titles, "access_until", "access_used"), rows, words)


def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `keys list` shows it.")],
    *,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Revoke a key: it opens nothing from now on."""
    words = words_of(lang)
    with opened_access(database) as access:
        access.revoke_key(key_id)
    write_out(note("access_key_revoked", words, id=key_id))
