"""Files that commands write: whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from fiel.kernel.errors import Conflict, InvalidInput


def write_whole(path: Path, text: str) -> None:
    """Write a text file in one step: readers see the old file or the new one, never a part.

    Raises `InvalidInput` when the file cannot be written there.
    """
    with whole_file(path) as stream:
        stream.write(text)


@contextmanager
def whole_file(path: Path) -> Iterator[IO[str]]:
    """A stream whose text takes the file's place when the block ends, and vanishes when it raises.

    Raises `InvalidInput` when the file cannot be written there.
    """
    temporary: Path | None = None
    try:
        with NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as stream:
            temporary = Path(stream.name)
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _take_usual_mode(temporary)
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise InvalidInput(
            "file_not_writable", f"{path} cannot be written: {reason}", field=str(path)
        ) from None
    finally:
        if temporary is not None:
            # After the last step it is not there any more, by that name.
            with suppress(OSError):
                temporary.unlink()


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
