"""Targets edited as a tree: a person's text stays as it is wherever it can, and always says the same tree."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from fiel.copilot.own_plan.rewriting import rewritten
from fiel.copilot.own_plan.targets_text import read_targets
from fiel.kernel.errors import InvalidInput
from fiel.portfolio.targets import Band, TargetNode

TEXT = """\
schema = "fiel-portfolio/1"
# what I hold
[assets.XPML11]
kind = "fii"   # a shop

[targets.acoes]
weight = "60"  # mostly
label = "Ações"
PETR4 = "50"
ITUB4 = "50"

[targets.fii]
weight = "40"
XPML11 = "100"

[fees]
rate = "0.03"
"""


def reads(text: str) -> TargetNode:
    """The tree of a text."""
    return read_targets(text, name="t", categories={}).portfolio.targets


def weighted(node: TargetNode, **weights: str) -> TargetNode:
    """The tree with other weights, by the last word of each place."""
    told = weights.get(node.id.rpartition(".")[2])
    children = tuple(weighted(child, **weights) for child in node.children)
    return replace(node, children=children, weight=node.weight if told is None else Decimal(told))


def test_a_weight_changes_in_its_line_alone() -> None:
    """Comments, order and blanks of everything else stay to the letter."""
    done = rewritten(TEXT, weighted(reads(TEXT), acoes="70", fii="30", PETR4="40", ITUB4="60"), {}, reads)

    assert done.in_place
    assert done.text == TEXT.replace('"60"', '"70"').replace('weight = "40"', 'weight = "30"').replace(
        'PETR4 = "50"', 'PETR4 = "40"'
    ).replace('ITUB4 = "50"', 'ITUB4 = "60"')


def test_the_same_tree_is_the_same_text() -> None:
    """Saving what was not changed changes nothing."""
    assert rewritten(TEXT, reads(TEXT), {}, reads).text == TEXT


def test_another_shape_writes_the_targets_anew_and_keeps_the_rest() -> None:
    """A new class, with an asset that must be described; fees and the head of the text stay."""
    tree = weighted(reads(TEXT), acoes="50", fii="40")
    gold = TargetNode("ouro.GOLD11", Decimal(100), asset="GOLD11", label="GOLD11")
    tree = replace(tree, children=(*tree.children, TargetNode("ouro", Decimal(10), (gold,), label="Ouro")))

    done = rewritten(TEXT, tree, {"GOLD11": "etf"}, reads)

    assert not done.in_place
    assert reads(done.text) == tree
    assert "# what I hold" in done.text
    assert 'rate = "0.03"' in done.text
    assert '[assets.GOLD11]\nkind = "etf"' in done.text


def test_what_has_no_target_and_is_not_held_is_described_no_more() -> None:
    """The table that said only what it is goes; held, it stays, or nobody could plan what is held."""
    tree = reads(TEXT)
    tree = replace(tree, children=(replace(tree.children[0], weight=Decimal(100)),))

    assert "XPML11" not in rewritten(TEXT, tree, {}, reads).text
    assert "[assets.XPML11]" in rewritten(TEXT, tree, {}, reads, held={"XPML11"}).text


def test_bands_are_kept_changed_and_added() -> None:
    """A band of points and one of both widths come back as they were said."""
    tree = reads(TEXT)
    shares = replace(tree.children[0], band=Band(Decimal("0.03")))
    funds = replace(tree.children[1], band=Band(Decimal("0.05"), Decimal("0.25")))
    tree = replace(tree, children=(shares, funds))

    once = rewritten(TEXT, tree, {}, reads)
    narrow = replace(tree, children=(replace(shares, band=Band(Decimal("0.02"))), funds))
    twice = rewritten(once.text, narrow, {}, reads)

    assert reads(once.text) == tree
    assert twice.in_place
    assert reads(twice.text) == narrow


def test_keys_that_need_quotes_get_them() -> None:
    """An asset with a dot in its name, and a label with a quote, are written so that they are read again."""
    tree = reads(TEXT)
    odd = TargetNode("fii.BRK.B", Decimal(100), asset="BRK.B", label="BRK.B")
    tree = replace(tree, children=(tree.children[0], replace(tree.children[1], children=(odd,), label='"F"')))

    done = rewritten(TEXT, tree, {"BRK.B": "bdr"}, reads)

    assert reads(done.text) == tree


def test_a_text_that_only_a_person_can_change_is_left_alone() -> None:
    """Targets in one line are not taken apart by guessing."""
    text = 'schema = "fiel-portfolio/1"\ntargets = { acoes = { weight = "100", PETR4 = "100" } }\n'
    tree = reads(text)
    more = replace(
        tree.children[0],
        children=(
            TargetNode("acoes.PETR4", Decimal(50), asset="PETR4", label="PETR4"),
            TargetNode("acoes.ITUB4", Decimal(50), asset="ITUB4", label="ITUB4"),
        ),
    )

    with pytest.raises(InvalidInput):
        rewritten(text, replace(tree, children=(more,)), {}, reads)
