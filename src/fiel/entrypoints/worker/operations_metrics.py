"""What waits, how old the data is and what stands still, for Prometheus: from a look that is taken seldom."""

from __future__ import annotations

from collections import Counter

from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from fiel import __version__
from fiel.bootstrap.operations import Looked, Operations
from fiel.infra.jobs.port import JobQueue
from fiel.infra.sampled import Sampled
from fiel.kernel.errors import FielError

#: However often somebody scrapes.
LOOK_EVERY_S = 15.0


class OperationsCollector(Collector):
    """All names begin with `fiel_`; what cannot be had is left out, so that an alert on its absence fires."""

    def __init__(
        self, operations: Operations, queue: JobQueue | None = None, kinds: tuple[str, ...] = ()
    ) -> None:
        self._look = Sampled(operations.look, LOOK_EVERY_S)
        self._queue, self._kinds = queue, kinds
        self._depths = Sampled(self._measured, LOOK_EVERY_S)

    def describe(self) -> list[Metric]:
        """Nothing: registering must not look yet."""
        return []

    def collect(self) -> list[Metric]:
        """The numbers of the last look."""
        metrics = [*self._depth_metrics()]
        try:
            seen = self._look()
        except FielError:
            return metrics
        info = InfoMetricFamily("fiel_build", "The program and the schema that it works on.")
        info.add_metric([], {"version": __version__, "schema": seen.schema})
        return [*metrics, info, *_of_database(seen), *_of_market(seen), *_of_autobalance(seen)]

    def _measured(self) -> dict[str, int]:
        return {} if self._queue is None else {kind: self._queue.depth(kind) for kind in self._kinds}

    def _depth_metrics(self) -> list[Metric]:
        try:
            depths = self._depths()
        except FielError:
            return []
        return [_gauge("fiel_jobs_waiting", "Jobs that wait in the queue, by kind.", "kind", depths)]


def _of_database(seen: Looked) -> list[Metric]:
    found = seen.database
    behind: Counter[str] = Counter()
    for (group, topic, number), place in found.places.items():
        # Only the log in this database; of Kafka each consumer tells its own lag.
        if (topic, number) in found.ends:
            behind[group] += max(found.ends[topic, number] - place, 0)
    seconds = found.ahead.total_seconds()
    return [
        GaugeMetricFamily("fiel_database_clock_ahead_seconds", "Its clock against ours.", value=seconds),
        GaugeMetricFamily(
            "fiel_jobs_dead", "Jobs of the database's queue that nobody could do.", value=found.jobs_dead
        ),
        _gauge("fiel_log_behind", "Records of the embedded log not handled yet.", "group", behind),
    ]


def _of_market(seen: Looked) -> list[Metric]:
    ages: dict[str, float] = {}
    for each in seen.contacts:
        if each.last_success_at is not None:
            age = (seen.at - each.last_success_at).total_seconds()
            ages[each.provider] = min(age, ages.get(each.provider, age))
    quotes = {
        which: age.total_seconds()
        for which, age in (("oldest", seen.oldest_quote), ("newest", seen.newest_quote))
        if age is not None
    }
    return [
        _gauge("fiel_data_provider_age_seconds", "Since a provider last answered.", "provider", ages),
        _gauge("fiel_data_quote_age_seconds", "Age of the last believed quotes.", "which", quotes),
    ]


def _of_autobalance(seen: Looked) -> list[Metric]:
    return [
        _gauge("fiel_sagas", "Batches that have not ended, by status.", "status", dict(seen.sagas)),
        _gauge("fiel_portfolios", "Enrolled portfolios, by status.", "status", dict(seen.portfolios)),
    ]


def _gauge(
    name: str, text: str, label: str, values: dict[str, int] | dict[str, float] | Counter[str]
) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
