"""Every topic and queue: who writes it, how it is keyed, and the schema of its messages."""

from __future__ import annotations

from fiel.entrypoints.contracts.by_balancer import of_balancer, of_jobs
from fiel.entrypoints.contracts.by_custody import of_custody
from fiel.entrypoints.contracts.by_market import of_market
from fiel.entrypoints.contracts.contract import Carrier, MessageContract

__all__ = ["Carrier", "MessageContract", "contracts"]


def contracts() -> tuple[MessageContract, ...]:
    """All of them, by channel."""
    found = (*of_custody(), *of_market(), *of_balancer(), *of_jobs())
    return tuple(sorted(found, key=lambda each: each.channel))
