"""What is kept of each host: its gate and its pace, and how patient we are with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from fiel.infra.resilience.concurrency import Gate, GateConfig
from fiel.infra.resilience.pace import Pace, PaceConfig
from fiel.infra.resilience.retry import RetryConfig
from fiel.infra.resilience.timing import Timing, check_duration
from fiel.kernel.errors import InvalidInput

_HOSTS_MAX = 200


@dataclass(frozen=True, slots=True)
class HostConfig:
    """Limits of one host. `timeout` is for a single call, without its waiting in line."""

    gate: GateConfig = field(default_factory=GateConfig)
    pace: PaceConfig = field(default_factory=PaceConfig)
    retry: RetryConfig = field(default_factory=RetryConfig)
    timeout: timedelta = timedelta(seconds=15)

    def __post_init__(self) -> None:
        check_duration(self.timeout, "timeout", longest=timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Host:
    """A host with its present state."""

    config: HostConfig
    gate: Gate
    pace: Pace


class Hosts:
    """Hosts by name; one that was not configured gets the default limits."""

    def __init__(self, configs: Mapping[str, HostConfig], default: HostConfig, timing: Timing) -> None:
        self._configs, self._default, self._timing = dict(configs), default, timing
        self._hosts: dict[str, Host] = {}

    def __getitem__(self, name: str) -> Host:
        """Raises `InvalidInput` for too many different hosts."""
        host = self._hosts.get(name)
        if host is None:
            if len(self._hosts) >= _HOSTS_MAX:
                raise InvalidInput("too_many_hosts", f"at most {_HOSTS_MAX} hosts", field="host")
            config = self._configs.get(name, self._default)
            host = Host(config, Gate(config.gate), Pace(config.pace, self._timing))
            self._hosts[name] = host
        return host

    def snapshot(self) -> dict[str, dict[str, float]]:
        """Numbers of every host asked so far: calls under way and in line, refusals, seconds held."""
        return {
            name: {
                "under_way": host.gate.seated,
                "in_line": host.gate.queued,
                "refused_by_gate": host.gate.refused,
                "refused_by_pace": host.pace.refused,
                "waited_for_pace": host.pace.waited,
                "held_seconds": host.pace.held_seconds,
            }
            for name, host in self._hosts.items()
        }
