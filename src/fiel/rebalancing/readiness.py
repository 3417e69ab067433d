"""Kernels that are not compiled yet: a plan does without them, and asks the compiler only when it must.

Compiling takes 10 to 60 seconds, once per installation, and most plans need a few milliseconds either way.
"""

from __future__ import annotations

import functools
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

from fiel.rebalancing.jit import COMPILED, interpreted, will_compile

if TYPE_CHECKING:
    from fiel.rebalancing.searching import Found

#: Nodes that an interpreted search may visit while nothing is compiled: about a second of work. A search that
#: ends within them has its answer, the same to the bit; the others are begun anew, compiled.
HASTY_NODES = 1_000


def is_cold(*, costs: bool) -> bool:
    """Whether the kernels of a search (with costs, or without) are to be compiled first: neither this process
    nor the cache has them. Always false without the extra `fast`.
    """
    if not COMPILED:
        return False
    from fiel.rebalancing.kernels import cost_search, lots

    return will_compile(cost_search.search if costs else lots.search)


def compiles_first() -> bool:
    """Whether nothing is compiled yet: a hard plan then takes longer, and whoever waits should be told."""
    return is_cold(costs=False) and is_cold(costs=True)


class Search(Protocol):
    """One search, in either form."""

    def __call__(self, *, nodes_max: int, compiled: bool) -> Found:
        """The best that is found within so many nodes."""
        ...


def interpreted_first(search: Search, nodes_max: int) -> Found:
    """The answer of an interpreted search where it ends soon, else that of the compiled one."""
    found = search(nodes_max=min(nodes_max, HASTY_NODES), compiled=False)
    if found.node_count < HASTY_NODES or nodes_max <= HASTY_NODES:
        return found
    return search(nodes_max=nodes_max, compiled=True)


@functools.cache
def interpreted_searching() -> ModuleType:
    """`fiel.rebalancing.searching`, every kernel below it interpreted; without `fast`, as it is anyhow."""
    if COMPILED:
        return interpreted("fiel.rebalancing.searching")
    from fiel.rebalancing import searching

    return searching
