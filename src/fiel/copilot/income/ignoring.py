"""Payments that a person does not want to be asked about again. They stay in the calendar, told as such."""

from __future__ import annotations

from dataclasses import dataclass

from fiel.copilot.store.remembered import remember, remembered_of
from fiel.infra.storage.database import Database
from fiel.kernel.clock import Clock

#: The topic under which they are remembered, by record.
TOPIC = "income_ignored"
_YES, _NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Ignored:
    """The records of wallets that are not to be asked about."""

    database: Database
    clock: Clock

    def of(self, wallet: str) -> frozenset[str]:
        """Their ids. Raises `Unavailable`."""
        with self.database.reading() as connection:
            kept = remembered_of(connection, wallet, TOPIC)
        return frozenset(name for name, value in kept.items() if value == _YES)

    def put(self, wallet: str, record_id: str, *, ignored: bool) -> None:
        """Ignore a record, or ask about it again; twice is once.

        Raises `InvalidInput` (text_too_long, too_much_remembered), `Unavailable`.
        """
        at = self.clock.now()
        value = {record_id: _YES if ignored else _NO}
        self.database.transact(lambda unit: remember(unit.connection, wallet, TOPIC, value, at))
