"""Editing the tree of targets: exact sums, the buttons, and both bases."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.entrypoints.web.views.targets_acts import (
    add_asset,
    add_cash,
    add_class,
    equal_parts,
    in_base,
    put_rest_in,
    remove,
    share_out,
)
from fiel.entrypoints.web.views.targets_edit import (
    Editing,
    EditRow,
    check,
    draft_text,
    editing_of,
    read_draft,
    read_editing,
)
from fiel.kernel.errors import InvalidInput
from fiel.portfolio.targets import Band, TargetNode


def leaf(place: str, weight: str) -> TargetNode:
    """An asset."""
    asset = place.rpartition(".")[2]
    return TargetNode(place, Decimal(weight), asset=asset, label=asset)


def tree() -> TargetNode:
    """Shares 60 (two halves, with a band), funds 40 (one)."""
    shares = (leaf("acoes.PETR4", "50"), leaf("acoes.ITUB4", "50"))
    return TargetNode(
        "root",
        children=(
            TargetNode(
                "acoes", Decimal(60), shares, band=Band(Decimal("0.03"), Decimal("0.25")), label="Ações"
            ),
            TargetNode("fii", Decimal(40), (leaf("fii.XPML11", "100"),), label="FIIs"),
        ),
    )


def typed(editing: Editing, **boxes: str) -> Editing:
    """With other texts in the boxes, by place with `_` for a dot."""
    rows = []
    for row in editing.rows:
        text = boxes.get(row.id.replace(".", "_"))
        rows.append(row if text is None else EditRow(row.id, row.type, row.label, row.asset, text, row.band))
    return Editing(editing.base, tuple(rows))


def boxes(editing: Editing) -> dict[str, str]:
    """What stands in the boxes."""
    return {row.id: row.weight for row in editing.rows}


def test_a_tree_comes_back_as_it_was() -> None:
    """Shown and sent back unchanged, nothing of it is lost: bands that the page does not show neither."""
    checked = check(editing_of(tree()), tree())

    assert checked.is_sound
    assert checked.tree == tree()


def test_a_sum_that_is_off_says_by_how_much() -> None:
    """One percent missing of a class is told there, and nothing can be saved."""
    checked = check(typed(editing_of(tree()), acoes_ITUB4="48,5"))

    group = checked.group_of("acoes")
    assert group is not None
    assert (group.total, group.missing) == (Decimal("98.5"), Decimal("1.5"))
    assert [each.id for each in checked.wrong] == ["acoes"]
    assert checked.tree is None


def test_a_box_that_cannot_be_read_stands_with_its_problem() -> None:
    """Text is no weight; the sum of its class is not known, the other sums are."""
    checked = check(typed(editing_of(tree()), acoes="x"))

    assert [row.row.id for row in checked.rows if row.problem is not None] == ["acoes"]
    root, shares = checked.group_of(""), checked.group_of("acoes")
    assert root is not None
    assert shares is not None
    assert root.missing is None
    assert shares.missing == 0


def test_thirds_add_up() -> None:
    """Three equal parts are 33,3333 twice and 33,3334 once: exactly 100."""
    editing = add_class(editing_of(tree()), "", "Cripto")

    shared = equal_parts(editing, "")

    assert [boxes(shared)[name] for name in ("acoes", "fii", "cripto")] == [
        "33,3333",
        "33,3333",
        "33,3334",
    ]


def test_the_rest_goes_to_what_is_empty() -> None:
    """New rows share what is missing; without any, all share it in proportion."""
    editing = add_class(add_class(typed(editing_of(tree()), acoes="50"), "", "Ouro"), "", "Cripto")
    editing = typed(editing, fii="40")

    shared = share_out(editing, "")
    scaled = share_out(typed(editing_of(tree()), acoes="30", fii="20"), "")

    assert (boxes(shared)["ouro"], boxes(shared)["cripto"]) == ("5", "5")
    assert (boxes(scaled)["acoes"], boxes(scaled)["fii"]) == ("60", "40")


def test_the_rest_can_be_put_into_one() -> None:
    """What is missing, or too much, is taken by one row; never below zero."""
    short = put_rest_in(typed(editing_of(tree()), acoes_ITUB4="48,5"), "acoes.ITUB4")
    over = put_rest_in(typed(editing_of(tree()), acoes_PETR4="90", acoes_ITUB4="50"), "acoes.ITUB4")

    assert boxes(short)["acoes.ITUB4"] == "50"
    assert boxes(over)["acoes.ITUB4"] == "10"


def test_both_bases_are_the_same_tree() -> None:
    """Percent of the class above and percent of the whole say the same, there and back."""
    of_whole = in_base(editing_of(tree()), "carteira")

    assert boxes(of_whole) == {
        "acoes": "60",
        "acoes.PETR4": "30",
        "acoes.ITUB4": "30",
        "fii": "40",
        "fii.XPML11": "40",
    }
    assert check(of_whole, tree()).tree == tree()
    assert boxes(in_base(of_whole, "pai")) == boxes(editing_of(tree()))


def test_in_the_whole_a_class_must_have_what_its_children_have() -> None:
    """Children that sum to less than their class leave it wrong by that."""
    editing = typed(in_base(editing_of(tree()), "carteira"), acoes_ITUB4="25")

    group = check(editing).group_of("acoes")

    assert group is not None
    assert (group.wanted, group.missing) == (Decimal(60), Decimal(5))


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=12))
def test_any_parts_can_be_made_whole(parts: list[int]) -> None:
    """However many rows and whatever is in them, sharing out the rest makes the tree sound."""
    rows = tuple(
        EditRow(f"A{at}", "ativo", f"A{at}", f"A{at}", f"{part // 100},{part % 100:02d}", "")
        for at, part in enumerate(parts)
    )

    checked = check(share_out(Editing("pai", rows), ""))

    assert checked.is_sound
    assert sum((row.weight or Decimal(0) for row in checked.rows), Decimal(0)) == 100


def test_an_asset_needs_a_kind_that_its_code_does_not_tell() -> None:
    """PETR3 is a share by its code; HGLG11 may be a fund or an ETF and must be said."""
    editing = add_asset(editing_of(tree()), "acoes", "petr3", "")
    with pytest.raises(InvalidInput) as refused:
        add_asset(editing, "fii", "HGLG11", "")

    assert [row.id for row in editing.children("acoes")][-1] == "acoes.PETR3"
    assert refused.value.code == "kind_missing"
    assert add_asset(editing, "fii", "HGLG11", "fii").row("fii.HGLG11").kind == "fii"


def test_nothing_stands_twice() -> None:
    """One target per asset, and one row of cash."""
    with pytest.raises(InvalidInput, match="already"):
        add_asset(editing_of(tree()), "fii", "PETR4", "")
    with pytest.raises(InvalidInput, match="cash"):
        add_cash(add_cash(editing_of(tree()), "", "Caixa"), "", "Caixa")


def test_a_class_goes_with_all_below_it() -> None:
    """Removing a class removes its assets, and what is left must add up again."""
    left = remove(editing_of(tree()), "acoes")

    assert set(boxes(left)) == {"fii", "fii.XPML11"}
    assert not check(left).is_sound


def test_an_empty_class_cannot_be_saved() -> None:
    """A class without anything below it is told, even at zero."""
    editing = add_class(editing_of(tree()), "", "Ouro")

    assert [group.id for group in check(editing).wrong] == ["ouro"]


def test_a_draft_comes_back() -> None:
    """What is half done is kept as it is, boxes that cannot be read included."""
    editing = typed(editing_of(tree()), acoes="60,")

    assert read_draft(draft_text(editing)) == editing
    assert read_draft("no draft") is None


def test_a_form_that_is_not_whole_is_refused() -> None:
    """Lists of different length, or a row without its class, are no form of ours."""
    fields = {"no": ["a.b"], "tipo": ["ativo"], "rotulo": ["b"], "ativo": ["b"], "peso": ["1"], "faixa": [""]}
    with pytest.raises(InvalidInput):
        read_editing(fields)
    with pytest.raises(InvalidInput):
        read_editing(fields | {"especie": [""]})
