"""The export: what it says, and that it says the same whatever way the book came to hold it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fiel.custody.export import write_export
from fiel.custody.messages import Message
from fiel.custody.order_events.event import LogPlace
from fiel.custody.reservations import Fees, Policy
from tests.support.custody_bank import START, Bank, SetClock
from tests.support.custody_homes import FileHome, Home, ServerHome
from tests.support.examples import examples

#: Sorted by their bytes these stand otherwise than a dictionary of any language would have them.
USERS = ("Zoe", "ana", "Éva", "bia-2", "bia 1")
TICKERS = ("PETR4", "VALE3")
POLICY = Policy(fees=Fees(fixed=490, rate_ppm=325))


def exported(bank: Bank) -> str:
    """The document of a bank's book."""
    pieces: list[str] = []
    bank.look(lambda book: write_export(book, pieces.append))
    return "".join(pieces)


def document(bank: Bank) -> dict[str, Any]:
    """The same, read."""
    found: dict[str, Any] = json.loads(exported(bank))
    return found


def message(status: str = "PENDING", **fields: Any) -> dict[str, Any]:
    """Order 1 of ana: buy 100 PETR4 at 10.00."""
    return {
        "orderId": 1,
        "userId": "ana",
        "ticker": "PETR4",
        "quantity": 100,
        "price": "10.00",
        "executedPrice": None,
        "side": "BUY",
        "status": status,
        "eventTimestamp": [2026, 5, 4, 10, 0],
    } | fields


@pytest.fixture
def bank(book_file: FileHome) -> Iterator[Bank]:
    """A bank where ana has R$ 5,000.00 and a broker who charges."""
    found = Bank(book_file.copy(), POLICY)
    found.custody.deposit("ana", "5000.00")
    yield found
    found.close()


def test_every_list_of_an_empty_book_is_empty(book_file: FileHome) -> None:
    """The document has its five lists even when there is nothing to tell."""
    bank = Bank(book_file.copy())
    names = ["accounts", "reservations", "transactions", "parked", "dead_letters"]
    assert document(bank) == {name: [] for name in names}
    assert list(document(bank)) == names
    bank.close()


def test_an_account_with_a_position_and_an_open_order(bank: Bank) -> None:
    """Balance, blocked and available money and shares, average price with fees, all as exact text."""
    bank.custody.withdraw("ana", "100.00")
    bank.send(message(), message("FILLED", executedPrice="9.99"))
    bank.send(message(orderId=2, side="SELL", quantity=30, price=12))
    bank.send(message(orderId=3, quantity="0.5", price="7.01"))
    told = document(bank)
    # 999.00 + 4.90 + 0.0325 % of 999.00 = 1004.22; held for order 3: 3.505 up, and 4.90.
    assert told["accounts"] == [
        {
            "userId": "ana",
            "currency": "BRL",
            "balance": "3895.78",
            "blockedBalance": "8.41",
            "availableBalance": "3887.37",
            "shortfall": "0.00",
            "positions": [
                {
                    "ticker": "PETR4",
                    "quantity": "100",
                    "reservedQuantity": "30",
                    "averagePrice": "10.0422",
                }
            ],
        }
    ]
    moved = [(each["orderId"], each["transactionType"], each["amount"]) for each in told["transactions"]]
    assert moved == [
        (None, "DEPOSIT", "5000.00"),
        (None, "WITHDRAWAL", "-100.00"),
        ("1", "SETTLEMENT", "-999.00"),
        ("1", "FEE", "-5.22"),
    ]
    held = [
        (r["orderId"], r["status"], r["blockedAmount"], r["reservedQuantity"]) for r in told["reservations"]
    ]
    assert held == [
        ("1", "posted", "0.00", "0"),
        ("2", "pending", "0.00", "30"),
        ("3", "pending", "8.41", "0"),
    ]


def test_a_position_that_was_sold_is_not_told(bank: Bank) -> None:
    """What is no longer held is no position; its money stands among the transactions."""
    bank.send(message(), message("FILLED", executedPrice=10))
    bank.send(message(orderId=2, side="SELL"), message("FILLED", orderId=2, side="SELL", executedPrice=11))
    told = document(bank)
    assert told["accounts"][0]["positions"] == []
    assert ("2", "1100.00") in {(each["orderId"], each["amount"]) for each in told["transactions"]}


def test_a_shortfall_is_told(bank: Bank) -> None:
    """A fill that costs more than there is leaves a negative available balance, and its size."""
    bank.send(message(price="40.00"), message("FILLED", price="40.00", executedPrice="60.00"))
    (account,) = document(bank)["accounts"]
    assert (account["availableBalance"], account["shortfall"]) == ("-1006.85", "1006.85")


def test_what_waits_and_what_died(bank: Bank) -> None:
    """A fill without its order is parked; what cannot be read or applied is a dead letter, told once."""
    bank.send(message("FILLED", orderId=9, executedPrice="1.25"), b"nonsense", b"nonsense")
    bank.send(message(userId="bob", orderId=5), b"nonsense", message(userId="bob", orderId=5))
    told = document(bank)
    assert [(each["orderId"], each["status"], each["executedPrice"]) for each in told["parked"]] == [
        ("9", "FILLED", "1.25")
    ]
    letters = [(each["orderId"], each["code"], each["body"]) for each in told["dead_letters"]]
    assert letters == [("5", "account_unknown", None), (None, "message_not_json", "nonsense")]


def test_the_same_message_at_two_places_of_the_log_is_one_dead_letter(bank: Bank) -> None:
    """A poison message that was published twice is told once, as a good one would have been."""
    bank.custody.receive([Message(b"poison", LogPlace("t", 0, offset)) for offset in (1, 2)])
    assert len(bank.dead()) == 2
    assert [each["body"] for each in document(bank)["dead_letters"]] == ["poison"]


def test_dead_letters_that_were_settled_are_not_told(bank: Bank) -> None:
    """Neither a discarded letter nor one that was replayed is part of what the book holds."""
    bank.send(b"nonsense", message(userId="bob"))
    bank.custody.deposit("bob", "5000.00")
    ids = {each.rejection.code: each.id for each in bank.look(lambda book: book.dead_letters())}
    bank.custody.discard_dead_letter(ids["message_not_json"])
    bank.custody.replay_dead_letter(ids["account_unknown"])
    assert document(bank)["dead_letters"] == []


def test_only_text_and_nothing_else_stands_for_a_number(bank: Bank) -> None:
    """No JSON number anywhere: readers that know only binary floats keep every digit."""
    bank.send(message(), message("FILLED", orderId=2, executedPrice=1), b"nonsense")
    refused: list[str] = []
    json.loads(exported(bank), parse_int=refused.append, parse_float=refused.append)
    assert refused == []


def test_a_record_is_written_at_a_time(bank: Bank) -> None:
    """Nothing is gathered up before it is written, so that a large book needs no large memory."""
    bank.send(*(message(orderId=number, quantity=1) for number in range(1, 40)))
    pieces: list[str] = []
    bank.look(lambda book: write_export(book, pieces.append))
    assert max(piece.count("orderId") for piece in pieces) == 1


@st.composite
def streams(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Complete and open orders of some users, news of orders never announced, and users never seen."""
    messages: list[dict[str, Any]] = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        quantity = draw(st.integers(3, 40))
        terms = {
            "orderId": number,
            "userId": draw(st.sampled_from((*USERS, "nobody"))),
            "ticker": draw(st.sampled_from(TICKERS)),
            "side": draw(st.sampled_from(["BUY", "sell"])),
            "quantity": quantity,
            "price": f"{draw(st.integers(1, 30))}.{draw(st.integers(0, 999)):03d}",
        }
        messages += _life(draw, terms, number)
    if draw(st.booleans()):
        messages.append(message("FILLED", orderId=77, executedPrice=3))
    return messages


def _life(draw: st.DrawFn, terms: dict[str, Any], number: int) -> Iterator[dict[str, Any]]:
    """Announced, filled in parts at any price, and ended in any way, or not."""
    quantity = terms["quantity"]

    def at(second: int, status: str, **fields: Any) -> dict[str, Any]:
        return message(status, eventTimestamp=[2026, 5, 4, 10, number, second]) | terms | fields

    price = "9.99"
    amended = draw(st.booleans())
    yield at(0, "PENDING", **({"sequence": 1} if amended else {}))
    if amended:
        yield at(1, "PENDING", sequence=2, price=f"{draw(st.integers(1, 40))}.5")
    # The last part may complete the order, and be told again by what says that it is filled.
    cuts = draw(st.sets(st.integers(1, quantity), max_size=3))
    for second, upto in enumerate(sorted(cuts), 2):
        price = f"{draw(st.integers(1, 30))}.{draw(st.integers(0, 999)):03d}"
        yield at(second, "PARTIALLY_FILLED", filledQuantity=upto, executedPrice=price)
    whole = quantity in cuts
    end = draw(
        st.sampled_from(["FILLED", None] if whole else ["FILLED", "CANCELLED", "EXPIRED", "REJECTED", None])
    )
    if end:
        yield at(59, end, executedPrice=price)


def disturbed(messages: Sequence[dict[str, Any]], chance: random.Random) -> list[Any]:
    """In any order, some of them twice or more, and a line that nobody can read several times."""
    mixed = [*messages, *chance.choices(messages, k=chance.randrange(6))]
    chance.shuffle(mixed)
    return mixed


def told_of(home: Home, messages: Sequence[Any], *, batch: int, later: int) -> str:
    """The export of a book that gets the messages, `batch` at a time, some hours later than usual."""
    bank = Bank(home, POLICY, clock=SetClock(START + timedelta(hours=later)))
    for user in USERS:
        bank.custody.deposit(user, "1000000.00")
        for ticker in TICKERS:
            bank.custody.bring_shares(user, ticker, 10_000, "12345.67", occurred_at=START - timedelta(30))
    for start in range(0, len(messages), batch):
        bank.send(*messages[start : start + batch])
        bank.clock.move(seconds=1)
    bank.adds_up()
    told = exported(bank)
    bank.close()
    return told


@settings(
    max_examples=examples(40),
    deadline=None,
    # A failing stream is short anyway, and making it shorter takes minutes on a real database.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(streams(), st.randoms(use_true_random=False), st.integers(1, 20))
def test_a_shuffled_and_doubled_stream_exports_the_same_bytes(
    book_file: FileHome, messages: list[dict[str, Any]], chance: random.Random, batch: int
) -> None:
    """Whatever the order of arrival, the repetitions and the batches, the document is byte-equal."""
    clean = told_of(book_file.copy(), [*messages, b"unreadable"], batch=500, later=0)
    mixed = [*disturbed(messages, chance), b"unreadable", b"unreadable"]
    assert told_of(book_file.copy(), mixed, batch=batch, later=7) == clean


def test_a_message_that_is_lost_shows(book_file: FileHome) -> None:
    """The document is not equal by saying little: without one fill it is another."""
    messages = [message(), message("PARTIALLY_FILLED", filledQuantity=40, executedPrice="9.90")]
    messages.append(message("FILLED", executedPrice="9.95"))
    whole = told_of(book_file.copy(), messages, batch=500, later=0)
    assert told_of(book_file.copy(), messages[:1] + messages[2:], batch=500, later=0) != whole


def many(seed: int) -> list[dict[str, Any]]:
    """A longer stream, seeded: 150 orders of all users, most of them complete."""
    chance = random.Random(seed)
    messages = []
    for number in range(1, 151):
        quantity = chance.randrange(4, 60)
        terms = message(
            orderId=number,
            userId=chance.choice(USERS),
            ticker=chance.choice(TICKERS),
            side=chance.choice(["BUY", "SELL"]),
            quantity=quantity,
            price=f"{chance.randrange(100, 4000)}.{chance.randrange(1000):03d}",
            eventTimestamp=[2026, 5, 4, 10, number % 60, number // 60],
        )
        messages.append(terms)
        part = terms | {"status": "PARTIALLY_FILLED", "filledQuantity": quantity // 2}
        messages.append(part | {"executedPrice": f"{chance.randrange(1, 40)}.{chance.randrange(100):02d}"})
        end = chance.choice(["FILLED", "FILLED", "CANCELLED", "EXPIRED", None])
        if end:
            messages.append(terms | {"status": end, "executedPrice": "11.11"})
    return messages


def test_both_databases_export_the_same_bytes(book_file: FileHome, postgres_home: ServerHome) -> None:
    """PostgreSQL orders and sums like SQLite, after the same stream in another order."""
    messages = many(1)
    mixed = disturbed(messages, random.Random(2))
    embedded = told_of(book_file.copy(), [*messages, b"unreadable"], batch=500, later=0)
    assert embedded == told_of(postgres_home, [b"unreadable", *mixed], batch=60, later=3)
    names = [account["userId"] for account in json.loads(embedded)["accounts"]]
    assert names == sorted(USERS)
