"""Bank statements in OFX, with the faults that Brazilian banks make."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.copilot.importing.shared_samples import differences, expected_files, samples
from tests.support.import_samples_other import ofx, ofx_entry

from fiel.copilot.importing.limits import DEFAULT_LIMITS
from fiel.copilot.importing.ofx import READERS
from fiel.copilot.importing.ofx.amounts import amount
from fiel.copilot.importing.ofx.reading import looks_like, read_ofx
from fiel.copilot.importing.reading import recognise
from fiel.copilot.importing.record import as_record
from fiel.copilot.importing.rows import ReadFile
from fiel.copilot.importing.source import open_source
from fiel.kernel.errors import FielError


def read(data: bytes) -> ReadFile:
    """The statement, read."""
    return read_ofx("bank.ofx", data, None)


def code_of(data: bytes) -> str:
    """The code of the refusal."""
    with pytest.raises(FielError) as caught:
        read(data)
    return caught.value.code


def test_commas_points_and_odd_dates_in_one_file() -> None:
    """Decimal commas beside points, dates with zones, alone, and cut short."""
    entries = (
        ofx_entry("20250310120000[-03:EST]", "-250,75", "1", "TED S\u00c3O PAULO &amp; CIA")
        + ofx_entry("20250311", "1.234,50", "2")
        + ofx_entry("2025031210000[-3:BRT]", "-1,234.50", "3")
        + ofx_entry("20250313000000[0:GMT]", "5000", "4")
    )
    booked = read(ofx(entries)).booked
    assert [row.amount for row in booked] == [
        Decimal("-250.75"),
        Decimal("1234.50"),
        Decimal("-1234.50"),
        Decimal("5000"),
    ]
    assert [row.day for row in booked] == [date(2025, 3, day) for day in (10, 11, 12, 13)]
    assert booked[0].extra["memo"] == "TED SÃO PAULO & CIA"


@pytest.mark.parametrize("fitid", ["", "0"])
def test_balance_lines_book_nothing_and_are_told(fitid: str) -> None:
    """`Saldo do dia` comes as an entry without identifier: it is no movement, and it is listed."""
    entries = ofx_entry("20250310", "900.00", fitid, "Saldo Anterior") + ofx_entry("20250311", "-1.00", "7")
    found = read(ofx(entries))
    assert [row.row for row in found.booked] == [2]
    assert [entry.reason for entry in found.not_booked] == ["balance_line"]


def test_entries_without_identifier_are_movements_too() -> None:
    """No FITID at all (Itaú 2014): two equal entries are two."""
    found = read(ofx(ofx_entry("20250310", "-10.00", "", "PIX") * 2))
    assert len(found.booked) == 2


def test_one_identifier_on_two_different_entries() -> None:
    """Nubank's card gives IOF and its reversal one FITID: both are booked."""
    entries = ofx_entry("20250310", "-3.10", "abc", "IOF") + ofx_entry("20250310", "3.10", "abc", "Estorno")
    assert [row.amount for row in read(ofx(entries)).booked] == [Decimal("-3.10"), Decimal("3.10")]


def test_the_same_entry_twice_is_asked_about() -> None:
    """All equal, FITID too: the second is not booked by itself."""
    found = read(ofx(ofx_entry("20250310", "-3.10", "abc", "IOF") * 2))
    assert (len(found.booked), [entry.reason for entry in found.review]) == (1, ["entry_repeated"])


@pytest.mark.parametrize(
    ("day", "said", "reason"),
    [
        ("2025", "1.00", "date_malformed"),
        ("20251340", "1.00", "date_malformed"),
        ("20250310", "1.234", "amount_malformed"),
        ("20250310", "", "amount_malformed"),
        ("20250310", "NaN", "amount_malformed"),
        ("20250310", "1e9", "amount_malformed"),
        ("20250310", "1.2.3,4", "amount_malformed"),
    ],
)
def test_what_cannot_be_read_is_listed_with_its_text(day: str, said: str, reason: str) -> None:
    """An entry is never dropped, and a figure that could be two is not guessed."""
    found = read(ofx(ofx_entry(day, said, "1")))
    (entry,) = found.unknown
    assert entry.reason == reason
    assert not found.booked


@pytest.mark.parametrize(
    ("bank", "said", "balance"),
    [("0341", "483065", "4830.65"), ("341", "4830.65", "4830.65"), ("0260", "2060", "2060")],
)
def test_balances_without_a_decimal_sign(bank: str, said: str, balance: str) -> None:
    """Itaú leaves it out; other banks are believed as written."""
    assert read(ofx("", bank=bank, balance=said)).facts["balance"] == balance


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
@pytest.mark.parametrize("header", ["CHARSET:1252", "ENCODING:UTF-8", "DATA:OFXSGML"])
def test_headers_may_say_another_encoding(encoding: str, header: str) -> None:
    """What the bytes are decides, not what the header declares."""
    text = ofx(ofx_entry("20250310", "1.00", "1", "Aplicação RDB"), header=header).decode("cp1252")
    assert read(text.encode(encoding)).booked[0].extra["memo"] == "Aplicação RDB"


def test_xml_reads_the_same() -> None:
    """OFX 2 closes its tags; entities of a document type are never expanded."""
    text = (
        '<?xml version="1.0"?><?OFX OFXHEADER="200"?><!DOCTYPE a [<!ENTITY b "bbbb">]><OFX><STMTRS>'
        "<CURDEF>USD</CURDEF><STMTTRN><DTPOSTED>20250310</DTPOSTED><TRNAMT>5.00</TRNAMT><FITID>1</FITID>"
        "<MEMO>&b;</MEMO></STMTTRN></STMTRS></OFX>"
    )
    (row,) = read(text.encode()).booked
    assert (row.amount, row.currency, row.extra["memo"]) == (Decimal("5.00"), "USD", "&b;")


def test_several_statements_keep_their_accounts() -> None:
    """Account and balance of each statement stay apart."""
    first = ofx(ofx_entry("20250310", "1.00", "1"), balance="10.00").decode("cp1252")
    body = first[first.index("<BANKMSGSRSV1>") : first.index("</OFX>")]
    both = first.replace("</OFX>", body.replace("000-1", "000-2").replace("10.00", "20.00") + "</OFX>")
    found = read(both.encode("cp1252"))
    assert [row.extra["account"] for row in found.booked] == ["000-1", "000-2"]
    assert (found.facts["1.balance"], found.facts["2.balance"]) == ("10.00", "20.00")


def test_malformed_files_are_one_error_each() -> None:
    """Without statement, cut short, of investments, too large."""
    whole = ofx(ofx_entry("20250310", "1.00", "1"))
    assert (
        code_of(b"OFXHEADER:100\n\n<OFX><SIGNONMSGSRSV1></SIGNONMSGSRSV1></OFX>") == "ofx_without_statement"
    )
    assert code_of(whole[: len(whole) * 2 // 3]) == "ofx_truncated"
    assert code_of(b"OFXHEADER:100\n<OFX><INVSTMTRS></INVSTMTRS></OFX>") == "ofx_of_investments"
    assert code_of(whole + b" " * 50_000_000) == "file_too_large"
    assert code_of(b"<OFX>\x00\x01\x02") == "file_not_text"


def test_the_signature() -> None:
    """Header or root near the beginning, in any case."""
    assert looks_like(ofx(""))
    assert looks_like(b"\n<ofx>")
    assert not looks_like(b"Data;Valor\n")


@given(st.decimals("-99999999", "99999999", places=2, allow_nan=False))
def test_any_amount_reads_back_in_every_writing(value: Decimal) -> None:
    """Point, comma, and both with thousands: the same amount."""
    plain, english = f"{value:f}", f"{value:,.2f}"
    brazilian = english.replace(",", " ").replace(".", ",").replace(" ", ".")
    assert {amount(said) for said in (plain, plain.replace(".", ","), english, brazilian)} == {value}


@given(st.text(alphabet="<>/OFXSTMTRN&;#x0123456789.,\n ", max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No input raises anything but our own errors, and every entry is in exactly one list."""
    try:
        found = read(f"<OFX><STMTRS>{text}</STMTRS></OFX>".encode())
    except FielError:
        return
    rows = [row.row for row in found.booked]
    rows += [entry.row.row for entry in (*found.not_booked, *found.review, *found.unknown)]
    assert sorted(rows) == list(range(1, len(rows) + 1))


@pytest.mark.parametrize("path", sorted(expected_files("ofx")))
def test_public_statements_are_read_as_expected(path: str) -> None:
    """Also run on the public samples when they are at hand."""
    root = samples()
    assert root is not None
    source = open_source(path, (root / path).read_bytes(), DEFAULT_LIMITS)
    record = as_record(recognise(source, READERS).read(source))
    listed = record["booked"]
    assert isinstance(listed, list)
    numbered = [row | {"n": int(row["n"])} for row in listed]
    assert not list(differences(record | {"booked": numbered}, expected_files("ofx")[path]))
