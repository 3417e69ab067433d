"""The text of targets with another tree: a person's own text and comments stay wherever they can.

Numbers that change are changed in their lines. Where the tree has another shape, its tables are written
anew, and comments inside them are lost; all else of the text stays.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fiel.copilot.files.locations import Locations, Path
from fiel.copilot.own_plan.kinds import book_asset
from fiel.kernel.decimals import plain
from fiel.kernel.errors import InvalidInput
from fiel.portfolio.instruments import infer_kind
from fiel.portfolio.targets import Band, TargetNode

#: Reads a text of targets into its tree. Raises `InvalidInput`.
Reads = Callable[[str], TargetNode]
_VALUE = r"(\"[^\"]*\"|'[^']*'|[0-9][0-9_.]*)"
_TARGETS = re.compile(r"^\s*\[\s*\"?targets\"?\s*[.\]]")
_HEADER = re.compile(r"^\s*\[")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_OWN_KEYS = frozenset({"weight", "label", "band", "cash", "asset"})


@dataclass(frozen=True, slots=True)
class Rewritten:
    """`in_place`: every line that was not changed is as it was, comments included."""

    text: str
    in_place: bool


def rewritten(
    text: str, tree: TargetNode, kinds: Mapping[str, str], reads: Reads, *, held: Collection[str] = ()
) -> Rewritten:
    """The text with this tree. `kinds`: what new assets are said to be; `reads` proves the result. What is
    `held` stays described without a target, too.

    Raises `InvalidInput` (targets_not_rewritable) when the text is written in a way that only a person can
    change, and what `reads` raises.
    """
    for attempt, in_place in ((_in_place(text, tree), True), (_anew(text, tree, kinds, held), False)):
        if attempt is None:
            continue
        try:
            same = _plain_tree(reads(attempt)) == _plain_tree(tree)
        except InvalidInput:
            if not in_place:
                raise
            continue
        if same and _beside(attempt) == _beside(text):
            return Rewritten(attempt, in_place)
    raise InvalidInput(
        "targets_not_rewritable",
        "these targets are written in a way that only their text can be edited",
        field="targets",
    )


def _plain_tree(node: TargetNode) -> tuple[Any, ...]:
    weight = None if node.weight is None else plain(node.weight)
    below = tuple(_plain_tree(child) for child in node.children)
    return node.id, weight, node.asset, node.cash, node.band or Band(), node.name, below


def _beside(text: str) -> Any:
    """All of a text but its targets, and without tables of assets that only say their kind."""
    document = tomllib.loads(text)
    document.pop("targets", None)
    assets = document.get("assets")
    if isinstance(assets, Mapping):
        document["assets"] = {name: table for name, table in assets.items() if set(table) != {"kind"}}
        if not document["assets"]:
            document.pop("assets")
    return document


def _in_place(text: str, tree: TargetNode) -> str | None:
    """With other numbers and names in the same lines; `None` where a line is not as expected."""
    places = dict(_places(tomllib.loads(text).get("targets", {}), "", ("targets",)))
    nodes = {node.id: node for node in tree.walk() if node.weight is not None}
    if places.keys() != nodes.keys():
        return None
    locations = Locations(text)
    changes: dict[int, str] = {}
    lines = text.split("\n")
    for node_id, (path, table) in places.items():
        if not _changed_node(nodes[node_id], path, table, locations, lines, changes):
            return None
    return "\n".join(changes.get(number, line) for number, line in enumerate(lines))


def _changed_node(
    node: TargetNode,
    path: Path,
    table: Mapping[str, Any] | None,
    locations: Locations,
    lines: list[str],
    changes: dict[int, str],
) -> bool:
    if table is None:
        return (
            node.band is None
            and node.name == path[-1]
            and _set(path, _number(node), locations, lines, changes)
        )
    wanted = {"weight": _number(node), "band": _band(node.band), "label": _label(node, path[-1], table)}
    for key, value in wanted.items():
        if key not in table and value is None:
            continue
        if key not in table or value is None or isinstance(table[key], Mapping):
            if table.get(key) == _as_read(node, key):
                continue
            return False
        if str(table[key]) != json.loads(value) and not _set((*path, key), value, locations, lines, changes):
            return False
    return True


def _as_read(node: TargetNode, key: str) -> object:
    """A band written as a table stays as it is when it says the same."""
    if key != "band" or node.band is None:
        return None
    told = {"absolute": node.band.absolute, "relative": node.band.relative}
    return {name: f"{plain(value * 100):f}" for name, value in told.items() if value is not None}


def _set(path: Path, value: str, locations: Locations, lines: list[str], changes: dict[int, str]) -> bool:
    number = locations.line(path)
    if number is None:
        return False
    line = changes.get(number - 1, lines[number - 1])
    key = re.escape(path[-1])
    match = re.fullmatch(rf"(\s*(?:{key}|\"{key}\"|'{key}')\s*=\s*){_VALUE}(\s*(?:#.*)?)", line.rstrip("\r"))
    if match is None:
        return False
    changes[number - 1] = f"{match[1]}{value}{match[3]}" + ("\r" if line.endswith("\r") else "")
    return True


def _places(
    table: Mapping[str, Any], above: str, path: Path
) -> Iterator[tuple[str, tuple[Path, Mapping[str, Any] | None]]]:
    """Every node of a text by its id: where it stands, and its table unless it is a short line."""
    for key, value in table.items():
        node_id = f"{above}.{key}" if above else key
        if isinstance(value, Mapping) and not (above and key == "band"):
            yield node_id, ((*path, key), value)
            yield from _places(value, node_id, (*path, key))
        elif not above or key not in _OWN_KEYS:
            yield node_id, ((*path, key), None)


def _anew(text: str, tree: TargetNode, kinds: Mapping[str, str], held: Collection[str]) -> str | None:
    """With the tables of the targets written anew, where the first of them stood."""
    assets = {node.asset for node in tree.walk() if node.asset is not None}
    kept: list[str] = []
    at: int | None = None
    inside = False
    gone = {name for name in _only_kinds(text) - assets if name not in held and book_asset(name) not in held}
    for line in text.rstrip("\n").split("\n"):
        if _HEADER.match(line):
            inside = bool(_TARGETS.match(line)) or any(
                re.match(rf"^\s*\[\s*assets\.(?:{re.escape(name)}|\"{re.escape(name)}\")\s*\]", line)
                for name in gone
            )
            if _TARGETS.match(line) and at is None:
                at = len(kept)
        if not inside:
            kept.append(line)
    known = set(tomllib.loads(text).get("assets", {}))
    tables = [
        f"[assets.{_key(name)}]\nkind = {_text(kinds[name])}\n"
        for name in sorted(assets - known)
        if kinds.get(name) and infer_kind(name) is None
    ]
    written = "\n".join([*tables, *_written(tree, "targets")])
    at = len(kept) if at is None else at
    head, tail = "\n".join(kept[:at]).rstrip("\n"), "\n".join(kept[at:]).strip("\n")
    return "\n\n".join(part for part in (head, written.strip("\n"), tail) if part) + "\n"


def _only_kinds(text: str) -> set[str]:
    """Assets whose table says their kind and nothing else: without a target it has no use."""
    assets = tomllib.loads(text).get("assets", {})
    return {name for name, table in assets.items() if isinstance(table, Mapping) and set(table) == {"kind"}}


def _written(node: TargetNode, path: str) -> Iterator[str]:
    """The tables of a class, leaves as short lines where a line says all."""
    for child in node.children:
        key = _word(child, node)
        here = f"{path}.{_key(key)}"
        if _is_short(child, key) and path != "targets":
            continue
        yield f"[{here}]\n" + "\n".join(_lines(child, key)) + "\n"
        yield from _written(child, here)


def _word(child: TargetNode, node: TargetNode) -> str:
    """The child's own word: its id without its class's."""
    above = "" if node.weight is None else f"{node.id}."
    return child.id.removeprefix(above)


def _is_short(node: TargetNode, key: str) -> bool:
    return node.asset == key and node.band is None and node.name == key


def _lines(node: TargetNode, key: str) -> Iterator[str]:
    yield f"weight = {_number(node)}"
    if node.name != key:
        yield f"label = {_text(node.name)}"
    if node.asset is not None and node.asset != key:
        yield f"asset = {_text(node.asset)}"
    if node.cash:
        yield "cash = true"
    if node.band is not None and node.band.relative is not None:
        both = {"absolute": node.band.absolute, "relative": node.band.relative}
        told = ", ".join(f'{name} = "{plain(one * 100):f}"' for name, one in both.items() if one is not None)
        yield f"band = {{ {told} }}"
    elif node.band is not None:
        yield f"band = {_band(node.band)}"
    for child in node.children:
        word = _word(child, node)
        if _is_short(child, word):
            yield f"{_key(word)} = {_number(child)}"


def _number(node: TargetNode) -> str:
    return f'"{plain(node.weight):f}"' if node.weight is not None else '"0"'


def _band(band: Band | None) -> str | None:
    if band is None or band.relative is not None or band.absolute is None:
        return None
    return f'"{plain(band.absolute * 100):f}"'


def _label(node: TargetNode, key: str, table: Mapping[str, Any]) -> str | None:
    return _text(node.name) if "label" in table or node.name != key else None


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
