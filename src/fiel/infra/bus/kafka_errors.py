"""confluent-kafka, or a clear word on how to get it; and what Kafka says in the words of the error tree."""

from __future__ import annotations

from typing import Any

from fiel.kernel.errors import FielError, NotFound, Unavailable

try:
    import confluent_kafka
    import confluent_kafka.admin
except ModuleNotFoundError:
    raise Unavailable(
        "driver_missing", "Kafka needs confluent-kafka; install it with `pip install 'fiel[kafka]'`"
    ) from None

__all__ = [
    "UNKNOWN_TOPIC",
    "confluent_kafka",
    "is_out_of_range",
    "is_serious",
    "is_timeout",
    "kafka_admin",
    "named",
    "no_answer",
]

kafka_admin: Any = confluent_kafka.admin
_ERRORS: Any = confluent_kafka.KafkaError
UNKNOWN_TOPIC = frozenset({_ERRORS.UNKNOWN_TOPIC_OR_PART, _ERRORS._UNKNOWN_TOPIC, _ERRORS._UNKNOWN_PARTITION})


def named(error: Any, what: str) -> FielError:
    """The house's error for Kafka's, about `what`."""
    if error.code() in UNKNOWN_TOPIC:
        return NotFound("topic_unknown", f"{what} is not on these brokers; create it first", field="topic")
    return Unavailable("bus_unavailable", f"{what}: {error.str()}; are the brokers up?")


def no_answer(what: str) -> Unavailable:
    """The brokers said nothing."""
    return Unavailable("bus_unavailable", f"{what}: no answer in time; are the brokers up?")


def is_out_of_range(error: Any) -> bool:
    """Whether the place to read from is not in the log."""
    return bool(error.code() in {_ERRORS._AUTO_OFFSET_RESET, _ERRORS.OFFSET_OUT_OF_RANGE})


def is_timeout(error: Any) -> bool:
    """Whether a message was not delivered in its time."""
    return bool(error.code() == _ERRORS._MSG_TIMED_OUT)


def is_serious(error: Any) -> bool:
    """Whether a person should know: nobody answers, or a client can do nothing more."""
    return bool(error.fatal() or error.code() == _ERRORS._ALL_BROKERS_DOWN)
