"""Where services are, what they are told to know us, and how much they are asked. A token is never shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import urlsplit

from fiel.infra.resilience.concurrency import GateConfig
from fiel.infra.resilience.hosts import HostConfig
from fiel.infra.resilience.pace import PaceConfig
from fiel.infra.resilience.pipeline import PipelineConfig
from fiel.infra.resilience.quota import QuotaConfig
from fiel.infra.resilience.timing import check_count, check_duration
from fiel.infra.zones import DEFAULT_ZONE, zone_of
from fiel.kernel.errors import InvalidInput
from fiel.market.freshness import Freshness
from fiel.market.sanitizer.context import QuoteLimits
from fiel.market.wire import Provider

#: Visible ASCII: what an HTTP header takes, so that no library repeats it in a complaint.
_TOKEN = re.compile(r"[!-~]{6,512}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
#: The services count days and months as Brazil does, as far as they say.
_ZONE = zone_of(DEFAULT_ZONE)


class TokenPlace(StrEnum):
    """Where the token goes: nowhere, `Authorization: Bearer`, or the parameter `key`."""

    NONE = "none"
    BEARER = "bearer"
    KEY_PARAMETER = "key_parameter"


@dataclass(frozen=True, slots=True)
class WireLimits:
    """Limits of one question on the wire. `total` ends it whatever drips; `body_max` is in decoded bytes.

    `trust_env`: whether proxies of the environment are used. Raises `InvalidInput` out of range.
    """

    connect: timedelta = timedelta(seconds=5)
    read: timedelta = timedelta(seconds=10)
    total: timedelta = timedelta(seconds=20)
    body_max: int = 8 * 2**20
    redirects_max: int = 3
    connections: int = 8
    trust_env: bool = False

    def __post_init__(self) -> None:
        for name in ("connect", "read", "total"):
            check_duration(getattr(self, name), name, longest=timedelta(minutes=10))
        check_count(self.body_max, "body_max", most=2**30)
        check_count(self.redirects_max, "redirects_max", least=0, most=10)
        check_count(self.connections, "connections", most=100)


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """One service. `host` are our limits on asking it, `quota` the calls we may make.

    Raises `InvalidInput` naming the field: an address that is no http(s) address, a token that cannot be
    sent or that would go unencrypted over a network. Its `repr` does not show the token.
    """

    base_url: str
    token: str = field(default="", repr=False)
    token_place: TokenPlace = TokenPlace.NONE
    wire: WireLimits = field(default_factory=WireLimits)
    host: HostConfig = field(default_factory=HostConfig)
    quota: QuotaConfig = field(default_factory=QuotaConfig)

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.base_url)
            sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            sound = False
        if not sound or parts.username or parts.password or parts.query or parts.fragment:
            raise InvalidInput(
                "base_url_malformed",
                "an http or https address without user, parameters or fragment is needed",
                field="base_url",
            )
        object.__setattr__(self, "base_url", self.base_url.rstrip("/"))
        if not self.token:
            return
        if not _TOKEN.fullmatch(self.token):
            raise InvalidInput(
                "token_malformed",
                "6 to 512 visible ASCII characters without spaces are needed",
                field="token",
            )
        if self.token_place is TokenPlace.NONE:
            raise InvalidInput("token_not_wanted", "this service takes no token; remove it", field="token")
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise InvalidInput("token_unencrypted", "a token is only sent over https", field="base_url")


def _limits(
    *, at_once: int, gap: timedelta = timedelta(), calls: int = 60, timeout: timedelta | None = None
) -> HostConfig:
    """A minute's worth of calls; the time-out a little over that on the wire, which knows more."""
    total = timeout or WireLimits().total
    return HostConfig(
        gate=GateConfig(at_once=at_once),
        pace=PaceConfig(gap=gap, calls=calls),
        timeout=total + timedelta(seconds=1),
    )


def _defaults() -> dict[Provider, ProviderConfig]:
    """Free plans. BCB publishes no limit: one at a time, half a second apart, is what it bears.

    BRAPI's month is its free plan's; a day of a tenth of it stops a runaway. HG's day is a careful guess:
    its plans differ, set your own.
    """
    second = timedelta(seconds=1)
    central_bank = _limits(at_once=1, gap=second / 2, calls=60)
    return {
        Provider.BRAPI: ProviderConfig(
            "https://brapi.dev",
            token_place=TokenPlace.BEARER,
            host=_limits(at_once=1, calls=60),
            quota=QuotaConfig(month=15_000, day=1_500, zone=_ZONE),
        ),
        Provider.HG: ProviderConfig(
            "https://api.hgbrasil.com",
            token_place=TokenPlace.KEY_PARAMETER,
            host=_limits(at_once=2, gap=second / 5, calls=60),
            quota=QuotaConfig(day=400, zone=_ZONE),
        ),
        Provider.SGS: ProviderConfig("https://api.bcb.gov.br", host=central_bank),
        Provider.OLINDA: ProviderConfig("https://olinda.bcb.gov.br", host=central_bank),
        Provider.IPEADATA: ProviderConfig(
            "http://www.ipeadata.gov.br", host=_limits(at_once=1, gap=second / 2, calls=60)
        ),
        Provider.B3: ProviderConfig(
            "https://sistemaswebb3-listados.b3.com.br", host=_limits(at_once=1, gap=second / 2, calls=60)
        ),
    }


def default_providers(
    tokens: Mapping[Provider, str] | None = None, base_urls: Mapping[Provider, str] | None = None
) -> Mapping[Provider, ProviderConfig]:
    """The services with the limits of their free plans, with these tokens, and addresses where others hold.

    Raises `InvalidInput` naming the provider's field.
    """
    tokens, base_urls = tokens or {}, base_urls or {}
    found = {}
    for provider, config in _defaults().items():
        url = base_urls.get(provider, config.base_url)
        try:
            found[provider] = replace(config, base_url=url, token=tokens.get(provider, ""))
        except InvalidInput as problem:
            raise InvalidInput(
                problem.code, problem.message, field=f"{provider.value}.{problem.field}"
            ) from None
    return MappingProxyType(found)


def pipeline_config(providers: Mapping[Provider, ProviderConfig]) -> PipelineConfig:
    """The limits of each provider under its name."""
    return PipelineConfig(hosts={provider.value: config.host for provider, config in providers.items()})


def quota_configs(providers: Mapping[Provider, ProviderConfig]) -> Mapping[str, QuotaConfig]:
    """The budgets of those providers that have one, under their names."""
    found = {provider.value: config.quota for provider, config in providers.items()}
    return {name: quota for name, quota in found.items() if quota.month is not None or quota.day is not None}


#: The paths under which the simulator of the services (`fiel dev upstream`) answers as each of them.
UPSTREAM_PATHS: Mapping[Provider, str] = MappingProxyType(
    {
        Provider.BRAPI: "/brapi",
        Provider.HG: "/hg",
        Provider.SGS: "/sgs",
        Provider.OLINDA: "/olinda",
        Provider.IPEADATA: "/ipeadata",
        Provider.B3: "/b3",
    }
)


@dataclass(frozen=True, slots=True)
class MarketConfig:
    """All that market data can be told. `offline`: nothing is asked, only what is recorded and held.

    `tickers`: what the worker keeps up to date besides what is asked for.
    """

    providers: Mapping[Provider, ProviderConfig] = field(default_factory=default_providers)
    freshness: Freshness = field(default_factory=Freshness)
    limits: QuoteLimits = field(default_factory=QuoteLimits)
    offline: bool = False
    tickers: tuple[str, ...] = ()
