"""Whether the next plan has to compile the kernels first: for whoever waits for it."""

from __future__ import annotations

from fiel.rebalancing.jit import will_compile


def compiles_first() -> bool:
    """Whether nothing is compiled yet, in this process or in its cache: the first plan then takes longer.

    Once a plan without costs was made, the first with costs compiles its own kernels without being
    announced here. Always false without the extra `fast`.
    """
    from fiel.rebalancing.kernels import cost_search, lots

    return will_compile(lots.search) and will_compile(cost_search.search)
