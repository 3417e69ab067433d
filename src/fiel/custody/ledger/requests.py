"""Money and shares that come and go without an order."""

from __future__ import annotations

from datetime import datetime

from fiel.custody.accounts import AMOUNT_MAX, INT64_MAX, Account, CashMode, Lot, LotKind, Position, Rejection
from fiel.custody.events import (
    Adjust,
    Alert,
    AlertCode,
    BringShares,
    Change,
    ChangeKind,
    Deposit,
    State,
    Withdraw,
)
from fiel.custody.ledger.journal import entry_id
from fiel.custody.ledger.positions import share_of
from fiel.kernel.errors import InvalidInput
from fiel.kernel.ids import deterministic_id
from fiel.kernel.money import Money


def read_amount(value: object, currency: str, field: str = "amount") -> int:
    """An amount above zero in minor units, from exact text or Decimal.

    Raises `InvalidInput` with `field`: floats, NaN, too many decimals, zero, negative, too large.
    """
    minor = read_minor(value, currency, field)
    if minor <= 0:
        raise InvalidInput("amount_not_positive", "the amount must be above zero", field=field)
    if minor > AMOUNT_MAX:
        raise InvalidInput("amount_too_large", "the amount is larger than the book can hold", field=field)
    return minor


def read_minor(value: object, currency: str, field: str) -> int:
    """An amount of any sign and size in minor units. Raises `InvalidInput` with `field`."""
    try:
        return Money(value, currency).minor  # type: ignore[arg-type]  # Money says what it refuses
    except InvalidInput as refusal:
        raise InvalidInput(refusal.code, refusal.message, field=field) from None


def deposit(account: Account, command: Deposit) -> Change | Rejection:
    """Money in."""
    return _checked(account, command) or _cash(ChangeKind.DEPOSIT, command, command.amount)


def withdraw(account: Account, command: Withdraw) -> Change | Rejection:
    """Money out; refused above what is available, because the rest is held for orders."""
    refusal = _checked(account, command)
    if refusal is not None:
        return refusal
    if command.amount > account.available:
        return Rejection("available_exceeded", "more than is available", "amount")
    return _cash(ChangeKind.WITHDRAWAL, command, -command.amount)


def _checked(account: Account, command: Deposit | Withdraw) -> Rejection | None:
    if account.cash_mode is CashMode.EXTERNAL:
        return Rejection("cash_is_external", "the money of this account is kept elsewhere")
    if type(command.amount) is not int or not 0 < command.amount <= AMOUNT_MAX:
        return Rejection("amount_out_of_range", "the amount must be above zero and fit the book", "amount")
    return None


def _cash(kind: ChangeKind, command: Deposit | Withdraw, amount: int) -> Change:
    return Change(
        kind,
        entry_id(command.command_id),
        command.command_id,
        command.occurred_at or command.at,
        command.at,
        gross=amount,
    )


def bring_shares(state: State, command: BringShares) -> Change | Rejection:
    """Shares from elsewhere, with their cost: a statement's opening position, a transfer."""
    if type(command.quantity) is not int or not 0 < command.quantity <= INT64_MAX:
        return Rejection("quantity_out_of_range", "the quantity must be above zero", "quantity")
    if type(command.cost) is not int or not 0 <= command.cost <= AMOUNT_MAX:
        return Rejection("cost_out_of_range", "the cost must be zero or more and fit the book", "cost")
    occurred = command.occurred_at or command.at
    entry = entry_id(command.command_id)
    lot = _moved(
        state.account,
        command.ticker,
        quantity=command.quantity,
        cost=command.cost,
        occurred=occurred,
        entry=entry,
    )
    return _move(entry, command.command_id, lot, 0, command.at)


def adjust(state: State, command: Adjust) -> Change | Rejection:
    """The book as a broker's statement has it. A shortfall that it leaves is told, not refused."""
    if command.ticker is None:
        return _adjusted_cash(state.account, command)
    if type(command.quantity) is not int or not 0 < abs(command.quantity) <= INT64_MAX:
        return Rejection("quantity_out_of_range", "the quantity must not be zero", "quantity")
    if type(command.cost) is not int or not 0 <= command.cost <= AMOUNT_MAX:
        return Rejection("cost_out_of_range", "the cost must be zero or more and fit the book", "cost")
    position = state.position or Position(*state.account.key, command.ticker)
    entry, cost = entry_id(command.command_id), command.cost
    if command.quantity < 0:
        held = max(0, position.quantity)
        cost = max(0, share_of(position.cost, min(-command.quantity, held), held)) if held else 0
    lot = _moved(
        state.account,
        command.ticker,
        quantity=command.quantity,
        cost=cost,
        occurred=command.occurred_at,
        entry=entry,
    )
    alerts = _short(AlertCode.SHARES_SHORT, state.account, command, position.free, command.quantity)
    moved = _move(entry, command.command_id, lot, 0, command.at)
    return moved._replace(kind=ChangeKind.ADJUSTMENT, alerts=alerts)


def _adjusted_cash(account: Account, command: Adjust) -> Change | Rejection:
    if account.cash_mode is CashMode.EXTERNAL:
        return Rejection("cash_is_external", "the money of this account is kept elsewhere")
    if type(command.amount) is not int or not 0 < abs(command.amount) <= INT64_MAX:
        return Rejection("amount_out_of_range", "the amount must not be zero and must fit the book", "amount")
    change = Change(
        ChangeKind.ADJUSTMENT,
        entry_id(command.command_id),
        command.command_id,
        command.occurred_at,
        command.at,
        gross=command.amount,
    )
    alerts = _short(AlertCode.CASH_SHORTFALL, account, command, account.available, command.amount)
    return change._replace(alerts=alerts)


def _short(code: AlertCode, account: Account, command: Adjust, free: int, moved: int) -> tuple[Alert, ...]:
    """An alert when something that leaves takes more than was free."""
    left = free + moved
    if moved > 0 or left >= 0:
        return ()
    what = "minor units" if command.ticker is None else f"billionths of {command.ticker}"
    text = f"{-left} {what} are missing after an adjustment"
    return (Alert(code, account.user_id, None, command.command_id, text),)


def rename_ticker(
    account: Account, position: Position, new: str, *, command_id: str, occurred_at: datetime, at: datetime
) -> tuple[Change, Change]:
    """A position leaves its old ticker and arrives at the new, with its cost and what orders reserve.

    The first change is for the state with the old position, the second for the one with the new.
    """
    out, into = (deterministic_id("entry", command_id, side) for side in ("old", "new"))
    leaving = _moved(
        account,
        position.ticker,
        quantity=-position.quantity,
        cost=position.cost,
        occurred=occurred_at,
        entry=out,
    )
    coming = _moved(
        account, new, quantity=position.quantity, cost=position.cost, occurred=occurred_at, entry=into
    )
    return (
        _move(out, command_id, leaving, -position.reserved, at),
        _move(into, command_id, coming, position.reserved, at),
    )


def _move(entry: str, cause: str, lot: Lot, reserved: int, at: datetime) -> Change:
    return Change(
        ChangeKind.TRANSFER,
        entry,
        cause,
        lot.occurred_at,
        at,
        ticker=lot.ticker,
        quantity=lot.quantity,
        reserved=reserved,
        lots=(lot,),
    )


def _moved(account: Account, ticker: str, *, quantity: int, cost: int, occurred: datetime, entry: str) -> Lot:
    price = 0  # a move has a cost, not a price
    key = (entry, account.user_id, account.currency, ticker, 0, 0, LotKind.MOVE, quantity, price)
    return Lot(*key, cost, 0, occurred, entry)
