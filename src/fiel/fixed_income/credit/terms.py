"""What kind of paper it is and what it pays on the nominal value."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from fiel.fixed_income.accrual.ipca import ProRata, anniversary_on
from fiel.fixed_income.accrual.powers import annual_rate
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput


class Kind(StrEnum):
    """The papers by their market name."""

    CDB = "CDB"
    RDB = "RDB"
    LC = "LC"
    LCI = "LCI"
    LCA = "LCA"
    CRI = "CRI"
    CRA = "CRA"
    DEBENTURE = "debenture"
    INCENTIVISED_DEBENTURE = "incentivised_debenture"
    COMMERCIAL_NOTE = "commercial_note"

    @property
    def exempt_for_individuals(self) -> bool:
        """Whether an individual pays no income tax on the yield (Lei 11.033/2004, Lei 12.431/2011)."""
        return self in _EXEMPT

    @property
    def fgc_covered(self) -> bool:
        """Whether the Fundo Garantidor de Créditos covers it, up to its limit per holder and group."""
        return self in _FGC


_EXEMPT = frozenset({Kind.LCI, Kind.LCA, Kind.CRI, Kind.CRA, Kind.INCENTIVISED_DEBENTURE})
_FGC = frozenset({Kind.CDB, Kind.RDB, Kind.LC, Kind.LCI, Kind.LCA})


class Benchmark(StrEnum):
    """The daily rate that a floating paper follows."""

    CDI = "CDI"
    SELIC = "SELIC"


@dataclass(frozen=True, slots=True)
class Floating:
    """`percent` of the CDI or Selic, plus `spread` percent per year (252). 110 % of the CDI; CDI + 1.75.

    Both at once is allowed because some deeds do it; most papers have one of them.
    """

    benchmark: Benchmark = Benchmark.CDI
    percent: Decimal = Decimal(100)
    spread: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        parse_decimal(self.percent, field="percent", decimals_max=4, minimum=0, maximum=1_000)
        annual_rate(self.spread, field="spread")


@dataclass(frozen=True, slots=True)
class Prefixed:
    """`rate` percent per year (252)."""

    rate: Decimal

    def __post_init__(self) -> None:
        annual_rate(self.rate, field="rate")


@dataclass(frozen=True, slots=True)
class IpcaPlus:
    """The nominal value follows the IPCA and pays `rate` percent per year (252) on top.

    `anniversary` is the day of the month (1 to 28) on which the index changes; deeds mostly say 15.
    """

    rate: Decimal
    pro_rata: ProRata = ProRata.BUSINESS_DAYS
    anniversary: int = 15

    def __post_init__(self) -> None:
        annual_rate(self.rate, field="rate")
        anniversary_on(2000, 1, self.anniversary)
        if not isinstance(self.pro_rata, ProRata):
            raise InvalidInput("pro_rata", "pro rata is by business or calendar days", field="pro_rata")


Remuneration: TypeAlias = Floating | Prefixed | IpcaPlus
