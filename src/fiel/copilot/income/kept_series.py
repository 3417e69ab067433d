"""The series that a wallet's titles need, from what is kept: nobody is asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from fiel.copilot.bonds.series import SeriesTold
from fiel.infra.storage.database import Session
from fiel.market.queries import values_of


def kept_series(connection: Session, spans: Mapping[str, date], today: date) -> tuple[SeriesTold, ...]:
    """Each series from its first day to today; without rows where none is kept. Raises `Unavailable`."""
    found = []
    for key, first in spans.items():
        kept = values_of(connection, key, first, today)
        found.append(SeriesTold(key, kept.rows, kept.sources))
    return tuple(found)
