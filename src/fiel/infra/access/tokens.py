"""Secrets that the program makes: random, shown once, kept as digests."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

#: 256 bits: nobody guesses one, so a fast digest keeps it as well as a slow one.
_SECRET_BYTES = 32
_KEY_ID_BYTES = 6
_KEY = re.compile(r"fiel_([a-z0-9]{12})_([A-Za-z0-9_-]{43})")
_HEX = re.compile(r"[0-9a-f]+")
_FORM_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """A token for a cookie: 43 characters."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def new_key_id() -> str:
    """The public part of an API key: 12 hex digits."""
    return secrets.token_hex(_KEY_ID_BYTES)


def key_text(key_id: str, secret: str) -> str:
    """An API key as its bearer writes it."""
    return f"fiel_{key_id}_{secret}"


def read_key(text: str) -> tuple[str, str] | None:
    """The id and the secret of an API key; `None` for what cannot be one."""
    found = _KEY.fullmatch(text)
    return (found[1], found[2]) if found else None


def is_token(text: str) -> bool:
    """Whether the text can be a token of ours: anything else is not looked up."""
    return _TOKEN.fullmatch(text) is not None


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two texts are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def form_token(bound_to: str) -> str:
    """A token for the forms of one session (or visit): only who has its cookie can make one.

    It is masked anew each time: pages are compressed, and lengths of compressed pages that repeat what a
    stranger had them repeat would spell out a token that stays the same.
    """
    mask = secrets.token_bytes(_FORM_BYTES)
    return (mask + _xored(mask, _form_digest(bound_to))).hex()


def is_form_token(text: str, bound_to: str) -> bool:
    """Whether it is a token that `form_token` made for the same session."""
    if len(text) != 4 * _FORM_BYTES or not _HEX.fullmatch(text):
        return False
    given = bytes.fromhex(text)
    mask, masked = given[:_FORM_BYTES], given[_FORM_BYTES:]
    return hmac.compare_digest(_xored(mask, masked), _form_digest(bound_to))


def _form_digest(bound_to: str) -> bytes:
    return hmac.new(bound_to.encode(), b"fiel form", hashlib.sha256).digest()


def _xored(mask: bytes, text: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(mask, text, strict=True))
