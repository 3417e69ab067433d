"""Brokerage notes: read whole and agreeing with themselves, or not booked at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.copilot.importing.shared_samples import differences, expected_files, samples
from tests.support.import_samples_other import (
    BOUGHT_AND_SOLD,
    Printed,
    SampleNote,
    nuinvest_page,
    pdf,
    sinacor_pages,
)

from fiel.copilot.importing.limits import DEFAULT_LIMITS
from fiel.copilot.importing.notes import READERS
from fiel.copilot.importing.notes.names import ASK, ticker_of
from fiel.copilot.importing.notes.reading import read_note, share_by_value
from fiel.copilot.importing.notes.record import note_record
from fiel.copilot.importing.reading import recognise
from fiel.copilot.importing.record import as_record
from fiel.copilot.importing.rows import ReadFile, RowKind
from fiel.copilot.importing.source import open_source

NOTE = BOUGHT_AND_SOLD


def read(note: SampleNote = NOTE, **shape: bool) -> ReadFile:
    """The note as a PDF of the SINACOR shape, read."""
    return read_note("note.pdf", pdf(sinacor_pages(note, **shape)), None)


def test_trades_are_read_with_tickers_and_marks() -> None:
    """Printed tickers, names of the dated table, marks, markets and thousands without a doubt."""
    booked = read().booked
    assert [(row.kind, row.ticker, row.quantity, row.price, row.amount) for row in booked] == [
        (RowKind.BUY, "EXPL11", Decimal(10), Decimal("98.50"), Decimal("985.00")),
        (RowKind.BUY, "ITSA4", Decimal(1000), Decimal("9.80"), Decimal("9800.00")),
        (RowKind.SELL, "WEGE3", Decimal(15), Decimal("40.00"), Decimal("600.00")),
    ]
    assert {row.day for row in booked} == {date(2021, 5, 12)}
    assert [row.extra.get("obs") for row in booked] == ["#", None, "#2"]
    assert [row.extra["ticker_from"] for row in booked] == ["in the text", "name and class", "name and class"]
    assert booked[2].extra["market"] == "FRACIONARIO"


def test_fees_are_shared_to_the_cent() -> None:
    """All fee lines together (4.45) are shared by value; the IRRF is told and is not among them."""
    found = read()
    assert [row.fees for row in found.booked] == [Decimal("0.39"), Decimal("3.83"), Decimal("0.23")]
    assert found.facts["net"] == "-10189.45"
    assert (found.facts["withheld"], found.facts["withheld_base"]) == ("0.03", "600.00")
    assert found.facts["settlement_date"] == "2021-05-14"


@given(
    total=st.decimals("-9999", "9999", places=2),
    values=st.lists(st.decimals("0.01", "99999", places=2), min_size=1, max_size=30),
)
def test_shares_add_up_to_the_total(total: Decimal, values: list[Decimal]) -> None:
    """Whatever the fees and trades, the shares add up exactly and none is over its part by a cent or more."""
    shares = share_by_value(total, values)
    assert sum(shares) == total
    for share, value in zip(shares, values, strict=True):
        assert abs(share - total * value / sum(values)) < Decimal("0.01")


@pytest.mark.parametrize("per_page", [1, 2])
def test_several_pages_are_one_note(per_page: int) -> None:
    """Inner pages print the summary without amounts; only the last sheet has totals."""
    found = read_note("note.pdf", pdf(sinacor_pages(NOTE, per_page=per_page)), None)
    assert [row.fees for row in found.booked] == [row.fees for row in read().booked]
    assert not found.review


def test_a_page_that_comes_twice_counts_once() -> None:
    """A note sent twice in one file is one note."""
    pages = sinacor_pages(NOTE)
    assert len(read_note("note.pdf", pdf([*pages, *pages]), None).booked) == 3


def test_two_notes_in_one_file_are_both_read() -> None:
    """Each note has its own checks and figures; trades are numbered through the file."""
    other = replace(NOTE, number="4400", day="13/05/2021", settles="17/05/2021")
    found = read_note("note.pdf", pdf([*sinacor_pages(NOTE), *sinacor_pages(other)]), None)
    assert [row.row for row in found.booked] == [1, 2, 3, 4, 5, 6]
    assert [row.extra["note_number"] for row in found.booked] == ["4321"] * 3 + ["4400"] * 3
    assert (found.facts["notes"], found.facts["2.note_number"]) == ("2", "4400")


def test_one_bad_note_leaves_the_other_alone() -> None:
    """A note that does not add up goes to review as a whole, the good one beside it is booked."""
    bad = replace(NOTE, number="4400", net=("10.189,46", "D"))
    found = read_note("note.pdf", pdf([*sinacor_pages(NOTE), *sinacor_pages(bad)]), None)
    assert (len(found.booked), len(found.review)) == (3, 3)


def test_inter_shape_with_sums_on_a_page_without_head() -> None:
    """Class first, other columns, and a last page that has only the sums."""
    note = replace(
        NOTE,
        trades=(
            Printed("C", "CI FII EXEMPLO", "10", "98,50", "985,00", market="VIS"),
            Printed("C", "PN N1 ITAUSA", "1.000", "9,80", "9.800,00", market="VIS"),
            Printed("V", "ON NM WEG", "15", "40,00", "600,00", market="FRA"),
        ),
    )
    found = read(note, inter=True)
    assert [row.ticker for row in found.booked] == [None, "ITSA4", "WEGE3"]
    assert found.booked[0].extra["ticker_from"] == ASK
    assert found.facts["variant"] == "sinacor-inter"


def test_nuinvest_with_bold_text_drawn_twice() -> None:
    """Text drawn twice counts once; amounts are signed; the F of the fractional market is dropped."""
    note = replace(
        NOTE,
        trades=(Printed("C", "B3SA3F ON NM", "59", "10,82", "638,38", market="FRACIONARIO"),),
        buys="638,38",
        sells="0,00",
        operations=("638,38", "D"),
        fees=(("Taxa de Liquidação", "0,16", "D"), ("Emolumentos", "0,03", "D")),
        net=("638,57", "D"),
    )
    found = read_note("note.pdf", pdf([nuinvest_page(note)], bold_twice=True), None)
    (row,) = found.booked
    assert (row.ticker, row.quantity, row.fees) == ("B3SA3", Decimal(59), Decimal("0.19"))
    assert (found.facts["variant"], found.facts["net"]) == ("nuinvest", "-638.57")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"net": ("10.189,46", "D")}, "net: printed -10189.46, operations less fees are -10189.45"),
        ({"buys": "10.785,10"}, "buys: printed 10785.10, the trades add up to 10785.00"),
        ({"sells": "599,00"}, "sells: printed 599.00, the trades add up to 600.00"),
        ({"operations": ("10.185,00", "C")}, "operations: printed 10185.00"),
        ({"settles": "14/05/2031"}, "settlement day: printed 2031-05-14"),
        ({"fees": NOTE.fees[1:]}, "operations less fees are -10186.61"),
        ({"trades": NOTE.trades[:2]}, "sells: printed 600.00, the trades add up to 0"),
    ],
)
def test_a_note_that_does_not_add_up_is_not_booked(change: dict[str, object], told: str) -> None:
    """Any check that fails puts the whole note to review, with both figures."""
    found = read(replace(NOTE, **change))  # type: ignore[arg-type]
    assert not found.booked
    assert {entry.reason for entry in found.review} == {"note_differs"}
    assert told in found.review[0].text


def test_a_misread_digit_is_caught() -> None:
    """Quantity x price against the value, on each line."""
    wrong = (replace(NOTE.trades[0], quantity="16"), *NOTE.trades[1:])
    found = read(replace(NOTE, trades=wrong))
    assert "quantity x price is 1576.00, printed 985.00" in found.review[0].text


def test_a_line_that_is_no_trade_stops_the_note() -> None:
    """A line of the table that is not understood is told with its text, and nothing is booked."""
    odd = replace(NOTE.trades[0], quantity="dez")
    found = read(replace(NOTE, trades=(odd, *NOTE.trades[1:])))
    assert (len(found.booked), len(found.review)) == (0, 2)
    assert "dez" in found.unknown[0].row.extra["text"]


def test_a_note_without_its_last_page_is_not_booked() -> None:
    """The totals are on the last sheet."""
    found = read_note("note.pdf", pdf(sinacor_pages(NOTE, per_page=2)[:1]), None)
    assert not found.booked
    assert "the totals are missing" in found.review[0].text


def test_a_fee_with_a_new_label_still_has_to_fit() -> None:
    """An unknown label is a fee like any other: the net decides whether it was read right."""
    note = replace(NOTE, fees=(*NOTE.fees, ("Taxa nunca vista", "1,00", "D")), net=("10.190,45", "D"))
    assert sum(row.fees or 0 for row in read(note).booked) == Decimal("5.45")


def test_options_are_asked_about() -> None:
    """An option is never the share; the rest of the note is booked."""
    option = Printed(
        "C", "PETRJ300 PN 30,00", "100", "0,50", "50,00", market="OPCAO DE COMPRA", expiry="10/21"
    )
    note = replace(
        NOTE,
        trades=(*NOTE.trades, option),
        operations=("10.235,00", "D"),
        net=("10.239,45", "D"),
        option_buys="50,00",
    )
    found = read(note)
    assert len(found.booked) == 3
    (asked,) = found.review
    assert (asked.reason, asked.row.extra["expiry"], asked.row.ticker) == ("option", "10/21", None)


def test_the_glued_labels_of_2018() -> None:
    """`Nr.Nota`, `C/VTipo mercado`, brokerage as `Clearing`, `01/00` on spot rows."""
    spot = tuple(replace(trade, expiry="01/00") for trade in NOTE.trades)
    note = replace(NOTE, trades=spot, fees=(*NOTE.fees[:3], ("Clearing", "1,00", "D"), *NOTE.fees[4:]))
    glued = {"Nr. nota": "Nr.Nota", "Tipo mercado": "", "C/V": "C/VTipo mercado"}
    (page,) = sinacor_pages(note)
    texts = [(left, top, glued.get(text, text)) for left, top, text in page if glued.get(text, text)]
    found = read_note("note.pdf", pdf([texts]), None)
    assert [row.fees for row in found.booked] == [row.fees for row in read().booked]
    assert {row.extra["expiry"] for row in found.booked} == {"01/00"}
    assert found.facts["brokerage"] == "1.00"


def test_a_net_with_the_tax_in_it_is_explained() -> None:
    """Some notes take the I.R.R.F. off the net: asked about, with what the difference is."""
    found = read(replace(NOTE, net=("10.189,48", "D")))
    assert "(the difference is the I.R.R.F. printed)" in found.review[0].text


@pytest.mark.parametrize(
    ("title", "day", "ticker"),
    [
        ("BANCO INTER UNT N2", date(2020, 9, 29), "BIDI11"),
        ("BANCO INTER UNT N2", date(2022, 6, 20), None),
        ("ON NM AES BRASIL", date(2023, 7, 20), "AESB3"),
        ("TRAN PAULIST PN N1", date(2025, 1, 2), None),
        ("WEG ON NM", date(2031, 1, 2), None),
        ("EMPRESA NOVA ON NM", date(2021, 1, 4), None),
        ("DR2 INTER CO", date(2023, 5, 25), None),
        ("CI FII KINEA", date(2023, 7, 20), None),
        ("FII KINEA KNRI11 CI", date(2021, 5, 18), "KNRI11"),
        ("B3 ON EB NM", date(2021, 5, 18), "B3SA3"),
    ],
)
def test_names_are_sure_or_asked(title: str, day: date, ticker: str | None) -> None:
    """Names outside the dated table, or outside their time in it, are never guessed."""
    assert ticker_of(title, day).ticker == ticker


@pytest.mark.parametrize("path", sorted(expected_files("nota-corretagem")))
def test_public_notes_are_read_as_expected(path: str) -> None:
    """Also run on the public samples when they are at hand: the whole document is as expected."""
    root, expected = samples(), expected_files("nota-corretagem")[path]
    assert root is not None
    data = (root / path).read_bytes()
    password = expected["password"]
    source = open_source(path, data, DEFAULT_LIMITS, str(password) if password else None)
    record = note_record(as_record(recognise(source, READERS).read(source)))
    told = {name: value for name, value in expected.items() if name not in {"password", "booked"}}
    listed = expected["booked"]
    assert isinstance(listed, list)
    trades = [{k: v for k, v in row.items() if k != "ticker_if_resolved"} for row in listed]
    numbered = [row | {"n": int(str(row["n"]))} for row in record["booked"]]  # type: ignore[attr-defined]
    assert not list(differences(record | {"booked": numbered}, {**told, "booked": trades}))
