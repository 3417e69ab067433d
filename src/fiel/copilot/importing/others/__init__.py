"""Exports of other programs and foreign brokers, the old CEI portal, tables with a mapping, our JSON."""

from __future__ import annotations

from fiel.copilot.importing.others.avenue import READERS as AVENUE
from fiel.copilot.importing.others.cei import READERS as CEI
from fiel.copilot.importing.others.ghostfolio import READERS as GHOSTFOLIO
from fiel.copilot.importing.others.ibkr import READERS as IBKR
from fiel.copilot.importing.others.own_json import READERS as OWN
from fiel.copilot.importing.others.portfolio_performance import READERS as PERFORMANCE
from fiel.copilot.importing.others.portfolio_performance_xml import READERS as PERFORMANCE_XML
from fiel.copilot.importing.others.schwab import READERS as SCHWAB
from fiel.copilot.importing.reader import Reader

READERS: tuple[Reader, ...] = (
    *GHOSTFOLIO,
    *PERFORMANCE,
    *PERFORMANCE_XML,
    *AVENUE,
    *IBKR,
    *SCHWAB,
    *CEI,
    *OWN,
)
