"""The `[targets]` tables of a portfolio file as a tree: classes are tables, leaves are lines.

    [targets.acoes]
    weight = "40"
    PETR4 = "50"          # shorthand: an asset and its percent of the class

The id of a node is its dotted place below `targets` (`acoes.PETR4`), so two classes may both have a
child called `renda`. What people see is the label, or the last word of the id.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from fiel.copilot.files.section import Path, Section
from fiel.portfolio.targets import DEPTH_MAX, Band, TargetNode

ROOT = "root"
_KEYS = ("weight", "label", "band", "cash", "asset")


class TreeReader:
    """Reads the tree; afterwards `paths` says where in the document each node id stands."""

    def __init__(self, assets: frozenset[str]) -> None:
        self._assets = assets
        self.paths: dict[str, Path] = {ROOT: ("targets",)}

    def read(self, section: Section) -> TargetNode:
        """The whole tree, under a root that has no weight."""
        return TargetNode(ROOT, children=self._children(section, "", 0))

    def _children(self, section: Section, above: str, depth: int) -> tuple[TargetNode, ...]:
        if depth >= DEPTH_MAX:
            section.add("tree_too_large", f"the tree has more than {DEPTH_MAX} levels")
            return ()
        nodes: list[TargetNode] = []
        for key, value in list(section.others()):
            section.knows(key)
            node_id = f"{above}.{key}" if above else key
            self.paths.setdefault(node_id, (*section.path, key))
            if node_id == ROOT:
                section.add("name_reserved", f"{ROOT!r} is the whole portfolio; choose another name", key)
                nodes.append(TargetNode(""))
            elif isinstance(value, Mapping):
                inner = section.inner(key, value, place=f"targets.{node_id}")
                nodes.append(self._node(inner, key, node_id, depth))
            else:
                nodes.append(self._shorthand(section, key, value, node_id))
        return tuple(nodes)

    def _node(self, section: Section, key: str, node_id: str, depth: int) -> TargetNode:
        weight = section.decimal("weight")
        label = section.text("label") or key
        band = read_band(section, "band")
        cash = section.flag("cash", default=False)
        asset = section.text("asset")
        children = self._children(section, node_id, depth + 1)
        if asset is None and key in self._assets and not children and not cash:
            asset = key
        return TargetNode(node_id, weight, children, asset, cash, band, label)

    def _shorthand(self, section: Section, key: str, value: object, node_id: str) -> TargetNode:
        weight = None
        if key in self._assets:
            weight = section.number(key, value)
        else:
            close = get_close_matches(key, [*_KEYS, *sorted(self._assets)], n=1, cutoff=0.6)
            hint = f"; did you mean {close[0]!r}?" if close else "; add it to the assets"
            section.add("asset_unknown", f"{key!r} is neither a key nor an asset of this file{hint}", key)
        return TargetNode(node_id, weight, asset=key, label=key)


def read_band(section: Section, key: str) -> Band | None:
    """A band: "5" is 5 points of the whole; a table gives absolute (points), relative (percent), or both."""
    value = section.raw(key)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        return Band(absolute=section.percent(key, at_most=100))
    inner = section.inner(key, value)
    band = Band(inner.percent("absolute", at_most=100), inner.percent("relative"))
    inner.finish()
    return band
