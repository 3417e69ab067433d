"""The tree of targets while a person edits it: rows with what stands in their boxes, checked to exactly 100.

Numbers are typed the Brazilian way, in percent of the class above (`pai`) or of the whole (`carteira`).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext

from fiel.copilot.plan_view.adding_up import parts_adding_up
from fiel.entrypoints.web.typed_numbers import number_box, typed_number
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import finance_context
from fiel.portfolio.targets import Band, TargetNode

HUNDRED, ZERO = Decimal(100), Decimal(0)
#: As fine as a weight is kept.
FINEST = Decimal("0.0001")
PARENT, WHOLE = "pai", "carteira"
BASES = (PARENT, WHOLE)
CLASS, ASSET, CASH = "classe", "ativo", "caixa"
ROWS_MAX, TEXT_MAX = 1_000, 80
ROOT = "root"
FIELDS = ("no", "tipo", "rotulo", "ativo", "peso", "faixa", "especie")


@dataclass(frozen=True, slots=True)
class EditRow:
    """A class, an asset or the cash. `id` is its dotted place, `weight` and `band` as they stand in their
    boxes (`band` in points of the whole), `asset` its line, `kind` what a new asset is said to be."""

    id: str
    type: str
    label: str
    asset: str
    weight: str
    band: str
    kind: str = ""

    @property
    def key(self) -> str:
        """The last word of the place: an asset's own name may hold a dot."""
        return self.id if not self.parent else self.id[len(self.parent) + 1 :]

    @property
    def parent(self) -> str:
        """The place of the class above; empty for the whole."""
        if self.type == ASSET and self.asset and self.id.endswith(f".{self.asset}"):
            return self.id[: -len(self.asset) - 1]
        if self.type == ASSET and self.id == self.asset:
            return ""
        return self.id.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Editing:
    """What is being edited, in the order of the page: each row follows its class."""

    base: str
    rows: tuple[EditRow, ...]

    def children(self, parent: str) -> tuple[EditRow, ...]:
        """The rows right below a class."""
        return tuple(row for row in self.rows if row.parent == parent)

    def row(self, row_id: str) -> EditRow:
        """By its place. Raises `InvalidInput` (node_unknown)."""
        for row in self.rows:
            if row.id == row_id:
                return row
        raise InvalidInput("node_unknown", f"there is no {row_id}", field="no")

    def with_weights(self, weights: Mapping[str, Decimal]) -> Editing:
        """With these in their boxes."""
        rows = (
            replace(row, weight=number_box(weights[row.id])) if row.id in weights else row
            for row in self.rows
        )
        return replace(self, rows=tuple(rows))


def editing_of(root: TargetNode, base: str = PARENT) -> Editing:
    """The rows of a tree."""
    rows: list[EditRow] = []

    def visit(node: TargetNode, share: Decimal) -> None:
        for child in node.children:
            weight = child.weight or ZERO
            below = share * weight / HUNDRED
            shown = weight if base == PARENT else below * HUNDRED
            kind = CASH if child.cash else ASSET if child.asset is not None else CLASS
            band = child.band.absolute if child.band is not None else None
            rows.append(
                EditRow(
                    child.id,
                    kind,
                    child.name,
                    child.asset or "",
                    number_box(shown),
                    number_box(None if band is None else band * HUNDRED),
                )
            )
            visit(child, below)

    with localcontext(finance_context()):
        visit(root, Decimal(1))
    return Editing(base, tuple(rows))


def read_editing(fields: Mapping[str, Sequence[str]]) -> Editing:
    """The form: parallel lists of `FIELDS`, and `base`. Raises `InvalidInput` (form_malformed)."""
    columns = [list(fields.get(name, ())) for name in FIELDS]
    length = len(columns[0])
    if any(len(column) != length for column in columns) or length > ROWS_MAX:
        raise InvalidInput("form_malformed", "the form is not whole; open the page again", field="no")
    rows = tuple(
        EditRow(
            row_id[:400],
            kind,
            label.strip()[:TEXT_MAX],
            asset[:TEXT_MAX],
            *(t.strip()[:TEXT_MAX] for t in rest),
        )
        for row_id, kind, label, asset, *rest in zip(*columns, strict=True)
    )
    base = next(iter(fields.get("base", ())), PARENT)
    editing = Editing(base if base in BASES else PARENT, rows)
    places = {row.id for row in rows}
    if len(places) != len(rows) or any(row.parent and row.parent not in places for row in rows):
        raise InvalidInput("form_malformed", "the form is not whole; open the page again", field="no")
    return editing


def draft_text(editing: Editing) -> str:
    """What is kept of an unsaved tree."""
    rows = [[getattr(row, name) for name in EditRow.__slots__] for row in editing.rows]
    return json.dumps({"base": editing.base, "rows": rows}, ensure_ascii=False)


def read_draft(text: str) -> Editing | None:
    """The same, read again; `None` for one of an older shape."""
    try:
        told = json.loads(text)
        return Editing(str(told["base"]), tuple(EditRow(*map(str, row)) for row in told["rows"]))
    except (ValueError, KeyError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class RowCheck:
    """`weight` in percent of the class above, `share` a fraction of the whole; `None`: not known."""

    row: EditRow
    number: int
    depth: int
    weight: Decimal | None
    share: Decimal | None
    problem: InvalidInput | None
    band_problem: InvalidInput | None


@dataclass(frozen=True, slots=True)
class GroupCheck:
    """The children of one class together, in percent of the base: what they sum to, and what is missing of
    `wanted` (below zero: too much). `None` where a box cannot be read."""

    id: str
    label: str
    number: int
    total: Decimal | None
    wanted: Decimal | None
    missing: Decimal | None
    is_empty: bool

    @property
    def is_sound(self) -> bool:
        """Exactly what it must be."""
        return not self.is_empty and self.missing == 0


@dataclass(frozen=True, slots=True)
class Checked:
    """An edited tree with everything that is wrong with it. `tree` where nothing is."""

    editing: Editing
    rows: tuple[RowCheck, ...]
    groups: tuple[GroupCheck, ...]
    tree: TargetNode | None

    @property
    def is_sound(self) -> bool:
        """Whether it can be saved."""
        return self.tree is not None

    @property
    def wrong(self) -> tuple[GroupCheck, ...]:
        """Groups that do not add up."""
        return tuple(group for group in self.groups if not group.is_sound)

    def group_of(self, row_id: str) -> GroupCheck | None:
        """The children of a class, together."""
        return next((group for group in self.groups if group.id == row_id), None)


@dataclass(slots=True)
class _Reading:
    """Numbers of the boxes, as far as they can be read."""

    typed: dict[str, Decimal | None] = field(default_factory=dict)
    bands: dict[str, Decimal | None] = field(default_factory=dict)
    problems: dict[str, InvalidInput] = field(default_factory=dict)
    band_problems: dict[str, InvalidInput] = field(default_factory=dict)


def check(editing: Editing, original: TargetNode | None = None) -> Checked:
    """Every sum, exactly. `original` lends what the boxes do not show: relative bands.

    In the base `carteira` weights are kept to four decimals, adding up to exactly 100 in each class.
    """
    read = _read(editing)
    with localcontext(finance_context()):
        groups = tuple(_groups(editing, read))
        weights = _weights(editing, read, groups)
        shares = _shares(editing, weights, read)
    depths = _depths(editing)
    rows = tuple(
        RowCheck(
            row,
            number,
            depths[row.id],
            weights.get(row.id),
            shares.get(row.id),
            read.problems.get(row.id),
            read.band_problems.get(row.id),
        )
        for number, row in enumerate(editing.rows)
    )
    sound = not read.problems and not read.band_problems and all(group.is_sound for group in groups)
    tree = _tree(editing, weights, read, original) if sound and editing.rows else None
    return Checked(editing, rows, groups, tree)


def _read(editing: Editing) -> _Reading:
    found = _Reading()
    for row in editing.rows:
        found.typed[row.id] = _number(row.weight, row.id, found.problems, needed=True)
        found.bands[row.id] = _number(row.band, row.id, found.band_problems, needed=False)
    return found


def _number(text: str, place: str, problems: dict[str, InvalidInput], *, needed: bool) -> Decimal | None:
    if not text:
        # An empty box is nothing yet: the sum tells what is missing.
        return ZERO if needed else None
    try:
        return typed_number(text, place, decimals_max=8, maximum=HUNDRED)
    except InvalidInput as problem:
        problems[place] = problem
        return None


def _groups(editing: Editing, read: _Reading) -> Iterator[GroupCheck]:
    places = [("", "", -1)]
    places += [(row.id, row.label, number) for number, row in enumerate(editing.rows) if row.type == CLASS]
    for place, label, number in places:
        children = editing.children(place)
        typed = [read.typed[row.id] for row in children]
        known = [one for one in typed if one is not None]
        total = sum(known, ZERO) if len(known) == len(typed) else None
        wanted = HUNDRED if editing.base == PARENT or not place else read.typed[place]
        missing = None if total is None or wanted is None else wanted - total
        yield GroupCheck(place, label, number, total, wanted, missing, not children)


def _weights(editing: Editing, read: _Reading, groups: Sequence[GroupCheck]) -> dict[str, Decimal]:
    """Percent of the class above, of each row that it is known of."""
    if editing.base == PARENT:
        return {name: one for name, one in read.typed.items() if one is not None}
    found: dict[str, Decimal] = {}
    for group in groups:
        children = editing.children(group.id)
        typed = [read.typed[row.id] or ZERO for row in children]
        total = sum(typed, ZERO)
        if not group.is_sound:
            continue
        parts = [one * HUNDRED / total for one in typed] if total else [HUNDRED / len(typed) for _ in typed]
        exact = [part == part.quantize(FINEST) for part in parts]
        kept = parts if all(exact) else parts_adding_up(parts, HUNDRED, FINEST)
        found |= {row.id: one for row, one in zip(children, kept, strict=True)}
    return found


def _shares(editing: Editing, weights: Mapping[str, Decimal], read: _Reading) -> dict[str, Decimal]:
    if editing.base == WHOLE:
        return {name: one / HUNDRED for name, one in read.typed.items() if one is not None}
    found: dict[str, Decimal] = {"": Decimal(1)}
    for row in editing.rows:
        if row.parent in found and row.id in weights:
            found[row.id] = found[row.parent] * weights[row.id] / HUNDRED
    return found


def _depths(editing: Editing) -> dict[str, int]:
    found: dict[str, int] = {"": 0}
    for row in editing.rows:
        found[row.id] = found.get(row.parent, 0) + 1
    return found


def _tree(
    editing: Editing, weights: Mapping[str, Decimal], read: _Reading, original: TargetNode | None
) -> TargetNode:
    known = {} if original is None else {node.id: node for node in original.walk()}

    def node(row: EditRow) -> TargetNode:
        points = read.bands[row.id]
        before = known[row.id].band if row.id in known else None
        relative = None if before is None else before.relative
        absolute = None if points is None else points / HUNDRED
        return TargetNode(
            row.id,
            weights[row.id],
            tuple(node(child) for child in editing.children(row.id)) if row.type == CLASS else (),
            row.asset if row.type == ASSET else None,
            row.type == CASH,
            None if absolute is None and relative is None else Band(absolute, relative),
            row.label or row.key,
        )

    return TargetNode(ROOT, children=tuple(node(row) for row in editing.children("")))


def place_name(label: str, taken: set[str], above: str) -> str:
    """The dotted place of something new: its label in plain letters, unlike its brothers'."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    word = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40] or "classe"
    if word in {ROOT, "weight", "label", "band", "cash", "asset"}:
        word = f"{word}_1"
    number, name = 1, word
    while (f"{above}.{name}" if above else name) in taken:
        number += 1
        name = f"{word}_{number}"
    return f"{above}.{name}" if above else name
