"""What a command finds around it: the settings of the environment, and the option that names a database."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fiel.settings import Settings

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="The database: sqlite:///file.db or postgresql://user@host/name "
        "(default: FIEL_DATABASE_URL, else the embedded file of the user).",
    ),
]


def settings_here() -> Settings:
    """The settings of this process. Raises `InvalidInput` naming the variable."""
    from fiel.settings import Settings

    return Settings.read(os.environ, Path.home(), sys.platform)
