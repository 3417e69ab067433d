"""Every reader there is. A new format is one package with `READERS`, named here."""

from __future__ import annotations

from fiel.copilot.importing.b3 import READERS as B3
from fiel.copilot.importing.notes import READERS as NOTES
from fiel.copilot.importing.ofx import READERS as OFX
from fiel.copilot.importing.others import READERS as OTHERS
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.trackers import READERS as TRACKERS


def all_readers() -> tuple[Reader, ...]:
    """The readers in the order in which they are told to people; libraries of formats load when used."""
    return (*B3, *NOTES, *OFX, *TRACKERS, *OTHERS)
