"""The targets beside what there is, the text to begin with, and editing without losing anything."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.copilot.own_plan.editing import Editor, edit_until_sound
from fiel.copilot.own_plan.first_targets import held_text
from fiel.copilot.own_plan.owned import Owned, OwnedAsset
from fiel.copilot.own_plan.prices import with_kept_prices
from fiel.copilot.own_plan.targets_text import Targets, read_targets
from fiel.copilot.own_plan.template import targets_template
from fiel.copilot.own_plan.tree import target_tree
from fiel.copilot.plan_view.words import Lang
from fiel.custody.store.prices import StoredPrices
from fiel.kernel.errors import InvalidInput, Unavailable
from fiel.portfolio.targets import HUNDRED
from fiel.tax.dated_rows import Category
from tests.copilot.own_plan.books import TODAY, WALLET, SavedBook

D = Decimal
TREE = (
    '[assets.BOVA11]\nkind = "etf"\n[targets.a]\nweight = "90"\nPETR4F = "50"\nBOVA11 = "50"\n'
    '[targets.caixa]\nweight = "10"\ncash = true\n'
)


def test_each_target_has_what_there_is_of_it(book: SavedBook) -> None:
    """Percent of the class, share of the whole, value and share now; cash counts as it has a target."""
    book.holds("PETR4", "100", "3000.00")
    book.deposits("1000.00")
    book.costs(PETR4="30.00")
    tree = target_tree(with_kept_prices(book.own(TREE).portfolio, StoredPrices(book.opened.database)))
    assert (tree.whole, tree.missing) == (D(4000), ())
    rows = [(row.id, row.depth, row.target, row.value, row.actual) for row in tree.rows]
    assert rows == [
        ("a", 0, D("0.9"), D(3000), D("0.75")),
        ("a.PETR4F", 1, D("0.45"), D(3000), D("0.75")),
        ("a.BOVA11", 1, D("0.45"), D(0), D(0)),
        ("caixa", 0, D("0.1"), D(1000), D("0.25")),
    ]


def test_cash_without_a_target_is_no_part_of_the_whole(book: SavedBook) -> None:
    """As in the engine: idle money weighs nothing unless the tree wants some."""
    book.holds("PETR4", "100", "3000.00")
    book.deposits("1000.00")
    book.costs(PETR4="30.00")
    text = '[targets]\nPETR4F = "100"\n'
    tree = target_tree(with_kept_prices(book.own(text).portfolio, StoredPrices(book.opened.database)))
    assert (tree.whole, tree.rows[0].actual) == (D(3000), D(1))


def test_without_a_price_nothing_is_made_up(book: SavedBook) -> None:
    """What has no price is named, and no share of the whole is known; its class has no value."""
    book.holds("PETR4", "100", "3000.00")
    book.holds("BOVA11", "10", "1000.00")
    book.costs(PETR4="30.00")
    tree = target_tree(with_kept_prices(book.own(TREE).portfolio, StoredPrices(book.opened.database)))
    assert (tree.whole, tree.missing) == (None, ("BOVA11",))
    assert {row.id: row.value for row in tree.rows if row.depth} == {"a.PETR4F": D(3000), "a.BOVA11": None}
    assert {row.actual for row in tree.rows} == {None}


def beginning(book: SavedBook, lang: Lang = Lang.PT) -> str:
    """The text that editing begins with."""
    desk = book.desk()
    return held_text(desk, StoredPrices(book.opened.database), desk.look(WALLET), TODAY, lang).text


def read(text: str) -> Targets:
    """A text as the targets of a book that knows nothing."""
    return read_targets(text, name="targets", categories={})


@pytest.mark.parametrize(("lang", "words"), [(Lang.PT, "Alvos de ana"), (Lang.EN, "Targets of ana")])
def test_the_text_to_begin_with_is_what_is_held(book: SavedBook, lang: Lang, words: str) -> None:
    """In classes, at today's weights, valid as it stands, in the person's language."""
    book.holds("PETR4", "100", "3000.00")
    book.holds("VALE3", "50", "3000.00")
    book.holds("TESOUROSELIC2029", "1", "3000.00")
    book.costs(PETR4="30.00", VALE3="20.00", TESOUROSELIC2029="4000.00")
    text = beginning(book, lang)
    assert words in text
    weights = {node.id: node.weight for node in read(text).portfolio.targets.walk()}
    assert weights == {
        "root": None,
        "acoes": D(50),
        "acoes.PETR4F": D(75),
        "acoes.VALE3F": D(25),
        "renda_fixa": D(50),
        "renda_fixa.TESOUROSELIC2029": D(100),
    }


def test_without_prices_the_weights_are_equal(book: SavedBook) -> None:
    """One price is missing: no weight of today is known, and the text says so."""
    book.holds("PETR4", "100", "3000.00")
    book.holds("VALE3", "50", "3000.00")
    book.costs(PETR4="30.00")
    text = beginning(book)
    assert "os pesos são iguais" in text
    assert {node.weight for node in read(text).portfolio.targets.walk() if node.asset} == {D(50)}


def test_an_asset_that_nothing_tells_is_left_to_the_person(book: SavedBook) -> None:
    """Its kind is a question mark with the words to choose from, and the check names its line."""
    book.holds("XPTO11", "10", "1000.00")
    text = beginning(book)
    with pytest.raises(InvalidInput) as refused:
        read(text)
    line = int(refused.value.details["line"])
    assert text.splitlines()[line - 1].startswith('kind = "?"  # fii, etf')
    assert read(text.replace("?", "fii", 1)).portfolio.assets[0].kind == "fii"


def test_an_empty_wallet_has_an_example(book: SavedBook) -> None:
    """Money only: the text has one asset to replace, and is valid."""
    book.deposits("100.00")
    assert [line.id for line in read(beginning(book)).portfolio.assets] == ["PETR4F"]


@given(
    st.dictionaries(
        st.from_regex(r"[A-Z]{4}[3-6]", fullmatch=True),
        st.decimals("0.01", "1e9", places=2),
        min_size=1,
        max_size=30,
    )
)
def test_weights_add_up_whatever_things_are_worth(values: dict[str, Decimal]) -> None:
    """The text is always valid: every class and the whole add up to exactly 100."""
    assets = {name: OwnedAsset(name, D(1), None, ()) for name in values}
    owned = Owned(WALLET, TODAY, assets, dict.fromkeys(values, Category.STOCK), (), None, None, 0, ())
    tree = read(targets_template(owned, dict(values), Lang.PT)).portfolio.targets
    for node in tree.walk():
        if node.children:
            assert sum((child.weight or D(0) for child in node.children), D(0)) == HUNDRED


def writing(*texts: str) -> Editor:
    """An editor that leaves one text after the other."""
    left = list(texts)

    def write(file: Path) -> None:
        file.write_text(left.pop(0), encoding="utf-8")

    return write


def refusing(*bad: str) -> Callable[[str], None]:
    """A check that has something to say of some texts."""

    def check(text: str) -> None:
        if text in bad:
            raise InvalidInput("bad", f"{text} is bad")

    return check


def test_a_sound_text_is_taken(tmp_path: Path) -> None:
    """One round, and whether anything changed."""
    file = tmp_path / "t.toml"
    done = edit_until_sound(file, "old", writing("new"), refusing(), lambda _: False)
    assert (done.text, done.changed, done.problem) == ("new", True, None)
    assert not edit_until_sound(file, "old", writing("old"), refusing(), lambda _: False).changed


def test_a_text_with_problems_is_edited_again(tmp_path: Path) -> None:
    """As often as wanted, going on from what was written, not from the beginning."""
    file, seen = tmp_path / "t.toml", []
    left = ["bad", "worse", "good"]

    def editor(path: Path) -> None:
        seen.append(path.read_text(encoding="utf-8"))
        path.write_text(left.pop(0), encoding="utf-8")

    done = edit_until_sound(file, "old", editor, refusing("bad", "worse"), lambda _: True)
    assert (done.text, done.problem) == ("good", None)
    assert seen == ["old", "bad", "worse"]


def test_giving_up_loses_nothing(tmp_path: Path) -> None:
    """The file keeps what was written, and the answer has the problem."""
    file = tmp_path / "t.toml"
    done = edit_until_sound(file, "old", writing("bad"), refusing("bad"), lambda _: False)
    assert done.problem is not None
    assert done.problem.code == "bad"
    assert file.read_text(encoding="utf-8") == "bad"


def test_an_editor_that_fails_loses_nothing(tmp_path: Path) -> None:
    """Its failure is told; the file is there with what it had."""
    file = tmp_path / "t.toml"

    def broken(path: Path) -> None:
        path.write_text("half", encoding="utf-8")
        raise Unavailable("editor_failed", "gone")

    with pytest.raises(Unavailable):
        edit_until_sound(file, "old", broken, refusing(), lambda _: True)
    assert file.read_text(encoding="utf-8") == "half"


def test_a_text_that_is_no_text_is_a_problem_like_others(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are refused and kept."""
    file = tmp_path / "t.toml"

    def editor(path: Path) -> None:
        path.write_bytes(b"\xff\xfe\x00")

    done = edit_until_sound(file, "old", editor, refusing(), lambda _: False)
    assert done.problem is not None
    assert done.problem.code == "file_not_text"
    assert file.read_bytes() == b"\xff\xfe\x00"
