"""A message that cannot even become a dead letter: the error is told, and nothing is halved for ever."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from fiel.bootstrap import OpenCustody, open_custody
from fiel.custody.messages import Message
from fiel.custody.receiving import Progress
from fiel.infra.storage import offsets
from fiel.kernel.errors import Corrupt
from fiel.settings import Settings


def _moved_on(opened: OpenCustody, offset: int) -> offsets.Assignment:
    """A partition of ours that is at an offset already."""

    def move(connection: Connection) -> offsets.Assignment:
        mine = offsets.assign(connection, "custody", "order-events-v1", 0)
        offsets.advance(connection, mine, offset)
        return mine

    return opened.database.transact(lambda unit: move(unit.connection))


@pytest.mark.parametrize("count", [1, 3])
def test_offsets_that_go_back_are_told(tmp_path: Path, count: int) -> None:
    """Unreadable messages with a place that was passed long ago: no message is to blame for that."""
    settings = Settings.read({"FIEL_DATA_DIR": str(tmp_path)}, tmp_path, "linux")
    with open_custody(settings) as opened:
        mine = _moved_on(opened, 10)
        with pytest.raises(Corrupt, match="go back"):
            opened.custody.receive(
                [Message(f"no json {number}".encode()) for number in range(count)], [Progress(mine, 5)]
            )
        with opened.queries.snapshot() as book:
            assert len(book.dead_letters()) == count - 1
