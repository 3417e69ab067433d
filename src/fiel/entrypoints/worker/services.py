"""What the HTTP application is given, put together on a book that is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from fiel.bootstrap import OpenCustody, OpenPrices, income_of
from fiel.bootstrap.names import KINDS
from fiel.bootstrap.operations import Operations
from fiel.custody.metrics import CustodyMetrics
from fiel.entrypoints.http import HttpServices
from fiel.entrypoints.http.market_door import MarketDoor
from fiel.entrypoints.http.watching import HttpMetrics
from fiel.entrypoints.web import add_pages
from fiel.entrypoints.worker.operations_metrics import OperationsCollector
from fiel.infra.jobs.port import JobQueue
from fiel.infra.storage.instants import database_now
from fiel.settings import Settings

if TYPE_CHECKING:
    from fiel.autobalance.parts import Parts


def services_of(
    opened: OpenCustody,
    prices: OpenPrices,
    metrics: CustodyMetrics,
    settings: Settings | None = None,
    jobs: JobQueue | None = None,
    market: MarketDoor | None = None,
) -> HttpServices:
    """What the HTTP application is given; health asks the database, and Redis where prices are there.

    With `settings` and `jobs` the whole copilot is served, without only custody.
    """

    def database() -> None:
        with opened.database.reading() as connection:
            database_now(connection)

    probes: dict[str, Callable[[], None]] = {"database": database}
    if prices.probe is not None:
        probes["redis"] = prices.probe
    services = HttpServices(
        opened.custody,
        opened.queries,
        prices.source,
        opened.custody.clock,
        probes,
        metrics.text,
        watch=HttpMetrics(metrics.registry),
    )
    if settings is None or jobs is None:
        return services

    @cache
    def balancer() -> Parts:
        # No first page needs it, and its planner and its journal take long to load.
        from fiel.bootstrap.autobalance import autobalance_of

        return autobalance_of(settings, opened, prices.source)

    watched = OperationsCollector(Operations(opened.database, balancer), jobs, KINDS)
    metrics.registry.register(watched)
    return replace(
        services,
        settings=settings,
        opened=opened,
        pages=add_pages,
        income=income_of(settings, opened, jobs, clock=opened.custody.clock),
        balancer=balancer,
        market=market,
        jobs=jobs,
    )
