"""What a registry is: portfolios, what they hold, and who is out of band at the last prices."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from typing import Protocol

from fiel.autobalance.model_text import BalanceModel
from fiel.rebalancing.problem import Strategy


class Verdict(IntEnum):
    """What is known of a portfolio. The numbers are those of the fleet's scan."""

    INSIDE = 0
    OUT = 1
    #: Something held or targeted has no price, or only one that is too old: not judged.
    UNPRICED = 3
    #: Worth nothing (or less), so that no weight exists: not judged.
    EMPTY = 4


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A portfolio to be watched: `quantities` in billionths by ticker, `cash` in minor units.

    `strategy` is the one in force (see `triggers.strategy_of`); only its bands matter here. Holdings that
    the model does not name are not looked at. Cash counts where the model's tree has a leaf for it.
    """

    portfolio: str
    model: BalanceModel
    strategy: Strategy
    quantities: Mapping[str, int]
    cash: int = 0
    currency: str = "BRL"


@dataclass(frozen=True, slots=True)
class State:
    """A portfolio as the registry sees it; `asked_at` is when it was last told to be out."""

    verdict: Verdict
    asked_at: datetime | None


class Registry(Protocol):
    """Portfolios under watch. Not safe for concurrent calls: one thread owns it.

    A portfolio that is out is told at once, and again each `ask_again` for as long as it stays out, also
    when it went in and out in between: prices that flap across a band cost one request per period.
    """

    def __len__(self) -> int:
        """How many portfolios are watched."""

    def tickers(self) -> frozenset[str]:
        """Every ticker that some portfolio's model names."""

    def load(self, portfolios: Iterable[Enrolled]) -> None:
        """Watch these and no others; prices known so far are kept."""

    def add(self, portfolios: Iterable[Enrolled]) -> None:
        """Watch these too; one that is watched already is replaced as a whole."""

    def ticks(self, prices: Mapping[str, Decimal | None], at: datetime) -> list[str]:
        """Take new prices as of `at` and tell who is out and due to be told, sorted.

        A price that is missing, not finite, not above zero or above a billion is gone. Symbols that nobody
        has are remembered for those who come later.
        """

    def forget_prices(self, before: datetime) -> None:
        """Prices that came before are too old: gone."""

    def replace(self, portfolio: str, quantities: Mapping[str, int], cash: int) -> Verdict:
        """It traded: all that it holds now, and its cash. Raises `NotFound` (not_watched)."""

    def remove(self, portfolio: str) -> None:
        """Watch it no more; nothing happens if it was not watched."""

    def ask_again(self, portfolios: Iterable[str]) -> None:
        """What was told of these was lost (not published): tell it again with the next ticks."""

    def state(self, portfolio: str) -> State:
        """Raises `NotFound` (not_watched)."""


def shard_of(portfolio: str, shards: int) -> int:
    """Which of `shards` registries (from 0) watches a portfolio: the same on every machine, for ever.

    >>> shard_of("ana", 4)
    2
    """
    digest = hashlib.sha256(portfolio.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % shards
