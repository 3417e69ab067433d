"""From the bytes of the log to an `OrderEvent`, or to the reason why not. Never raises, never guesses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, tzinfo

from fiel.custody.accounts import Rejection
from fiel.custody.order_events.event import FILLS, EventStatus, LogPlace, OrderEvent, identity, payload_hash
from fiel.custody.order_events.fields import (
    EVENT_ID_MAX,
    USER_ID_MAX,
    Constant,
    NumberText,
    Unreadable,
    read_currency,
    read_instant,
    read_scaled,
    read_side,
    read_status,
    read_text,
    read_ticker,
    read_whole,
)

MESSAGE_BYTES_MAX = 64 * 1024
DEPTH_MAX = 32
_SCALE_DIGITS = 9

_QUICK_DECODER = json.JSONDecoder(parse_float=NumberText, parse_constant=Constant)
_DECODER = json.JSONDecoder(parse_float=NumberText, parse_int=NumberText, parse_constant=Constant)


def parse_order_event(
    message: bytes | str | Mapping[str, object], place: LogPlace | None = None, *, zone: tzinfo = UTC
) -> OrderEvent | Rejection:
    """The event that a message of `order-events-v1` states, or a `Rejection` for the dead letters.

    `zone` is where the producer's clock hangs: its times have no zone of their own. Digits are read
    as written; a float in an already decoded mapping is refused. Codes beside those of the fields:
    message_too_large, message_not_utf8, message_not_json, message_too_deep, message_not_object.
    """
    try:
        fields = message if isinstance(message, Mapping) else _decoded(message)
        return _event(fields, place, zone)
    except Unreadable as reason:
        return Rejection(reason.code, reason.message, reason.field)


def _decoded(message: bytes | str) -> Mapping[str, object]:
    if len(message) > MESSAGE_BYTES_MAX:
        raise Unreadable("message_too_large", f"a message has at most {MESSAGE_BYTES_MAX} bytes", "")
    try:
        text = message if isinstance(message, str) else message.decode("utf-8")
        content = _content(text.removeprefix("\ufeff"))
    except UnicodeDecodeError:
        raise Unreadable("message_not_utf8", "the message is not UTF-8 text", "") from None
    except RecursionError:
        raise Unreadable("message_too_deep", f"a message nests at most {DEPTH_MAX} levels", "") from None
    except ValueError:
        raise Unreadable("message_not_json", "the message is not JSON", "") from None
    # Fewer brackets than levels cannot be too deep: the exact count is for the suspicious only.
    if text.count("[") + text.count("{") > DEPTH_MAX and _depth(content) > DEPTH_MAX:
        raise Unreadable("message_too_deep", f"a message nests at most {DEPTH_MAX} levels", "")
    if not isinstance(content, dict):
        raise Unreadable("message_not_object", "the message is not a JSON object", "")
    return content


def _content(text: str) -> object:
    try:
        return _QUICK_DECODER.decode(text)
    except ValueError:
        # Whole numbers of thousands of digits: their field, or nobody, is to refuse them.
        return _DECODER.decode(text)


def _depth(content: object) -> int:
    deepest, waiting = 0, [(content, 1)]
    while waiting:
        value, level = waiting.pop()
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        deepest = max(deepest, level)
        waiting.extend((item, level + 1) for item in inner if isinstance(item, dict | list))
    return deepest


def _event(fields: Mapping[str, object], place: LogPlace | None, zone: tzinfo) -> OrderEvent:
    get = fields.get
    order_id = read_whole(get("orderId"), "orderId")
    status = read_status(get("status"))
    user_id = read_text(get("userId"), "userId", USER_ID_MAX)
    ticker = read_ticker(get("ticker"))
    side = read_side(get("side"))
    quantity = read_scaled(get("quantity"), _SCALE_DIGITS, "quantity")
    price = read_scaled(get("price"), _SCALE_DIGITS, "price")
    executed, upto = _fill(fields, status, quantity) if status in FILLS else (None, None)
    told, number, own_id = get("currency"), get("sequence"), get("eventId")
    currency = "BRL" if told is None else read_currency(told)
    sequence = None if number is None else read_whole(number, "sequence")
    producer_id = None if own_id is None else read_text(own_id, "eventId", EVENT_ID_MAX)
    claims = (order_id, user_id, ticker, side, status, quantity, price, executed, upto, currency, sequence)
    return OrderEvent(
        identity(producer_id, order_id, status, sequence, upto),
        payload_hash(*claims),
        order_id,
        user_id,
        ticker,
        side,
        status,
        quantity,
        price,
        executed,
        upto,
        currency,
        sequence,
        read_instant(get("eventTimestamp"), zone),
        place,
    )


def _fill(fields: Mapping[str, object], status: EventStatus, quantity: int) -> tuple[int, int]:
    """Price and cumulative quantity of a fill; other statuses are not asked for them."""
    executed = read_scaled(fields.get("executedPrice"), _SCALE_DIGITS, "executedPrice")
    filled = fields.get("filledQuantity")
    if filled is None and status is EventStatus.FILLED:
        return executed, quantity
    return executed, read_scaled(filled, _SCALE_DIGITS, "filledQuantity")
