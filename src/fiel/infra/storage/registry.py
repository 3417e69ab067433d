"""The tables of the whole program: infra's own, and those of every room that has a `tables.py`.

A room registers by naming its catalogue `METADATA` (made with `types.metadata()`) in
`fiel/<room>/tables.py`. The rooms are found by that convention, because infra imports no room.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import MetaData

from fiel.infra.storage import tables

_PACKAGE = Path(__file__).parents[2]


def catalogues() -> tuple[MetaData, ...]:
    """The MetaData of infra and of each room with tables, rooms by name."""
    inside = pkgutil.iter_modules([str(_PACKAGE)], f"{_PACKAGE.name}.")
    rooms = sorted(found.name for found in inside if found.ispkg)
    modules = [f"{room}.tables" for room in rooms if find_spec(f"{room}.tables") is not None]
    found = [getattr(import_module(name), "METADATA", None) for name in modules]
    return (tables.METADATA, *(each for each in found if isinstance(each, MetaData)))
