"""Files that commands write: whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from fiel.kernel.errors import Conflict, InvalidInput


def write_whole(path: Path, text: str) -> None:
    """Write a text file in one step: readers see the old file or the new one, never a part.

    Raises `InvalidInput` when the file cannot be written there.
    """
    try:
        with NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as stream:
            temporary = Path(stream.name)
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        _take_usual_mode(temporary)
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError, UnboundLocalError):
            temporary.unlink()
        reason = error.strerror or "it cannot be written"
        raise InvalidInput(
            "file_not_writable", f"{path} cannot be written: {reason}", field=str(path)
        ) from None


def write_new(path: Path, text: str) -> None:
    """Write a file that must not exist yet. Raises `Conflict` when it does."""
    if path.exists():
        raise Conflict(
            "file_exists",
            f"{path} exists already; choose another name, or overwrite it with --force",
            field=str(path),
        )
    write_whole(path, text)


def _take_usual_mode(path: Path) -> None:
    """Temporary files are private; a plan is an ordinary file, with the permissions that the user wants."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)
