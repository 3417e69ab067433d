"""The hash chain over the journal: each seal covers an entry, its postings, its wallet transactions and
the seal before it, so that no row of history can be changed, taken out or slipped in unseen.

Entries are sealed after they were committed, by a worker, in the order of their numbers. Whoever can
write to the database *and* knows this code could build a whole new chain: keep the head (`Head`) that
`verify` prints somewhere else, and give it to the next `verify`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

#: What the first seal follows.
GENESIS = hashlib.sha256(b"fiel custody chain 1").hexdigest()

Cell: TypeAlias = int | str | None


class Sealable(NamedTuple):
    """An entry of the journal with everything that belongs to it, as the database stores it."""

    seq: int
    entry: tuple[Cell, ...]
    postings: tuple[tuple[Cell, ...], ...]
    transactions: tuple[tuple[Cell, ...], ...]


class Seal(NamedTuple):
    """`hash` closes the chain up to the entry `seq`; positions count from 1 without a gap."""

    position: int
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """How far the chain goes, and its last hash: enough to prove later that all before it is unchanged."""

    position: int
    hash: str

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """From `position:hash`. Raises `ValueError`."""
        position, _, digest = text.partition(":")
        if not position.isdigit() or len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise ValueError("a head of the chain is written as position:hash, with 64 hex digits")
        return cls(int(position), digest)


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the chain does not hold: `seq` names the journal entry."""

    position: int
    seq: int
    reason: str

    def __str__(self) -> str:
        return f"journal entry {self.seq} (seal {self.position}): {self.reason}"


def sealed_after(previous: str, content: Sealable) -> str:
    """The hash of an entry that follows `previous`. Rows are spelled as JSON, which tells 1 from "1"."""
    spelled = json.dumps(
        [content.seq, content.entry, content.postings, content.transactions],
        ensure_ascii=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(f"{previous}\n{spelled}".encode()).hexdigest()


def continued(head: Head, contents: Iterable[Sealable]) -> list[Seal]:
    """The seals of the entries that follow the head, in the order given."""
    position, digest, seals = head.position, head.hash, []
    for content in contents:
        position, digest = position + 1, sealed_after(digest, content)
        seals.append(Seal(position, content.seq, digest))
    return seals


def first_break(head: Head, seals: Sequence[Seal], contents: Sequence[Sealable]) -> Break | Head:
    """The first seal after `head` that does not hold, or the head that all of them lead to.

    `contents` are the journal's entries up to the last seal given: one without a seal was slipped in.
    """
    position, digest = head.position, head.hash
    entries = {content.seq: content for content in contents}
    for seal in seals:
        if seal.position != position + 1:
            return Break(position + 1, seal.seq, f"seal {position + 1} is missing")
        content = entries.pop(seal.seq, None)
        if content is None:
            return Break(seal.position, seal.seq, "the entry was sealed and is gone")
        slipped = [seq for seq in entries if seq < seal.seq]
        if slipped:
            return Break(seal.position, min(slipped), "the entry was added after its time")
        digest = sealed_after(digest, content)
        if digest != seal.hash:
            return Break(seal.position, seal.seq, "the entry, its postings or its transactions were changed")
        position = seal.position
    if entries:
        return Break(position + 1, min(entries), "the entry was added after its time")
    return Head(position, digest)
