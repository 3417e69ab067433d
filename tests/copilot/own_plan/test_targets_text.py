"""The text of saved targets: read whole, every problem with the line that the person sees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.copilot.own_plan.targets_text import Targets, read_targets
from fiel.kernel.errors import InvalidInput, InvalidInputs
from fiel.tax.dated_rows import Category
from tests.copilot.own_plan.books import HEAD


def read(text: str, **categories: Category) -> Targets:
    """The targets of a text below the line of the schema, for a book that holds nothing."""
    return read_targets(HEAD + text, name="targets", categories=categories)


def problems(text: str, **categories: Category) -> list[tuple[str, str]]:
    """Code and line of each problem of a text."""
    with pytest.raises(InvalidInput) as refused:
        read(text, **categories)
    error = refused.value
    found = error.problems if isinstance(error, InvalidInputs) else (error,)
    return [(each.code, each.details.get("line", "-")) for each in found]


def test_assets_need_no_table_where_their_kind_is_known() -> None:
    """A share by its ticker, a fund by what the book knows of it, a title by its name."""
    targets = read(
        '[targets.a]\nweight = "60"\nPETR4F = "50"\nXPML11 = "50"\n[targets.b]\nweight = "40"\n'
        'asset = "TAEE11F"\n',
        XPML11=Category.FII,
    )
    kinds = {line.id: (line.kind, line.tax_group) for line in targets.portfolio.assets}
    assert kinds == {
        "PETR4F": ("stock_fractional", "br_stock"),
        "XPML11": ("fii", "br_fii"),
        "TAEE11F": ("stock_fractional", "br_stock"),
    }
    assert targets.portfolio.name == "targets"


def test_a_leaf_that_is_a_table_is_an_asset_too() -> None:
    """`[targets.PETR4F]` with a weight and a band names the asset by its key."""
    targets = read('[targets.PETR4F]\nweight = "60"\nband = "5"\n[targets.VALE3F]\nweight = "40"\n')
    assert [node.asset for node in targets.portfolio.targets.children] == ["PETR4F", "VALE3F"]


def test_every_problem_has_its_line() -> None:
    """An unknown kind, a word that is no asset, a sum, a bad figure of an asset: all at once, in order."""
    text = (
        '[assets.VALE3F]\nlot = "-1"\n\n[targets.a]\nweight = "50"\nBOVA11 = "90"\n\n'
        '[targets.b]\nweight = "50"\npetr4f = "100"\n'
    )
    assert problems(text) == [
        ("lot_not_positive", "3"),
        ("weights_not_100", "5"),
        ("kind_missing", "7"),
        ("asset_unknown", "11"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[targets]\nPETR4F = "100\n', ("toml_syntax", "3")),
        ('[targets]\nPETR4F = "60"\nPETR4 = "40"\n', ("asset_on_two_lines", "4")),
        ('[assets.PETR4]\n[targets]\nPETR4F = "100"\n', ("asset_on_two_lines", "4")),
        ('currency = "USD"\n[targets]\nPETR4F = "100"\n', ("currency_not_book", "2")),
        ('assets = { VALE3F = {} }\n[targets]\nPETR4F = "100"\n', ("assets_in_one_line", "2")),
        ('name = "x"\n', ("key_missing", "-")),
        ('[targets]\nPETR4F = "100"\n[strategi]\nkind = "none"\n', ("key_unknown", "4")),
        ('[targets]\nPETR4F = "100"\n[fees]\nrate = 0.5\n', ("float_refused", "5")),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(text: str, expected: tuple[str, str]) -> None:
    """Syntax, an asset on two lines, another currency, a table in one line, nothing at all."""
    assert problems(text) == [expected]


def test_a_text_without_its_schema_is_told_so() -> None:
    """The first line says what it is."""
    with pytest.raises(InvalidInput) as refused:
        read_targets('[targets]\nPETR4F = "100"\n', name="targets", categories={})
    assert refused.value.code == "schema_missing"


def test_a_text_that_is_too_large_is_not_read() -> None:
    """The limit is that of portfolio files."""
    with pytest.raises(InvalidInput) as refused:
        read_targets("#" * 2_000_001, name="targets", categories={})
    assert refused.value.code == "file_too_large"


@given(st.integers(0, 40), st.integers(1, 99), st.integers(1, 12))
def test_added_tables_never_move_a_line(blank: int, weight: int, assets: int) -> None:
    """However many assets the text only names, a wrong sum is told at its own line."""
    rows = "".join(f'ABC{chr(65 + n)}3F = "0"\n' for n in range(assets))
    text = "\n" * blank + f'name = "x"\n[targets]\n{rows}PETR4F = "{weight}"\n'
    assert problems(text) == [("weights_not_100", str(3 + blank))]
