"""What a person said once: words by name, under a topic such as `category`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from fiel.copilot.tables import remembered
from fiel.infra.storage.upserts import insert_into
from fiel.kernel.errors import InvalidInput

#: What an asset is for tax, as `--category` says it.
CATEGORY = "category"
#: The ticker of a name as notes print it.
TICKER = "ticker"
NAMES_MAX = 10_000
TEXT_MAX = 200


def remembered_of(connection: Connection, wallet: str, topic: str) -> dict[str, str]:
    """What is remembered of a topic, by name."""
    held = remembered.c
    asked = select(held.name, held.value).where(held.wallet == wallet, held.topic == topic)
    return {row.name: row.value for row in connection.execute(asked.order_by(held.name))}


def remember(
    connection: Connection, wallet: str, topic: str, values: Mapping[str, str], at: datetime
) -> None:
    """Keep these, each in place of what was said before.

    Raises `InvalidInput` (too_much_remembered, text_too_long).
    """
    if not values:
        return
    for name, value in values.items():
        if not name or len(name) > TEXT_MAX or len(value) > TEXT_MAX:
            raise InvalidInput(
                "text_too_long", f"a name and its value have 1 to {TEXT_MAX} characters", field=topic
            )
    if len(remembered_of(connection, wallet, topic).keys() | values.keys()) > NAMES_MAX:
        raise InvalidInput("too_much_remembered", f"at most {NAMES_MAX} names are remembered", field=topic)
    for name, value in sorted(values.items()):
        row = {"wallet": wallet, "topic": topic, "name": name, "value": value, "changed_at": at}
        new = insert_into(remembered, connection).values(**row)
        keys = ["wallet", "topic", "name"]
        connection.execute(
            new.on_conflict_do_update(index_elements=keys, set_={"value": value, "changed_at": at})
        )
