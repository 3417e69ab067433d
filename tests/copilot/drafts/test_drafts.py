"""An import on its way: looked at, mended, decided, booked once, and undone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from fiel.copilot.drafts.desk import DraftDesk
from fiel.copilot.drafts.document import files_of, files_text
from fiel.copilot.drafts.draft import Choice, Decision, DraftState
from fiel.copilot.drafts.reviewing import RowState
from fiel.copilot.importing.rows import ReadFile
from fiel.kernel.errors import Conflict, InvalidInput, NotFound, Refused
from tests.support.booked_wallets import WALLET, BookedWallet, entry, own, read

HEAD = (
    "Data do Negócio;Tipo de Movimentação;Mercado;Prazo/Vencimento;Instituição;"
    "Código de Negociação;Quantidade;Preço;Valor"
)
GOOD = "10/01/2025;Compra;Mercado à Vista;-;CLEAR CORRETORA;PETR4;100;37,20;3.720,00"
BAD = "11/01/2025;Compra;Mercado à Vista;-;CLEAR CORRETORA;VALE3;1.00,5;55,50;555,00"


def trades(*rows: str) -> ReadFile:
    """A file of B3's trades."""
    return read("\n".join((HEAD, *rows)), "negociacao.csv")


def test_a_draft_writes_nothing_to_the_book(desk: DraftDesk, ana: BookedWallet) -> None:
    """Beginning, looking and deciding leave the book as it was."""
    before = ana.image()

    draft = desk.begin(WALLET, [trades(GOOD)])
    review = desk.review(desk.decide(draft.id, {"0b0": Decision(Choice.IGNORE)}))

    assert review.count(RowState.IGNORED) == 1
    assert ana.image() == before


def test_what_was_read_survives_being_kept(embedded: DraftDesk) -> None:
    """A draft read back from the database is the file that was given, row by row, to the last digit."""
    file = trades(GOOD, BAD)

    found = embedded.named(embedded.begin(WALLET, [file]).id).files

    assert found == (file,)
    assert files_of(files_text(found)) == found


def test_the_review_tells_each_row_and_its_effect(desk: DraftDesk, ana: BookedWallet) -> None:
    """New, known and unreadable rows are told apart, with what all of it does to what is held."""
    ana.accept(own(entry("buy", "2025-01-10", "PETR4", quantity="100", price="37.20")))

    more = "12/01/2025;Compra;Mercado à Vista;-;CLEAR CORRETORA;PETR4;50;38,00;1.900,00"
    review = desk.review(desk.begin(WALLET, [trades(GOOD, BAD, more)]))

    assert [(row.row.row, row.state) for row in review.rows] == [
        (2, RowState.KNOWN),
        (3, RowState.ERROR),
        (4, RowState.NEW),
    ]
    assert [(one.asset, one.before, one.after) for one in review.moves] == [
        ("PETR4", Decimal(100), Decimal(150))
    ]
    assert review.invested == Decimal("1900.00")
    assert review.importable == 1


def test_a_problem_names_its_column_and_value(embedded: DraftDesk) -> None:
    """An unreadable row says which cell is wrong and what stands in it."""
    [_, row] = embedded.review(embedded.begin(WALLET, [trades(GOOD, BAD)])).rows

    assert row.problem is not None
    assert (row.problem.code, row.problem.column, row.problem.value) == (
        "number_malformed",
        "quantity",
        "1.00,5",
    )


def test_an_unreadable_row_is_mended_in_place(desk: DraftDesk, ana: BookedWallet) -> None:
    """With the values that a person says, the row is booked like any other."""
    draft = desk.begin(WALLET, [trades(GOOD, BAD)])
    said = {"kind": "buy", "day": "2025-01-11", "asset": "vale3", "quantity": "100.5", "price": "55.50"}

    draft = desk.decide(draft.id, {"0u0": Decision(Choice.FIX, said)})
    done = desk.accept(draft)

    assert done.rows == 2
    assert ana.quantities() == {"PETR4": Decimal(100), "VALE3": Decimal("100.5")}


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"quantity": "1.00,5"}, "number_malformed", "quantity"),
        ({"kind": "gift"}, "kind_unknown", "kind"),
        ({"day": "31/02/2025"}, "date_malformed", "day"),
        ({"asset": "VALE3"}, "value_missing", "kind"),
    ],
)
def test_a_bad_correction_is_refused_at_its_field(
    embedded: DraftDesk, said: dict[str, str], code: str, field: str
) -> None:
    """What cannot be read is not kept, and the error names the field."""
    draft = embedded.begin(WALLET, [trades(GOOD, BAD)])

    with pytest.raises(InvalidInput) as refused:
        embedded.decide(draft.id, {"0u0": Decision(Choice.FIX, said)})

    assert (refused.value.code, refused.value.field) == (code, field)
    assert not embedded.named(draft.id).decisions.rows


def test_equal_rows_are_shown_and_the_person_decides(desk: DraftDesk, ana: BookedWallet) -> None:
    """Two equal rows name each other; one that is ignored is not booked."""
    draft = desk.begin(WALLET, [trades(GOOD, GOOD)])

    review = desk.review(draft)
    assert [(row.state, row.twins) for row in review.rows] == [
        (RowState.SIMILAR, (3,)),
        (RowState.SIMILAR, (2,)),
    ]

    kept = desk.decide(draft.id, {"0b0": Decision(Choice.KEEP), "0b1": Decision(Choice.KEEP)})
    assert desk.review(kept).count(RowState.NEW) == 2

    one = desk.decide(draft.id, {"0b0": None, "0b1": Decision(Choice.IGNORE)})
    assert desk.accept(one).rows == 1
    assert ana.quantities() == {"PETR4": Decimal(100)}


def test_a_second_click_imports_nothing(desk: DraftDesk, ana: BookedWallet) -> None:
    """The same draft accepted twice is one import."""
    draft = desk.begin(WALLET, [trades(GOOD)])
    desk.accept(draft)

    with pytest.raises(Conflict) as refused:
        desk.accept(draft)

    assert refused.value.code == "draft_closed"
    assert len(ana.rows()) == 1
    assert desk.named(draft.id).state is DraftState.BOOKED


def test_what_changed_after_it_was_seen_is_not_booked(desk: DraftDesk, ana: BookedWallet) -> None:
    """A draft that was decided otherwise in another window is looked at again first."""
    seen = desk.begin(WALLET, [trades(GOOD)])
    desk.decide(seen.id, {"0b0": Decision(Choice.IGNORE)})

    with pytest.raises(Conflict):
        desk.accept(seen)

    assert not ana.rows()


def test_an_import_is_undone_and_can_come_again(desk: DraftDesk, ana: BookedWallet) -> None:
    """Undoing reverses all that it booked; the same file then asks whether the rows are meant again."""
    draft = desk.begin(WALLET, [trades(GOOD)])
    desk.accept(draft)

    assert desk.undo(desk.named(draft.id)) == 1
    assert not any(ana.quantities().values())
    with pytest.raises(Conflict):
        desk.undo(desk.named(draft.id))

    again = desk.begin(WALLET, [trades(GOOD)])
    assert desk.review(again).count(RowState.TAKEN_BACK) == 1
    again = desk.decide(again.id, {"0b0": Decision(Choice.AGAIN)})
    assert desk.accept(again).rows == 1
    assert ana.quantities() == {"PETR4": Decimal(100)}
    ana.adds_up()


def test_a_row_taken_back_alone_does_not_stop_the_undoing(desk: DraftDesk, ana: BookedWallet) -> None:
    """What a person took back already is not taken back twice."""
    more = "12/01/2025;Compra;Mercado à Vista;-;CLEAR CORRETORA;PETR4;50;38,00;1.900,00"
    draft = desk.begin(WALLET, [trades(GOOD, more)])
    desk.accept(draft)
    ana.take_back(ana.rows()[0])

    assert desk.undo(desk.named(draft.id)) == 1
    assert not ana.rows()
    ana.adds_up()


def test_a_sale_of_what_is_not_there_asks_for_what_was_held(desk: DraftDesk, ana: BookedWallet) -> None:
    """The review names what is missing; with the opening said, or selling short allowed, it is booked."""
    sale = "06/05/2025;Venda;Mercado à Vista;-;CLEAR CORRETORA;PETR4;140;38,10;5.334,00"
    draft = desk.begin(WALLET, [trades(GOOD, sale)])

    [missing] = desk.review(draft).missing
    assert (missing.asset, missing.account, missing.quantity) == ("PETR4", "clear", Decimal(40))
    with pytest.raises(Refused):
        desk.accept(draft)

    told = desk.say_opening(draft.id, "PETR4=40@20.50/clear")
    assert not desk.review(told).missing
    assert desk.accept(told).rows == 3
    assert not any(ana.quantities().values())


def test_selling_short_can_be_allowed(embedded: DraftDesk, eva: BookedWallet) -> None:
    """A person may say that more was sold than was held."""
    sale = "06/05/2025;Venda;Mercado à Vista;-;CLEAR CORRETORA;PETR4;40;38,10;1.524,00"
    draft = embedded.begin(WALLET, [trades(sale)])

    embedded.accept(embedded.allow_short(draft.id, allowed=True))

    assert eva.quantities() == {"PETR4": Decimal(-40)}


def test_an_opening_said_again_takes_the_place_of_the_first(embedded: DraftDesk) -> None:
    """A corrected average replaces the one before; another account's stays."""
    draft = embedded.begin(WALLET, [trades(GOOD)])
    embedded.say_opening(draft.id, "PETR4=40@20.50/clear")
    embedded.say_opening(draft.id, "PETR4=10@1/xp")

    told = embedded.say_opening(draft.id, "PETR4=40@21.50/clear")

    assert told.decisions.openings == ("PETR4=10@1/xp", "PETR4=40@21.50/clear")


def test_a_draft_that_is_not_there_is_not_found(embedded: DraftDesk) -> None:
    """Neither the draft nor a row of it can be guessed."""
    with pytest.raises(NotFound):
        embedded.named("imp-99")
    draft = embedded.begin(WALLET, [trades(GOOD)])
    with pytest.raises(NotFound):
        embedded.decide(draft.id, {"7b7": Decision(Choice.IGNORE)})


def test_the_oldest_open_drafts_give_way(embedded: DraftDesk, eva: BookedWallet) -> None:
    """A wallet keeps a bounded number of open drafts; booked ones stay."""
    first = embedded.begin(WALLET, [trades(GOOD)])
    embedded.accept(first)
    second = embedded.begin(WALLET, [trades(GOOD)])
    for _ in range(20):
        eva.bank.clock.instant += timedelta(minutes=1)
        embedded.begin(WALLET, [trades(GOOD)])

    assert embedded.named(first.id).state is DraftState.BOOKED
    with pytest.raises(NotFound):
        embedded.named(second.id)


def test_the_same_file_twice_is_refused(embedded: DraftDesk) -> None:
    """Two files with the same bytes are one file chosen twice."""
    with pytest.raises(InvalidInput) as refused:
        embedded.begin(WALLET, [trades(GOOD), trades(GOOD)])
    assert refused.value.code == "file_twice"
