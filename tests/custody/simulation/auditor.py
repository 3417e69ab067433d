"""The auditor: what the book must say, told by code that shares nothing with the product.

It knows orders as dictionaries, money as fractions of a cent, and the history of each order as a set of
reports. What is held, paid and owned is worked out from that set each time; nothing is kept running.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Any

#: What a message claims, as the order service meant it; `None` for one that nobody can read.
Truth = dict[str, Any]
Where = tuple[str, str]  # user, ticker

OPEN = ("PENDING", "PARTIALLY_FILLED")
ENDS = ("REJECTED", "CANCELLED", "EXPIRED")
FILLS = ("PARTIALLY_FILLED", "FILLED")


@dataclass
class Audited:
    """One order: its terms, the reports of its fills (cumulative quantity: price, time), how it stands."""

    terms: Truth
    status: str
    refused: bool = False
    sequence: int | None = None
    reports: dict[Fraction, tuple[Fraction, datetime]] = field(default_factory=dict)
    expires: datetime | None = None

    @property
    def filled(self) -> Fraction:
        return max(self.reports) if self.reports else Fraction(0)

    @property
    def left(self) -> Fraction:
        ordered: Fraction = self.terms["quantity"]
        return max(Fraction(0), ordered - self.filled)

    @property
    def holds(self) -> bool:
        return self.status in OPEN and not self.refused

    def pieces(self) -> list[tuple[Fraction, Fraction, Fraction, datetime]]:
        """(cumulative, quantity, price, time) in the order of execution."""
        done, found = Fraction(0), []
        for upto, (price, when) in sorted(self.reports.items()):
            found.append((upto, upto - done, price, when))
            done = upto
        return found

    def exact(self) -> Fraction:
        """What was executed, in cents."""
        return sum((quantity * price * 100 for _, quantity, price, _ in self.pieces()), Fraction(0))


@dataclass
class Auditor:
    """The whole book. `fee_cents` once per order, `fee_ppm` of its money, patience with the silent."""

    fee_cents: int = 0
    fee_ppm: int = 0
    patience: timedelta | None = None
    cash: dict[str, int] = field(default_factory=dict)
    brought: dict[Where, list[tuple[datetime, Fraction, int]]] = field(default_factory=dict)
    orders: dict[int, Audited] = field(default_factory=dict)
    waiting: dict[int, list[Truth]] = field(default_factory=dict)
    seen: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    buried: int = 0

    # Money -----------------------------------------------------------------------------------------

    def fees(self, gross: int) -> int:
        rate = floor(Fraction(gross * self.fee_ppm, 10**6) + Fraction(1, 2))
        return self.fee_cents + rate if gross > 0 else 0

    def gross(self, order: Audited) -> int:
        return floor(order.exact() + Fraction(1, 2))

    def held(self, order: Audited) -> int:
        """Cents that an order blocks: all it can still cost at its limit, less what it has cost."""
        if not order.holds or order.terms["side"] != "BUY" or not order.left:
            return 0
        gross = self.gross(order)
        whole: int = ceil(order.exact() + order.left * order.terms["price"] * 100)
        return whole - gross + max(0, self.fees(whole) - self.fees(gross))

    def balance(self, user: str) -> int:
        total = self.cash[user]
        for order in self._of(user):
            gross, sign = self.gross(order), 1 if order.terms["side"] == "SELL" else -1
            total += sign * gross - self.fees(gross)
        return total

    def blocked(self, user: str) -> int:
        return sum(self.held(order) for order in self._of(user))

    def available(self, user: str) -> int:
        return self.balance(user) - self.blocked(user)

    def _of(self, user: str) -> list[Audited]:
        return [order for order in self.orders.values() if order.terms["user"] == user]

    # Shares ----------------------------------------------------------------------------------------

    def shares(self, where: Where) -> Fraction:
        return sum((quantity for _, quantity, _ in self.moves(where)), Fraction(0))

    def reserved(self, where: Where) -> Fraction:
        mine = (order for order in self._of(where[0]) if order.terms["ticker"] == where[1])
        return sum((o.left for o in mine if o.holds and o.terms["side"] == "SELL"), Fraction(0))

    def moves(self, where: Where) -> list[tuple[tuple[Any, ...], Fraction, int]]:
        """(order of execution, quantity with sign, cents with fees: above zero when paid)."""
        found: list[tuple[tuple[Any, ...], Fraction, int]] = [
            ((when, 0, 0), quantity, cost) for when, quantity, cost in self.brought.get(where, [])
        ]
        for number, order in self.orders.items():
            if (order.terms["user"], order.terms["ticker"]) != where:
                continue
            exact, gross, sign = Fraction(0), 0, 1 if order.terms["side"] == "BUY" else -1
            for upto, quantity, price, when in order.pieces():
                exact += quantity * price * 100
                now = floor(exact + Fraction(1, 2))
                fee = self.fees(now) - self.fees(gross)
                found.append(((when, number, upto), sign * quantity, sign * (now - gross) + fee))
                gross = now
        return sorted(found)

    def cost(self, where: Where) -> tuple[int, int]:
        """(cost of what is held, profit realised) by average cost, in cents."""
        held, cost, profit = Fraction(0), 0, 0
        for _, quantity, money in self.moves(where):
            if held * quantity >= 0:
                held, cost = held + quantity, cost + money
                continue
            closed = min(abs(quantity), abs(held))
            gone = round(Fraction(cost) * closed / abs(held))
            of_it = round(Fraction(money) * closed / abs(quantity))
            profit -= of_it + gone
            held, cost = held + quantity, cost - gone + money - of_it
        return cost, profit

    # What happens ----------------------------------------------------------------------------------

    def deposit(self, user: str, cents: int) -> None:
        self.cash[user] = self.cash.get(user, 0) + cents

    def bring(self, user: str, ticker: str, quantity: int, cost: int, when: datetime) -> None:
        self.cash.setdefault(user, 0)
        self.brought.setdefault((user, ticker), []).append((when, Fraction(quantity), cost))

    def expire(self, now: datetime) -> int:
        """Silent orders are let go; says how many."""
        late = [o for o in self.orders.values() if o.status in OPEN and o.expires and o.expires <= now]
        for order in late:
            order.status, order.refused, order.expires = "TIMED_OUT", True, None
        return len(late)

    def take_all(self, messages: list[Truth | None], now: datetime) -> Counter[str]:
        """A batch; gives back how many of each verdict."""
        return Counter(self.take(message, now) for message in messages)

    def take(self, message: Truth | None, now: datetime) -> str:
        """One message of the log."""
        if message is None:
            return self._bury()
        claims = tuple(sorted((name, str(value)) for name, value in message.items() if name != "when"))
        known = self.seen.get(message["id"])
        if known is not None:
            return "duplicate" if known == claims else self._bury()
        verdict = self._apply(message, now)
        if verdict != "dead_letter":
            self.seen[message["id"]] = claims
        return verdict

    def take_again(self, message: Truth, now: datetime) -> str:
        """A message that waited, was read, and went to the dead letters only when its order came."""
        return self._apply(message, now)

    def _bury(self) -> str:
        self.buried += 1
        return "dead_letter"

    def _apply(self, message: Truth, now: datetime) -> str:
        number, status = message["order"], message["status"]
        if message["user"] not in self.cash:
            return self._bury()
        order = self.orders.get(number)
        if order is None and status != "PENDING":
            self.waiting.setdefault(number, []).append(message)
            return "parked"
        if order is None:
            self._open(message, now)
            for late in sorted(self.waiting.pop(number, []), key=_as_the_world_did):
                self._apply(late, now)
            return "applied"
        if any(order.terms[name] != message[name] for name in ("user", "side", "ticker")):
            return self._bury()
        if status == "PENDING":
            return self._amend(order, message, now)
        return self._fill(order, message, now) if status in FILLS else self._end(order, status)

    def _open(self, message: Truth, now: datetime) -> None:
        order = Audited(message, "PENDING", sequence=message.get("sequence"))
        refused = self._too_much(order, 0, Fraction(0))
        self.orders[message["order"]] = order
        if refused:
            order.status, order.refused = "REFUSED", True
        elif self.patience:
            order.expires = now + self.patience

    def _too_much(self, order: Audited, cash_before: int, shares_before: Fraction) -> bool:
        """Whether an order asks for more than is there; what it holds already is its own."""
        more = self.held(order) - cash_before
        if more > 0 and more > self.available(order.terms["user"]):
            return True
        where = (order.terms["user"], order.terms["ticker"])
        wanted = (order.left if order.terms["side"] == "SELL" else Fraction(0)) - shares_before
        return wanted > 0 and wanted > self.shares(where) - self.reserved(where)

    def _amend(self, order: Audited, message: Truth, now: datetime) -> str:
        same = all(order.terms[name] == message[name] for name in ("quantity", "price"))
        told = message.get("sequence")
        stale = order.sequence is not None and (told is None or told <= order.sequence)
        if order.status not in OPEN or same or stale:
            return "ignored"
        before = order.left if order.holds and order.terms["side"] == "SELL" else Fraction(0)
        new = Audited(message, order.status, False, told, order.reports, order.expires)
        if not self._too_much(new, self.held(order), before):
            order.terms, order.sequence, order.refused = message, told, False
            order.expires = now + self.patience if self.patience else None
        return "applied"

    def _fill(self, order: Audited, message: Truth, now: datetime) -> str:
        before, known = order.status, order.reports.get(message["upto"])
        if message["status"] == "FILLED":
            after = "FILLED"
        else:
            after = "PARTIALLY_FILLED" if before in ("PENDING", "REFUSED", "TIMED_OUT") else before
        if known is None:
            order.reports[message["upto"]] = (message["paid"], message["when"] or now)
        elif before == after:
            if known[0] == message["paid"] or message["status"] == "FILLED":
                return "ignored"
            return self._bury()
        order.status = after
        return "applied"

    def _end(self, order: Audited, status: str) -> str:
        if order.status == "FILLED" and status == "REJECTED":
            return self._bury()
        if order.status in (*ENDS, "FILLED"):
            return "ignored"
        order.status = status
        return "applied"


def _as_the_world_did(message: Truth) -> tuple[Any, ...]:
    """Executions by cumulative quantity, then how it ended."""
    status = message["status"]
    return (status not in FILLS, message.get("upto") or 0, status == "FILLED", message["id"])
