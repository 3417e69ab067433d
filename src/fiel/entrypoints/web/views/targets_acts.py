"""What the buttons of the editor of targets do: share out the rest, equal parts, add, remove, other base."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal, localcontext

from fiel.copilot.plan_view.adding_up import parts_adding_up
from fiel.entrypoints.web.typed_numbers import typed_number
from fiel.entrypoints.web.views.targets_edit import (
    ASSET,
    BASES,
    CASH,
    CLASS,
    FINEST,
    HUNDRED,
    ROWS_MAX,
    TEXT_MAX,
    WHOLE,
    ZERO,
    Checked,
    Editing,
    EditRow,
    check,
    place_name,
)
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import finance_context
from fiel.portfolio.instruments import Kind, infer_kind

_ASSET = re.compile(r"[A-Z0-9][A-Z0-9.+-]{0,39}")


def share_out(editing: Editing, group_id: str) -> Editing:
    """What is missing of a class, in equal parts to its empty rows; without any, to all in proportion."""
    checked = check(editing)
    group = checked.group_of(group_id)
    if group is None or group.missing is None or not group.missing:
        return editing
    children = editing.children(group_id)
    typed = {row.id: _typed(checked, row.id) for row in children}
    empty = [row.id for row in children if not typed[row.id]]
    with localcontext(finance_context()):
        if empty and group.missing > 0:
            new = _equal(group.missing, empty)
        else:
            total, wanted = sum(typed.values(), ZERO), group.wanted or ZERO
            if not total:
                new = _equal(wanted, list(typed))
            else:
                parts = [one * wanted / total for one in typed.values()]
                new = dict(zip(typed, _exactly(parts, wanted), strict=True))
    return editing.with_weights(new)


def equal_parts(editing: Editing, group_id: str) -> Editing:
    """A class in equal parts: thirds are 33,3333, 33,3333 and 33,3334."""
    group = check(editing).group_of(group_id)
    children = [row.id for row in editing.children(group_id)]
    if group is None or group.wanted is None or not children:
        return editing
    with localcontext(finance_context()):
        return editing.with_weights(_equal(group.wanted, children))


def put_rest_in(editing: Editing, row_id: str) -> Editing:
    """What is missing of a class (or is too much), into one of its rows, as far as it goes."""
    row = editing.row(row_id)
    checked = check(editing)
    group = checked.group_of(row.parent)
    if group is None or group.missing is None:
        return editing
    with localcontext(finance_context()):
        return editing.with_weights({row_id: max(_typed(checked, row_id) + group.missing, ZERO)})


def in_base(editing: Editing, base: str) -> Editing:
    """The same tree with its boxes in the other base, as far as it adds up.

    Raises `InvalidInput` (base_needs_sums) where shares are not known.
    """
    if base == editing.base or base not in BASES:
        return editing
    checked = check(editing)
    if any(row.share is None or row.weight is None for row in checked.rows):
        raise InvalidInput("base_needs_sums", "first make every class add up", field="base")
    with localcontext(finance_context()):
        weights = {
            row.row.id: (row.share or ZERO) * HUNDRED if base == WHOLE else row.weight or ZERO
            for row in checked.rows
        }
    return replace(editing, base=base).with_weights(weights)


def add_class(editing: Editing, above: str, label: str) -> Editing:
    """A new class, last in the one above. Raises `InvalidInput` (label_missing, too_many_rows)."""
    label = label.strip()[:TEXT_MAX]
    if not label or not label.isprintable():
        raise InvalidInput("label_missing", "write a name", field="novo")
    place = place_name(label, {row.id for row in editing.rows}, above)
    return _added(editing, above, EditRow(place, CLASS, label, "", "", ""))


def add_cash(editing: Editing, above: str, label: str) -> Editing:
    """Cash that should stay; there is one at most. Raises `InvalidInput` (cash_repeated)."""
    if any(row.type == CASH for row in editing.rows):
        raise InvalidInput("cash_repeated", "only one row can be cash", field="novo")
    place = place_name("caixa", {row.id for row in editing.rows}, above)
    return _added(editing, above, EditRow(place, CASH, label, "", "", ""))


def add_asset(editing: Editing, above: str, asset: str, kind: str) -> Editing:
    """A new asset, last in its class; `kind` where its name does not tell it.

    Raises `InvalidInput`: asset_malformed, asset_repeated, kind_missing, kind_unknown.
    """
    name = asset.strip().upper()
    if not _ASSET.fullmatch(name):
        raise InvalidInput("asset_malformed", "write its code, such as PETR4", field="novo")
    if any(row.asset == name for row in editing.rows):
        raise InvalidInput(
            "asset_repeated", f"{name} has a target already", field="novo", details={"asset": name}
        )
    if kind and kind not in set(Kind):
        raise InvalidInput("kind_unknown", f"one of {', '.join(Kind)}", field="especie")
    if not kind and infer_kind(name) is None:
        raise InvalidInput("kind_missing", f"say what {name} is", field="especie", details={"asset": name})
    place = f"{above}.{name}" if above else name
    return _added(editing, above, EditRow(place, ASSET, name, name, "", "", kind))


def remove(editing: Editing, row_id: str) -> Editing:
    """Without a row and all below it."""
    editing.row(row_id)
    gone = {row_id}
    for row in editing.rows:
        if row.parent in gone:
            gone.add(row.id)
    return replace(editing, rows=tuple(row for row in editing.rows if row.id not in gone))


def _added(editing: Editing, above: str, new: EditRow) -> Editing:
    if len(editing.rows) >= ROWS_MAX:
        raise InvalidInput("too_many_rows", f"at most {ROWS_MAX} rows", field="novo")
    if above and editing.row(above).type != CLASS:
        raise InvalidInput("class_expected", "only a class has something below it", field="novo")
    below = {above} if above else set()
    last = len(editing.rows) - 1 if not above else 0
    for at, row in enumerate(editing.rows):
        if above and (row.id in below or row.parent in below):
            below.add(row.id)
            last = at
    rows = [*editing.rows[: last + 1], new, *editing.rows[last + 1 :]]
    return replace(editing, rows=tuple(rows))


def _typed(checked: Checked, row_id: str) -> Decimal:
    """What stands in the box of a row, in the base; zero where it cannot be read."""
    text = checked.editing.row(row_id).weight
    if not text:
        return ZERO
    try:
        return typed_number(text, row_id, decimals_max=8, maximum=HUNDRED)
    except InvalidInput:
        return ZERO


def _equal(total: Decimal, names: list[str]) -> dict[str, Decimal]:
    """Equal parts to four decimals; the last ones bear what is left over."""
    parts = _exactly([total / len(names)] * len(names), total)
    return dict(zip(names, sorted(parts), strict=True))


def _exactly(parts: list[Decimal], total: Decimal) -> list[Decimal]:
    if total == total.quantize(FINEST):
        return parts_adding_up(parts, total, FINEST)
    cut = [part.quantize(FINEST) for part in parts]
    return [*cut[:-1], cut[-1] + total - sum(cut, ZERO)]
