"""One question in, one reply out: limits of the service, faults of the plan, figures of the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from fiel.kernel.clock import Clock
from fiel.kernel.errors import NotFound
from fiel.market.simulator.desks import brapi, brapi_tables, hg, others, sgs
from fiel.market.simulator.faults import Call, Fault, Hit, Plan
from fiel.market.simulator.sessions import local_day
from fiel.market.simulator.talk import (
    HTML_TYPE,
    NAMES,
    Broken,
    Json,
    Reply,
    Request,
    Route,
    html_page,
    json_reply,
)
from fiel.market.simulator.truth import Truth
from fiel.market.simulator.view import View
from fiel.market.wire import Provider

_MEGABYTE = 1_000_000
_FREE_MONTH = 15_000
_WRONG_TYPES = (b"null", b"42", b'"texto"', b"{}", b"[[]]", b'{"results": 7}', b"true")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a service allows. `monthly`: calls a month (0: any number); `at_once`: calls at the same time;
    `apart`: the least time between two calls; `token`: required when not empty."""

    monthly: int = 0
    at_once: int = 0
    apart: timedelta = timedelta()
    token: str = field(default="", repr=False)


@dataclass(slots=True)
class _Counters:
    """What is remembered of one service."""

    months: Counter[str] = field(default_factory=Counter)
    topics: Counter[Route] = field(default_factory=Counter)
    now: int = 0
    last: datetime | None = None


class Upstream:
    """The simulated services. `calls` counts questions per provider, `faults` what befell them, and
    `peak` the most questions at the same time."""

    def __init__(
        self,
        truth: Truth,
        clock: Clock,
        plan: Plan | None = None,
        limits: Mapping[Provider, Limits] | None = None,
    ) -> None:
        self.truth = truth
        self.clock = clock
        self.plan = plan or Plan()
        self.limits = dict(limits or {})
        self.calls: Counter[Provider] = Counter()
        self.faults: Counter[tuple[Provider, Fault]] = Counter()
        self.peak: Counter[Provider] = Counter()
        self._counters = {provider: _Counters() for provider in Provider}

    @contextmanager
    def engaged(self, provider: Provider) -> Iterator[None]:
        """While a question is being answered, for the limit of those at the same time."""
        counters = self._counters[provider]
        counters.now += 1
        self.peak[provider] = max(self.peak[provider], counters.now)
        try:
            yield
        finally:
            counters.now -= 1

    def answer(self, request: Request) -> Reply:
        """The reply of the service at the present instant; the caller carries out its delay and breaks."""
        now = self.clock.now()
        where = _route(request)
        self.calls[request.provider] += 1
        if where is None:
            return _unknown_path()
        number = self._count(request.provider, where, now)
        refused = self._refused(request, where, now)
        if refused is not None:
            return refused
        call = Call(NAMES[request.provider], where.endpoint, where.topic, number, now)
        hits = self.plan.hits(call)
        for hit in hits:
            self.faults[request.provider, hit.fault] += 1
        return self._with_faults(request, where, View(self.truth, now, hits))

    def used_this_month(self, provider: Provider) -> int:
        """Calls of the present month, in Brasilia."""
        return self._counters[provider].months[_month(self.clock.now())]

    def _count(self, provider: Provider, where: Route, now: datetime) -> int:
        counters = self._counters[provider]
        counters.months[_month(now)] += 1
        named = Route(where.endpoint, where.topic)
        counters.topics[named] += 1
        return counters.topics[named] - 1

    def _refused(self, request: Request, where: Route, now: datetime) -> Reply | None:
        """What the limits of the service say, before anything else."""
        limits = self.limits.get(request.provider, Limits())
        counters = self._counters[request.provider]
        last, counters.last = counters.last, now
        if limits.token and request.token != limits.token:
            return _no_token(request.provider, where)
        if limits.monthly and counters.months[_month(now)] > limits.monthly:
            return _quota(request.provider)
        soon = last is not None and now - last < limits.apart
        if soon or (limits.at_once and counters.now > limits.at_once):
            return _too_fast(request.provider, max(int(limits.apart.total_seconds()), 1))
        return None

    def _with_faults(self, request: Request, where: Route, view: View) -> Reply:
        reply: Reply | None = None
        for hit in view.hits:
            reply = reply or _whole(request.provider, where, hit)
        reply = reply or self._figures(request, where, view)
        for hit in view.hits:
            reply = _spoilt(reply, hit)
        return reply

    def _figures(self, request: Request, where: Route, view: View) -> Reply:
        try:
            if request.provider is Provider.BRAPI:
                return self._brapi(request, where, view)
            if request.provider is Provider.HG:
                return hg.respond(request, where, view)
            if request.provider is Provider.SGS:
                return sgs.respond(request, where, view)
            if request.provider is Provider.OLINDA:
                return others.respond_olinda(request, where, view)
            if request.provider is Provider.IPEADATA:
                return others.respond_ipeadata(request, where, view)
            return others.respond_b3(request, where, view)
        except NotFound as missing:
            return brapi.refusal(404, missing.message)

    def _brapi(self, request: Request, where: Route, view: View) -> Reply:
        if where.endpoint == "usage":
            limit = self.limits.get(Provider.BRAPI, Limits()).monthly or _FREE_MONTH
            used = self.used_this_month(Provider.BRAPI)
            return brapi_tables.usage_reply(brapi_tables.Usage(limit, used))
        table = brapi_tables.ANSWERS.get(where.endpoint)
        return table(request, where, view) if table else brapi.respond(request, where, view)


_ROUTES = {
    Provider.BRAPI: brapi.route,
    Provider.HG: hg.route,
    Provider.SGS: sgs.route,
    Provider.OLINDA: others.route_olinda,
    Provider.IPEADATA: others.route_ipeadata,
    Provider.B3: others.route_b3,
}


def _route(request: Request) -> Route | None:
    desk = _ROUTES.get(request.provider)
    return None if desk is None else desk(request)


def _whole(provider: Provider, where: Route, hit: Hit) -> Reply | None:
    """The reply that a fault makes of every answer alike; `None` when figures are told."""
    if hit.fault is Fault.THROTTLE:
        return sgs.throttle_page()
    if hit.fault is Fault.HTML:
        return Reply(200, html_page("Manutenção", "Voltamos em breve").encode(), HTML_TYPE)
    if hit.fault is Fault.QUOTA:
        return _quota(provider)
    if hit.fault is Fault.AUTH:
        return _no_token(provider, where)
    if hit.fault is Fault.NOT_FOUND:
        return _missing(provider, where)
    if hit.fault is Fault.RATE:
        return _rate_limited(hit.amount_or(7))
    if hit.fault is Fault.DOWN:
        status = min(max(hit.amount_or(503), 500), 599)
        return Reply(status, html_page(f"{status}", "Service Unavailable").encode(), HTML_TYPE)
    if hit.fault is Fault.WRONG_TYPE:
        return Reply(200, _WRONG_TYPES[hit.chance % len(_WRONG_TYPES)])
    if hit.fault is Fault.NESTED:
        return Reply(200, b"[" * min(hit.amount_or(100_000), _MEGABYTE))
    return None


def _spoilt(reply: Reply, hit: Hit) -> Reply:
    """The reply under a fault of the way it comes."""
    if hit.fault is Fault.LATENCY:
        seconds = float(hit.amount) if hit.amount is not None else 2.0
        return replace(reply, delay=timedelta(seconds=seconds))
    if hit.fault is Fault.SILENT:
        return replace(reply, broken=Broken.SILENT)
    if hit.fault is Fault.RESET:
        return replace(reply, broken=Broken.RESET)
    if hit.fault is Fault.SHORT:
        return replace(reply, broken=Broken.SHORT)
    if hit.fault is Fault.DRIP:
        return replace(reply, pace=max(hit.amount_or(20), 1))
    if hit.fault is Fault.TRUNCATED:
        return replace(reply, body=reply.body[: len(reply.body) * min(hit.amount_or(60), 100) // 100])
    if hit.fault is Fault.HUGE:
        return replace(reply, padding=min(hit.amount_or(50), 1_000) * _MEGABYTE)
    return reply


def _no_token(provider: Provider, where: Route) -> Reply:
    if provider is Provider.HG:
        return hg.refused_key(where)
    return brapi.refusal(401, "O seu token é inválido")


def _quota(provider: Provider) -> Reply:
    if provider is Provider.HG:
        body: Json = {"error": True, "message": "Limite de requisições da chave atingido."}
        return json_reply({"by": "symbol", "valid_key": True, "results": body})
    return brapi.refusal(402, "Você atingiu o limite de requisições para o seu plano")


def _too_fast(provider: Provider, seconds: int) -> Reply:
    return sgs.throttle_page() if provider is Provider.SGS else _rate_limited(seconds)


def _rate_limited(seconds: int) -> Reply:
    reply = brapi.refusal(429, "Too many requests")
    return replace(reply, headers=(("retry-after", str(seconds)),))


def _missing(provider: Provider, where: Route) -> Reply:
    if provider is Provider.SGS:
        return sgs.no_values()
    if provider is Provider.BRAPI:
        return brapi.missing(where.topic)
    return sgs.outage_page()


def _unknown_path() -> Reply:
    return Reply(404, html_page("404 Not Found", "no such path").encode(), HTML_TYPE)


def _month(now: datetime) -> str:
    return f"{local_day(now):%Y-%m}"
