"""Damaged, protected, scanned or strange PDFs: one clear error each, and bounded work."""

from __future__ import annotations

import zlib

import pytest
from tests.support.import_samples_other import BOUGHT_AND_SOLD, pdf, sinacor_pages

from fiel.copilot.importing.notes.pages import BYTES_MAX, INFLATED_MAX, looks_like, read_pages
from fiel.copilot.importing.notes.reading import read_note
from fiel.kernel.errors import FielError, InvalidInput, Refused

NOTE = pdf(sinacor_pages(BOUGHT_AND_SOLD))
OPENS = "123"
PROTECTED = pdf(sinacor_pages(BOUGHT_AND_SOLD), password=OPENS)


def refusal(data: bytes, password: str | None = None) -> FielError:
    """The error of reading these bytes."""
    with pytest.raises(FielError) as caught:
        read_note("note.pdf", data, password)
    assert caught.value.field == "note.pdf"
    return caught.value


def test_the_password_opens_it() -> None:
    """The right password reads the note as if there were none."""
    opened = read_note("note.pdf", PROTECTED, OPENS)
    assert opened.booked == read_note("note.pdf", NOTE, None).booked


@pytest.mark.parametrize(
    ("password", "code"), [(None, "password_needed"), ("", "password_needed"), ("321", "password_wrong")]
)
def test_without_the_password_it_says_so(password: str | None, code: str) -> None:
    """Missing and wrong are told apart."""
    error = refusal(PROTECTED, password)
    assert isinstance(error, Refused)
    assert error.code == code


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6])
def test_a_truncated_file_books_nothing(share: float) -> None:
    """A download that broke off is one error, whatever is left of it."""
    error = refusal(NOTE[: int(len(NOTE) * share)])
    assert error.code in {"pdf_damaged", "pdf_without_text"}


def test_a_scan_is_told() -> None:
    """Pages without any text are pictures."""
    assert refusal(pdf([[], []])).code == "pdf_without_text"


def test_another_document_is_no_note() -> None:
    """A PDF with text that is no note is refused by what it lacks."""
    assert refusal(pdf([[(50, 50, "Informe de Rendimentos")]])).code == "note_not_recognised"


def test_a_note_of_futures_is_not_supported() -> None:
    """Its table is another one; it is not guessed at."""
    page = [
        (420, 40, "Nr. nota"), (480, 40, "Folha"), (520, 40, "Data pregão"),
        (420, 52, "77"), (480, 52, "1"), (520, 52, "12/05/2021"), (35, 64, "CORRETORA DE TESTE S.A."),
        (35, 100, "C/V"), (60, 100, "Mercadoria"), (120, 100, "Vencimento"), (200, 100, "Quantidade"),
        (35, 112, "C"), (60, 112, "WIN G26"), (35, 500, "Venda disponível"),
    ]  # fmt: skip
    assert refusal(pdf([page])).code == "note_of_futures"


def test_a_head_without_trades_is_refused() -> None:
    """A note whose table was not found says what is missing."""
    page = [text for text in sinacor_pages(BOUGHT_AND_SOLD)[0] if text[1] < 200]
    error = refusal(pdf([page]))
    assert error.code == "note_without_trades"
    assert "no trade was found" in error.message


def test_a_file_too_large_is_refused_unread() -> None:
    """50 MB is no note."""
    assert refusal(b"%PDF-1.4" + b" " * 50_000_000).code == "file_too_large"
    assert BYTES_MAX < 50_000_000


def test_a_stream_that_inflates_without_end_is_refused() -> None:
    """A small file that unpacks to hundreds of megabytes is refused before the PDF library sees it."""
    packing = zlib.compressobj(9)
    zeros = b"\x00" * 1_000_000
    packed = b"".join(packing.compress(zeros) for _ in range(INFLATED_MAX // 1_000_000 + 2)) + packing.flush()
    error = refusal(b"%PDF-1.4\n1 0 obj\n<</Filter/FlateDecode>>\nstream\n" + packed + b"\nendstream\n")
    assert isinstance(error, InvalidInput)
    assert error.code == "pdf_inflates"


def test_random_bytes_after_the_signature_are_one_error() -> None:
    """Nothing of the PDF library leaks out."""
    noise = bytes((at * 7919 + 13) % 251 for at in range(5000))
    assert refusal(b"%PDF-1.7\n" + noise).code in {"pdf_damaged", "pdf_without_text"}


def test_the_signature_is_looked_for_near_the_beginning() -> None:
    """Some programs put bytes before it."""
    assert looks_like(b"\r\n" + NOTE)
    assert not looks_like(b"PK\x03\x04" + NOTE[1024:])


def test_a_page_overfull_of_characters_is_stopped() -> None:
    """Reading stops at the limit, not after the page."""
    with pytest.raises(InvalidInput) as caught:
        read_pages("note.pdf", pdf([[(10, 10, "a" * 2_000)]]), None, characters_max=1_000)
    assert caught.value.code == "pdf_too_large"


def test_too_many_pages_are_refused() -> None:
    """A note of 201 pages is none."""
    assert refusal(pdf([[(10, 10, "a")]] * 201)).code == "pdf_too_large"
