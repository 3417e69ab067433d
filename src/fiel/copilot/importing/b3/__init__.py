"""B3's investor area: what its reports say."""

from __future__ import annotations

from fiel.copilot.importing.b3.consolidated import READER as CONSOLIDATED
from fiel.copilot.importing.b3.income import PROVISIONED_READER, RECEIVED_READER
from fiel.copilot.importing.b3.movements import READER as MOVEMENTS
from fiel.copilot.importing.b3.positions import READER as POSITIONS
from fiel.copilot.importing.b3.trades import READER as TRADES

READERS = (TRADES, MOVEMENTS, POSITIONS, PROVISIONED_READER, RECEIVED_READER, CONSOLIDATED)
