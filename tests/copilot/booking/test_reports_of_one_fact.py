"""Several reports tell one fact: notes and the list of trades, movements and income, other spellings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from fiel.copilot.booking.typed import typed_file, typed_row
from fiel.copilot.importing.reading import read_file
from fiel.copilot.importing.rows import ReadFile
from tests.support.booked_wallets import BookedWallet, entry, own, read
from tests.support.import_files import (
    OTHER_BROKER,
    RECEIVED_HEADER,
    movement,
    movimentacao,
    negociacao,
    trade,
    workbook,
)
from tests.support.import_samples_other import BOUGHT_AND_SOLD, Printed, SampleNote, pdf, sinacor_pages

BROKER = "CORRETORA DE TESTE S.A."
DAY = "12/05/2021"
OPENS = "123"
#: 1,000 at 9.80 with R$ 4.45 of costs.
NOTE = SampleNote(
    trades=(Printed("C", "ITAUSA PN N1", "1.000", "9,80", "9.800,00"),),
    buys="9.800,00",
    operations=("9.800,00", "D"),
    fees=BOUGHT_AND_SOLD.fees,
    net=("9.804,45", "D"),
)
WITH_COSTS = {"ana/teste ITSA4": "1000 for 9804.45"}
TICKER = {"ITAUSA PN": "ITSA4"}


def note(made: SampleNote = NOTE) -> ReadFile:
    """A brokerage note, printed and read."""
    return read(pdf(sinacor_pages(made)), "nota.pdf")


def copied(made: SampleNote) -> ReadFile:
    """The same note in a file of other bytes."""
    found = read_file("copia.pdf", pdf(sinacor_pages(made), password=OPENS), password=OPENS)
    assert len(found.booked) == len(made.trades)
    return found


def trades(*pieces: tuple[int, str], institution: str = BROKER) -> ReadFile:
    """The list of trades with these quantities and prices of ITSA4."""
    return read(
        negociacao(*(trade("ITSA4", q, price, day=DAY, institution=institution) for q, price in pieces))
    )


def test_a_note_takes_the_place_of_the_trade_without_costs(ana: BookedWallet) -> None:
    """First B3's list, then the note: one purchase, with its costs; the list again changes nothing."""
    ana.accept(trades((1000, "9.8")))
    assert ana.held() == {"ana/teste ITSA4": "1000 for 9800.00"}
    done = ana.accept(note())
    assert (done.rows, len(done.prepared.replaced)) == (1, 1)
    assert ana.held() == WITH_COSTS
    assert [row.said.get("fees") for row in ana.rows()] == ["4.45"]
    before = ana.rows(everything=True)
    assert ana.new(trades((1000, "9.8"))) == 0
    assert ana.new(note()) == 0
    assert (ana.rows(everything=True), ana.held()) == (before, WITH_COSTS)
    ana.adds_up()


def test_a_note_that_came_first_knows_the_list_of_trades(ana: BookedWallet) -> None:
    """The other order ends the same."""
    ana.accept(note())
    assert ana.new(trades((1000, "9.8"))) == 0
    assert ana.held() == WITH_COSTS


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_note_and_list_in_one_command_are_one_purchase(ana: BookedWallet, order: tuple[int, int]) -> None:
    """Whichever is named first; what the list told is known, and both again are nothing."""
    files = (trades((1000, "9.8")), note())
    assert ana.new(*(files[at] for at in order)) == 1
    assert ana.held() == WITH_COSTS
    assert ana.new(*files) == 0
    ana.adds_up()


def test_two_notes_that_tell_one_trade_in_one_command_replace_it_once(ana: BookedWallet) -> None:
    """The note and its copy (other bytes): the second knows what the first takes the place with."""
    ana.accept(trades((1000, "9.8")))
    copy = copied(NOTE)
    assert ana.new(note(), copy) == 1
    assert ana.held() == WITH_COSTS


def test_copies_of_a_note_in_one_command_take_each_place_once(ana: BookedWallet) -> None:
    """Four equal trades: the copy does not take the places that the first one has just taken."""
    ana.accept(trades(*[(250, "9.8")] * 4))
    four = replace(NOTE, trades=(Printed("C", "ITAUSA PN N1", "250", "9,80", "2.450,00"),) * 4)
    copy = copied(four)
    assert ana.new(note(four), copy) == 4
    assert ana.held() == WITH_COSTS


def test_a_trade_like_one_that_was_never_booked_has_a_name_of_its_own(ana: BookedWallet) -> None:
    """List and note in one command are one row; a second equal trade in a later list is another."""
    ana.accept(trades((1000, "9.8")), note())
    assert ana.new(trades((1000, "9.8"), (1000, "9.8"))) == 1
    assert ana.held() == {"ana/teste ITSA4": "2000 for 19604.45"}


def test_what_a_note_takes_the_place_of_is_not_held_twice(ana: BookedWallet) -> None:
    """1,000 were bought, told twice; 1,500 cannot be sold."""
    ana.accept(trades((1000, "9.8")))
    sold = negociacao(trade("ITSA4", 1500, "10", day="13/05/2021", side="Venda", institution=BROKER))
    (short,) = ana.prepare(note(), read(sold)).shortages
    assert short.missing == 500 * 10**9


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_note_in_other_pieces_is_the_same_trade(ana: BookedWallet, order: tuple[int, int]) -> None:
    """The note sums what the list tells in pieces: quantity and value of the day agree."""
    files = (trades((600, "9.7"), (400, "9.95")), note())
    for at in order:
        ana.accept(files[at])
    assert ana.held() == WITH_COSTS
    assert (ana.new(files[0]), ana.new(files[1])) == (0, 0)
    ana.adds_up()


def test_pieces_that_do_not_add_up_are_other_trades(ana: BookedWallet) -> None:
    """A share more is another trade."""
    ana.accept(note())
    assert ana.new(trades((600, "9.7"), (401, "9.95"))) == 2


def test_a_note_taken_back_stays_so_when_the_list_comes(ana: BookedWallet) -> None:
    """What was taken back is not told by another report either."""
    ana.accept(trades((1000, "9.8")))
    ana.accept(note())
    ana.take_back(*ana.rows())
    assert (ana.new(trades((1000, "9.8"))), ana.new(note()), ana.held()) == (0, 0, {})


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_income_of_movements_and_of_the_income_report_is_booked_once(
    ana: BookedWallet, order: tuple[int, int]
) -> None:
    """Movimentação and Proventos recebidos tell the same payments; brokers are spelled otherwise."""
    held = trade(quantity=100, price="30", day="10/01/2025")
    moved = movimentacao(
        movement("Dividendo", price="0.5", value="50.00"),
        movement("Juros Sobre Capital Próprio", price="0.2", value="17.00"),
    )
    paper = "PETR4 - PETROLEO BRASILEIRO S.A. PETROBRAS"
    paid = workbook(
        {
            "Proventos Recebidos": [
                RECEIVED_HEADER,
                (paper, "28/03/2025", "Dividendo", "EXEMPLO CTVM LTDA", 100, "0.5", "50.00"),
                (paper, "28/03/2025", "Juros Sobre Capital Próprio", "EXEMPLO", 100, "0.2", "17.00"),
            ]
        }
    )
    ana.accept(read(negociacao(held)))
    files = (read(moved), read(paid))
    assert [ana.new(files[at]) for at in order] == [2, 0]
    assert ana.income() == [("PETR4", 1700, 300), ("PETR4", 5000, 0)]
    ana.adds_up()


def test_jcp_is_booked_net_with_the_tax_that_the_gross_price_tells(ana: BookedWallet) -> None:
    """0.37 x 100 is R$ 37.00 gross; R$ 31.45 came. Where no price is printed, 15% are taken off."""
    ana.accept(
        own(
            entry("jcp", "2025-03-28", "PETR4", amount="31.45"),
            entry("jcp", "2025-03-28", "ITSA4", amount="0.85"),
        )
    )
    assert ana.income() == [("ITSA4", 85, 15), ("PETR4", 3145, 555)]


def test_equal_trades_at_two_brokers_in_one_report_are_two(ana: BookedWallet) -> None:
    """The report names both; each is kept in its account, and the file again adds none."""
    rows = (trade("ITSA4", 100, "10"), trade("ITSA4", 100, "10", institution=OTHER_BROKER))
    file = read(negociacao(*rows))
    assert (ana.new(file), ana.new(file)) == (2, 0)
    assert ana.held() == {"ana/exemplo ITSA4": "100 for 1000.00", "ana/outra ITSA4": "100 for 1000.00"}


def test_notes_of_two_brokers_take_the_place_of_their_own_trades(ana: BookedWallet) -> None:
    """Equal trades of one day at two brokers: each note finds that of its broker."""
    other = "OUTRA CORRETORA CCTVM S/A"
    rows = [trade("ITSA4", 1000, "9.8", day=DAY, institution=name) for name in (BROKER, other)]
    ana.accept(read(negociacao(*rows)))
    ana.accept(note(replace(NOTE, broker=other, cnpj="22.333.444/0001-55")))
    assert ana.held() == {"ana/outra ITSA4": "1000 for 9804.45", "ana/teste ITSA4": "1000 for 9800.00"}
    ana.accept(note())
    assert ana.held() == {"ana/outra ITSA4": "1000 for 9804.45"} | WITH_COSTS


SPELLINGS = (
    ("XP INVESTIMENTOS CCTVM S/A", "XP INVESTIMENTOS CCTVM S/A.", "xp investimentos  cctvm s.a."),
    ("NU INVEST CORRETORA DE VALORES S.A.", "NuInvest", "NU INVEST"),
    ("CLEAR CORRETORA - GRUPO XP", "Clear", "CLEAR CTVM S/A"),
    ("INTER DISTRIBUIDORA DE TITULOS E VALORES MOBILIARIOS LTDA", "INTER DTVM", "Banco Inter"),
    ("BANCO BTG PACTUAL S.A.", "BTG PACTUAL CTVM S/A", "btg pactual"),
)


@pytest.mark.parametrize("names", SPELLINGS)
def test_an_institution_spelled_in_several_ways_is_one_account(
    ana: BookedWallet, names: tuple[str, ...]
) -> None:
    """The same trade under each spelling is one."""
    files = [trades((100, "10"), institution=name) for name in names]
    assert [ana.new(file) for file in files] == [1, 0, 0]
    assert len(ana.held()) == 1


def test_a_bank_whose_name_has_only_common_words_keeps_them(ana: BookedWallet) -> None:
    """`Banco do Brasil` is not a broker without a name."""
    ana.accept(trades((100, "10"), institution="BANCO DO BRASIL S/A"))
    assert list(ana.held()) == ["ana/banco-do-brasil ITSA4"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_typed_trade_and_its_row_in_a_file_are_one(ana: BookedWallet, order: tuple[int, int]) -> None:
    """Typed first, then the report, and the other way round; the account may be left out."""
    row = typed_row("buy", date(2021, 5, 12), "ITSA4", quantity="1000", price="9.80")
    files = (typed_file([row]), trades((1000, "9.8")))
    assert [ana.new(files[at]) for at in order] == [1, 0]
    assert ana.quantities() == {"ITSA4": 1000}


#: A fund that only its name tells, as Inter prints it.
UNNAMED = replace(NOTE, trades=(Printed("C", "CI FII HG REAL", "1.000", "9,80", "9.800,00"),), number="77")


def test_a_note_without_ticker_waits_and_its_answer_is_remembered(ana: BookedWallet) -> None:
    """It is asked for by the printed name; said once, in any case, the next note needs it no more."""
    waits = ana.accept(note(UNNAMED)).prepared.files[0].waiting
    assert ([each.reason for each in waits], ana.held()) == (["ticker_missing"], {})
    assert ana.new(note(UNNAMED), tickers={"ci fii  hg real": "HGRE11"}) == 1
    assert ana.held() == {"ana/teste HGRE11": "1000 for 9804.45"}
    assert ana.tickers() == {"CI FII HG REAL": "HGRE11"}
    assert ana.new(note(replace(UNNAMED, number="78", day="13/05/2021"))) == 1
    assert ana.new(note(UNNAMED)) == 0
