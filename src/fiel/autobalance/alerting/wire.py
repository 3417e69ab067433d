"""Alerts on the wire: written in the transaction that makes them true, read by the consumer of `ALERTS`."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime

from fiel.autobalance.saga.events import SagaAlert, SagaAlertCode
from fiel.autobalance.topics import ALERTS
from fiel.infra.storage.outbox import OutboxMessage
from fiel.infra.storage.types import storable_text
from fiel.kernel.clock import in_utc
from fiel.kernel.errors import InvalidInput
from fiel.kernel.ids import deterministic_id

BODY_BYTES_MAX = 64 * 1024
#: A broker's words may be long: what is kept of an alert's message, in characters.
MESSAGE_LENGTH_MAX = 2_000
NAME_LENGTH_MAX = 256


@dataclass(frozen=True, slots=True)
class ToldAlert:
    """An alert and when it was raised (UTC). `id` is the same however often it is told."""

    alert: SagaAlert
    at: datetime

    @property
    def id(self) -> str:
        """One per saga, code and attempt."""
        return alert_id(self.alert)


def alert_id(alert: SagaAlert) -> str:
    """The alert's name: the same for the same saga, code and attempt, for ever."""
    return deterministic_id("alert", alert.saga, alert.code.value, alert.attempt or "")


def alert_message(alert: SagaAlert, at: datetime) -> OutboxMessage:
    """The row of the outbox for an alert, ordered by portfolio. Its id is `alert_id`.

    Never refuses a message for its words: what cannot be stored in it is replaced, what is too long is cut.
    Raises `InvalidInput` for a naive time, or names that cannot be stored.
    """
    kept = replace(alert, message=_storable(alert.message)[:MESSAGE_LENGTH_MAX])
    body = json.dumps(fields_of(ToldAlert(kept, at)), ensure_ascii=False)
    return OutboxMessage(alert_id(alert), ALERTS, alert.portfolio, body)


def alert_of(body: bytes) -> ToldAlert:
    """The way back. Raises `InvalidInput` (alert_malformed) for what `alert_message` did not write."""
    if len(body) > BODY_BYTES_MAX:
        raise _malformed(f"an alert has at most {BODY_BYTES_MAX} bytes, not {len(body)}")
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise _malformed("an alert is JSON in UTF-8") from None
    return of_fields(content)


def fields_of(told: ToldAlert) -> dict[str, str | None]:
    """An alert as the fields of a JSON object."""
    alert = told.alert
    return {
        "code": alert.code.value,
        "saga": alert.saga,
        "portfolio": alert.portfolio,
        "attempt": alert.attempt,
        "message": alert.message,
        "at": in_utc(told.at, field="at").isoformat(),
    }


def of_fields(content: object) -> ToldAlert:
    """The way back; fields that it does not know are left alone. Raises `InvalidInput` (alert_malformed)."""
    if not isinstance(content, dict):
        raise _malformed("an alert is a JSON object")
    attempt = content.get("attempt")
    alert = SagaAlert(
        _code(content),
        _text(content, "saga", NAME_LENGTH_MAX),
        _text(content, "portfolio", NAME_LENGTH_MAX),
        None if attempt is None else _text(content, "attempt", NAME_LENGTH_MAX),
        _text(content, "message", MESSAGE_LENGTH_MAX, least=0),
    )
    try:
        return ToldAlert(alert, in_utc(datetime.fromisoformat(_text(content, "at", 40)), field="at"))
    except (ValueError, OverflowError, InvalidInput):
        raise _malformed("give an instant with its offset", "at") from None


def _code(content: dict[object, object]) -> SagaAlertCode:
    try:
        return SagaAlertCode(_text(content, "code", NAME_LENGTH_MAX))
    except ValueError:
        raise _malformed(f"a code is one of {', '.join(SagaAlertCode)}", "code") from None


def _text(content: dict[object, object], name: str, most: int, *, least: int = 1) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise _malformed(f"{name} is text of {least} to {most} characters", name)
    try:
        return storable_text(value, field=name)
    except InvalidInput as error:
        raise _malformed(error.message, name) from None


def _storable(text: str) -> str:
    return text.replace("\x00", "?").encode("utf-8", "replace").decode()


def _malformed(why: str, field: str | None = None) -> InvalidInput:
    return InvalidInput("alert_malformed", why, field=field)
