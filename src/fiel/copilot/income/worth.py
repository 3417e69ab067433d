"""What a wallet cost and what it is worth, for its yield: all of it in reais, or nothing."""

from __future__ import annotations

from datetime import datetime

from fiel.copilot.income.view import Worth
from fiel.copilot.store.accounts import users_of
from fiel.custody.accounts import money_of
from fiel.custody.ports import PriceSource
from fiel.custody.queries import Snapshot
from fiel.custody.valuation import value
from fiel.infra.storage.database import Session
from fiel.kernel.errors import Unavailable

CURRENCY = "BRL"


def worth_of(connection: Session, prices: PriceSource, wallet: str, at: datetime) -> Worth:
    """Cost and value of the positions in reais. Prices that nobody has, or that are old, leave the value
    unknown: a part is not the whole."""
    book = Snapshot(connection)
    users = users_of(connection, wallet)
    held = [each for user in users for each in book.positions(user)]
    positions = [each for each in held if each.currency == CURRENCY and each.quantity]
    accounts = [each for user in users for each in book.accounts(user) if each.currency == CURRENCY]
    if not positions or not accounts:
        return Worth()
    cost = money_of(sum(each.cost for each in positions), CURRENCY)
    try:
        found = prices.last_prices([each.ticker for each in positions])
    except Unavailable:
        return Worth(cost)
    valued = value(accounts[0], positions, found, at)
    return Worth(cost, None if valued.lacks else money_of(valued.positions_value, CURRENCY))
