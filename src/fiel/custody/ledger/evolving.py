"""`evolve`: the rows after a ledger event. It only adds; every rule is in the deciding."""

from __future__ import annotations

from fiel.custody.accounts import Account, CashMode, Position
from fiel.custody.events import Change, LedgerEvent, State
from fiel.custody.ledger.journal import transaction_count
from fiel.custody.ledger.positions import follows, with_lot

_new = tuple.__new__  # a row from all its fields in order, without the cost of naming them
_EXTERNAL = CashMode.EXTERNAL


def evolve(state: State, event: LedgerEvent) -> State:
    """The state after the event. What was ignored or parked changes no row of it."""
    if not isinstance(event, Change):
        return state
    order = state.order if event.order is None else event.order
    return _new(State, (_account(state.account, event), order, _position(state, event)))


def _account(account: Account, change: Change) -> Account:
    user_id, currency, cash_mode, balance, blocked, sequence = account
    if cash_mode is _EXTERNAL or not (change.gross or change.fee or change.blocked):
        return account
    return _new(
        Account,
        (
            user_id,
            currency,
            cash_mode,
            balance + change.gross - change.fee,
            blocked + change.blocked,
            sequence + transaction_count(change),
        ),
    )


def _position(state: State, change: Change) -> Position | None:
    lots, reserved, restates = change.lots, change.reserved, change.restates
    if not (lots or reserved or change.quantity or restates):
        return state.position
    account, position = state.account, state.position
    if position is None:
        position = Position(account.user_id, account.currency, change.ticker or "")
    if reserved:
        position = position._replace(reserved=position.reserved + reserved)
    if len(lots) == 1 and not restates and follows(position, lots[0]):
        return with_lot(position, lots[0])
    if lots or restates:
        # The quantity is right at once; cost and profit are counted again from the lots.
        position = position._replace(quantity=position.quantity + change.quantity, restate=True)
    return position
