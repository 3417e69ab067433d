"""The saved targets: the text of a portfolio file without what the book knows by itself.

    targets = read_targets(text, name="targets", categories=categories, held=held)

Assets that the targets name need no table of their own where their kind is known: the tables are added at
the end of the text, so that every problem keeps the line that the person sees.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from fiel.copilot.files.locations import Locations, Path
from fiel.copilot.files.portfolio_file import BYTES_MAX, parse_portfolio
from fiel.copilot.own_plan.kinds import book_asset, kind_of, looks_traded
from fiel.copilot.portfolio import Portfolio
from fiel.kernel.errors import InvalidInput, InvalidInputs, Rejected
from fiel.portfolio.instruments import Kind
from fiel.rebalancing.refusals import raise_together
from fiel.tax.dated_rows import Category

#: The currency of the book that is planned.
CURRENCY = "BRL"
_LEAF_KEYS = frozenset({"weight", "label", "band", "cash", "asset"})
_MONTH_KEYS = ("sales_so_far", "gain_so_far", "loss_carry")


@dataclass(frozen=True, slots=True)
class Unused:
    """A figure of the text that the book says by itself: its place and, if known, its line."""

    place: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Targets:
    """Targets and policy. `portfolio` has no positions and no cash; its prices are only a last resort.

    `own_groups`: lines whose tax group the text says itself; `own_limits`: groups whose exemption it says.
    """

    text: str
    portfolio: Portfolio
    unused: tuple[Unused, ...]
    own_groups: frozenset[str]
    own_limits: frozenset[str]


def read_targets(
    text: str, *, name: str, categories: Mapping[str, Category], held: Collection[str] = ()
) -> Targets:
    """The targets of a text. `categories` and `held`: what the book knows of its assets.

    Raises `InvalidInput`, or `InvalidInputs` with every problem, each with `details` `file` and `line`.
    """
    document = _document(text)
    if document is None:
        # Whatever is wrong with it, the reader of files says it, and where.
        parse_portfolio(text, name=name)
        raise AssertionError("a text that is no TOML is refused")
    lines = Locations(text)
    named = dict(_named(document, held))
    found: list[Rejected] = [*_problems(document, named, categories, lines, name)]
    completed = _completed(text, named, categories)
    if named and "assets" in document and _document(completed) is None:
        message = "write assets as tables, [assets.PETR4F], and not in one line"
        raise _located("assets_in_one_line", message, ("assets",), lines, name)
    portfolio = _parsed(completed, name, found)
    if portfolio is None:
        raise AssertionError("a text with problems is refused")
    tables = _table(document, "assets")
    return Targets(
        text,
        _without_book(portfolio, document, name),
        tuple(_unused(document, lines)),
        frozenset(asset for asset, table in tables.items() if "tax_group" in table),
        frozenset(group for group, table in _table(document, "tax").items() if "exempt_sales" in table),
    )


def _document(text: str) -> dict[str, Any] | None:
    if len(text) > BYTES_MAX:
        return None
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None


def _parsed(text: str, name: str, found: list[Rejected]) -> Portfolio | None:
    """The portfolio; or raises the problems found before together with those of the text, by line."""
    portfolio = None
    try:
        portfolio = parse_portfolio(text, name=name)
    except InvalidInputs as several:
        found += several.problems
    except InvalidInput as one:
        found.append(one)
    found.sort(key=lambda problem: int(problem.details.get("line", "0")))
    raise_together(found, subject=name)
    return portfolio


def _named(document: Mapping[str, Any], held: Collection[str]) -> Iterator[tuple[str, Path]]:
    """Assets that the targets name and that have no table, each with its first place."""
    known = set(_table(document, "assets"))
    for asset, place in _leaves(_table(document, "targets"), ("targets",)):
        if asset not in known and (asset in held or book_asset(asset) in held or looks_traded(asset)):
            known.add(asset)
            yield asset, place


def _leaves(table: Mapping[str, Any], place: Path) -> Iterator[tuple[str, Path]]:
    for key, value in table.items():
        at = (*place, key)
        if isinstance(value, Mapping):
            if isinstance(asset := value.get("asset"), str):
                yield asset, (*at, "asset")
            elif not set(value) - _LEAF_KEYS and not value.get("cash"):
                yield key, at
            else:
                yield from _leaves(value, at)
        elif key not in _LEAF_KEYS:
            yield key, at


def _completed(text: str, named: Mapping[str, Path], categories: Mapping[str, Category]) -> str:
    """The text with a table for each asset that it only names."""
    added = "".join(
        f"\n[assets.{json.dumps(asset, ensure_ascii=False)}]\n"
        f'kind = "{kind_of(asset, categories) or Kind.OTHER}"\n'
        for asset in named
    )
    return f"{text}\n{added}"


def _problems(
    document: Mapping[str, Any],
    named: Mapping[str, Path],
    categories: Mapping[str, Category],
    lines: Locations,
    name: str,
) -> Iterator[InvalidInput]:
    if document.get("currency", CURRENCY) != CURRENCY:
        message = f'the book is planned in reais; write currency = "{CURRENCY}", or leave it out'
        yield _located("currency_not_book", message, ("currency",), lines, name)
    for asset, place in named.items():
        if kind_of(asset, categories) is None:
            message = f'say what {asset} is: [assets.{asset}] and below it kind = "fii", "etf" or "stock"'
            yield _located("kind_missing", message, place, lines, name)
    places = {asset: ("assets", asset) for asset in _table(document, "assets")} | dict(named)
    first: dict[str, str] = {}
    for asset, place in places.items():
        other = first.setdefault(book_asset(asset), asset)
        if other != asset:
            message = f"{other} and {asset} are one asset in the book; keep one of the two"
            yield _located("asset_on_two_lines", message, place, lines, name)


def _located(code: str, message: str, place: Path, lines: Locations, name: str) -> InvalidInput:
    line = lines.line(place)
    where = f"{name}, line {line}" if line else name
    details = {"file": name, **({"line": str(line)} if line else {})}
    details["asset"] = place[-1]
    return InvalidInput(code, f"{message} ({where})", field=".".join(place), details=details)


def _without_book(portfolio: Portfolio, document: Mapping[str, Any], name: str) -> Portfolio:
    """Without the figures that the book says by itself. An average cost stays: the book may not know it."""
    zero = type(portfolio.cash)(0)
    assets = tuple(replace(line, quantity=zero) for line in portfolio.assets)
    groups = {
        key: replace(group, sales_so_far=zero, gain_so_far=zero, loss_carry=zero)
        for key, group in portfolio.tax_groups.items()
    }
    label = portfolio.name if "name" in document else name
    return replace(portfolio, name=label, assets=assets, cash=zero, tax_groups=groups)


def _unused(document: Mapping[str, Any], lines: Locations) -> Iterator[Unused]:
    places: list[Path] = []
    if "available" in _table(document, "cash"):
        places.append(("cash", "available"))
    for asset, table in _table(document, "assets").items():
        if isinstance(table, Mapping) and "quantity" in table:
            places.append(("assets", asset, "quantity"))
    for group, table in _table(document, "tax").items():
        if isinstance(table, Mapping):
            places += [("tax", group, key) for key in _MONTH_KEYS if key in table]
    for place in places:
        yield Unused(".".join(place), lines.line(place))


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = document.get(key)
    return found if isinstance(found, Mapping) else {}
