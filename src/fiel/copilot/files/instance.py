"""`rebalancing-instance/1`: one problem for the engine as JSON, read strictly.

Numbers are strings (or whole numbers); a JSON float, NaN, a repeated key or a repeated asset is
refused. Keys that the format does not have are passed over, unless they look like a misspelling of
one that it has. Writing is in `instance_writer`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from fiel.copilot.files.portfolio_sections import ID_LENGTH_MAX, read_multipliers
from fiel.copilot.files.section import Findings, FloatText, Section
from fiel.copilot.files.source import decode, read_text
from fiel.kernel.errors import InvalidInput
from fiel.portfolio.targets import DEPTH_MAX, Band, TargetNode
from fiel.rebalancing.problem import (
    AssetLine,
    Basis,
    Destination,
    FeeSchedule,
    FeeTier,
    Frequency,
    Metric,
    Mode,
    Objective,
    Problem,
    Strategy,
    StrategyKind,
    TaxGroup,
)
from fiel.rebalancing.refusals import raise_together

SCHEMA = "rebalancing-instance/1"
BYTES_MAX = 16_000_000
#: Values in the whole document, roughly; it bounds the memory that a hostile one can take.
VALUES_MAX = 500_000
ZERO = Decimal(0)


def read_instance(source: Path | str | bytes | Mapping[str, object]) -> Problem:
    """The problem of a document: a path, JSON text (bytes, or a string with a brace), or parsed JSON.

    The problem is read, not judged: `refuse_if_unanswerable` does that.
    Raises `NotFound` for no such file; `InvalidInput` for one problem and `InvalidInputs` for
    several, with `details` `id` when the document has one.
    """
    if isinstance(source, Mapping):
        return _read(source, "instance")
    if isinstance(source, bytes):
        return _read(
            _parse_json(decode(source, name="instance", bytes_max=BYTES_MAX), "instance"), "instance"
        )
    if isinstance(source, str) and source.lstrip("\ufeff \t\r\n").startswith("{"):
        if len(source) > BYTES_MAX:
            raise InvalidInput("file_too_large", f"the text has more than {BYTES_MAX} characters")
        return _read(_parse_json(source.removeprefix("\ufeff"), "instance"), "instance")
    path = Path(source)
    return _read(_parse_json(read_text(path, bytes_max=BYTES_MAX), str(path)), path.stem)


def _parse_json(text: str, name: str) -> Mapping[str, object]:
    if sum(text.count(sign) for sign in ",[{") > VALUES_MAX:
        raise InvalidInput("file_too_large", f"{name} has too many values for an instance", field=name)
    try:
        value: object = json.loads(
            text, parse_float=FloatText, parse_constant=FloatText, object_pairs_hook=_without_repeats
        )
    except RecursionError:
        raise InvalidInput("too_deep", f"{name} nests lists or objects too deeply", field=name) from None
    except json.JSONDecodeError as error:
        message = f"{name} is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        details = {"file": name, "line": str(error.lineno)}
        raise InvalidInput("json_syntax", message, field=name, details=details) from None
    except ValueError:
        raise InvalidInput("number_too_large", f"{name} has a number that is too long", field=name) from None
    if not isinstance(value, dict):
        raise InvalidInput("object_expected", f"{name} must be a JSON object", field=name)
    return value


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise InvalidInput(
                    "key_repeated", f"key {key[:64]!r} is given twice; keep one", field=key[:64]
                )
            seen.add(key)
    return table


def _read(table: Mapping[str, object], default_id: str) -> Problem:
    findings = Findings(assign='"{key}": "{value}"')
    document = Section(table, (), findings, place="", strict=False)
    if document.raw("schema") != SCHEMA:
        raise InvalidInput("schema_unknown", f'an instance starts with "schema": "{SCHEMA}"', field="schema")
    problem_id = document.text("id") or default_id
    problem = _read_problem(document, problem_id)
    if problem is None or findings.found:
        _raise_found(findings, problem_id)
    return problem


def _raise_found(findings: Findings, problem_id: str) -> NoReturn:
    try:
        raise_together([problem for _, problem in findings.found], subject=f"instance {problem_id}")
    except InvalidInput as error:
        error.details["id"] = problem_id
        raise
    raise AssertionError("called without a problem")


def _read_problem(document: Section, problem_id: str) -> Problem | None:
    assets = tuple(_read_asset(section) for section in _assets(document))
    targets = document.section("targets")
    if targets is None and "targets" not in document:
        document.add("key_missing", "an instance needs its tree of targets", "targets")
    tree = _read_node(targets, 0) if targets else None
    mode = document.choice("mode", Mode)
    numbers = {key: document.decimal(key) for key in ("cash", "flow", "min_cash", "max_price_age_s")}
    problem = Problem(
        id=problem_id,
        assets=assets,
        targets=tree or TargetNode("root"),
        cash=numbers["cash"] or ZERO,
        flow=numbers["flow"] or ZERO,
        minimum_cash=numbers["min_cash"] or ZERO,
        mode=mode or Mode.CONTRIBUTION,
        objective=_read_objective(document.section("objective")),
        strategy=_read_strategy(document.section("strategy")),
        fees=_read_fees(document.section("fees")),
        tax_groups=_read_tax_groups(document.section("tax_groups")),
        now=_moment(document, "now"),
        price_age_seconds_max=numbers["max_price_age_s"],
        currency=document.text("currency", length_max=3) or "BRL",
    )
    document.knows("description", "worked", "optimum", "expect")
    document.finish()
    return problem if tree is not None else None


def _assets(document: Section) -> list[Section]:
    """The asset tables, placed by their id where it is known: `assets.PETR4` rather than `assets[0]`."""
    if "assets" not in document:
        document.add("key_missing", "an instance needs its assets", "assets")
    value = document.raw("assets")
    sections = document.sections("assets")
    for section, item in zip(sections, value if isinstance(value, list) else (), strict=False):
        asset_id = item.get("id") if isinstance(item, Mapping) else None
        if isinstance(asset_id, str) and asset_id.isprintable() and 0 < len(asset_id) <= ID_LENGTH_MAX:
            section.place = f"assets.{asset_id}"
    _refuse_repeats(sections)
    return sections


def _refuse_repeats(sections: list[Section]) -> None:
    seen: set[str] = set()
    for section in sections:
        if section.place in seen:
            asset_id = section.place.removeprefix("assets.")
            section.add("asset_repeated", f"asset {asset_id} is listed twice; keep one line")
        seen.add(section.place)


def _read_asset(section: Section) -> AssetLine:
    lot = section.decimal("lot")
    kind = section.text("kind")
    line = AssetLine(
        id=section.text("id", required=True, length_max=ID_LENGTH_MAX) or "",
        price=section.decimal("price"),
        quantity=section.decimal("quantity") or ZERO,
        lot=Decimal(1) if lot is None else lot,
        average_cost=section.decimal("avg_cost"),
        tax_group=section.text("tax_group"),
        minimum_order=section.decimal("min_order") or ZERO,
        can_buy=section.flag("can_buy", default=True),
        can_sell=section.flag("can_sell", default=True),
        maximum_weight=section.decimal("max_weight"),
        as_of=_moment(section, "as_of"),
        source=section.text("source"),
        kind=kind or "other",
        name=section.text("name"),
        ignored=section.flag("ignored", default=False),
    )
    section.finish()
    return line


def _moment(section: Section, key: str) -> datetime | None:
    """An instant with its zone: a program that leaves the zone out is refused, not guessed at."""
    value = section.raw(key)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        section.add("date_expected", f"{key} must be a time with a zone, such as 2026-01-05T12:00:00Z", key)
        return None
    return moment


def _read_node(section: Section, depth: int) -> TargetNode:
    node_id = section.text("id", required=True)
    if node_id is not None:
        section.place = f"targets.{node_id}"
    children: list[TargetNode] = []
    if depth >= DEPTH_MAX and "children" in section:
        section.raw("children")
        section.add("tree_too_large", f"the tree has more than {DEPTH_MAX} levels")
    else:
        children = [_read_node(child, depth + 1) for child in section.sections("children")]
    node = TargetNode(
        id=node_id or "",
        weight=section.decimal("weight"),
        children=tuple(children),
        asset=section.text("asset", length_max=ID_LENGTH_MAX),
        cash=section.flag("cash", default=False),
        band=_read_band(section.section("band")),
        label=section.text("label"),
    )
    section.finish()
    return node


def _read_band(section: Section | None) -> Band | None:
    if section is None:
        return None
    band = Band(section.decimal("absolute"), section.decimal("relative"))
    section.finish()
    return band


def _read_objective(section: Section | None) -> Objective:
    if section is None:
        return Objective()
    kappa = section.decimal("kappa")
    metric = section.choice("metric", Metric) or Metric.ABSOLUTE
    objective = Objective(metric, Decimal(1) if kappa is None else kappa, read_multipliers(section))
    section.finish()
    return objective


def _read_strategy(section: Section | None) -> Strategy:
    if section is None:
        return Strategy()
    strategy = Strategy(
        kind=section.choice("type", StrategyKind) or StrategyKind.NONE,
        band=Band(section.decimal("absolute"), section.decimal("relative")),
        basis=section.choice("basis", Basis) or Basis.PORTFOLIO,
        leaves_only=section.flag("leaves_only", default=False),
        frequency=section.choice("frequency", Frequency),
        last_rebalance=section.day("last_rebalance"),
        destination=section.choice("destination", Destination) or Destination.TARGET,
        tolerance=_read_band(section.section("tolerance")) or Band(),
    )
    section.finish()
    return strategy


def _read_fees(section: Section | None) -> FeeSchedule:
    if section is None:
        return FeeSchedule()
    tiers: list[FeeTier] = []
    for tier in section.sections("tiers"):
        tiers.append(
            FeeTier(tier.decimal("up_to"), tier.decimal("fixed") or ZERO, tier.decimal("rate") or ZERO)
        )
        tier.finish()
    fees = FeeSchedule(section.decimal("fixed") or ZERO, section.decimal("rate") or ZERO, tuple(tiers))
    section.finish()
    return fees


def _read_tax_groups(section: Section | None) -> Mapping[str, TaxGroup]:
    groups: dict[str, TaxGroup] = {}
    for key in [key for key, _ in section.others()] if section else ():
        table = section.section(key) if section else None
        if table is None:
            continue
        rate = table.decimal("rate")
        if "rate" not in table:
            table.add("key_missing", "give its rate, a fraction of the gains", "rate")
        groups[key] = TaxGroup(
            id=key,
            rate=rate or ZERO,
            exempt_sales=table.decimal("exempt_sales"),
            loss_carry=table.decimal("loss_carry") or ZERO,
            sales_so_far=table.decimal("sales_so_far") or ZERO,
            gain_so_far=table.decimal("gain_so_far") or ZERO,
        )
        table.finish()
    return MappingProxyType(groups)
