"""`fiel access owner`: people who sign in with a password."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from fiel.entrypoints.cli.access.answers import (
    ScopesOption,
    WalletsOption,
    opened_access,
    owner_record,
    rights,
    scopes_of,
    show_rows,
    when,
)
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import InvalidInput

#: A line of a password; more is not read.
_LINE_MAX = 4096

NameArgument = Annotated[str, typer.Argument(metavar="[NAME]", help="The owner's name.")]
FileOption = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        metavar="FILE",
        help="The password is the first line of this file (default: asked).",
    ),
]


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    owners = typer.Typer(name="owner", invoke_without_command=True, callback=_owner)
    owners.command("set", epilog="Example: fiel access owner set ana")(set_)
    owners.command("list", epilog="Example: fiel access owner list")(list_)
    owners.command("remove", epilog="Example: fiel access owner remove ana")(remove)
    group.add_typer(owners)


def _owner(context: typer.Context) -> None:
    """People who sign in with a password."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())


def set_(
    name: NameArgument = "owner",
    *,
    password_file: FileOption = None,
    scopes: ScopesOption = "admin",
    wallet: WalletsOption = None,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Give an owner a password, or another one. Whoever is signed in by that name is signed out.

    The password is asked for, or read from standard input or a file; it is never an argument, which other
    programs on the machine could read.
    """
    words = words_of(lang)
    password = _password(password_file, note("access_password", words), note("access_repeat", words))
    with opened_access(database) as access:
        owner = access.set_owner(name, password, scopes=scopes_of(scopes), wallets=wallet or None)
    scope, wallets = rights(owner.scopes, owner.wallets, words)
    write_out(note("access_owner_set", words, name=owner.name, scope=scope, wallets=wallets))


def list_(*, as_json: JsonOption = False, database: DatabaseOption = None, lang: LangOption = "pt") -> None:
    """List the owners."""
    words = words_of(lang)
    with opened_access(database) as access:
        found = access.owners()
    if as_json:
        write_json([owner_record(each) for each in found])
        return
    if not found:
        write_out(note("access_no_owner", words))
        return
    rows = [
        (each.name, *rights(each.scopes, each.wallets, words), when(each.changed_at, words)) for each in found
    ]
    show_rows(("access_name", "access_scope", "access_wallets", "access_changed"), rows, words)


def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The owner's name.")],
    *,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Remove an owner; his sessions end."""
    words = words_of(lang)
    with opened_access(database) as access:
        access.remove_owner(name)
    write_out(note("access_owner_removed", words, name=name))


def _password(file: Path | None, ask: str, repeat: str) -> str:
    if file is not None:
        try:
            with file.open(encoding="utf-8") as opened:
                return opened.readline(_LINE_MAX).rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise InvalidInput(
                "file_unreadable", f"{file} cannot be read as text", field="--password-file"
            ) from None
    if not sys.stdin.isatty():
        return sys.stdin.readline(_LINE_MAX).rstrip("\r\n")
    password = getpass.getpass(f"{ask}: ")
    if getpass.getpass(f"{repeat}: ") != password:
        raise InvalidInput("passwords_differ", "the two passwords differ; try again", field="password")
    return password
