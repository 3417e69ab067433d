"""Accounts whose money is kept elsewhere: what pays a buy comes from outside, what is received goes there.

Every day their cash is brought to zero. What left one asset to pay another is no flow of both together; what
came into an asset and left it again the same day (a day trade) was capital at work, and is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal

from fiel.performance.entries import Entry, EntryKind, Transfer

_ZERO = Decimal(0)
_PAYS = frozenset({EntryKind.BUY, EntryKind.FEE, EntryKind.TAX, EntryKind.WITHDRAWAL})
_RECEIVES = frozenset({EntryKind.SELL, EntryKind.INCOME, EntryKind.CAPITAL, EntryKind.CONTRIBUTION})


def with_outside_cash(
    made: Iterable[Entry | Transfer], accounts: Collection[tuple[str, str]], currencies: dict[str, str]
) -> list[Entry]:
    """The contributions and withdrawals of `accounts` (account, currency). `currencies`: of assets by id."""
    sums: defaultdict[tuple[date, str, str], dict[str | None, tuple[Decimal, Decimal]]] = defaultdict(dict)
    for entry in made:
        if isinstance(entry, Transfer):
            continue
        currency = entry.currency if entry.asset is None else currencies[entry.asset]
        if (entry.account, currency) not in accounts:
            continue
        gained = cash_of(entry)
        if gained:
            by_asset = sums[entry.day, entry.account, currency]
            paid, received = by_asset.get(entry.asset, (_ZERO, _ZERO))
            by_asset[entry.asset] = (paid + max(-gained, _ZERO), received + max(gained, _ZERO))
    found: list[Entry] = []
    for (day, account, currency), by_asset in sorted(sums.items()):
        turned = sum((min(pair) for pair in by_asset.values()), _ZERO)
        net = sum((paid - received for paid, received in by_asset.values()), _ZERO)
        for kind, amount in (
            (EntryKind.CONTRIBUTION, turned + max(net, _ZERO)),
            (EntryKind.WITHDRAWAL, turned + max(-net, _ZERO)),
        ):
            if amount:
                found.append(Entry(day, kind, account, amount=amount, currency=currency))
    return found


def cash_of(entry: Entry) -> Decimal:
    """What the cash of the account gains by an entry."""
    amount = entry.amount or _ZERO
    costs = entry.fees + entry.taxes
    if entry.kind in _PAYS:
        return -amount - costs
    return amount - costs if entry.kind in _RECEIVES else _ZERO
