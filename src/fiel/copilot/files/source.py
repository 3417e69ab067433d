"""Reading a text file that may be anything: a bounded number of bytes, then UTF-8 or a clear refusal."""

from __future__ import annotations

import codecs
from pathlib import Path

from fiel.kernel.errors import InvalidInput, NotFound

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(path: Path, *, bytes_max: int) -> str:
    """The text of a file of at most `bytes_max` bytes; never more than one byte beyond that is read.

    Raises `NotFound` when there is no such file, `InvalidInput` when it is a folder, cannot be
    opened, is too large, or is not UTF-8 text.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(bytes_max + 1)
    except FileNotFoundError:
        raise NotFound("file_not_found", f"there is no file {path}", field=str(path)) from None
    except IsADirectoryError:
        raise InvalidInput("file_is_folder", f"{path} is a folder; name a file", field=str(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is not valid"
        raise InvalidInput(
            "file_unreadable", f"{path} cannot be read: {reason}", field=_printable(path)
        ) from None
    return decode(raw, name=str(path), bytes_max=bytes_max)


def decode(raw: bytes, *, name: str, bytes_max: int) -> str:
    """UTF-8 text, with or without its byte-order mark; `name` is what messages call the source.

    Raises `InvalidInput`: `file_too_large` or `file_not_text`.
    """
    if len(raw) > bytes_max:
        raise InvalidInput(
            "file_too_large", f"{name} is larger than {bytes_max} bytes, too large for what it is", field=name
        )
    if raw.startswith(_UTF16):
        raise InvalidInput("file_not_text", f"{name} is saved as UTF-16; save it as UTF-8", field=name)
    if b"\x00" in raw:
        raise InvalidInput("file_not_text", f"{name} is a binary file, not text", field=name)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InvalidInput(
            "file_not_text",
            f"{name} is not UTF-8 text (line {line}); save it as UTF-8",
            field=name,
            details={"file": name, "line": str(line)},
        ) from None


def _printable(path: Path) -> str:
    return str(path).encode("unicode_escape").decode("ascii")
