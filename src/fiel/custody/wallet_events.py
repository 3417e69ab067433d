"""What custody tells the other services: `wallet-events-v1`, one message per wallet transaction.

The value is `{eventId, userId, transactionType, amount, ticker, orderId, balanceAfter,
blockedBalanceAfter, eventTimestamp}`; amounts are JSON numbers with their exact digits, the time is
local without a zone, as the other services of this bus write it. Two members of ours follow: `currency`
and `sequence` (the transaction's number within its account, so that a consumer can see a gap). The types are
those of `TransactionType`: the five of the bus, and FEE, TAX, INCOME, CAPITAL_RETURN and CORRECTION.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from json.encoder import encode_basestring

from fiel.custody.ledger.journal import WalletTransaction
from fiel.custody.topics import WALLET_EVENTS
from fiel.kernel.money import currency_decimals


def amount_text(minor: int, currency: str) -> str:
    """Minor units as a plain decimal number with all the digits of the currency.

    >>> amount_text(-150005, "BRL"), amount_text(7, "BRL")
    ('-1500.05', '0.07')
    """
    decimals = currency_decimals(currency)
    if not decimals:
        return str(minor)
    digits = f"{abs(minor):0{decimals + 1}d}"
    return f"{'-' if minor < 0 else ''}{digits[:-decimals]}.{digits[-decimals:]}"


def local_time(instant: datetime, zone: tzinfo) -> str:
    """The clock of `zone` at the instant, to the microsecond, without naming the zone."""
    if instant.tzinfo is zone:
        return instant.replace(tzinfo=None).isoformat()
    return instant.astimezone(zone).replace(tzinfo=None).isoformat()


@dataclass(frozen=True, slots=True)
class WalletEvents:
    """How wallet events are written: the topic, and where the clock of the other services hangs."""

    zone: tzinfo = UTC
    topic: str = WALLET_EVENTS

    def writer(self) -> Callable[[WalletTransaction], str]:
        """Bodies for one batch; each instant is formatted once."""
        times: dict[datetime, str] = {}
        tickers: dict[str | None, str] = {None: "null"}
        amounts: dict[str, Callable[[int], str]] = {}

        def body(of: WalletTransaction) -> str:
            # Taken apart at once: it is a stream.
            (name, _, sequence, user, currency, order, symbol, kind, moved, balance, blocked, occurred, _) = (
                of
            )
            at = times.get(occurred)
            if at is None:
                at = times[occurred] = local_time(occurred, self.zone)
            amount = amounts.get(currency)
            if amount is None:
                amount = amounts[currency] = _amounts(currency)
            ticker = tickers.get(symbol)
            if ticker is None:
                ticker = tickers[symbol] = encode_basestring(str(symbol))
            return (
                f'{{"eventId":"{name}","userId":{encode_basestring(user)},'
                f'"transactionType":"{kind._value_}","amount":{amount(moved)},'
                f'"ticker":{ticker},"orderId":{"null" if order is None else order},'
                f'"balanceAfter":{amount(balance)},"blockedBalanceAfter":{amount(blocked)},'
                f'"eventTimestamp":"{at}","currency":"{currency}","sequence":{sequence}}}'
            )

        return body


def _amounts(currency: str) -> Callable[[int], str]:
    """`amount_text` of one currency; cents, which nearly all amounts are, in a shorter way."""
    if currency_decimals(currency) != 2:
        return lambda minor: amount_text(minor, currency)

    def cents(minor: int) -> str:
        if minor < 0:
            return f"-{-minor // 100}.{-minor % 100:02d}"
        return f"{minor // 100}.{minor % 100:02d}"

    return cents
