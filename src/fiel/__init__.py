"""Fiel: what exactly do I buy to get back to my targets?

    import fiel

    portfolio = fiel.load("carteira.toml")
    plan = fiel.plan(portfolio, cash="1000")
    print(plan)

Names load when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fiel.copilot.buying import Plan, load, plan
    from fiel.copilot.portfolio import Portfolio
    from fiel.kernel import errors

__version__ = "0.1.0"
__all__ = ["Plan", "Portfolio", "__version__", "errors", "load", "plan"]

_HOMES = MappingProxyType(
    {
        "Plan": "fiel.copilot.buying",
        "Portfolio": "fiel.copilot.portfolio",
        "load": "fiel.copilot.buying",
        "plan": "fiel.copilot.buying",
    }
)


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module("fiel.kernel.errors")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'fiel' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
