"""What happened elsewhere and is told afterwards: trades of files, money, shares, and taking entries back.

A fact is booked whatever the account holds: what is missing then is told as an alert. As with income, the
cause of the entry says what it was, readable for who looks at the rows: `fact:split:PETR4:<command>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from fiel.custody.accounts import AMOUNT_MAX, INT64_MAX, CashMode, Lot, LotKind, Rejection
from fiel.custody.events import (
    Alert,
    AlertCode,
    BookedEntry,
    BookFact,
    Change,
    ChangeKind,
    FactKind,
    Reverse,
    State,
)
from fiel.custody.ledger.income import PAID, IncomeCause
from fiel.custody.ledger.journal import entry_id
from fiel.kernel.errors import Corrupt

_WORD = "fact"
_NONE = "-"
#: Kinds of entries that stand alone and can be taken back; what orders did is corrected by its broker.
REVERSIBLE = frozenset(
    {
        ChangeKind.DEPOSIT,
        ChangeKind.WITHDRAWAL,
        ChangeKind.TRANSFER,
        ChangeKind.INCOME,
        ChangeKind.CAPITAL_RETURN,
        ChangeKind.TRADE,
        ChangeKind.FEE,
        ChangeKind.TAX,
        ChangeKind.SHARES,
    }
)
_BACK = "reverse:"
_KIND_OF: Mapping[FactKind, tuple[ChangeKind, LotKind | None]] = {
    FactKind.DEPOSIT: (ChangeKind.DEPOSIT, None),
    FactKind.WITHDRAWAL: (ChangeKind.WITHDRAWAL, None),
    FactKind.FEE: (ChangeKind.FEE, None),
    FactKind.TAX: (ChangeKind.TAX, None),
    FactKind.FRACTION_SALE: (ChangeKind.TRADE, None),
    FactKind.RIGHTS_SALE: (ChangeKind.TRADE, None),
    FactKind.TRADE: (ChangeKind.TRADE, LotKind.TRADE),
    FactKind.OPENING: (ChangeKind.TRANSFER, LotKind.MOVE),
    FactKind.DELIVERY: (ChangeKind.TRANSFER, LotKind.MOVE),
    FactKind.MOVE: (ChangeKind.TRANSFER, LotKind.MOVE),
    FactKind.SPLIT: (ChangeKind.SHARES, LotKind.CHANGE),
    FactKind.BONUS: (ChangeKind.SHARES, LotKind.CHANGE),
    FactKind.CONVERSION: (ChangeKind.SHARES, LotKind.CHANGE),
    FactKind.FRACTION: (ChangeKind.SHARES, LotKind.MOVE),
}
_INCOMING = frozenset({FactKind.OPENING, FactKind.BONUS})
_LEAVING = frozenset({FactKind.DELIVERY, FactKind.FRACTION})
_OF_CASH = frozenset({FactKind.DEPOSIT, FactKind.WITHDRAWAL})


class FactCause(NamedTuple):
    """What the cause of an entry says of a fact."""

    kind: FactKind
    ticker: str | None
    command_id: str

    def __str__(self) -> str:
        return f"{_WORD}:{self.kind.value}:{self.ticker or _NONE}:{self.command_id}"

    @classmethod
    def parse(cls, text: str) -> FactCause | None:
        """What `str` wrote; `None` for a cause of another kind. Raises `Corrupt` (fact_cause_unreadable).

        >>> FactCause.parse("fact:split:PETR4:b3:7").command_id
        'b3:7'
        """
        word, _, rest = text.partition(":")
        if word != _WORD:
            return None
        kind, _, rest = rest.partition(":")
        ticker, _, command_id = rest.partition(":")
        if kind not in _KINDS or not ticker or not command_id:
            raise Corrupt(
                "fact_cause_unreadable",
                f"{text!r} does not tell what happened; verify the chain of the journal",
            )
        return cls(_KINDS[kind], None if ticker == _NONE else ticker, command_id)

    @property
    def reverses(self) -> str | None:
        """The entry that this one takes back."""
        return reversed_entry(self.command_id)


_KINDS = {kind.value: kind for kind in FactKind}


def reversed_entry(command_id: str) -> str | None:
    """The entry that a command of this name takes back; `None` for a booking of its own."""
    return command_id.removeprefix(_BACK) if command_id.startswith(_BACK) else None


def book_fact(state: State, command: BookFact) -> Change | Rejection:
    """What was told, as it was told."""
    refusal = _refusal(state, command)
    if refusal is not None:
        return refusal
    kind, lot_kind = _KIND_OF[command.kind]
    entry = entry_id(command.command_id)
    lots = () if lot_kind is None else (_lot(state, command, lot_kind, entry),)
    return Change(
        kind,
        entry,
        str(FactCause(command.kind, command.ticker, command.command_id)),
        command.occurred_at,
        command.at,
        ticker=command.ticker,
        gross=command.amount,
        fee=command.fee,
        quantity=command.quantity,
        lots=lots,
        alerts=_short(state, command.command_id, command.amount - command.fee, command.quantity),
    )


def _lot(state: State, command: BookFact, kind: LotKind, entry: str) -> Lot:
    """The cost of a leaving MOVE is the position's matter: its sign says that it leaves."""
    account = state.account
    gross = abs(command.amount) if kind is LotKind.TRADE else command.cost
    if kind is LotKind.MOVE and command.quantity < 0:
        gross = max(gross, 0)
    return Lot(
        entry,
        account.user_id,
        account.currency,
        command.ticker or "",
        0,
        0,
        kind,
        command.quantity,
        command.price,
        gross,
        command.fee,
        command.occurred_at,
        entry,
    )


def _refusal(state: State, command: BookFact) -> Rejection | None:
    """Why the fact says nothing that could be booked."""
    kind, amount, quantity = command.kind, command.amount, command.quantity
    numbers = (amount, quantity, command.fee, command.cost, command.price)
    if any(type(number) is not int for number in numbers):
        return Rejection("number_expected", "amounts and quantities are whole numbers of their unit")
    if max(abs(amount), abs(command.fee), abs(command.cost)) > AMOUNT_MAX or abs(quantity) > INT64_MAX:
        return Rejection("amount_out_of_range", "the amount must fit the book", "amount")
    has_shares = _KIND_OF[kind][1] is not None
    if has_shares != bool(quantity):
        return Rejection(
            "quantity_out_of_range", f"a {kind} has shares, or none, as its kind says", "quantity"
        )
    if (has_shares or kind in (FactKind.FRACTION_SALE, FactKind.RIGHTS_SALE)) and not command.ticker:
        return Rejection("ticker_missing", f"a {kind} needs a ticker", "ticker")
    if not has_shares and not amount:
        return Rejection("amount_zero", "the amount must not be zero", "amount")
    if has_shares and kind is not FactKind.TRADE and (amount or command.fee):
        return Rejection("amount_out_of_range", f"a {kind} moves no money", "amount")
    if kind in _OF_CASH and state.account.cash_mode is CashMode.EXTERNAL:
        return Rejection("cash_is_external", "the money of this account is kept elsewhere")
    return _wrong_sign(command)


def _wrong_sign(command: BookFact) -> Rejection | None:
    kind, amount, quantity = command.kind, command.amount, command.quantity
    if kind is FactKind.TRADE and (amount > 0) == (quantity > 0) and amount:
        return Rejection("amount_sign", "what is bought is paid, what is sold is received", "amount")
    if (kind is FactKind.DEPOSIT and amount < 0) or (kind is FactKind.WITHDRAWAL and amount > 0):
        return Rejection("amount_sign", f"a {kind} has the other sign", "amount")
    if (kind in _INCOMING and quantity < 0) or (kind in _LEAVING and quantity > 0):
        return Rejection("quantity_out_of_range", f"a {kind} has the other sign", "quantity")
    if command.fee < 0 or (command.cost < 0 and kind is not FactKind.CONVERSION):
        return Rejection("cost_out_of_range", "costs and fees must be zero or more", "cost")
    return None


def reverse(state: State, command: Reverse) -> Change | Rejection:
    """The opposite of an entry, on its day. What is then missing is told, not refused."""
    entry = command.entry
    if entry.kind not in REVERSIBLE:
        return Rejection(
            "entry_not_reversible", f"a {entry.kind} of an order is corrected by its broker", "entry"
        )
    fact = FactCause.parse(entry.cause)
    if (fact is not None and fact.reverses) or entry.cause.startswith(_BACK):
        return Rejection("entry_reverses", "this entry takes another one back; book that one again", "entry")
    cause, alerts = (
        _cause_of_reversal(entry, fact, command.command_id),
        _short(state, command.command_id, entry.fee - entry.gross, -entry.quantity),
    )
    own = entry_id(command.command_id)
    return Change(
        entry.kind,
        own,
        cause,
        entry.occurred_at,
        command.at,
        ticker=entry.ticker,
        gross=-entry.gross,
        fee=-entry.fee,
        quantity=-entry.quantity,
        lots=tuple(_undone(lot, own) for lot in entry.lots),
        restates=bool(entry.lots),
        alerts=alerts,
        withheld=-entry.withheld,
    )


def _cause_of_reversal(entry: BookedEntry, fact: FactCause | None, command_id: str) -> str:
    """It names the same kind and ticker, so that sums by cause come out at nothing."""
    if fact is not None:
        return str(fact._replace(command_id=command_id))
    if entry.kind in PAID:
        return str(IncomeCause.parse(entry.cause)._replace(command_id=command_id))
    return command_id


def _undone(lot: Lot, entry: str) -> Lot:
    """The lot moves nothing any more; of capital, which is posted too, a second lot takes it back."""
    if lot.kind is LotKind.RETURN:
        return lot._replace(id=entry, gross=-lot.gross, event_id=entry)
    return lot._replace(quantity=0, gross=0, fee=0)


def _short(state: State, command_id: str, money: int, quantity: int) -> tuple[Alert, ...]:
    """What a person must look at, though it is booked."""
    account, found = state.account, []
    left = account.available + money
    if money < 0 and left < 0 and account.cash_mode is CashMode.TRACKED:
        found.append((AlertCode.CASH_SHORTFALL, f"{-left} minor units are missing"))
    free = (state.position.free if state.position else 0) + quantity
    if quantity < 0 and free < 0:
        found.append((AlertCode.SHARES_SHORT, f"{-free} billionths are missing"))
    return tuple(Alert(code, account.user_id, None, command_id, text) for code, text in found)
