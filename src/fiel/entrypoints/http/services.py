"""What the HTTP interface is given by the composition root."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import FastAPI

from fiel.bootstrap import OpenCustody, OpenIncome
from fiel.copilot.plan_view.words import Lang
from fiel.custody.ports import PriceSource
from fiel.custody.queries import Queries
from fiel.custody.service import Custody
from fiel.entrypoints.http.later import Part
from fiel.entrypoints.http.market_door import MarketDoor
from fiel.entrypoints.http.watching import HttpMetrics
from fiel.infra.access.desk import Access
from fiel.infra.jobs.port import JobQueue
from fiel.kernel.clock import Clock
from fiel.settings import Settings

#: Raises when its component does not answer.
if TYPE_CHECKING:
    from fiel.autobalance.parts import Parts

Probe = Callable[[], None]


@dataclass(frozen=True, slots=True)
class HttpServices:
    """Commands, reads, prices, the clock, and the probes that health asks, by component.

    `metrics` writes the Prometheus text; `None` leaves `/metrics` out. With the rest (the settings, the
    open book, income, auto-balancer, market, who may do what, the job queue) the pages are served too; the
    wallet's own routes need none of it. `lang`: the language of a visitor who has chosen none. `demo`: the
    book is the demonstration's, and its pages say so.
    """

    custody: Custody
    queries: Queries
    prices: PriceSource
    clock: Clock
    probes: Mapping[str, Probe] = field(default_factory=dict)
    metrics: Callable[[], bytes] | None = None
    settings: Settings | None = None
    opened: OpenCustody | None = None
    income: OpenIncome | None = None
    #: Puts the auto-balancer together; the same one each time.
    balancer: Callable[[], Parts] | None = None
    market: MarketDoor | None = None
    access: Access | None = None
    jobs: JobQueue | None = None
    lang: Lang = Lang.PT
    demo: bool = False
    #: Adds the first page to the application, and tells what adds the others; `None` leaves them out.
    pages: Callable[[FastAPI], Part] | None = None
    #: The services of the demonstration that can be looked at beside this book; opened when asked.
    demonstration: Callable[[], HttpServices] | None = None
    #: Whether cookies are only for https.
    secure: bool = False
    #: Where requests are counted.
    watch: HttpMetrics | None = None

    @property
    def autobalance(self) -> Parts | None:
        """The auto-balancer, put together when it is first asked for."""
        return None if self.balancer is None else self.balancer()
