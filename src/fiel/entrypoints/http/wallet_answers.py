"""The bodies of the wallet's answers: member names and number forms of the existing contract."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from fiel.custody.accounts import PRICE_SCALE, QUANTITY_SCALE, Account, Position, units_text
from fiel.custody.ledger.journal import WalletTransaction
from fiel.custody.ports import LastPrice, NoPrice
from fiel.custody.valuation import Valuation
from fiel.custody.wallet_events import amount_text


def amount(minor: int, currency: str) -> Decimal:
    """Minor units as an exact number with all decimals of the currency."""
    return Decimal(amount_text(minor, currency))


def account_answer(account: Account, updated_at: datetime) -> dict[str, Any]:
    """`shortfall` is ours: money that booked facts used and that is not there."""
    currency = account.currency
    return {
        "id": f"{account.user_id}:{currency}",
        "userId": account.user_id,
        "balance": amount(account.balance, currency),
        "blockedBalance": amount(account.blocked, currency),
        "availableBalance": amount(account.available, currency),
        "currency": currency,
        "updatedAt": updated_at.isoformat(),
        "shortfall": amount(account.shortfall, currency),
    }


def summary_answer(valuation: Valuation) -> dict[str, Any]:
    """The old members first; then whether all of it has a price, and how old the oldest is."""
    account = valuation.account
    currency = account.currency
    age = valuation.oldest_price_age
    return {
        "userId": account.user_id,
        "availableBalance": amount(account.available, currency),
        "positionsValue": amount(valuation.positions_value, currency),
        "totalEquity": amount(valuation.total_equity, currency),
        "currency": currency,
        "balance": amount(account.balance, currency),
        "blockedBalance": amount(account.blocked, currency),
        "shortfall": amount(account.shortfall, currency),
        "valuation": valuation.completeness.value,
        "missingPrices": list(valuation.missing),
        "priceProblems": [{"ticker": lack.ticker, "reason": lack.reason} for lack in valuation.lacks],
        "oldestPriceAt": valuation.oldest_price_at.isoformat() if valuation.oldest_price_at else None,
        "oldestPriceAgeSeconds": None if age is None else int(age.total_seconds()),
        "priceSources": sorted({held.price.source for held in valuation.positions if held.price}),
        "asOf": valuation.at.isoformat(),
    }


def position_answer(position: Position, price: LastPrice | NoPrice | None) -> dict[str, Any]:
    """`currentPrice` is null, never zero, when there is none."""
    known = isinstance(price, LastPrice) and price.currency == position.currency
    average = position.average_price
    return {
        "ticker": position.ticker,
        "quantity": Decimal(units_text(position.quantity, QUANTITY_SCALE)),
        "reservedQuantity": Decimal(units_text(position.reserved, QUANTITY_SCALE)),
        "averagePrice": _shortened(average) if average is not None else Decimal(0),
        "currentPrice": Decimal(units_text(price.price, PRICE_SCALE))
        if known and isinstance(price, LastPrice)
        else None,
        "currentPriceAt": price.as_of.isoformat()
        if known and isinstance(price, LastPrice) and price.as_of
        else None,
        "name": position.ticker,
        "currency": position.currency,
    }


def transaction_answer(transaction: WalletTransaction) -> dict[str, Any]:
    """`createdAt` is when it became true in the market, `recordedAt` when the book learned of it."""
    currency = transaction.currency
    return {
        "id": transaction.id,
        "userId": transaction.user_id,
        "orderId": transaction.order_id,
        "transactionType": transaction.type.value,
        "amount": amount(transaction.amount, currency),
        "createdAt": transaction.occurred_at.isoformat(),
        "ticker": transaction.ticker,
        "balanceAfter": amount(transaction.balance_after, currency),
        "blockedBalanceAfter": amount(transaction.blocked_after, currency),
        "sequence": transaction.sequence,
        "recordedAt": transaction.recorded_at.isoformat(),
        "currency": currency,
    }


def _shortened(number: Decimal) -> Decimal:
    """Without zeros at the end beyond the cent, which only look precise."""
    text = f"{number:f}"
    head, _, tail = text.partition(".")
    return Decimal(f"{head}.{tail.rstrip('0').ljust(2, '0')}")
