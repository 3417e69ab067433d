"""Openings, sales of what nobody told of, transfers, and what companies do to shares."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fiel.copilot.booking.typed import opening_rows, typed_file, typed_row
from fiel.copilot.importing.rows import ReadFile
from fiel.kernel.errors import InvalidInput, Refused
from tests.support.booked_wallets import BookedWallet, entry, own, read
from tests.support.import_files import BROKER, OTHER_BROKER, movement, movimentacao, negociacao, trade

SALE = trade(quantity=50, price="45", day="10/02/2025", side="Venda")


def opened(*texts: str, files: tuple[ReadFile, ...] = (), day: str | None = None) -> ReadFile:
    """What `--opening` says."""
    return typed_file(opening_rows(texts, files, date.fromisoformat(day) if day else None))


def moves(*rows: tuple[object, ...]) -> ReadFile:
    """The report of movements."""
    return read(movimentacao(*rows))  # type: ignore[arg-type]


def test_a_sale_of_what_nobody_told_of_is_refused_with_what_to_say(ana: BookedWallet) -> None:
    """The first missing day, how many, in which account, and the option that answers; nothing is booked."""
    file = read(negociacao(trade(quantity=20, price="30", day="10/01/2025"), SALE))
    (short,) = ana.prepare(file).shortages
    assert (short.user_id, short.asset, short.day, short.missing) == (
        "ana/exemplo",
        "PETR4",
        "2025-02-10",
        30 * 10**9,
    )
    before = ana.image()
    with pytest.raises(Refused, match="--opening PETR4=30@AVERAGE/exemplo") as refused:
        ana.accept(file)
    assert (refused.value.code, ana.image()) == ("shares_missing", before)


def test_what_is_told_to_say_can_be_said(ana: BookedWallet) -> None:
    """The opening of the hint, with an average, makes the file bookable."""
    file = read(negociacao(SALE))
    assert ana.new(opened("PETR4=50@20.50/exemplo", files=(file,)), file) == 2
    assert ana.held() == {}
    ana.adds_up()


def test_selling_short_is_booked_when_it_is_asked_for(ana: BookedWallet) -> None:
    """The position is then below zero, and the person is told."""
    done = ana.accept(read(negociacao(SALE)), short=True)
    assert (ana.quantities(), len(done.alerts)) == ({"PETR4": Decimal(-50)}, 1)
    ana.adds_up()


def test_a_sale_is_not_missing_what_was_short_before(ana: BookedWallet) -> None:
    """Only what gets worse is asked about: other rows of the asset are booked without a word."""
    ana.accept(read(negociacao(SALE)), short=True)
    assert ana.new(read(negociacao(trade(quantity=10, price="30", day="11/02/2025")))) == 1


def test_an_opening_takes_account_and_day_of_the_first_row(ana: BookedWallet) -> None:
    """Held at its average since the day before, at the broker of the row; said again, it is known."""
    file = read(negociacao(trade("VALE3", 10, "60", day="02/01/2025"), SALE))
    opening = opened("petr4=80@20.50", files=(file,))
    assert ana.new(opening, file) == 3
    assert ana.held() == {"ana/exemplo PETR4": "30 for 615.00", "ana/exemplo VALE3": "10 for 600.00"}
    first = next(row for row in ana.rows() if row.kind == "delivery_in")
    assert first.day == date(2025, 2, 9)
    assert ana.new(opening, file) == 0


def test_an_opening_names_its_own_account_and_day(ana: BookedWallet) -> None:
    """`/NAME` and a day said stand above what the files tell."""
    assert ana.new(opened("ITSA4=1000@9.8123/XP Investimentos", day="2019-10-31")) == 1
    assert ana.held() == {"ana/xp ITSA4": "1000 for 9812.30"}
    assert ana.rows()[0].day == date(2019, 10, 31)


def test_an_opening_with_another_average_waits(ana: BookedWallet) -> None:
    """The same shares are not held twice, and the first average is not changed without a word."""
    ana.accept(opened("ITSA4=1000@9.80", day="2019-10-31"))
    (waits,) = ana.accept(opened("ITSA4=1000@9.90", day="2019-10-31")).prepared.files[0].waiting
    (row,) = ana.rows()
    assert (waits.reason, row.id[:10] in waits.text) == ("opening_differs", True)
    assert ana.held() == {"ana ITSA4": "1000 for 9800.00"}
    ana.take_back(row)
    assert ana.new(opened("ITSA4=1000@9.90", day="2019-10-31")) == 1
    assert ana.held() == {"ana ITSA4": "1000 for 9900.00"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("PETR4", "opening_malformed"),
        ("PETR4=100@20,50", "opening_malformed"),
        ("PETR4=100@20.50", "opening_day_missing"),
    ],
)
def test_an_opening_that_says_too_little(text: str, code: str) -> None:
    """Told with the form to write, or that the day is missing."""
    with pytest.raises(InvalidInput) as refused:
        opening_rows([text], [], None)
    assert refused.value.code == code


def test_an_opening_of_the_largest_numbers_is_told_not_broken(eva: BookedWallet) -> None:
    """Fifteen digits times fifteen: more than a book can hold, and said so."""
    many = opened("PETR4=999999999999999@999999999999999", day="2019-10-31")
    (waits,) = eva.accept(many).prepared.files[0].waiting
    assert "fit the book" in waits.text


def test_a_transfer_between_institutions_keeps_the_cost(ana: BookedWallet) -> None:
    """60 of 100 go: with 60% of the cost, fees included; nothing is gained or lost."""
    bought = own(
        entry("buy", "2025-01-10", "PETR4", quantity="100", price="30", fees="5"), institution=BROKER
    )
    moved = moves(
        movement("Transferência", quantity=60, side="Debito"),
        movement("Transferência", quantity=60, institution=OTHER_BROKER),
    )
    assert ana.new(bought) + ana.new(moved) == 2
    assert ana.held() == {"ana/exemplo PETR4": "40 for 1202.00", "ana/outra PETR4": "60 for 1803.00"}
    assert ana.new(moved) == 0
    ana.take_back(next(row for row in ana.rows() if row.kind == "transfer"))
    assert ana.held() == {"ana/exemplo PETR4": "100 for 3005.00"}
    ana.adds_up()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_transfer_named_before_its_purchase_keeps_the_cost(
    ana: BookedWallet, order: tuple[int, int]
) -> None:
    """Files of one command are planned by time, whichever is named first."""
    files = (
        read(negociacao(trade(quantity=100, price="30", day="10/01/2025"))),
        moves(
            movement("Transferência", quantity=100, side="Debito"),
            movement("Transferência", quantity=100, institution=OTHER_BROKER),
        ),
    )
    ana.accept(*(files[at] for at in order))
    assert ana.held() == {"ana/outra PETR4": "100 for 3000.00"}


def test_a_purchase_told_after_its_transfer_changes_what_moved(ana: BookedWallet) -> None:
    """Half of it moved: 100 at 40, then 100 older ones at 30 are told; 35 each, on both sides."""
    moved = moves(
        movement("Transferência", quantity=100, side="Debito"),
        movement("Transferência", quantity=100, institution=OTHER_BROKER),
    )
    ana.accept(read(negociacao(trade(quantity=100, price="40", day="20/01/2025"))), moved)
    ana.accept(read(negociacao(trade(quantity=100, price="30", day="10/01/2025"))))
    assert ana.held() == {"ana/exemplo PETR4": "100 for 3500.00", "ana/outra PETR4": "100 for 3500.00"}
    assert ana.new(moved) == 0
    ana.accept(read(negociacao(trade(quantity=100, price="50", day="09/01/2025"))))
    assert ana.held() == {"ana/exemplo PETR4": "200 for 8000.00", "ana/outra PETR4": "100 for 4000.00"}
    ana.adds_up()
    ana.take_back(next(row for row in ana.rows() if row.kind == "transfer"))
    assert ana.held() == {"ana/exemplo PETR4": "300 for 12000.00"}
    ana.adds_up()


def test_a_purchase_taken_back_changes_what_moved(ana: BookedWallet) -> None:
    """The cheaper half is taken back: what moved costs what is left, and nothing is lost on the way."""
    moved = moves(
        movement("Transferência", quantity=100, side="Debito"),
        movement("Transferência", quantity=100, institution=OTHER_BROKER),
    )
    bought = [trade(quantity=100, price=price, day="10/01/2025") for price in ("30", "40")]
    ana.accept(read(negociacao(*bought)), moved)
    assert ana.held() == {"ana/exemplo PETR4": "100 for 3500.00", "ana/outra PETR4": "100 for 3500.00"}
    ana.take_back(next(row for row in ana.rows() if row.said.get("price") == "30"))
    assert ana.held() == {"ana/outra PETR4": "100 for 4000.00"}
    ana.adds_up()


BOUGHT = trade(quantity=105, price="30", day="10/01/2025")


def test_a_bonus_brings_its_declared_cost(ana: BookedWallet) -> None:
    """10 shares at R$ 12.5 each."""
    ana.accept(read(negociacao(BOUGHT)), moves(movement("Bonificação em Ativos", quantity=10, price="12.5")))
    assert ana.held() == {"ana/exemplo PETR4": "115 for 3275.00"}


def test_a_split_changes_the_quantity_alone(ana: BookedWallet) -> None:
    """The cost is the same for twice the shares."""
    ana.accept(read(negociacao(BOUGHT)), moves(movement("Desdobro", quantity=105)))
    assert ana.held() == {"ana/exemplo PETR4": "210 for 3150.00"}


@pytest.mark.parametrize("printed", [0, Decimal("0.5")])
def test_a_fraction_leaves_even_when_it_is_printed_as_nothing(ana: BookedWallet, printed: Decimal) -> None:
    """10% of 105 on the same day: half a share leaves with its cost, and the auction pays for it."""
    company = moves(
        movement("Bonificação em Ativos", quantity=Decimal("10.5"), price="10"),
        movement("Fração em Ativos", quantity=printed, side="Debito"),
        movement("Leilão de Fração", quantity=Decimal("0.5"), price="32", value="16.00", day="10/04/2025"),
    )
    assert ana.new(read(negociacao(BOUGHT)), company) == 4
    assert ana.held() == {"ana/exemplo PETR4": "115 for 3240.91"}
    assert ana.new(company) == 0
    ana.adds_up()


def test_a_fraction_of_what_is_not_told_yet_waits(ana: BookedWallet) -> None:
    """Printed as 0 and nothing held: it waits, and is booked when its shares are known."""
    company = moves(movement("Fração em Ativos", quantity=0, side="Debito"))
    (waits,) = ana.accept(company).prepared.files[0].waiting
    assert waits.reason == "quantity_missing"
    ana.accept(own(entry("buy", "2025-01-10", "PETR4", quantity="100.5", price="30"), institution=BROKER))
    assert (ana.new(company), ana.held()) == (1, {"ana/exemplo PETR4": "100 for 3000.00"})


def test_an_amortisation_lowers_the_cost(ana: BookedWallet) -> None:
    """Capital that comes back is no gain."""
    ana.accept(
        read(negociacao(trade("HGLG11", 10, "100"))),
        moves(movement("Amortização", "HGLG11 - CSHG LOGISTICA", 10, "5", "50.00")),
    )
    assert ana.held() == {"ana/exemplo HGLG11": "10 for 950.00"}
    ana.adds_up()


def test_a_fact_that_is_still_to_come_waits(ana: BookedWallet) -> None:
    """A payment dated tomorrow is not booked; when its day has come, the file again books it."""
    file = own(entry("dividend", "2026-05-05", "PETR4", amount="10.00"))
    (waits,) = ana.accept(file).prepared.files[0].waiting
    assert (waits.reason, ana.rows()) == ("future", [])
    ana.bank.clock.move(days=1)
    assert ana.new(file) == 1


def test_a_day_is_that_of_the_owner(ana: BookedWallet) -> None:
    """At 23:30 in São Paulo it is not yet the day that UTC says."""
    ana.bank.clock.move(hours=11, minutes=30)
    file = own(entry("dividend", "2026-05-05", "PETR4", amount="10.00"))
    assert (ana.new(file), ana.bank.clock.now().day) == (0, 5)


def test_a_typed_row_is_known_when_it_is_typed_again(ana: BookedWallet) -> None:
    """Twice the same is once; after taking it back, typing it again books it again."""
    row = typed_row("buy", date(2026, 3, 10), "petr4", quantity="100", price="38.50", fees="1.20")
    assert [ana.new(typed_file([row])) for _ in range(2)] == [1, 0]
    ana.take_back(*ana.rows())
    assert [ana.new(typed_file([row])) for _ in range(2)] == [1, 0]
    assert ana.held() == {"ana PETR4": "100 for 3851.20"}
    ana.adds_up()


def test_typing_does_not_miss_what_was_typed_before(ana: BookedWallet) -> None:
    """Two openings around an older typed row: it is not told as gone."""
    ana.accept(typed_file([typed_row("buy", date(2020, 3, 10), "VALE3", quantity="1", price="50")]))
    pair = [opened("ITSA4=10@9", day="2019-10-31"), opened("PETR4=10@9", day="2021-10-31")]
    both = typed_file(row for file in pair for row in file.booked)
    assert ana.accept(both).prepared.files[0].compared.gone == []
