"""What happened elsewhere and is told afterwards: trades of files, money, shares, and taking entries back.

A fact is booked whatever the account holds: what is missing then is told as an alert. As with income, the
cause of the entry says what it was, readable for who looks at the rows: `fact:split:PETR4:<command>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from fiel.custody.accounts import AMOUNT_MAX, INT64_MAX, CashMode, Lot, LotKind, Rejection
from fiel.custody.events import (
    REVERSING,
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
_OF_SALE = frozenset({FactKind.FRACTION_SALE, FactKind.RIGHTS_SALE})
#: Money that only comes; what was wrong about it is taken back. Fees and taxes can be given back.
_RECEIVED = _OF_SALE | {FactKind.DEPOSIT}
_LIMITS = (
    ("amount", AMOUNT_MAX),
    ("fee", AMOUNT_MAX),
    ("cost", AMOUNT_MAX),
    ("quantity", INT64_MAX),
    ("price", INT64_MAX),
)


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

    @property
    def stem(self) -> str:
        """What it shares with the other legs of one happening."""
        return stem_of(self.command_id)


_KINDS = {kind.value: kind for kind in FactKind}


def reversed_entry(command_id: str) -> str | None:
    """The entry that a command of this name takes back; `None` for a booking of its own."""
    return command_id.removeprefix(REVERSING) if command_id.startswith(REVERSING) else None


def stem_of(command_id: str) -> str:
    """What the legs of one happening are named after.

    >>> stem_of("merger:7#out"), stem_of("b3:7")
    ('merger:7', 'b3:7')
    """
    return command_id.partition("#")[0]


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
    kind, account = command.kind, state.account
    has_shares = _KIND_OF[kind][1] is not None
    if kind in _OF_CASH and account.cash_mode is CashMode.EXTERNAL:
        return Rejection("cash_is_external", "the money of this account is kept elsewhere")
    if (has_shares or kind in _OF_SALE) and not command.ticker:
        return Rejection("ticker_missing", f"a {kind} needs a ticker", "ticker")
    if has_shares and command.ticker == account.currency:
        return Rejection("ticker_is_currency", "shares of this name would be counted as money", "ticker")
    return _out_of_range(command) or _not_of_its_kind(command, has_shares=has_shares) or _wrong_sign(command)


def _out_of_range(command: BookFact) -> Rejection | None:
    for name, most in _LIMITS:
        number = getattr(command, name)
        if type(number) is not int:
            return Rejection("number_expected", f"{name} is a whole number of its smallest unit", name)
        if abs(number) > most:
            return Rejection(f"{name}_out_of_range", f"the {name} must fit the book", name)
    for name, number in (("fee", command.fee), ("price", command.price)):
        if number < 0:
            return Rejection(f"{name}_out_of_range", f"the {name} must be zero or more", name)
    return None


def _not_of_its_kind(command: BookFact, *, has_shares: bool) -> Rejection | None:
    """Shares that its kind does not move, or lacks; money likewise."""
    kind, quantity = command.kind, command.quantity
    if has_shares and not quantity:
        return Rejection("quantity_out_of_range", f"a {kind} needs a quantity that is not zero", "quantity")
    if quantity and not has_shares:
        return Rejection("quantity_out_of_range", f"a {kind} moves no shares", "quantity")
    if not has_shares and not command.amount:
        return Rejection("amount_zero", "the amount must not be zero", "amount")
    if has_shares and kind is not FactKind.TRADE:
        for name, number in (("amount", command.amount), ("fee", command.fee)):
            if number:
                return Rejection(f"{name}_out_of_range", f"a {kind} moves no money", name)
    if kind is FactKind.SPLIT and command.cost:
        return Rejection("cost_out_of_range", "a split leaves the cost as it is", "cost")
    return None


def _wrong_sign(command: BookFact) -> Rejection | None:
    kind, amount, quantity = command.kind, command.amount, command.quantity
    if kind is FactKind.TRADE and (amount > 0) == (quantity > 0) and amount:
        return Rejection("amount_sign", "what is bought is paid, what is sold is received", "amount")
    if (kind in _RECEIVED and amount < 0) or (kind is FactKind.WITHDRAWAL and amount > 0):
        return Rejection("amount_sign", f"a {kind} has the other sign", "amount")
    if (kind in _INCOMING and quantity < 0) or (kind in _LEAVING and quantity > 0):
        return Rejection("quantity_out_of_range", f"a {kind} has the other sign", "quantity")
    if command.cost < 0 and kind is not FactKind.CONVERSION:
        return Rejection("cost_out_of_range", "the cost must be zero or more", "cost")
    return None


def reverse(state: State, command: Reverse) -> Change | Rejection:
    """The opposite of an entry, on its day; its lot moves nothing any more. What is then missing is told."""
    entry = command.entry
    if entry.kind not in REVERSIBLE:
        return Rejection(
            "entry_not_reversible", f"a {entry.kind} is corrected by what made it, not taken back", "entry"
        )
    cause = cause_of(entry)
    if reversed_entry(cause if isinstance(cause, str) else cause.command_id) is not None:
        return Rejection("entry_reverses", "this entry takes another one back; book that one again", "entry")
    if isinstance(cause, str) and entry_id(cause) != entry.id:
        return Rejection("entry_not_reversible", "a renamed ticker has two entries; rename it again", "entry")
    own = entry_id(command.command_id)
    return Change(
        entry.kind,
        own,
        command.command_id if isinstance(cause, str) else str(cause._replace(command_id=command.command_id)),
        entry.occurred_at,
        command.at,
        ticker=entry.ticker,
        gross=-entry.gross,
        fee=-entry.fee,
        quantity=-entry.quantity,
        lots=tuple(lot._replace(quantity=0, gross=0, fee=0) for lot in entry.lots),
        restates=bool(entry.lots),
        alerts=_short(state, command.command_id, entry.fee - entry.gross, -entry.quantity),
        withheld=-entry.withheld,
    )


def cause_of(entry: BookedEntry) -> FactCause | IncomeCause | str:
    """What the cause of an entry without an order tells; that of a request is its name alone.

    A reversal names the kind and ticker of its original, so that sums by cause come out at nothing.
    """
    if entry.kind in PAID:
        return IncomeCause.parse(entry.cause)
    return FactCause.parse(entry.cause) or entry.cause


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
