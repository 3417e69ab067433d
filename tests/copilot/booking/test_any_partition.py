"""However rows are spread over files, with overlaps and in any order, the book ends the same."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiel.copilot.importing.rows import ReadFile
from tests.support.booked_wallets import BookedWallet, own
from tests.support.custody_bank import Bank
from tests.support.custody_homes import FileHome, fresh_file, migrated_file
from tests.support.examples import examples


def entries() -> st.SearchStrategy[dict[str, str]]:
    """Few different rows, so that equal ones are drawn often."""
    traded = st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["buy", "sell"]),
            "date": st.sampled_from(["2025-01-10", "2025-01-13", "2025-02-03"]),
            "ticker": st.sampled_from(["PETR4", "VALE3"]),
            "quantity": st.sampled_from(["10", "100"]),
            "price": st.sampled_from(["30", "31.37"]),
            "institution": st.sampled_from(["CLEAR", "XP INVESTIMENTOS CCTVM S/A"]),
        }
    )
    paid = st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["dividend", "capital_return"]),
            "date": st.sampled_from(["2025-01-13", "2025-03-03"]),
            "ticker": st.just("PETR4"),
            "amount": st.sampled_from(["12.50", "7.07"]),
        }
    )
    given_shares = st.fixed_dictionaries(
        {
            "kind": st.just("bonus"),
            "date": st.just("2025-02-03"),
            "ticker": st.just("PETR4"),
            "quantity": st.just("10"),
            "price": st.just("12"),
        }
    )
    return st.one_of(traded, traded, paid, given_shares)


@st.composite
def spread(draw: st.DrawFn) -> tuple[list[dict[str, str]], list[list[int]]]:
    """Rows, and the numbers of those that each file holds: every row is in one file or more."""
    rows = draw(st.lists(entries(), min_size=1, max_size=10))
    whose = draw(
        st.lists(st.sets(st.integers(0, 3), min_size=1, max_size=3), min_size=len(rows), max_size=len(rows))
    )
    files = [[at for at, files in enumerate(whose) if number in files] for number in range(4)]
    return rows, draw(st.permutations([file for file in files if file]))


def most_of_one_file(rows: list[dict[str, str]], files: list[list[int]]) -> Counter[str]:
    """What the multisets say: of equal rows as many as the fullest file tells."""
    found: Counter[str] = Counter()
    for file in files:
        found |= Counter(str(sorted(rows[at].items())) for at in file)
    return found


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> FileHome:
    """A migrated book without rows."""
    return migrated_file(tmp_path_factory.mktemp("empty"))


@contextmanager
def book(empty: FileHome) -> Iterator[BookedWallet]:
    """A wallet on a copy of it."""
    with tempfile.TemporaryDirectory() as folder:
        bank = Bank(fresh_file(empty, Path(folder)))
        try:
            yield BookedWallet(bank)
        finally:
            bank.close()


@settings(max_examples=examples(60))
@given(case=spread())
def test_any_partition_in_any_order_books_what_the_whole_books(
    empty: FileHome, case: tuple[list[dict[str, str]], list[list[int]]]
) -> None:
    """The same rows, quantities, costs and income; every file again is nothing; the checker is content."""
    rows, numbers = case
    kept: list[dict[str, str]] = []
    for text, count in most_of_one_file(rows, numbers).items():
        kept += [row for row in rows if str(sorted(row.items())) == text][:count]
    files: list[ReadFile] = [own(*(rows[at] for at in file)) for file in numbers]
    with book(empty) as whole, book(empty) as pieces:
        assert whole.new(own(*kept), short=True) == len(kept)
        assert sum(pieces.new(file, short=True) for file in files) == len(kept)
        assert [pieces.new(file, short=True) for file in files] == [0] * len(files)
        assert {row.id for row in pieces.rows()} == {row.id for row in whole.rows()}
        assert (pieces.held(), pieces.income()) == (whole.held(), whole.income())
        pieces.adds_up()
