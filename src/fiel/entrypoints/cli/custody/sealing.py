"""`fiel custody seal` and `verify-chain`: the hash chain over the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.custody.answers import (
    opened_book,
)
from fiel.entrypoints.cli.exits import Exit
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.notes import counted, note
from fiel.kernel.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from fiel.custody.chain import Head

ExpectOption = Annotated[
    str | None,
    typer.Option("--expect", metavar="HEAD", help="A head kept elsewhere, which must lie on the chain."),
]
#: What `Verifier.verify` raises when a head kept elsewhere is not on the chain.
_HEAD_CODES = ("chain_head_missing", "chain_head_differs")


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command("seal", epilog="Example: fiel custody seal")(seal)
    group.command("verify-chain", epilog="Example: fiel custody verify-chain --expect 3:9f86d0...")(
        verify_chain
    )


def seal(*, as_json: JsonOption = False, database: DatabaseOption = None, lang: LangOption = "pt") -> None:
    """Seal what the journal holds: after that, no entry of it can be changed unseen."""
    from fiel.custody.sealing import Sealer

    words = words_of(lang)
    with opened_book(database) as opened:
        sealed = Sealer(opened.database, opened.custody.clock).drain()
    if as_json:
        write_json({"sealed": sealed})
    else:
        write_out(counted("sealed", sealed, words))


def verify_chain(
    *,
    expect: ExpectOption = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Count the chain again from the journal's rows; exit code 1 where it breaks, and the entry is named.

    The head it prints proves all before it: keep it elsewhere, and give it to a later --expect.
    """
    from fiel.custody.sealing import Verifier

    words, known = words_of(lang), _head(expect)
    with opened_book(database) as opened:
        try:
            found = Verifier(opened.database).verify(known)
        except Conflict as conflict:
            if conflict.code not in _HEAD_CODES:
                raise
            told = note(conflict.code, words, position=known.position if known else 0)
            if as_json:
                write_json({"sound": False, "expected": expect, "reason": conflict.code})
            show_note(told, "bold red")
            raise typer.Exit(Exit.UNEXPECTED) from None
    broken = found.broken
    if as_json:
        write_json(
            {
                "sound": broken is None,
                "head": str(found.head),
                "unsealed": found.unsealed,
                "broken": None
                if broken is None
                else {"entry": broken.seq, "seal": broken.position, "reason": broken.reason},
            }
        )
    elif broken is None:
        write_out(note("chain_sound", words, count=found.head.position))
        write_out(note("chain_head", words, head=found.head))
        write_out(note("chain_unsealed", words, count=found.unsealed))
    else:
        write_out(note("chain_broken", words, entry=broken.seq, seal=broken.position, reason=broken.reason))
    if broken is not None:
        raise typer.Exit(Exit.UNEXPECTED)


def _head(text: str | None) -> Head | None:
    from fiel.custody.chain import Head

    try:
        return None if text is None else Head.parse(text)
    except ValueError as error:
        raise InvalidInput("head_malformed", str(error), field="--expect") from None
