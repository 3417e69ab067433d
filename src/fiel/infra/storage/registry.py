"""The tables of the whole program: infra's own, and those of every room that has a `tables.py`.

A room registers by naming its catalogue `METADATA` (made with `types.metadata()`) in
`fiel/<room>/tables.py`, a part of infra in `fiel/infra/<part>/tables.py`. They are found by that
convention, because infra imports no room, and storage no other part.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import MetaData

from fiel.infra.storage import tables

_PACKAGE = Path(__file__).parents[2]
_INFRA = Path(__file__).parents[1]


def catalogues() -> tuple[MetaData, ...]:
    """The MetaData of storage, of each other part of infra and of each room with tables, by name."""
    parts = _packages(_INFRA, f"{_PACKAGE.name}.{_INFRA.name}.") - {__package__}
    rooms = _packages(_PACKAGE, f"{_PACKAGE.name}.")
    names = [f"{each}.tables" for each in (*sorted(parts), *sorted(rooms))]
    modules = [import_module(name) for name in names if find_spec(name) is not None]
    found = [getattr(module, "METADATA", None) for module in modules]
    return (tables.METADATA, *(each for each in found if isinstance(each, MetaData)))


def _packages(folder: Path, prefix: str) -> set[str]:
    return {found.name for found in pkgutil.iter_modules([str(folder)], prefix) if found.ispkg}
