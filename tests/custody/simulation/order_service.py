"""The order service of the simulated world: lives of orders, told as messages of `order-events-v1`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random

from tests.custody.simulation.auditor import Truth

TICKERS = ("PETR4", "VALE3", "ITSA4")


@dataclass(frozen=True)
class Telling:
    """A message on its way: its bytes, its key, and what it means (`None`: nothing that can be read)."""

    key: str
    value: bytes
    truth: Truth | None


class Digits(str):
    """A number that is written as a JSON number, with these digits."""


@dataclass
class OrderService:
    """Begins orders and drives them to their ends, each order's messages in their true order."""

    chance: Random
    users: tuple[str, ...]
    orders: int = 0
    going: list[list[Truth]] = field(default_factory=list)

    def next_telling(self, now: datetime) -> Telling:
        """What happens next in the world."""
        if not self.going or self.chance.random() < 0.4:
            self.going.append(self._life())
        life = self.chance.choice(self.going)
        truth = life.pop(0)
        if not life:
            self.going.remove(life)
        when = now + timedelta(seconds=self.chance.randrange(-90, 90))
        truth["when"] = None if self.chance.random() < 0.1 else when.replace(microsecond=0)
        return self.telling(truth)

    def telling(self, truth: Truth) -> Telling:
        """The message of what it means, in one of the spellings that the contract allows."""
        chance, when = self.chance, truth["when"]
        fields: dict[str, object] = {
            "orderId": truth["order"],
            "userId": truth["user"],
            "ticker": truth["ticker"],
            "quantity": self._number(truth["quantity"]),
            "price": self._number(truth["price"]),
            "side": chance.choice((str.upper, str.lower))(truth["side"]),
            "status": truth["status"],
            "executedPrice": self._number(truth["paid"]) if "paid" in truth else None,
            "eventTimestamp": None if when is None else _stamp(when, as_text=chance.random() < 0.3),
        }
        if "upto" in truth and not (truth["status"] == "FILLED" and truth["upto"] == truth["quantity"]):
            fields["filledQuantity"] = self._number(truth["upto"])
        if "sequence" in truth:
            fields["sequence"] = truth["sequence"]
        if truth["id"].startswith("producer:"):
            fields["eventId"] = truth["id"].removeprefix("producer:")
        if chance.random() < 0.2:
            fields["unknown"] = {"to": ["us"]}
        return Telling(truth["user"], _json(fields), truth)

    def garbage(self) -> Telling:
        """Bytes that are no order event."""
        user = self.chance.choice(self.users)
        noise = bytes(self.chance.randrange(256) for _ in range(self.chance.randrange(40)))
        value = self.chance.choice(
            (noise, b"{}", b'{"orderId":1', b"[]", b'{"orderId":7,"status":"PENDING","quantity":1e400}')
        )
        return Telling(user, value, None)

    def contradiction(self, truth: Truth) -> Telling:
        """The same event id with another claim, or (under an id of its own) a fill of the other side."""
        if self.chance.random() < 0.5:
            return self.telling(truth | {"price": truth["price"] + 1})
        other = {"BUY": "SELL", "SELL": "BUY"}[truth["side"]]
        name = f"producer:wrong-{truth['order']}-{self.chance.randrange(10**6)}"
        fill = {"status": "FILLED", "upto": truth["quantity"], "paid": truth["price"], "id": name}
        return self.telling(truth | fill | {"side": other})

    def _number(self, value: Fraction) -> str:
        text = _digits(value)
        return Digits(text) if self.chance.random() < 0.6 else text

    def _life(self) -> list[Truth]:
        """All messages of a new order."""
        self.orders += 1
        chance = self.chance
        whole = chance.random() < 0.7
        quantity = Fraction(chance.randrange(2, 120)) if whole else Fraction(chance.randrange(2, 10**4), 1000)
        terms: Truth = {
            "order": self.orders,
            "user": chance.choice(self.users),
            "ticker": chance.choice(TICKERS),
            "side": chance.choice(("BUY", "BUY", "SELL")),
            "quantity": quantity,
            "price": Fraction(chance.randrange(1, 8000), chance.choice((100, 100, 10**4))),
        }
        life = [named(terms | {"status": "PENDING"})]
        if chance.random() < 0.2:
            life = [named(terms | {"status": "PENDING", "sequence": 1})]
            terms = terms | {
                "quantity": terms["quantity"] * chance.choice((1, 2)),
                "price": terms["price"] + 1,
            }
            life.append(named(terms | {"status": "PENDING", "sequence": 2}))
        return life + self._executions(terms)

    def _executions(self, terms: Truth) -> list[Truth]:
        chance = self.chance
        cuts = {terms["quantity"] * Fraction(chance.randrange(1, 8), 8) for _ in range(chance.randrange(4))}
        life = [self._fill(terms, "PARTIALLY_FILLED", upto) for upto in sorted(cuts)]
        end = chance.choice(("FILLED", "FILLED", "REJECTED", "CANCELLED", "EXPIRED", None))
        if end == "FILLED":
            more = terms["quantity"] if chance.random() < 0.95 else terms["quantity"] * 2
            life.append(self._fill(terms, "FILLED", more))
        elif end:
            life.append(named(terms | {"status": end}))
        return life

    def _fill(self, terms: Truth, status: str, upto: Fraction) -> Truth:
        """Mostly at the limit or better, as an exchange does it."""
        better = Fraction(self.chance.randrange(-3, 60), 100) * (1 if terms["side"] == "BUY" else -1)
        paid = max(terms["price"] - better, Fraction(1, 10**4))
        return named(terms | {"status": status, "upto": upto, "paid": paid})


def named(truth: Truth) -> Truth:
    """With the id that the contract gives it."""
    tail = f"q{int(truth['upto'] * 10**9)}" if "upto" in truth else "-"
    if "sequence" in truth:
        tail = f"s{truth['sequence']}"
    return truth | {"id": f"order:{truth['order']}:{truth['status']}:{tail}"}


def _digits(value: Fraction) -> str:
    scaled = value * 10**9
    assert scaled.denominator == 1, value
    return f"{scaled.numerator // 10**9}.{scaled.numerator % 10**9:09d}".rstrip("0").rstrip(".")


def _stamp(when: datetime, *, as_text: bool) -> object:
    parts = [when.year, when.month, when.day, when.hour, when.minute, when.second]
    return when.replace(tzinfo=None).isoformat() if as_text else parts


def _json(fields: dict[str, object]) -> bytes:
    pairs = (
        f"{json.dumps(name)}:{value if isinstance(value, Digits) else json.dumps(value)}"
        for name, value in fields.items()
    )
    return ("{" + ",".join(pairs) + "}").encode()
