"""What assets pay: dividends and the like, and capital that comes back.

Neither the journal nor its postings know of tickers or kinds of income. The cause of the entry tells
both, and stays readable for who looks at the rows: `income:jcp:PETR4:<command>`.
"""

from __future__ import annotations

from typing import NamedTuple

from fiel.custody.accounts import AMOUNT_MAX, CashMode, Lot, LotKind, Rejection
from fiel.custody.events import Alert, AlertCode, BookIncome, Change, ChangeKind, State
from fiel.custody.ledger.journal import entry_id
from fiel.custody.ledger.requests import read_minor
from fiel.income.values import IncomeKind
from fiel.kernel.errors import Corrupt, InvalidInput

#: The kinds of entries that are money from assets.
PAID = (ChangeKind.INCOME, ChangeKind.CAPITAL_RETURN)
_WORD = "income"


class IncomeCause(NamedTuple):
    """What the cause of an entry says of a payment."""

    kind: IncomeKind
    ticker: str
    command_id: str

    def __str__(self) -> str:
        return f"{_WORD}:{self.kind.value}:{self.ticker}:{self.command_id}"

    @classmethod
    def parse(cls, text: str) -> IncomeCause:
        """What `str` wrote. Raises `Corrupt` (income_cause_unreadable).

        >>> IncomeCause.parse("income:jcp:PETR4:pix:7").command_id
        'pix:7'
        """
        word, _, rest = text.partition(":")
        kind, _, rest = rest.partition(":")
        ticker, _, command_id = rest.partition(":")
        if word != _WORD or kind not in _KINDS or not ticker or not command_id:
            raise Corrupt(
                "income_cause_unreadable",
                f"{text!r} does not tell what was paid; verify the chain of the journal",
            )
        return cls(_KINDS[kind], ticker, command_id)


_KINDS = {kind.value: kind for kind in IncomeKind}


def read_kind(value: object) -> IncomeKind:
    """The code of a kind. Raises `InvalidInput` (income_kind_unknown, field kind)."""
    found = _KINDS.get(value) if isinstance(value, str) else None
    if found is None:
        raise InvalidInput(
            "income_kind_unknown", f"the kind must be one of {', '.join(_KINDS)}", field="kind"
        )
    return found


def read_payment(amount: object, withheld: object, currency: str) -> tuple[int, int]:
    """(net, withheld) in minor units, from exact text or Decimal.

    Raises `InvalidInput` with its field: what is no exact amount, a net amount of zero, tax below zero
    beside an amount above it, what is too large.
    """
    net, kept = read_minor(amount, currency, "amount"), read_minor(withheld, currency, "withheld")
    if net == 0:
        raise InvalidInput("amount_zero", "the amount must not be zero", field="amount")
    if abs(net) > AMOUNT_MAX:
        raise InvalidInput("amount_too_large", "the amount is larger than the book can hold", field="amount")
    if not _can_be_withheld(net, kept):
        raise InvalidInput(
            "withheld_out_of_range",
            "the tax withheld must be zero or more and fit the book",
            field="withheld",
        )
    return net, kept


def _can_be_withheld(net: int, withheld: int) -> bool:
    """Taking back corrects: tax can have been told too high, too low, or be given back with the rest."""
    return (0 if net > 0 else -AMOUNT_MAX) <= withheld <= AMOUNT_MAX


def book_income(state: State, command: BookIncome) -> Change | Rejection:
    """Money from an asset, wherever the account's cash is kept. What was paid is a fact: where it is taken
    back after it was spent, the shortfall is told, and the booking not refused.
    """
    account, net, withheld = state.account, command.amount, command.withheld
    if type(net) is not int or not 0 < abs(net) <= AMOUNT_MAX:
        return Rejection("amount_out_of_range", "the amount must not be zero and must fit the book", "amount")
    if type(withheld) is not int or not _can_be_withheld(net, withheld):
        return Rejection("withheld_out_of_range", "the tax must be zero or more and fit the book", "withheld")
    occurred = command.occurred_at or command.at
    entry = entry_id(command.command_id)
    change = Change(
        ChangeKind.INCOME,
        entry,
        str(IncomeCause(command.kind, command.ticker, command.command_id)),
        occurred,
        command.at,
        ticker=command.ticker,
        gross=net,
        withheld=withheld,
        alerts=_short(state, command),
    )
    if not command.kind.is_capital:
        return change
    where = (account.user_id, account.currency, command.ticker, 0, 0)
    capital = Lot(entry, *where, LotKind.RETURN, 0, 0, net + withheld, 0, occurred, entry)
    return change._replace(kind=ChangeKind.CAPITAL_RETURN, lots=(capital,))


def _short(state: State, command: BookIncome) -> tuple[Alert, ...]:
    account = state.account
    left = account.available + command.amount
    if command.amount > 0 or left >= 0 or account.cash_mode is CashMode.EXTERNAL:
        return ()
    text = f"{-left} minor units are missing after {command.ticker} took back {-command.amount}"
    return (Alert(AlertCode.CASH_SHORTFALL, account.user_id, None, command.command_id, text),)
