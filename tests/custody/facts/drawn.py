"""Facts, payments and orders drawn by Hypothesis: two accounts, three tickers, an instant for each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st

from fiel.custody.bookings import Told
from tests.custody.facts.telling import ANA, EVA, MARCH, bought, cash, fact, paid
from tests.custody.stories import wire
from tests.support.custody_bank import E9

TICKERS = ("PETR4", "VALE3", "HGLG11")
_SHARES = {
    "opening": 1,
    "bonus": 1,
    "split": 1,
    "grouping": -1,
    "move in": 1,
    "move out": -1,
    "delivery": -1,
    "fraction": -0.5,
    "conversion in": 1,
    "conversion out": -1,
}
_KINDS = {"grouping": "split"}
WHATS = ("bought", "sold", *_SHARES, "dividend", "jcp", "amortisation", "tax", "fee", "rights_sale", "order")


class Drawn(NamedTuple):
    """Something that happened in a minute of its own."""

    minute: int
    is_elsewhere: bool
    ticker: str
    what: str
    shares: int
    cents: int
    fee: int

    @property
    def user(self) -> str:
        return EVA.user_id if self.is_elsewhere else ANA.user_id

    @property
    def command(self) -> str:
        return f"row-{self.minute}"

    def told(self) -> Told:
        """The fact that tells it. Not of an order."""
        at: dict[str, Any] = {"of": EVA if self.is_elsewhere else ANA, "day": self.minute / 1440}
        here = at | {"ticker": self.ticker}
        if self.what in ("bought", "sold"):
            sign = 1 if self.what == "bought" else -1
            return bought(sign * self.shares, self.cents, self.command, fee=self.fee, **here)
        if self.what in ("dividend", "jcp", "amortisation"):
            return paid(self.what, self.cents, self.command, withheld=self.fee, **here)
        if self.what in ("tax", "fee"):
            return cash(self.what, -self.cents, self.command, **at)
        if self.what == "rights_sale":
            return cash(self.what, self.cents, self.command, **here)
        count = _SHARES[self.what] * self.shares
        cost = 0
        if self.what in ("opening", "bonus", "move in", "conversion in"):
            cost = self.cents
        elif self.what == "conversion out":
            cost = -self.cents
        kind = _KINDS.get(self.what, self.what.split()[0])
        return fact(kind, self.command, shares=count, cost=cost, **here)

    def events(self) -> list[dict[str, Any]]:
        """The order that it is, bought when its fee is even and sold when it is odd, filled at once."""
        at = MARCH + timedelta(minutes=self.minute)
        terms: dict[str, Any] = {
            "orderId": 1000 + self.minute,
            "userId": self.user,
            "ticker": self.ticker,
            "quantity": self.shares,
            "price": f"{self.cents // 100}.{self.cents % 100:02d}",
            "side": "SELL" if self.fee % 2 else "BUY",
            "eventTimestamp": [at.year, at.month, at.day, at.hour, at.minute, at.second],
        }
        return [wire(**terms), wire("FILLED", **terms, executedPrice=terms["price"])]

    def moved(self) -> tuple[int, int]:
        """(money, billionths) that the account gains, told without the book's own counting."""
        if self.what == "order":
            sign = -1 if self.fee % 2 else 1
            return -sign * self.shares * self.cents, sign * self.shares * E9
        command = self.told().command
        fee, shares = getattr(command, "fee", 0), getattr(command, "quantity", 0)
        return command.amount - fee, shares


def drawn(*whats: str) -> st.SearchStrategy[Drawn]:
    """One of these, or of all."""
    return st.builds(
        Drawn,
        minute=st.integers(0, 20_000),
        is_elsewhere=st.booleans(),
        ticker=st.sampled_from(TICKERS),
        what=st.sampled_from(whats or WHATS),
        shares=st.integers(1, 40),
        cents=st.integers(1, 9_999),
        fee=st.integers(0, 30),
    )


def histories(*whats: str, most: int = 14) -> st.SearchStrategy[list[Drawn]]:
    """Some of them, each at an instant of its own, in any order."""
    return st.lists(drawn(*whats), max_size=most, unique_by=lambda each: each.minute)
