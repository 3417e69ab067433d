"""Whether anything that the copilot keeps has changed since it was read."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from fiel.copilot.tables import (
    booked_rows,
    income_links,
    income_records,
    income_titles,
    income_wallets,
    remembered,
    wallet_accounts,
    wallet_targets,
)

_TIMES = (
    wallet_targets.c.changed_at,
    remembered.c.changed_at,
    income_titles.c.changed_at,
    income_links.c.linked_at,
    income_records.c.changed_at,
    income_wallets.c.done_at,
    wallet_accounts.c.opened_at,
    booked_rows.c.reversed_at,
)


def copilot_version(connection: Connection) -> str:
    """Another text whenever targets, words about assets, income or accounts changed."""
    asked = [select(func.max(time), func.count()).select_from(time.table) for time in _TIMES]
    return "|".join("{}:{}".format(*connection.execute(one).one()) for one in asked)
