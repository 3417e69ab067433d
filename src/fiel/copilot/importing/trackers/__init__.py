"""Other portfolio trackers: what people take out of them."""

from __future__ import annotations

from fiel.copilot.importing.trackers.investidor10 import READER as INVESTIDOR10
from fiel.copilot.importing.trackers.kinvo import READER as KINVO
from fiel.copilot.importing.trackers.statusinvest import READER as STATUS_INVEST

READERS = (STATUS_INVEST, KINVO, INVESTIDOR10)
