"""Questions over HTTP with httpx: bounded in time and size, one attempt each, no token anywhere to be seen.

Retries, limits and breakers are around it (`fiel.infra.resilience`). Errors are raised outside of the
library's own, so that nothing of it hangs on in their chain.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from urllib.request import getproxies, proxy_bypass

import httpx

from fiel.kernel.clock import Clock
from fiel.kernel.errors import InvalidInput
from fiel.market.body_limit import BodyWithin
from fiel.market.config import ProviderConfig, WireLimits
from fiel.market.retry_after import read_retry_after
from fiel.market.signing import Redaction, Signing
from fiel.market.wire import Answer, Ask, NoAnswer, Provider

_PATH = re.compile(r"/[^\s?#\\\x00-\x1f\x7f]{0,500}")
_HEADERS = MappingProxyType(
    {"Accept": "application/json, */*;q=0.5", "Accept-Encoding": "gzip", "User-Agent": "fiel (market data)"}
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Of no use to a reader, and some hold secrets.
_DROPPED = frozenset({"set-cookie", "content-encoding", "content-length", "transfer-encoding"})


class HttpTransport:
    """A `Transport` for the configured providers, for one event loop. Close it."""

    def __init__(self, providers: Mapping[Provider, ProviderConfig], clock: Clock) -> None:
        self._providers, self._clock = dict(providers), clock
        self._clients: dict[Provider, httpx.AsyncClient] = {}
        self._redaction = Redaction([config.token for config in self._providers.values()])
        self._redaction.watch()

    async def fetch(self, ask: Ask) -> Answer:
        """The answer, of any status; a `retry-after` in it is in seconds. Tokens in it are struck out.

        Raises `NoAnswer` (timeout, upstream_down, malformed); `InvalidInput` for what cannot be asked.
        """
        config = self._providers.get(ask.provider)
        if config is None:
            raise InvalidInput("provider_not_configured", f"{ask.provider} has no address", field="provider")
        url = _url(config, ask)
        client = self._client(ask.provider, config)
        try:
            async with asyncio.timeout(config.wire.total.total_seconds()):
                return await self._follow(client, url, config.wire)
        except NoAnswer as error:
            problem = error
        except (TimeoutError, httpx.TimeoutException):
            problem = NoAnswer("timeout", f"{ask.provider} did not answer in time")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            problem = NoAnswer("upstream_down", f"{ask.provider} cannot be reached ({type(error).__name__})")
        # Here, not in the handlers: the library's error is no context of ours.
        raise problem

    async def close(self) -> None:
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()
        self._redaction.unwatch()

    def _client(self, provider: Provider, config: ProviderConfig) -> httpx.AsyncClient:
        if provider not in self._clients:
            self._clients[provider] = _new_client(config)
        return self._clients[provider]

    async def _follow(self, client: httpx.AsyncClient, url: httpx.URL, limits: WireLimits) -> Answer:
        """The answer at the end of redirects within one host."""
        for _ in range(limits.redirects_max + 1):
            request = client.build_request("GET", url)
            response = await client.send(request, stream=True)
            try:
                if response.status_code not in _REDIRECTS or "location" not in response.headers:
                    return await self._read(response, limits)
                url = _next(url, response.headers["location"])
            finally:
                await response.aclose()
        raise NoAnswer("malformed", f"more than {limits.redirects_max} redirects")

    async def _read(self, response: httpx.Response, limits: WireLimits) -> Answer:
        wait = read_retry_after(response.headers.get("retry-after"), self._clock.now())
        broken = ""
        try:
            body = await _body(response, limits)
        except NoAnswer as error:
            broken = error.message
        except httpx.RemoteProtocolError:
            broken = "the answer broke off"
        if broken:
            raise NoAnswer("malformed", broken, wait=wait)
        return Answer(response.status_code, self._redaction.body(body), self._headers(response, wait))

    def _headers(self, response: httpx.Response, wait: timedelta | None) -> Mapping[str, str]:
        found = {
            name.lower(): self._redaction.text(value)
            for name, value in response.headers.items()
            if name.lower() not in _DROPPED
        }
        found.pop("retry-after", None)
        if wait is not None:
            found["retry-after"] = str(-(-wait // timedelta(seconds=1)))
        return MappingProxyType(found)


async def _body(response: httpx.Response, limits: WireLimits) -> bytes:
    said = response.headers.get("content-length", "")
    if said.isdigit() and int(said[:20]) > limits.body_max:
        raise NoAnswer("malformed", f"the answer is larger than {limits.body_max} bytes")
    body = BodyWithin(response.headers.get("content-encoding", ""), limits.body_max)
    async for chunk in response.aiter_raw():
        body.add(chunk)
    return body.whole()


def _new_client(config: ProviderConfig) -> httpx.AsyncClient:
    limits = config.wire
    connections = httpx.Limits(
        max_connections=limits.connections, max_keepalive_connections=limits.connections, keepalive_expiry=30
    )
    inner = httpx.AsyncHTTPTransport(trust_env=False, limits=connections, proxy=_proxy(config))
    timeout = httpx.Timeout(limits.read.total_seconds(), connect=limits.connect.total_seconds())
    return httpx.AsyncClient(
        transport=Signing(inner, config),
        timeout=timeout,
        headers=dict(_HEADERS),
        follow_redirects=False,
        trust_env=False,
    )


def _proxy(config: ProviderConfig) -> str | None:
    """The environment's proxy for that address, if it may be used and there is one."""
    if not config.wire.trust_env:
        return None
    url = httpx.URL(config.base_url)
    if proxy_bypass(url.host):
        return None
    proxies = getproxies()
    return proxies.get(url.scheme) or proxies.get("all")


def _url(config: ProviderConfig, ask: Ask) -> httpx.URL:
    """The address without the token."""
    if not _PATH.fullmatch(ask.path) or ask.path.startswith("//") or ".." in ask.path.split("/"):
        raise InvalidInput("ask_path_malformed", "a path begins with / and has no parameters", field="path")
    return httpx.URL(config.base_url + ask.path, params=list(ask.parameters))


def _next(url: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads: the same host, over https or as before. Raises `NoAnswer` (malformed)."""
    try:
        target = url.join(location)
    except httpx.InvalidURL:
        target = httpx.URL("")
    as_before = (target.scheme, target.port) == (url.scheme, url.port)
    encrypted = target.scheme == "https" and target.port is None
    if target.host != url.host or not (as_before or encrypted) or target.userinfo:
        raise NoAnswer("malformed", "the service redirects to another place")
    return target
