"""`fiel-portfolio/1`: the portfolio file that people write, in TOML. Read whole, or refused whole.

Every problem of a file is found in one reading, each with its dotted place and its line. Numbers are
text between quotes or whole numbers; floats are refused with the quoted form to write instead.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from fiel.copilot.files import portfolio_sections as tables
from fiel.copilot.files.locations import Locations
from fiel.copilot.files.portfolio_targets import ROOT, TreeReader
from fiel.copilot.files.section import Findings, FloatText, Section
from fiel.copilot.files.section import Path as Place
from fiel.copilot.files.source import decode, read_text
from fiel.copilot.portfolio import Portfolio
from fiel.kernel.errors import InvalidInput, Rejected
from fiel.portfolio.targets import TargetNode
from fiel.rebalancing.refusals import problems_in_values, raise_together

SCHEMA = "fiel-portfolio/1"
BYTES_MAX = 2_000_000
LINE_LENGTH_MAX = 4_000
#: Keys, tables and list items together, roughly; it bounds what a hostile file can make grow.
PARTS_MAX = 100_000
_SYNTAX_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_INDEX = re.compile(r"\[(\d+)\]")


def read_portfolio(source: Path | str | bytes) -> Portfolio:
    """The portfolio of a file: a path, or the text itself (bytes, or a string with a line break).

    Raises `NotFound` for no such file; `InvalidInput` for one problem and `InvalidInputs` for
    several, each with `details` `file` and `line` where there is one.
    """
    if isinstance(source, bytes):
        return parse_portfolio(decode(source, name="portfolio", bytes_max=BYTES_MAX))
    if isinstance(source, str) and "\n" in source:
        return parse_portfolio(source)
    return parse_portfolio(read_text(Path(source), bytes_max=BYTES_MAX), name=str(source))


def parse_portfolio(text: str, *, name: str = "portfolio") -> Portfolio:
    """The portfolio that a text describes; `name` is what problems call the file. Raises as above."""
    if len(text) > BYTES_MAX:
        raise InvalidInput("file_too_large", f"{name} has more than {BYTES_MAX} characters", field=name)
    text = text.removeprefix("\ufeff")
    findings = Findings()
    document = Section(_parse_toml(text, name), (), findings, place="")
    _check_schema(document, text, name)
    portfolio, nodes = _read_document(document)
    if portfolio is not None:
        for problem in problems_in_values(portfolio.to_problem()):
            path = _path_of(problem.field or "", (asset.id for asset in portfolio.assets), nodes)
            if not _is_echo(problem, path, findings):
                findings.add(path, problem)
    _raise_found(findings, text, name)
    if portfolio is None:
        raise AssertionError("a document without problems is a portfolio")
    return portfolio


def _parse_toml(text: str, name: str) -> dict[str, object]:
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LINE_LENGTH_MAX:
            message = f"the line is longer than {LINE_LENGTH_MAX} characters"
            raise _located(InvalidInput("line_too_long", message), name, number)
    if sum(text.count(sign) for sign in ".=[{,") > PARTS_MAX:
        raise InvalidInput("file_too_large", f"{name} has too many keys for a portfolio", field=name)
    try:
        return tomllib.loads(text, parse_float=FloatText)
    except RecursionError:
        raise InvalidInput("too_deep", f"{name} nests lists or tables too deeply", field=name) from None
    except ValueError as error:
        raise _syntax_problem(str(error), text, name) from None


def _syntax_problem(message: str, text: str, name: str) -> InvalidInput:
    match = _SYNTAX_LINE.search(message)
    if match is None:
        return InvalidInput("toml_syntax", f"{name} is not valid TOML: {message}", field=name)
    line = int(match.group(1))
    plain = message[: match.start()]
    repeated = Locations(text).repeated_at(line) if "overwrite" in plain or "declare" in plain else None
    if repeated is None:
        return _located(InvalidInput("toml_syntax", f"not valid TOML: {plain}"), name, line)
    code = "asset_repeated" if repeated[:-1] == ("assets",) else "key_repeated"
    problem = InvalidInput(code, f"{repeated[-1]} is given twice; keep one", field=".".join(repeated))
    return _located(problem, name, line)


def _check_schema(document: Section, text: str, name: str) -> None:
    schema = document.raw("schema")
    if schema == SCHEMA:
        return
    word = "missing" if schema is None else "unknown"
    line = Locations(text).line(("schema",))
    message = f'a portfolio file starts with: schema = "{SCHEMA}"'
    raise _located(InvalidInput(f"schema_{word}", message, field="schema"), name, line)


def _read_document(document: Section) -> tuple[Portfolio | None, dict[str, Place]]:
    name = document.text("name") or "portfolio"
    currency = document.text("currency") or "BRL"
    if not re.fullmatch(r"[A-Z]{3}", currency):
        document.add("currency_unknown", "a currency is three capital letters, such as BRL", "currency")
    cash = document.section("cash")
    prices = tables.PriceDefaults(document.section("prices"))
    asset_tables = document.section("assets")
    assets = tables.read_assets(asset_tables, prices) if asset_tables else ()
    tree = TreeReader(frozenset(asset.id for asset in assets))
    target_tables = document.section("targets")
    targets = tree.read(target_tables) if target_tables else None
    if targets is None and "targets" not in document:
        document.add("key_missing", "say what you want to hold, in tables [targets.NAME]", "targets")
    zero = tables.ZERO
    portfolio = Portfolio(
        name=name,
        assets=assets,
        targets=targets or TargetNode(ROOT),
        currency=currency,
        cash=(cash.decimal("available") if cash else None) or zero,
        minimum_cash=(cash.decimal("minimum") if cash else None) or zero,
        strategy=tables.read_strategy(document.section("strategy")),
        fees=tables.read_fees(document.section("fees")),
        tax_groups=tables.read_tax_groups(document.section("tax"), assets, prices.day),
        objective=tables.read_objective(document.section("objective")),
        price_age_seconds_max=prices.age_seconds_max,
    )
    if cash:
        cash.finish()
    document.finish()
    return (portfolio if targets is not None else None), tree.paths


def _is_echo(problem: Rejected, path: Place, findings: Findings) -> bool:
    """Whether a problem only repeats that something could not be read."""
    if problem.code in {"weight_missing", "class_without_asset", "band_missing", "tolerance_missing"}:
        return findings.any_at(path)
    return any(at == path for at, _ in findings.found)


def _path_of(field: str, assets: Iterable[str], nodes: dict[str, Place]) -> Place:
    """Where in the document the figure stands that the engine calls `field`."""
    head, _, rest = field.partition(".")
    if head == "assets":
        asset_id = _longest_prefix(rest, assets)
        tail = rest[len(asset_id) :].strip(".")
        return ("assets", asset_id, *_renamed(tail)) if asset_id else ("assets",)
    if head == "targets":
        node_id = _longest_prefix(rest, nodes)
        return (*nodes.get(node_id, ("targets",)), *_split(rest[len(node_id) :]))
    if head == "tax_groups":
        return ("tax", *_split(rest))
    if field in {"cash", "minimum_cash"}:
        return ("cash", "available" if field == "cash" else "minimum")
    if field == "price_age_seconds_max":
        return ("prices", "max_age_days")
    return _split(_INDEX.sub(r".\1", field))


def _longest_prefix(text: str, names: Iterable[str]) -> str:
    fitting = [name for name in names if text == name or text.startswith(f"{name}.")]
    return max(fitting, key=len, default="")


def _renamed(tail: str) -> Place:
    return _split("max_weight" if tail == "maximum_weight" else tail)


def _split(dotted: str) -> Place:
    return tuple(part for part in dotted.split(".") if part)


def _raise_found(findings: Findings, text: str, name: str) -> None:
    if not findings.found:
        return
    locations = Locations(text)
    located = [
        (locations.line(path), _located(_at_place(problem, path), name, locations.line(path)))
        for path, problem in findings.found
    ]
    located.sort(key=lambda pair: pair[0] or 0)
    raise_together([problem for _, problem in located], subject=name)


def _at_place(problem: Rejected, path: Place) -> InvalidInput:
    place = ".".join(path) or None
    return InvalidInput(problem.code, problem.message, field=place, details=problem.details)


def _located(problem: InvalidInput, name: str, line: int | None) -> InvalidInput:
    """The same problem, saying in which file and on which line it is."""
    where = f"{name}, line {line}" if line else name
    details = {**problem.details, "file": name, **({"line": str(line)} if line else {})}
    return InvalidInput(problem.code, f"{problem.message} ({where})", field=problem.field, details=details)
