"""What custody hears and says."""

from __future__ import annotations

from fiel.custody import topics as custody
from fiel.custody.ledger.journal import TransactionType
from fiel.custody.messages import BodyEncoding
from fiel.custody.order_events.event import EventStatus, Side
from fiel.entrypoints.contracts.contract import Carrier, MessageContract
from fiel.entrypoints.contracts.shapes import (
    Schema,
    amount,
    currency,
    decimal,
    instant,
    maybe,
    members,
    one_of,
    text,
    whole,
)


def of_custody() -> tuple[MessageContract, ...]:
    """What custody hears and says."""
    order = MessageContract(
        "order-event",
        1,
        custody.ORDER_EVENTS,
        Carrier.TOPIC,
        "the user's id",
        "What the order service says happened to an order",
        members(
            "An order as it stands; numbers are JSON numbers or exact text",
            {
                "orderId": _number(whole("Unique within the order service")),
                "userId": text("Whose account", minLength=1, maxLength=100),
                "ticker": text("The symbol", minLength=1, maxLength=20),
                "side": one_of(Side),
                "status": one_of([*EventStatus, "CANCELED"]),
                "quantity": _number({"type": "number", "exclusiveMinimum": 0}),
                "price": _number({"type": "number", "exclusiveMinimum": 0}),
            },
            optional={
                "executedPrice": maybe(_number({"type": "number"})),
                "filledQuantity": maybe(_number({"type": "number"})),
                "currency": maybe(text("BRL when it is left out", minLength=3, maxLength=3)),
                "sequence": maybe(_number(whole("Number of the event within its order"))),
                "eventId": maybe(text("Unique, when the producer has one", maxLength=200)),
                "eventTimestamp": {
                    "description": "[year, month, day, hour, minute, second, nanos], or ISO text; local time "
                    "of the producer's zone where it names none",
                    "anyOf": [
                        {"type": "array", "items": {"type": "integer"}, "minItems": 3, "maxItems": 7},
                        {"type": "string"},
                        {"type": "null"},
                    ],
                },
            },
        ),
        sends=True,
        receives=True,
        example={
            "orderId": 1,
            "userId": "ana",
            "ticker": "PETR4",
            "quantity": 100,
            "price": "10.00",
            "executedPrice": "9.99",
            "side": "BUY",
            "status": "FILLED",
            "eventTimestamp": [2026, 5, 4, 10, 0, 0, 0],
        },
    )
    return order, _dead_letter(), _wallet_event(), _custody_alert()


def _number(schema: Schema) -> Schema:
    return {"anyOf": [schema, decimal("The same as text")]} | (
        {"description": schema["description"]} if "description" in schema else {}
    )


def _dead_letter() -> MessageContract:
    return MessageContract(
        "order-event-dead-letter",
        1,
        custody.DEAD_LETTERS,
        Carrier.TOPIC,
        "the user's id, or -",
        "An order event that was not applied: why, and all of it",
        members(
            "A message that did not get into the book",
            {
                "id": text("The same however often it is delivered"),
                "topic": maybe(text("Where it stood in the log")),
                "partition": maybe(whole()),
                "offset": maybe(whole()),
                "message_key": maybe(text()),
                "body": text("The message as it came"),
                "body_encoding": one_of(BodyEncoding, "How the body is kept"),
                "code": text("A stable reason"),
                "message": text("The same in words"),
                "field": maybe(text("What it is about")),
                "user_id": maybe(text()),
                "order_id": maybe(whole()),
                "event_id": maybe(text()),
                "recorded_at": instant("When it was kept"),
                "attempts": whole("How often it was tried"),
            },
        ),
        sends=True,
        receives=False,
        example={
            "id": "dead_1",
            "topic": "order-events-v1",
            "partition": 0,
            "offset": 7,
            "message_key": "ana",
            "body": "{}",
            "body_encoding": "text",
            "code": "whole_number_expected",
            "message": "orderId must be a 64-bit whole number",
            "field": "orderId",
            "user_id": None,
            "order_id": None,
            "event_id": None,
            "recorded_at": "2026-05-04T13:00:00+00:00",
            "attempts": 1,
        },
    )


def _wallet_event() -> MessageContract:
    return MessageContract(
        "wallet-event",
        1,
        custody.WALLET_EVENTS,
        Carrier.TOPIC,
        "the user's id",
        "A movement of an account's money, one for each wallet transaction",
        members(
            "Amounts are JSON numbers with exact digits, the time is local without a zone",
            {
                "eventId": text("Unique"),
                "userId": text("Whose account"),
                "transactionType": one_of(TransactionType),
                "amount": amount("In the account's currency"),
                "ticker": maybe(text()),
                "orderId": maybe(whole()),
                "balanceAfter": amount("Of the account"),
                "blockedBalanceAfter": amount("What of it is reserved"),
                "eventTimestamp": text("Local time of the zone of the settings, no offset"),
                "currency": currency(),
                "sequence": whole("Number within the account: a gap can be seen"),
            },
        ),
        sends=True,
        receives=False,
        example={
            "eventId": "tx_1",
            "userId": "ana",
            "transactionType": "DEPOSIT",
            "amount": 1000.00,
            "ticker": None,
            "orderId": None,
            "balanceAfter": 1000.00,
            "blockedBalanceAfter": 0.00,
            "eventTimestamp": "2026-05-04T13:00:00",
            "currency": "BRL",
            "sequence": 1,
        },
    )


def _custody_alert() -> MessageContract:
    return MessageContract(
        "custody-alert",
        1,
        custody.ALERTS,
        Carrier.TOPIC,
        "the user's id",
        "Something in an account that a person must look at",
        members(
            "An alert; told once",
            {
                "alertId": text("Unique"),
                "code": text("A stable reason"),
                "userId": text("Whose account"),
                "orderId": maybe(whole()),
                "eventId": maybe(text()),
                "message": text("The same in words"),
                "recordedAt": instant("When it was found"),
            },
        ),
        sends=True,
        receives=False,
        example={
            "alertId": "alert_1",
            "code": "cash_short",
            "userId": "ana",
            "orderId": 1,
            "eventId": None,
            "message": "the balance is below zero",
            "recordedAt": "2026-05-04T13:00:00+00:00",
        },
    )
