"""A job as a RabbitMQ message, and back.

The payload is the body, UTF-8; the kind is the message's type; everything else is in headers. The number
of the attempt is what the header says were made, plus the deliveries that the broker counted since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fiel.infra.jobs.port import ID_BYTES_MAX, MALFORMED, PAYLOAD_BYTES_MAX, DeadLetter, Job
from fiel.infra.jobs.rabbit_library import aio_pika
from fiel.infra.jobs.verdicts import Dead, storable
from fiel.infra.storage.types import instant_of, micros_of
from fiel.infra.tracing import TRACEPARENT
from fiel.kernel.errors import InvalidInput

ID, KEY, FAILED, MAX_ATTEMPTS = "job-id", "job-key", "job-attempts-made", "job-max-attempts"
RUN_AFTER, NOT_BEFORE = "job-run-after-us", "job-not-before-us"
REASON, DETAIL, DIED_AT = "dead-letter-reason", "dead-letter-detail", "dead-letter-at-us"
DELIVERIES = "x-delivery-count"
_DIED = "x-death"
TRACE_LENGTH_MAX = 100


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message that was understood: the job, and the instant before which it is not to be handled."""

    job: Job
    not_before: datetime | None


def message_of(
    job: Job,
    *,
    attempts_made: int,
    not_before: datetime | None = None,
    expires: timedelta | None = None,
    headers: Mapping[str, Any] | None = None,
) -> Any:
    """The message of a job, persistent. `expires` is how long it stays in a waiting queue at most."""
    own: dict[str, Any] = {ID: job.id, FAILED: attempts_made, MAX_ATTEMPTS: job.max_attempts}
    if job.key is not None:
        own[KEY] = job.key
    if job.run_after is not None:
        own[RUN_AFTER] = micros_of(job.run_after)
    if job.trace is not None:
        own[TRACEPARENT] = job.trace
    if not_before is not None:
        own[NOT_BEFORE] = micros_of(not_before)
    return aio_pika.Message(
        job.payload.encode(),
        type=job.kind,
        correlation_id=job.id,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        expiration=expires,
        headers={**own, **(headers or {})},
    )


def read(message: Any, kind: str) -> Delivered:
    """The job in a message from the queue of `kind`. Raises `InvalidInput` for one that is not ours."""
    headers = message.headers
    if len(message.body) > PAYLOAD_BYTES_MAX:
        raise InvalidInput("payload_too_large", f"{len(message.body)} bytes", field="payload")
    try:
        payload = message.body.decode()
    except UnicodeDecodeError:
        raise InvalidInput("payload_not_text", "the body is not UTF-8", field="payload") from None
    key, run_after = headers.get(KEY), headers.get(RUN_AFTER)
    attempts = _number(headers, FAILED) + _number(headers, DELIVERIES, 0)
    job = Job(
        _text(headers, ID),
        kind,
        payload,
        None if key is None else _text(headers, KEY),
        None if run_after is None else _instant(headers, RUN_AFTER),
        _number(headers, MAX_ATTEMPTS),
        attempts + 1,
        trace=_trace(headers),
    )
    return Delivered(job, _instant(headers, NOT_BEFORE) if NOT_BEFORE in headers else None)


def burial(message: Any, dead: Dead, *, attempts: int, at: datetime) -> Any:
    """The dead letter of a message, whatever it holds: body and headers as they came, the reason beside."""
    kept = {name: content for name, content in message.headers.items() if not name.startswith("x-")}
    ours = {FAILED: attempts, REASON: dead.reason, DETAIL: dead.detail, DIED_AT: micros_of(at)}
    return _copy(message, {**kept, **ours})


def revival(message: Any) -> Any:
    """A dead letter as a job that was never tried."""
    gone = {REASON, DETAIL, DIED_AT, NOT_BEFORE, RUN_AFTER}
    kept = {
        name: content
        for name, content in message.headers.items()
        if name not in gone and not name.startswith("x-")
    }
    return _copy(message, {**kept, FAILED: 0})


def letter(message: Any, kind: str) -> DeadLetter:
    """What a message in the dead letters says."""
    headers = message.headers
    reason, died_at = _broker_said(headers)
    if REASON in headers:
        reason, died_at = str(headers[REASON]), _instant(headers, DIED_AT)
    return DeadLetter(_buried_job(message, kind), reason, str(headers.get(DETAIL, "")), died_at)


def letter_id(message: Any) -> str:
    """The id under which a dead letter is found; one without a sound id is named by its content."""
    found = message.headers.get(ID)
    if isinstance(found, str) and 0 < len(found.encode()) <= ID_BYTES_MAX:
        return found
    return f"malformed_{hashlib.sha256(message.body).hexdigest()[:32]}"


def _buried_job(message: Any, kind: str) -> Job:
    headers = dict(message.headers)
    made = headers.get(FAILED)
    try:
        delivered = read(message, kind)
    except InvalidInput:
        text = storable_payload(message.body)
        return Job(letter_id(message), kind, text, attempt=made if type(made) is int else 0)
    job = delivered.job
    # Looking at a letter counts as a delivery; that is no attempt.
    counted = made if type(made) is int else 0
    return Job(job.id, kind, job.payload, job.key, job.run_after, job.max_attempts, counted)


def storable_payload(body: bytes) -> str:
    """As much of a body as can be shown."""
    return storable(body.decode("utf-8", "replace"))


def _broker_said(headers: Mapping[str, Any]) -> tuple[str, datetime | None]:
    deaths = headers.get(_DIED)
    if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict):
        time = deaths[0].get("time")
        return str(deaths[0].get("reason", MALFORMED)), time if isinstance(time, datetime) else None
    return MALFORMED, None


def _copy(message: Any, headers: Mapping[str, Any]) -> Any:
    return aio_pika.Message(
        message.body,
        type=message.type,
        correlation_id=message.correlation_id,
        content_type=message.content_type,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        headers=dict(headers),
    )


def _trace(headers: Mapping[str, Any]) -> str | None:
    content = headers.get(TRACEPARENT)
    return content if isinstance(content, str) and len(content) <= TRACE_LENGTH_MAX else None


def _text(headers: Mapping[str, Any], name: str) -> str:
    content = headers.get(name)
    if not isinstance(content, str):
        raise InvalidInput("header_malformed", "a job's message needs this header as text", field=name)
    return content


def _number(headers: Mapping[str, Any], name: str, default: int | None = None) -> int:
    content = headers.get(name, default)
    if type(content) is not int or content < 0:
        raise InvalidInput("header_malformed", "a job's message needs this header as a number", field=name)
    return content


def _instant(headers: Mapping[str, Any], name: str) -> datetime:
    try:
        return instant_of(_number(headers, name))
    except OverflowError:
        raise InvalidInput("header_malformed", "no instant has this number", field=name) from None
