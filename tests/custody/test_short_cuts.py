"""Every short cut of the hot path ends where the long way ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fiel.custody.accounts import Account, CashMode, Rejection
from fiel.custody.events import Change, ChangeKind, Receive, State
from fiel.custody.ledger import decide, evolve
from fiel.custody.ledger.journal import BookAccount, entry_id, journal_rows, transaction_count
from fiel.custody.order_events import OrderEvent, Side, parse_order_event
from fiel.custody.order_events.fields import (
    Constant,
    NumberText,
    Unreadable,
    read_any_scaled,
    read_instant,
    read_scaled,
)
from fiel.custody.reservations import Fees, Order, OrderStatus, Policy, cash_needed, cash_needed_by_new
from fiel.kernel.errors import InvalidInput
from fiel.kernel.ids import deterministic_id, ids_from_text
from tests.custody.stories import START, event, wire

# The short cuts ask for exact types; of these, which are otherwise the same, they know nothing.


class LongWayText(str):
    """Text that takes the long way."""

    __slots__ = ()


class LongWayInt(int):
    """A whole number that takes the long way."""

    __slots__ = ()


class LongWayList(list[Any]):
    """An array that takes the long way."""

    __slots__ = ()


def the_long_way(value: Any) -> Any:
    if type(value) is str:
        return LongWayText(value)
    if type(value) is int:
        return LongWayInt(value)
    return LongWayList(map(the_long_way, value)) if type(value) is list else value


numbers = st.one_of(
    st.integers(-(10**20), 10**20),
    st.integers(0, 10**5),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.decimals(0, 10**10, places=9).map(str),
    st.from_regex(r"[0-9]{0,10}\.?[0-9]{0,10}", fullmatch=True),
    st.sampled_from(
        ["1.", ".1", ".", "", " 1", "1 ", "+1", "-1", "1_0", "0", "0.0", "00.10", "²", "١", "1.²"]
    ),
    st.sampled_from([None, True, 1.5, [], {}, "NaN", "1e2", "9" * 40]),
)
times = st.one_of(
    st.lists(st.integers(-1, 60), max_size=8),
    st.tuples(
        st.integers(0, 9999),
        st.integers(0, 13),
        st.integers(0, 32),
        st.integers(0, 25),
        st.integers(0, 60),
        st.integers(0, 60),
        st.integers(-1, 10**9),
    ).map(list),
    st.datetimes().map(datetime.isoformat),
    st.sampled_from([None, [True, 5, 1, 1, 1, 1, 1], ["2026", 5, 4, 1, 1, 1, 1], [2026, 5, 4, 1, 1, 1, 1.0]]),
)
texts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["PETR4", "petr4", "BUY", "sell", "FILLED", "canceled", "\x00", "ß", "A" * 21, 5, None]),
)
decoded = st.fixed_dictionaries(
    {
        "orderId": st.one_of(st.integers(-(2**64), 2**64), st.integers(1, 9), texts),
        "userId": st.just("ana") | texts,
        "ticker": st.just("PETR4") | texts,
        "side": st.sampled_from(["BUY", "SELL", "buy"]) | texts,
        "status": st.sampled_from(["PENDING", "FILLED", "PARTIALLY_FILLED"]) | texts,
        "quantity": st.just(100) | numbers,
        "price": st.just("10.00") | numbers,
        "executedPrice": st.just("9.90") | numbers,
        "filledQuantity": st.none() | numbers,
        "eventTimestamp": st.just([2026, 5, 4, 10, 0]) | times,
    },
    optional={"currency": texts, "sequence": numbers, "eventId": texts},
)
ZONES = [UTC, timezone(timedelta(hours=-3))]


@given(decoded, st.sampled_from(ZONES))
def test_events_read_quickly_and_the_long_way(message: dict[str, Any], zone: timezone) -> None:
    """Any decoded message gives the same event, or the same refusal, with and without the short cuts."""
    slow = {field: the_long_way(value) for field, value in message.items()}
    assert parse_order_event(message, zone=zone) == parse_order_event(slow, zone=zone)


@given(decoded)
def test_events_read_from_bytes_and_from_digits(message: dict[str, Any]) -> None:
    """From bytes, where whole numbers are decoded at once, the same is read as from their digits as text."""
    text = json.dumps(message)
    digits = json.loads(text, parse_int=NumberText, parse_float=NumberText, parse_constant=Constant)
    quick, slow = parse_order_event(text.encode()), parse_order_event(digits)
    if isinstance(slow, OrderEvent):
        assert quick == slow
    else:
        assert isinstance(quick, Rejection)
        assert (quick.code, quick.field) == (slow.code, slow.field)


def test_whole_numbers_of_thousands_of_digits() -> None:
    """A number too long to be decoded at once is its field's fault, or nobody's."""
    assert isinstance(
        parse_order_event(json.dumps(wire())[:-1] + ', "other": ' + "9" * 5000 + "}"), OrderEvent
    )
    read = parse_order_event(json.dumps(wire(quantity="@")).replace('"@"', "9" * 5000))
    assert isinstance(read, Rejection)
    assert (read.code, read.field) == ("number_too_large", "quantity")


@given(numbers)
@example("9223372036.854775807")
@example("9999999999")
@example("999999999.999999999")
@example(9223372036)
@example(9223372037)
def test_numbers_read_quickly_and_the_long_way(value: Any) -> None:
    """A number is the same value, or refused with the same code, by the short cut and the long way."""

    def outcome(read: Any) -> Any:
        try:
            return read(value, 9, "price")
        except Unreadable as reason:
            return reason.code

    assert outcome(read_scaled) == outcome(read_any_scaled)


@given(times, st.sampled_from(ZONES))
@example([True, 5, 4, 1, 1, 1, 1], UTC)
@example(["2026", 5, 4, 1, 1, 1, 1], UTC)
@example([2026, 5, 4, 1, 1, 1, -1], UTC)
@example([2026, 5, 4, 1, 1, 1, 10**9], UTC)
@example([2026, 5, 4, 23, 1, 1, 999_999_999], ZONES[1])
@example([9999, 12, 31, 23, 59, 59, 0], ZONES[1])
def test_times_read_quickly_and_the_long_way(value: Any, zone: timezone) -> None:
    """A time is the same instant, in UTC, or refused, by the short cut and the long way."""

    def outcome(written: Any) -> Any:
        try:
            instant = read_instant(written, zone)
        except Unreadable as reason:
            return reason.code
        return instant and (instant.isoformat(), instant.tzinfo)

    assert outcome(value) == outcome(the_long_way(value))


@given(st.text())
def test_ids_of_one_text(part: str) -> None:
    """The ids of a stream are `deterministic_id`, byte for byte."""
    assert ids_from_text("entry")(part) == deterministic_id("entry", part) == entry_id(part)


def test_ids_of_a_bad_namespace() -> None:
    """A malformed namespace is refused at once, not at the first id."""
    with pytest.raises(InvalidInput):
        ids_from_text("Entry")


def order_of(side: Side, quantity: int, price: int, currency: str) -> Order:
    return Order(1, "ana", currency, "PETR4", side, OrderStatus.PENDING, quantity, price)


@given(
    st.sampled_from(Side),
    st.integers(1, 2**63 - 1),
    st.integers(1, 2**63 - 1),
    st.sampled_from(["BRL", "JPY"]),
    st.builds(Fees, st.integers(0, 1000), st.integers(0, 10**6)),
)
def test_cash_of_a_new_order(side: Side, quantity: int, price: int, currency: str, fees: Fees) -> None:
    """What a new order needs is what any order needs of which nothing is executed."""
    general = cash_needed(order_of(side, quantity, price, currency), fees)
    assert cash_needed_by_new(side, quantity, price, currency, fees) == general


FROM_OUTSIDE = (
    ChangeKind.DEPOSIT,
    ChangeKind.WITHDRAWAL,
    ChangeKind.TRANSFER,
    ChangeKind.ADJUSTMENT,
    ChangeKind.SHARES,
)
COUNTERS = dict.fromkeys(FROM_OUTSIDE, BookAccount.OUTSIDE) | {
    ChangeKind.INCOME: BookAccount.INCOME,
    ChangeKind.CAPITAL_RETURN: BookAccount.CAPITAL,
    ChangeKind.FEE: BookAccount.FEES,
    ChangeKind.TAX: BookAccount.TAXES,
}
amounts = st.just(0) | st.integers(-(10**12), 10**12)
changes = st.builds(
    Change,
    st.sampled_from(ChangeKind),
    st.just("entry_1"),
    st.just("event-1"),
    st.just(START),
    st.just(START),
    st.just(1),
    st.just("PETR4"),
    amounts,
    amounts,
    amounts,
    amounts,
    amounts,
    withheld=amounts,
)
accounts = st.builds(
    Account, st.just("ana"), st.just("BRL"), st.sampled_from(CashMode), amounts, amounts, st.integers(0, 9)
)


@given(accounts, changes)
def test_rows_of_any_change(account: Account, change: Change) -> None:
    """Postings say what the change says, line by line; transactions lead to the account that follows."""
    rows = journal_rows(account, change)
    gross, fee, blocked, quantity, reserved = change[7:12]
    counter = COUNTERS.get(change.kind, BookAccount.MARKET)
    withheld = 0 if counter is BookAccount.MARKET else change.withheld
    cash = [(BookAccount.AVAILABLE, gross - fee - blocked), (BookAccount.RESERVED, blocked)]
    if account.cash_mode is CashMode.EXTERNAL:
        cash = [(BookAccount.EXTERNAL, gross - fee)]
    cash += [(counter, -gross - withheld), (BookAccount.FEES, fee)]
    shares = [
        (BookAccount.AVAILABLE, quantity - reserved),
        (BookAccount.RESERVED, reserved),
        (counter, -quantity),
    ]
    wanted = [(book, "BRL", amount) for book, amount in cash if amount]
    wanted += [(book, "PETR4", amount) for book, amount in shares if amount]
    wanted += [(BookAccount.TAXES, "BRL", withheld)] if withheld else []
    assert [(p.account, p.asset, p.amount) for p in rows.postings] == wanted
    assert [p.line for p in rows.postings] == [*range(1, len(wanted) + 1)]
    assert (rows.entry is None) == (not wanted)
    after = evolve(State(account), change).account
    if rows.transactions:
        last = rows.transactions[-1]
        assert (last.balance_after, last.blocked_after, last.sequence) == after[3:]
        assert len(rows.transactions) == transaction_count(change)
    else:
        assert after == account


def test_rows_made_by_position_have_their_fields() -> None:
    """Rows built from all fields in order are the rows that their names would build."""
    account = Account("ana", "BRL", CashMode.TRACKED, balance=500_000)
    pending = event(sequence=3)
    (reserved,) = decided(State(account), pending)
    assert reserved.order == Order(
        order_id=1,
        user_id="ana",
        currency="BRL",
        ticker="PETR4",
        side=Side.BUY,
        status=OrderStatus.PENDING,
        quantity=pending.quantity,
        price=pending.price,
        held_cash=100_000,
        terms_sequence=3,
        created_at=START,
        updated_at=START,
    )
    (filled,) = decided(evolve(State(account), reserved), event("FILLED", executedPrice="9.905"))
    (lot,) = filled.lots
    assert filled.order == reserved.order._replace(
        status=OrderStatus.FILLED,
        held_cash=0,
        filled=pending.quantity,
        gross=99_050,
        fills=(lot,),
    )
    assert (lot.id, lot.quantity, lot.gross, lot.fee) == (
        f"1:{pending.quantity}",
        pending.quantity,
        99_050,
        0,
    )
    assert (filled.gross, filled.blocked, filled.quantity, filled.kind) == (
        -99_050,
        -100_000,
        pending.quantity,
        ChangeKind.FILL,
    )


def decided(state: State, read: OrderEvent) -> tuple[Any, ...]:

    decision = decide(state, Receive(read, START), Policy())
    assert not isinstance(decision, Rejection)
    return decision
