"""Files that come again, in halves, with rows missing, or after rows were taken back (acceptance 2)."""

from __future__ import annotations

import pytest

from fiel.copilot.importing.rows import ReadFile
from fiel.kernel.errors import Refused
from tests.support.booked_wallets import BookedWallet, read
from tests.support.import_files import (
    OTHER_BROKER,
    TRADE_HEADER,
    as_text,
    delimited,
    negociacao,
    row_export,
    trade,
)

FIRST = (
    trade(quantity=100, price="30", day="10/01/2025"),
    trade("VALE3", 50, "60", day="15/01/2025"),
    trade(quantity=100, price="40", day="20/01/2025"),
)
SECOND = (
    trade(quantity=50, price="45", day="10/02/2025", side="Venda"),
    trade("VALE3", 10, "55.5", day="11/02/2025"),
)
ALL = {"ana/exemplo PETR4": "150 for 5250.00", "ana/exemplo VALE3": "60 for 3555.00"}


def trades(*rows: tuple[object, ...]) -> ReadFile:
    """The portal's report of these trades."""
    return read(negociacao(*rows))  # type: ignore[arg-type]


def test_the_same_file_twice_books_once(ana: BookedWallet) -> None:
    """The second time nothing is new, every row is known, and the file is told as booked before."""
    file = trades(*FIRST, *SECOND)
    assert ana.new(file) == 5
    before = ana.image()
    again = ana.accept(file)
    assert (again.rows, len(again.prepared.files[0].compared.known)) == (0, 5)
    assert again.prepared.files[0].before is not None
    assert (ana.image(), ana.held()) == (before, ALL)
    ana.adds_up()


def test_the_same_file_named_twice_in_one_command_books_once(ana: BookedWallet) -> None:
    """The second one sees what the first brings."""
    file = trades(*FIRST)
    assert ana.new(file, file) == 3
    assert len(ana.files()) == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_halves_in_either_order_make_the_whole(ana: BookedWallet, order: tuple[int, int]) -> None:
    """The sale of the second half alone sells what nobody told of: allowed, it is made good by the first."""
    halves = (trades(*FIRST), trades(*SECOND))
    assert sum(ana.new(halves[at], short=True) for at in order) == 5
    assert ana.held() == ALL
    ana.adds_up()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_halves_in_one_command_need_no_order(ana: BookedWallet, order: tuple[int, int]) -> None:
    """The shares sold are bought by the other file: nothing is missing."""
    halves = (trades(*FIRST), trades(*SECOND))
    assert ana.new(*(halves[at] for at in order)) == 5
    assert ana.held() == ALL


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_halves_that_overlap_within_a_day_are_merged(ana: BookedWallet, order: tuple[int, int]) -> None:
    """Both tell a day with three equal rows, one of them all three and the other two: there are three."""
    same = trade(quantity=10, price="30", day="20/01/2025")
    halves = (trades(*FIRST[:2], same, same), trades(same, same, same, *SECOND[1:]))
    for at in order:
        ana.accept(halves[at])
    assert ana.held() == {"ana/exemplo PETR4": "130 for 3900.00", "ana/exemplo VALE3": "60 for 3555.00"}


def test_equal_rows_of_one_day_are_all_real(ana: BookedWallet) -> None:
    """Two equal purchases are two; the same file again adds none."""
    same = trade(quantity=100, price="30")
    file = trades(same, same)
    assert (ana.new(file), ana.new(file)) == (2, 0)
    assert ana.held() == {"ana/exemplo PETR4": "200 for 6000.00"}


def test_a_row_deleted_from_a_newer_file_is_told_and_stays(ana: BookedWallet) -> None:
    """It is gone from the file; nothing is taken back, and the row is named by its id."""
    ana.accept(trades(*FIRST, *SECOND))
    again = ana.accept(trades(FIRST[0], FIRST[2], *SECOND))
    (gone,) = again.prepared.files[0].compared.gone
    assert (gone.asset, gone.day.isoformat(), again.rows) == ("VALE3", "2025-01-15", 0)
    assert gone.id in {row.id for row in ana.rows()}
    assert ana.held() == ALL


def test_another_file_of_the_kind_does_not_miss_what_it_never_had(ana: BookedWallet) -> None:
    """Rows are gone only from an export that shares rows with the one that told them."""
    ana.accept(trades(*FIRST))
    other = trades(trade("ITSA4", day="02/01/2025"), trade("ITSA4", day="30/01/2025"))
    assert ana.accept(other).prepared.files[0].compared.gone == []


def test_a_row_taken_back_stays_so_when_its_file_comes_again(ana: BookedWallet) -> None:
    """The person's word stands above the file's."""
    file = trades(*FIRST)
    ana.accept(file)
    vale = next(row for row in ana.rows() if row.asset == "VALE3")
    ana.take_back(vale)
    again = ana.accept(file)
    (told,) = again.prepared.files[0].compared.taken_back
    assert (again.rows, told[1].id) == (0, vale.id)
    assert ana.held() == {"ana/exemplo PETR4": "200 for 7000.00"}
    ana.adds_up()


def test_a_row_taken_back_twice_is_taken_back_once(ana: BookedWallet) -> None:
    """The second time moves nothing."""
    ana.accept(trades(*FIRST))
    vale = next(row for row in ana.rows() if row.asset == "VALE3")
    ana.take_back(vale)
    before = ana.held()
    ana.take_back(vale)
    assert ana.held() == before
    ana.adds_up()


def test_taking_back_names_a_row_that_is_not_there(ana: BookedWallet) -> None:
    """One unknown id among good ones: nothing is taken back."""
    ana.accept(trades(*FIRST))
    before = ana.image()
    with pytest.raises(Refused, match="no booked row nobody"):
        ana.desk.take_back("ana", [ana.rows()[0].id, "nobody"])
    assert ana.image() == before


def test_of_two_equal_rows_one_can_be_taken_back(ana: BookedWallet) -> None:
    """The file again has two: one is known, one was taken back."""
    same = trade(quantity=100, price="30")
    ana.accept(trades(same, same))
    ana.take_back(ana.rows()[0])
    again = ana.accept(trades(same, same)).prepared.files[0].compared
    assert (len(again.known), len(again.taken_back), len(again.new)) == (1, 1, 0)
    assert ana.held() == {"ana/exemplo PETR4": "100 for 3000.00"}


@pytest.mark.parametrize("which", [0, 1])
def test_of_two_equal_rows_the_one_that_counts_is_known_first(ana: BookedWallet, which: int) -> None:
    """A file with one of them tells the one that is left, whichever was taken back."""
    same = trade(quantity=100, price="30")
    ana.accept(trades(same, same))
    ana.take_back(ana.rows()[which])
    again = ana.accept(trades(same)).prepared.files[0].compared
    assert (len(again.known), len(again.taken_back)) == (1, 0)


def test_equal_trades_of_two_brokers_in_two_files_of_a_kind_are_two(ana: BookedWallet) -> None:
    """Reports of one kind spell an institution alike: another name is another broker."""
    pair = (trade(quantity=100, price="30"), trade(quantity=100, price="30", institution=OTHER_BROKER))
    assert [ana.new(trades(row)) for row in pair] == [1, 1]


def test_a_third_equal_row_is_new_beside_one_taken_back(ana: BookedWallet) -> None:
    """Counting goes on beyond rows that count no more; no row takes the name of another."""
    same = trade(quantity=100, price="30")
    ana.accept(trades(same, same))
    ana.take_back(ana.rows()[1])
    assert ana.new(trades(same, same, same)) == 1
    assert ana.held() == {"ana/exemplo PETR4": "200 for 6000.00"}


def test_one_report_saved_in_three_ways_is_one(ana: BookedWallet) -> None:
    """The portal's workbook, a spreadsheet's CSV of it, and a list of JSON objects."""
    text = as_text((*FIRST, *SECOND))
    csv = read(delimited([TRADE_HEADER, *text]), "negociacao.csv")
    objects = read(row_export(TRADE_HEADER, text), "negociacao.json")
    assert [ana.new(file) for file in (trades(*FIRST, *SECOND), csv, objects)] == [5, 0, 0]
    assert ana.held() == ALL
