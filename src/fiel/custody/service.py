"""Custody's commands: what changes the book, each in one transaction.

    custody = Custody(book, clock=clock, ids=ids)
    custody.receive(messages)                         # order events, up to a batch at a time
    custody.deposit("ana", "1000.00", key="pix-7")    # money in, once per key

Nothing here refuses a fact: fills are booked, and what is strange about them becomes an alert.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from fiel.custody.accounts import (
    AMOUNT_MAX,
    Account,
    AccountKey,
    CashMode,
    PositionKey,
    Rejection,
)
from fiel.custody.events import BookIncome, BringShares, CorrectFill, Deposit, Withdraw
from fiel.custody.ledger.batch import Batch
from fiel.custody.ledger.income import read_kind, read_payment
from fiel.custody.ledger.journal import entry_id
from fiel.custody.ledger.requests import read_amount
from fiel.custody.messages import Message
from fiel.custody.names import read_currency, read_ticker, read_user_id
from fiel.custody.receiving import Progress, Received, Receiver
from fiel.custody.store.book import Book, BookUnit
from fiel.kernel.clock import Clock, in_utc
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import Conflict, InvalidInput, NotFound, Refused
from fiel.kernel.ids import IdSource, deterministic_id
from fiel.kernel.rounding import exact_context

DEFAULT_CURRENCY = "BRL"


@dataclass(frozen=True, slots=True)
class CashAnswer:
    """An account after a deposit or withdrawal, as it was answered first; amounts in minor units."""

    account: Account
    at: datetime
    repeated: bool


@dataclass(frozen=True, slots=True)
class IncomeAnswer:
    """The account after income was booked, as it was answered first, and the entry that the journal has."""

    entry_id: str
    account: Account
    at: datetime
    repeated: bool


@dataclass(frozen=True, slots=True)
class Custody:
    """The commands. `zone` is where the clock of the order service hangs (its times name no zone)."""

    book: Book
    clock: Clock
    ids: IdSource
    zone: tzinfo = UTC
    receiver: Receiver = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "receiver", Receiver(self.book, self.clock, self.zone))

    def receive(self, messages: Sequence[Message], progress: Sequence[Progress] = ()) -> Received:
        """Messages of `order-events-v1` in their order; see `Receiver.receive`."""
        return self.receiver.receive(messages, progress)

    def replay_dead_letter(self, letter_id: str) -> Received:
        """A dead letter once more; see `Receiver.replay`."""
        return self.receiver.replay(letter_id)

    def discard_dead_letter(self, letter_id: str) -> None:
        """A person decided that a dead letter is nothing; see `Receiver.discard`."""
        self.receiver.discard(letter_id)

    def open_account(
        self, user_id: str, currency: str = DEFAULT_CURRENCY, cash_mode: CashMode = CashMode.TRACKED
    ) -> Account:
        """An account that is there afterwards. Raises `Conflict` when it is kept in another cash mode."""
        key = AccountKey(read_user_id(user_id), read_currency(currency))

        def work(unit: BookUnit) -> Account:
            batch = unit.load(key.user_id)
            account = batch.open_account(key, cash_mode)
            if account.cash_mode is not cash_mode:
                raise Conflict(
                    "cash_mode", f"{user_id} already has a {account.cash_mode} account", field="cash_mode"
                )
            unit.save(batch, self.clock.now())
            return account

        return self.book.transact(work)

    def deposit(
        self,
        user_id: str,
        amount: object,
        currency: str = DEFAULT_CURRENCY,
        *,
        key: str | None = None,
        occurred_at: datetime | None = None,
    ) -> CashAnswer:
        """Money in; the first deposit opens the account. `amount` is exact text or Decimal, above zero.

        With `key`, once per user and key: the same request again gets the same answer. Raises
        `InvalidInput` for the amount, `Conflict` (idempotency_key_reused) for the key with another body.
        """
        return self._cash("deposit", user_id, amount, currency, key, occurred_at)

    def withdraw(
        self,
        user_id: str,
        amount: object,
        currency: str = DEFAULT_CURRENCY,
        *,
        key: str | None = None,
        occurred_at: datetime | None = None,
    ) -> CashAnswer:
        """Money out, never more than is available. Raises as `deposit`, and `NotFound`, `Refused`."""
        return self._cash("withdraw", user_id, amount, currency, key, occurred_at)

    def bring_shares(
        self,
        user_id: str,
        ticker: str,
        quantity: object,
        cost: object,
        currency: str = DEFAULT_CURRENCY,
        *,
        key: str | None = None,
        occurred_at: datetime | None = None,
    ) -> str:
        """Shares in from elsewhere with what they cost in all; gives back the journal entry's id."""
        account = AccountKey(read_user_id(user_id), read_currency(currency))
        ticker, now = read_ticker(ticker), self.clock.now()
        units = _units(quantity, "quantity")
        paid = 0 if _is_zero(cost) else read_amount(cost, account.currency, "cost")
        command_id = self._command_id("bring", account.user_id, key)
        command = BringShares(command_id, ticker, units, paid, now, _utc(occurred_at))

        def work(unit: BookUnit) -> str:
            body: dict[str, str | int | None] = {"ticker": ticker, "quantity": units, "cost": paid}
            scope = f"bring:{account.user_id}"
            if key is not None:
                answered = unit.begin_request(scope, key, body | {"currency": account.currency}, now)
                if answered is not None:
                    return answered
            batch = unit.load(account.user_id, tickers={PositionKey(*account, ticker)})
            batch.open_account(account, CashMode.TRACKED)
            _accepted(batch.run(account, command))
            entry = batch.entries[-1].id
            unit.save(batch, now)
            if key is not None:
                unit.finish_request(scope, key, entry)
            return entry

        return self.book.transact(work)

    def book_income(
        self,
        user_id: str,
        ticker: str,
        kind: str,
        amount: object,
        *,
        key: str | None = None,
        occurred_at: datetime | None = None,
        withheld: object = "0",
        currency: str = DEFAULT_CURRENCY,
    ) -> IncomeAnswer:
        """Money that an asset paid: `amount` net, `withheld` the tax kept back, exact text or Decimal.

        `kind` is a code of `IncomeKind`. An amount below zero takes money back. With `key`, once per user
        and key. Raises `InvalidInput` naming the field, `NotFound` (account_unknown), `Conflict`
        (idempotency_key_reused) for the key with another body.
        """
        account = AccountKey(read_user_id(user_id), read_currency(currency))
        ticker, code, occurred = read_ticker(ticker), read_kind(kind), _utc(occurred_at)
        (net, kept), now = read_payment(amount, withheld, account.currency), self.clock.now()
        command_id = self._command_id("income", account.user_id, key)
        command = BookIncome(command_id, ticker, code, net, now, occurred, kept)

        def effect(unit: BookUnit) -> CashAnswer:
            batch = unit.load(account.user_id, tickers={PositionKey(*account, ticker)})
            _known(batch, account)
            _accepted(batch.run(account, command))
            unit.save(batch, now)
            return CashAnswer(batch.accounts[account], now, repeated=False)

        work: Callable[[BookUnit], CashAnswer] = effect
        if key is not None:
            body: dict[str, str | int | None] = {
                "ticker": ticker,
                "kind": code.value,
                "amount": net,
                "withheld": kept,
                "currency": account.currency,
                "occurred_at": None if occurred is None else occurred.isoformat(),
            }
            work = self._once(f"income:{account.user_id}", key, body, now, effect)
        done = self.book.transact(work)
        return IncomeAnswer(entry_id(command_id), done.account, done.at, done.repeated)

    def correct_fill(self, order_id: int, user_id: str, upto: int, price: int | None, *, key: str) -> bool:
        """A broker takes a fill back (`price` None) or changes its price (billionths of the currency).

        The fill is named by the cumulative quantity it completed (billionths). `False` when it was
        booked like this already.
        """
        now = self.clock.now()

        def work(unit: BookUnit) -> bool:
            batch = unit.load(read_user_id(user_id), order_ids=[order_id])
            order = batch.orders.get(order_id)
            if order is None or order.user_id != user_id:
                raise NotFound("order_unknown", f"{user_id} has no order {order_id}", field="orderId")
            command_id = deterministic_id("command", "correct", user_id, key)
            _accepted(
                batch.run(
                    AccountKey(user_id, order.currency), CorrectFill(command_id, upto, price, now), order_id
                )
            )
            unit.save(batch, now)
            return bool(batch.entries)

        return self.book.transact(work)

    def rename(self, key: PositionKey, new: str, *, command_key: str, occurred_at: datetime) -> None:
        """A position and the open orders on it go over to a new ticker, cost kept; once per `command_key`."""
        new, now = read_ticker(new), self.clock.now()
        command_id = deterministic_id("command", "rename", *key, command_key)

        def work(unit: BookUnit) -> None:
            scope = f"rename:{key.user_id}"
            body: dict[str, str | int | None] = {"ticker": key.ticker, "new": new}
            if unit.begin_request(scope, command_key, body, now) is not None:
                return
            batch = unit.load_renaming(key, new)
            if key not in batch.positions:
                raise NotFound("position_unknown", f"{key.user_id} holds no {key.ticker}", field="ticker")
            batch.rename(key, new, command_id=command_id, occurred_at=in_utc(occurred_at), at=now)
            unit.save(batch, now)
            unit.finish_request(scope, command_key, command_id)

        self.book.transact(work)

    def _cash(
        self,
        verb: str,
        user_id: str,
        amount: object,
        currency: str,
        key: str | None,
        occurred_at: datetime | None,
    ) -> CashAnswer:
        account = AccountKey(read_user_id(user_id), read_currency(currency))
        minor, now = read_amount(amount, account.currency), self.clock.now()
        command_id = self._command_id(verb, account.user_id, key)
        change = (Deposit if verb == "deposit" else Withdraw)(command_id, minor, now, _utc(occurred_at))

        def effect(unit: BookUnit) -> CashAnswer:
            batch = unit.load(account.user_id)
            if verb == "deposit":
                batch.open_account(account)
            _known(batch, account)
            _accepted(batch.run(account, change))
            unit.save(batch, now)
            return CashAnswer(batch.accounts[account], now, repeated=False)

        if key is None:
            return self.book.transact(effect)
        body: dict[str, str | int | None] = {"amount": minor, "currency": account.currency}
        return self.book.transact(self._once(f"{verb}:{account.user_id}", key, body, now, effect))

    def _once(
        self,
        scope: str,
        key: str,
        body: dict[str, str | int | None],
        now: datetime,
        effect: Callable[[BookUnit], CashAnswer],
    ) -> Callable[[BookUnit], CashAnswer]:
        def work(unit: BookUnit) -> CashAnswer:
            answered = unit.begin_request(scope, key, body, now)
            if answered is not None:
                return _read_answer(answered)
            answer = effect(unit)
            unit.finish_request(scope, key, _answer_text(answer))
            return answer

        return work

    def _command_id(self, verb: str, user_id: str, key: str | None) -> str:
        if key is None:
            return f"{verb}:{self.ids.next_id()}"
        return deterministic_id("command", verb, user_id, key)


def _known(batch: Batch, key: AccountKey) -> None:
    if key not in batch.accounts:
        raise NotFound(
            "account_unknown",
            f"{key.user_id} has no account in {key.currency}; a first deposit opens it",
            field="userId",
        )


def _accepted(decision: object) -> None:
    if isinstance(decision, Rejection):
        raise Refused(decision.code, decision.message, field=decision.field)


def _utc(instant: datetime | None) -> datetime | None:
    return None if instant is None else in_utc(instant, field="occurred_at")


def _is_zero(value: object) -> bool:
    return parse_decimal(value, field="cost") == 0


def _units(value: object, field: str) -> int:
    """An exact quantity above zero in billionths. Raises `InvalidInput` naming the field."""
    number = parse_decimal(value, field=field, decimals_max=9)
    units = int(exact_context().scaleb(number, Decimal(9)))
    if not 0 < units <= AMOUNT_MAX:
        raise InvalidInput(
            "quantity_out_of_range", f"{field} must be above zero and fit the book", field=field
        )
    return units


def _answer_text(answer: CashAnswer) -> str:
    account = answer.account
    return json.dumps([*account[:2], account.cash_mode.value, *account[3:], answer.at.isoformat()])


def _read_answer(text: str) -> CashAnswer:
    user_id, currency, mode, balance, blocked, sequence, at = json.loads(text)
    account = Account(user_id, currency, CashMode(mode), balance, blocked, sequence)
    return CashAnswer(account, datetime.fromisoformat(at), repeated=True)
