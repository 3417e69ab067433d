"""The auto-balancer in numbers for Prometheus; all names begin with `fiel_autobalance_`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from fiel.autobalance.parts import Parts
from fiel.autobalance.saga.model import SagaStatus
from fiel.infra.sampled import Sampled
from fiel.kernel.errors import FielError

LOOK_EVERY_S = 15.0


@dataclass(slots=True)
class Tally:
    """What this process did. Each number is written by one thread."""

    ticks: int = 0
    requests: int = 0
    begun: int = 0
    not_begun: Counter[str] = field(default_factory=Counter)
    ended: Counter[SagaStatus] = field(default_factory=Counter)
    alerts_sent: Counter[tuple[str, bool]] = field(default_factory=Counter)
    running: Callable[[], int] = lambda: 0

    def on_sent(self, channel: str, ok: bool) -> None:
        """A message went out, or did not."""
        self.alerts_sent[channel, ok] += 1


class AutobalanceCollector(Collector):
    """Collected when asked for; what the database knows is left out while it does not answer."""

    def __init__(self, parts: Parts, tally: Tally) -> None:
        self._tally = tally
        # However often somebody scrapes.
        self._stored = Sampled(
            lambda: (parts.journal.running(), parts.portfolios.count_stale()), LOOK_EVERY_S
        )

    def collect(self) -> list[Metric]:
        """The present numbers."""
        tally = self._tally
        metrics: list[Metric] = [
            CounterMetricFamily("fiel_autobalance_ticks", "Prices taken here.", value=tally.ticks),
            CounterMetricFamily("fiel_autobalance_requests", "Requests made here.", value=tally.requests),
            CounterMetricFamily("fiel_autobalance_begun", "Batches begun here.", value=tally.begun),
            GaugeMetricFamily("fiel_autobalance_running", "Batches running here.", value=tally.running()),
            _counts("fiel_autobalance_not_begun", "Why not, by code.", "code", dict(tally.not_begun)),
            _counts("fiel_autobalance_ended", "Batches that ended here.", "status", dict(tally.ended)),
        ]
        alerts = CounterMetricFamily(
            "fiel_autobalance_alerts", "Alerts sent, or not.", labels=["channel", "outcome"]
        )
        for (channel, ok), count in dict(tally.alerts_sent).items():
            alerts.add_metric([channel, "sent" if ok else "failed"], count)
        metrics.append(alerts)
        try:
            stored, stale = self._stored()
        except FielError:
            return metrics
        sagas = GaugeMetricFamily("fiel_autobalance_sagas", "Batches that have not ended.", labels=["status"])
        for status, count in stored.items():
            sagas.add_metric([status.value], count)
        return [
            *metrics,
            sagas,
            GaugeMetricFamily("fiel_autobalance_stale", "Portfolios that wait for a person.", value=stale),
        ]


def _counts(name: str, text: str, label: str, counts: dict[str, int] | dict[SagaStatus, int]) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label])
    for key, count in counts.items():
        family.add_metric([str(key)], count)
    return family
