"""`evolve`: the rows after a ledger event. It only adds; every rule is in the deciding."""

from __future__ import annotations

from fiel.custody.accounts import Account, CashMode, Position
from fiel.custody.events import Change, LedgerEvent, State
from fiel.custody.ledger.journal import transaction_count
from fiel.custody.ledger.positions import follows, with_lot


def evolve(state: State, event: LedgerEvent) -> State:
    """The state after the event. What was ignored or parked changes no row of it."""
    if not isinstance(event, Change):
        return state
    return State(
        account=_account(state.account, event),
        order=state.order if event.order is None else event.order,
        position=_position(state, event),
    )


def _account(account: Account, change: Change) -> Account:
    if account.cash_mode is CashMode.EXTERNAL or not (change.gross or change.fee or change.blocked):
        return account
    return account._replace(
        balance=account.balance + change.gross - change.fee,
        blocked=account.blocked + change.blocked,
        sequence=account.sequence + transaction_count(change),
    )


def _position(state: State, change: Change) -> Position | None:
    if not (change.quantity or change.reserved or change.restates or change.lots):
        return state.position
    account, position = state.account, state.position
    if position is None:
        position = Position(account.user_id, account.currency, change.ticker or "")
    if change.reserved:
        position = position._replace(reserved=position.reserved + change.reserved)
    if len(change.lots) == 1 and not change.restates and follows(position, change.lots[0]):
        return with_lot(position, change.lots[0])
    if change.lots or change.restates:
        # The quantity is right at once; cost and profit are counted again from the lots.
        position = position._replace(quantity=position.quantity + change.quantity, restate=True)
    return position
