"""What the routes of the application say about themselves: the scope they want, the wallet they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, routing
from starlette.routing import compile_path

from fiel.entrypoints.http.identity import Required
from fiel.infra.access.principals import Scope

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: Parts of a path, and parameters of a query, that name whose data is asked for.
WALLET_PARTS = ("user_id", "wallet", "wallet_id", "carteira")
WALLET_QUERIES = ("carteira", "wallet")


@dataclass(frozen=True, slots=True)
class Rule:
    """One route: `declared` is what it requires by itself, `None` when it says nothing."""

    template: str
    pattern: re.Pattern[str]
    methods: frozenset[str]
    declared: Scope | None

    def scope_for(self, method: str) -> Scope:
        """What is required: reading, and for a change trading, unless the route says otherwise."""
        return self.declared or (Scope.READ if method in SAFE else Scope.TRADE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request seen by its route: the template of the path, its parts, and what is required."""

    template: str
    parts: Mapping[str, str]
    scope: Scope

    @property
    def wallets(self) -> tuple[str, ...]:
        """The wallets that the path names."""
        return tuple(self.parts[name] for name in WALLET_PARTS if name in self.parts)


def rules_of(app: FastAPI) -> tuple[Rule, ...]:
    """Every route of the application, in the order in which they are tried."""
    return tuple(_rules(app))


def asked_of(rules: Iterable[Rule], method: str, path: str) -> Asked:
    """What a request is, by the first route that takes it. An unknown one is judged by its method."""
    for rule in rules:
        if method in rule.methods and (match := rule.pattern.match(path)):
            return Asked(rule.template, match.groupdict(), rule.scope_for(method))
    return Asked("(no route)", {}, Scope.READ if method in SAFE else Scope.TRADE)


def _rules(app: FastAPI) -> Iterator[Rule]:
    for route in routing.iter_route_contexts(app.routes):
        path, methods = route.path, route.methods
        if not path or not methods:
            continue
        pattern, template, _ = compile_path(path)
        declared = _declared(getattr(route, "dependant", None))
        taken = {*methods, "HEAD"} if "GET" in methods else methods
        yield Rule(template, pattern, frozenset(taken), declared)


def _declared(dependant: Any) -> Scope | None:
    """The widest scope that a route or something it depends on requires."""
    order = list(Scope)
    found = [order.index(each.scope) for each in _required(dependant)]
    return order[max(found)] if found else None


def _required(dependant: Any) -> Iterator[Required]:
    if dependant is None:
        return
    if isinstance(dependant.call, Required):
        yield dependant.call
    for each in dependant.dependencies:
        yield from _required(each)
