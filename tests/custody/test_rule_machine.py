"""Random lives of a book, against an auditor that shares no line with the product."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from fiel.custody.accounts import Rejection
from fiel.custody.ledger import Verdict
from fiel.custody.reservations import OrderStatus
from fiel.income.values import IncomeKind
from tests.custody.stories import E9, Book
from tests.support.examples import examples

TICKERS = ("PETR4", "VALE3")
SCALE = 10**9


class Auditor:
    """Adds up what the world did, in fractions of a real: no reservations, no rows, no cents until asked."""

    def __init__(self) -> None:
        self.cash = Fraction(0)
        self.shares = dict.fromkeys(TICKERS, 0)
        self.executed: dict[int, Fraction] = {}

    def trade(self, order_id: int, side: str, ticker: str, quantity: int, price: Fraction) -> None:
        sign = 1 if side == "BUY" else -1
        before = self.cents(order_id)
        self.executed[order_id] = self.executed.get(order_id, Fraction(0)) + quantity * price
        self.cash -= sign * Fraction(self.cents(order_id) - before, 100)
        self.shares[ticker] += sign * quantity

    def cents(self, order_id: int) -> int:
        """What an order cost so far, rounded half up on its total, as an invoice would be."""
        return int(self.executed.get(order_id, Fraction(0)) * 100 + Fraction(1, 2))


class BookMachine(RuleBasedStateMachine):
    """Deposits, withdrawals, income, orders, fills, ends and repetitions in any mixture."""

    def __init__(self) -> None:
        super().__init__()
        self.book = Book()
        self.auditor = Auditor()
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.open: dict[int, dict[str, Any]] = {}
        self.filled: dict[int, int] = {}
        self.orders = 0
        self.book.open()

    @rule(cents=st.integers(1, 10**7))
    def deposit(self, cents: int) -> None:
        self.book.deposit(cents)
        self.auditor.cash += Fraction(cents, 100)

    @rule(cents=st.integers(1, 10**7))
    def withdraw(self, cents: int) -> None:
        free = self.book.account().available
        answer = self.book.withdraw(cents)
        assert isinstance(answer, Rejection) == (cents > free)
        if cents <= free:
            self.auditor.cash -= Fraction(cents, 100)

    @rule(
        cents=st.integers(1, 10**6),
        kind=st.sampled_from(IncomeKind),
        ticker=st.sampled_from(TICKERS),
        withheld=st.integers(0, 10**5),
    )
    def income(self, cents: int, kind: IncomeKind, ticker: str, withheld: int) -> None:
        """Cost goes down by capital that comes back, and only the net money reaches the account."""
        before, shares = self.book.position(ticker), self.auditor.shares[ticker]
        self.book.income(cents, kind, withheld=withheld, ticker=ticker)
        self.auditor.cash += Fraction(cents, 100)
        after, given = self.book.position(ticker), cents + withheld if kind.is_capital else 0
        assert after.cost == (max(0, before.cost - given) if shares else 0)
        assert after.realised - before.realised == given - (before.cost - after.cost)

    @rule(
        side=st.sampled_from(["BUY", "SELL"]),
        ticker=st.sampled_from(TICKERS),
        quantity=st.integers(1, 1000),
        price=st.integers(1, 10**6),
    )
    def order(self, side: str, ticker: str, quantity: int, price: int) -> None:
        self.orders += 1
        terms = {
            "orderId": self.orders,
            "side": side,
            "ticker": ticker,
            "quantity": quantity,
            "price": f"{price / 10**4:.4f}",
        }
        self.send("PENDING", terms)
        if self.book.order(self.orders).status is OrderStatus.PENDING:
            self.open[self.orders] = terms | {"quantity": quantity, "limit": Fraction(price, 10**4)}
            self.filled[self.orders] = 0

    @precondition(lambda self: self.open)
    @rule(data=st.data(), whole=st.booleans(), better=st.integers(0, 10**6))
    def fill(self, data: st.DataObject, whole: bool, better: int) -> None:
        """An execution at the limit or better, as an exchange does it."""
        number = data.draw(st.sampled_from(sorted(self.open)))
        terms = dict(self.open[number])
        limit = terms.pop("limit")
        done, quantity = self.filled[number], terms["quantity"]
        upto = quantity if whole else data.draw(st.integers(done, quantity - 1))
        if upto == done and not whole:
            return
        step = Fraction(better, 10**4)
        price = max(limit - step, Fraction(1, 10**4)) if terms["side"] == "BUY" else limit + step
        shown = f"{int(price * 10**4) // 10**4}.{int(price * 10**4) % 10**4:04d}"
        status = "FILLED" if whole else "PARTIALLY_FILLED"
        self.send(status, terms | {"filledQuantity": upto, "executedPrice": shown})
        self.auditor.trade(number, terms["side"], terms["ticker"], upto - done, price)
        self.filled[number] = upto
        if whole:
            del self.open[number]

    @precondition(lambda self: self.open)
    @rule(data=st.data(), status=st.sampled_from(["REJECTED", "CANCELLED", "EXPIRED"]))
    def end(self, data: st.DataObject, status: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.open)))
        terms = self.open.pop(number)
        self.send(status, {key: value for key, value in terms.items() if key != "limit"})

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """Any earlier message again: nothing moves."""
        status, fields = data.draw(st.sampled_from(self.sent))
        before = self.book.snapshot()
        assert self.book.take(status, **fields) is Verdict.DUPLICATE
        assert self.book.snapshot() == before

    @rule(number=st.integers(10**6, 10**6 + 5), status=st.sampled_from(["FILLED", "REJECTED"]))
    def stray(self, number: int, status: str) -> None:
        """News of an order that was never announced moves nothing."""
        before = self.book.snapshot()
        self.book.take(status, orderId=number, executedPrice=1)
        assert self.book.snapshot() == before

    def send(self, status: str, fields: dict[str, Any]) -> None:
        assert self.book.take(status, **fields) is Verdict.APPLIED
        self.sent.append((status, fields))

    @invariant()
    def money_and_shares_agree_with_the_auditor(self) -> None:
        assert Fraction(self.book.account().balance, 100) == self.auditor.cash
        for ticker in TICKERS:
            assert self.book.position(ticker).quantity == self.auditor.shares[ticker] * E9

    @invariant()
    def nothing_is_overdrawn(self) -> None:
        account = self.book.account()
        assert account.available == account.balance - account.blocked >= 0 <= account.blocked
        for ticker in TICKERS:
            position = self.book.position(ticker)
            assert 0 <= position.reserved <= position.quantity
            assert position.quantity or not position.cost

    @invariant()
    def postings_sum_to_zero(self) -> None:
        sums: dict[tuple[str, str], int] = {}
        for posting in self.book.batch.postings:
            key = (posting.entry_id, posting.asset)
            sums[key] = sums.get(key, 0) + posting.amount
        assert not any(sums.values())

    @invariant()
    def the_checker_agrees(self) -> None:
        self.book.adds_up()


TestBookMachine = BookMachine.TestCase
TestBookMachine.settings = settings(
    max_examples=examples(60), stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[str, dict[str, Any]]]:
    """The complete messages of some orders, each in the order of the world."""
    messages: list[tuple[str, dict[str, Any]]] = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        quantity = draw(st.integers(3, 50))
        terms: dict[str, Any] = {
            "orderId": number,
            "side": draw(st.sampled_from(["BUY", "SELL"])),
            "ticker": draw(st.sampled_from(TICKERS)),
            "quantity": quantity,
            "price": 10,
            "eventTimestamp": [2026, 5, 4, 10, number, 0],
        }
        messages.append(("PENDING", terms))
        cuts = draw(st.sets(st.integers(1, quantity - 1), max_size=3))
        for second, upto in enumerate(sorted(cuts), 1):
            price = f"{draw(st.integers(1, 30))}.{draw(st.integers(0, 999)):03d}"
            fill = {"filledQuantity": upto, "executedPrice": price}
            messages.append(
                ("PARTIALLY_FILLED", terms | fill | {"eventTimestamp": [2026, 5, 4, 10, number, second]})
            )
        end = draw(st.sampled_from(["FILLED", "CANCELLED", "EXPIRED", "REJECTED", None]))
        if end:
            late = {"executedPrice": "9.99", "eventTimestamp": [2026, 5, 4, 10, number, 59]}
            messages.append((end, terms | late))
    return messages


def final(messages: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """What the book says at the end: everything but the path."""
    book = Book()
    book.deposit(10**12)
    for ticker in TICKERS:
        book.bring(10_000, 1_234_567, ticker)
    for status, fields in messages:
        book.take(status, **fields)
    book.adds_up()
    account = book.account()
    orders = [order._replace(created_at=None, updated_at=None) for order in book.batch.orders.values()]
    return {
        "account": (account.balance, account.blocked),
        "positions": [book.position(ticker) for ticker in TICKERS],
        "orders": sorted(orders),
        "lots": sorted(book.batch.lots.values()),
        "dead": book.dead(),
        "waiting": [*book.batch.parked],
    }


@settings(max_examples=examples(150), deadline=None)
@given(lives(), st.randoms(use_true_random=False), st.integers(0, 5))
def test_a_shuffled_and_doubled_stream_ends_the_same(
    messages: list[tuple[str, dict[str, Any]]], chance: random.Random, copies: int
) -> None:
    """Every order of arrival, with any message twice, ends in the same money, shares, cost and orders."""
    mixed = messages + [chance.choice(messages) for _ in range(copies)]
    chance.shuffle(mixed)
    assert final(mixed) == final(messages)
