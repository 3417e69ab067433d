"""Orders as a broker takes them and reports on them: values shared by sagas, brokers and the exchange.

Quantities are billionths of a unit and prices billionths of the currency, as in custody; no floats.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from fiel.custody.accounts import INT64_MAX
from fiel.custody.order_events.event import Side
from fiel.kernel.errors import InvalidInput

#: Alpaca takes 128 characters, most Brazilian gateways 36 or more; ours have about 30.
CLIENT_ORDER_ID_MAX = 64


class OrderState(StrEnum):
    """Where an order stands at the broker. All but OPEN are final."""

    OPEN = "open"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will be executed."""
        return self is not OrderState.OPEN


class Execution(NamedTuple):
    """One execution: `number` counts those of its order from 1; `price` is its own, not an average."""

    number: int
    quantity: int
    price: int
    at: datetime


@dataclass(frozen=True, slots=True)
class BrokerOrder:
    """A limit order to be placed, good until cancelled or its day ends.

    `client_order_id` names it for ever: placing it twice makes one order. `portfolio` is the account at
    the broker (custody's user id). `limit` bounds the price: a buy never pays more, a sale never gets
    less. Raises `InvalidInput` naming the field.
    """

    client_order_id: str
    portfolio: str
    ticker: str
    side: Side
    quantity: int
    limit: int
    currency: str = "BRL"

    def __post_init__(self) -> None:
        if not 1 <= len(self.client_order_id) <= CLIENT_ORDER_ID_MAX:
            raise InvalidInput(
                "client_order_id", f"an id has 1 to {CLIENT_ORDER_ID_MAX} characters", field="client_order_id"
            )
        for name in ("quantity", "limit"):
            number = getattr(self, name)
            if type(number) is not int or not 0 < number <= INT64_MAX:
                raise InvalidInput(f"{name}_out_of_range", f"{name} must be above zero", field=name)

    @property
    def order_id(self) -> int:
        """The number of this order in custody: a pure function of its name, 1 to 2^63 - 1."""
        return order_number(self.client_order_id)


@dataclass(frozen=True, slots=True)
class OrderReport:
    """What the broker says of an order: where it stands, and everything executed so far, in order.

    `reason` is the broker's word for a rejection, if it gave one.
    """

    client_order_id: str
    state: OrderState
    executions: tuple[Execution, ...] = ()
    reason: str | None = None

    @property
    def filled(self) -> int:
        """Executed quantity in billionths."""
        return sum(each.quantity for each in self.executions)


def order_number(client_order_id: str) -> int:
    """63 bits of the SHA-256 of the name, never 0: the same name has the same number after any crash."""
    digest = hashlib.sha256(client_order_id.encode("utf-8")).digest()
    return (int.from_bytes(digest[:8], "big") >> 1) or 1
