"""Who is out of band at the last prices: the registry, exact on a laptop and fast on a fleet."""

from __future__ import annotations

from fiel.autobalance.registry.exact import ExactRegistry
from fiel.autobalance.registry.port import Enrolled, Registry, State, Verdict, shard_of

__all__ = ["Enrolled", "ExactRegistry", "Registry", "State", "Verdict", "registry", "shard_of"]


def registry(*, ask_again_seconds: float = 60.0) -> Registry:
    """The fast registry where numpy is there, else the exact one."""
    try:
        from fiel.autobalance.registry.fast import FleetRegistry
    except ImportError:
        return ExactRegistry(ask_again_seconds=ask_again_seconds)
    return FleetRegistry(ask_again_seconds=ask_again_seconds)
