"""aio-pika, whose faults are told in the words of the error tree. Imported only where RabbitMQ is named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fiel.kernel.errors import Conflict, FielError, Unavailable

try:
    import aio_pika
    from aio_pika import exceptions as faults
except ModuleNotFoundError:
    raise Unavailable(
        "driver_missing", "RabbitMQ needs aio-pika; install it with `pip install 'fiel[rabbit]'`"
    ) from None

__all__ = ["FAULTS", "aio_pika", "faults", "named", "named_errors"]

#: What the library raises when the broker is away, refuses, or does not answer.
FAULTS = (*faults.CONNECTION_EXCEPTIONS, TimeoutError)


def named(error: BaseException) -> FielError:
    """The house's error for a fault of the library."""
    told = str(error).strip() or type(error).__name__
    if isinstance(error, faults.PublishError):
        return Unavailable("job_returned", "RabbitMQ has no queue for the job; was it deleted?")
    if isinstance(error, faults.DeliveryError):
        return Unavailable("job_refused", "RabbitMQ refuses the job; its queue is full or has no majority")
    if isinstance(error, faults.ChannelPreconditionFailed):
        return Conflict(
            "queue_differs",
            f"a queue of that name has other settings ({told}); empty and delete it, or use another prefix",
        )
    return Unavailable("queue_unavailable", f"RabbitMQ cannot be reached or does not answer ({told})")


@contextmanager
def named_errors() -> Iterator[None]:
    """Faults of the library inside the block come out as the error tree."""
    try:
        yield
    except FielError:
        raise
    except FAULTS as error:
        raise named(error) from error
