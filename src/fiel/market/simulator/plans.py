"""Fault plans as text: `--fault brapi:429:rate=0.2` and the same as TOML.

TARGET:FAULT[:NAME=VALUE,...]     TARGET is provider[/endpoint[/topic]], * for any
brapi:429:rate=0.2                sgs:throttle:from=10:00,to=12:00
brapi/quote/PETR4:x100            */*/cdi:latency:amount=3

seed = 7
[[fault]]
target = "sgs"
fault = "throttle"
from = "10:00"
to = "12:00"
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.market.simulator.faults import Fault, Plan, Rule
from fiel.market.simulator.talk import PREFIXES

RULES_MAX = 1_000
TEXT_MAX = 200_000
_OPTIONS = ("rate", "from", "to", "calls", "amount")


def parse_rule(text: str) -> Rule:
    """A rule from the command line. Raises `InvalidInput` that names the part and what to write."""
    target, _, rest = text.partition(":")
    fault, _, options = rest.partition(":")
    pairs: dict[str, str] = {}
    for option in filter(None, options.split(",")):
        name, equals, value = option.partition("=")
        if not equals or name in pairs:
            raise _wrong(text, f"write {option!r} once, as name=value", "option")
        pairs[name] = value
    return _rule(target, fault, pairs, text)


def parse_plan(rules: Iterable[str], *, seed: int = 0) -> Plan:
    """A plan from the command line."""
    return _limited(tuple(parse_rule(text) for text in rules), seed)


def plan_from_toml(text: str) -> Plan:
    """A plan from a TOML document with `seed` and `[[fault]]` tables. Raises `InvalidInput`."""
    if len(text) > TEXT_MAX:
        raise _wrong("the plan", f"at most {TEXT_MAX} characters", "plan")
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise _wrong("the plan", f"it is not TOML: {error}", "plan") from None
    unknown = document.keys() - {"seed", "fault"}
    seed, tables = document.get("seed", 0), document.get("fault", [])
    if unknown or type(seed) is not int or not isinstance(tables, list):
        raise _wrong("the plan", "it has a whole `seed` and `[[fault]]` tables, nothing else", "plan")
    return _limited(tuple(_from_table(table, index) for index, table in enumerate(tables)), seed)


def _from_table(table: object, index: int) -> Rule:
    place = f"fault[{index}]"
    if not isinstance(table, dict) or not {"target", "fault"} <= table.keys():
        raise _wrong(place, "each [[fault]] needs `target` and `fault`", place)
    options = {name: value for name, value in table.items() if name not in ("target", "fault")}
    return _rule(str(table["target"]), str(table["fault"]), options, place)


def _rule(target: str, fault: str, options: Mapping[str, Any], where: str) -> Rule:
    unknown = options.keys() - set(_OPTIONS)
    if unknown:
        raise _wrong(where, f"unknown option {min(unknown)!r}; known are {', '.join(_OPTIONS)}", "option")
    provider, endpoint, topic = (*(part or "*" for part in target.split("/", 2)), "*", "*", "*")[:3]
    if provider not in (*PREFIXES, "*"):
        raise _wrong(where, f"unknown provider {provider!r}; known are {', '.join(PREFIXES)} and *", "target")
    if fault not in list(Fault):
        raise _wrong(where, f"unknown fault {fault!r}; known are {', '.join(Fault)}", "fault")
    calls = options.get("calls")
    return Rule(
        Fault(fault),
        provider,
        endpoint,
        topic,
        parse_decimal(options.get("rate", 1), field="rate"),
        _moment(options.get("from"), where),
        _moment(options.get("to"), where),
        None if calls is None else int(parse_decimal(calls, field="calls", decimals_max=0, minimum=0)),
        None if "amount" not in options else parse_decimal(options["amount"], field="amount"),
    )


def _moment(value: object, where: str) -> datetime | time | None:
    if value is None or isinstance(value, (datetime, time)):
        return value
    text = str(value)
    try:
        return time.fromisoformat(text) if len(text) <= 8 else datetime.fromisoformat(text)
    except ValueError:
        raise _wrong(
            where, f"{text!r} is no time; write 10:00 or 2026-07-24T10:00:00-03:00", "from"
        ) from None


def _limited(rules: tuple[Rule, ...], seed: int) -> Plan:
    if len(rules) > RULES_MAX:
        raise _wrong("the plan", f"at most {RULES_MAX} faults", "plan")
    return Plan(rules, seed)


def _wrong(where: str, what: str, field: str) -> InvalidInput:
    return InvalidInput("fault_plan", f"{where}: {what}", field=field)
