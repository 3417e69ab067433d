"""The words of a PDF with their places, page by page, within bounds.

A PDF has no lines and no columns, only characters at points: words come back here as lines of words from
left to right. Text drawn twice to look bold counts once. Distances are points (1/72 inch) from the top left.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from fiel.kernel.errors import InvalidInput, Refused, Unavailable

BYTES_MAX = 10 * 1024 * 1024
PAGES_MAX = 200
CHARACTERS_MAX = 40_000
"""Of one page: a full note has about 3,000."""

INFLATED_MAX = 100 * 1024 * 1024
_LINE_TOLERANCE = 2.5
_SLICE = 1 << 14
_STREAM = re.compile(rb"stream\r?\n")


@dataclass(frozen=True, slots=True)
class Word:
    """Text from `left` to `right` at height `top`."""

    text: str
    left: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Line:
    """Words at one height, from left to right."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


Page = tuple[Line, ...]


def looks_like(data: bytes) -> bool:
    """Whether these bytes begin as a PDF does; some programs put a few bytes before."""
    return b"%PDF-" in data[:1024]


def read_pages(name: str, data: bytes, password: str | None) -> tuple[Page, ...]:
    """The pages with text. `name` is what messages call the file.

    Raises `InvalidInput`: `file_too_large`, `pdf_too_many_pages`, `pdf_inflates`, `pdf_damaged`,
    `pdf_without_text`; `Refused`: `password_needed`, `password_wrong`; `Unavailable` without pdfplumber.
    """
    if len(data) > BYTES_MAX:
        raise InvalidInput(
            "file_too_large", f"{name} is larger than {BYTES_MAX} bytes, too large for a note", field=name
        )
    _check_inflation(name, data)
    pages = tuple(_pages(name, data, password))
    if not any(pages):
        raise InvalidInput(
            "pdf_without_text",
            f"{name} has no text, only pictures (a scan?); export the note from the broker's site instead",
            field=name,
        )
    return pages


def _pages(name: str, data: bytes, password: str | None) -> Iterator[Page]:
    try:
        import pdfplumber
    except ImportError:
        raise Unavailable(
            "driver_missing", "reading PDF notes needs pdfplumber: install fiel[pdf]", field=name
        ) from None
    try:
        with pdfplumber.open(io.BytesIO(data), password=password or "") as document:
            if len(document.pages) > PAGES_MAX:
                raise InvalidInput(
                    "pdf_too_many_pages", f"{name} has more than {PAGES_MAX} pages; split it", field=name
                )
            for page in document.pages:
                yield _lines(name, page)
                page.close()
    except InvalidInput:
        raise
    except RecursionError:
        raise _damaged(name) from None
    except Exception as error:  # noqa: BLE001 - a damaged file breaks that library in any place
        raise _told(name, error, password) from None


def _lines(name: str, page: Any) -> Page:
    if len(page.chars) > CHARACTERS_MAX:
        raise InvalidInput(
            "pdf_page_too_full", f"{name} has a page with more than {CHARACTERS_MAX} characters", field=name
        )
    single = page.dedupe_chars(tolerance=1, extra_attrs=())
    words = (
        Word(one["text"], float(one["x0"]), float(one["x1"]), float(one["top"]))
        for one in single.extract_words(x_tolerance=1.5, y_tolerance=2)
    )
    return tuple(_grouped(words))


def _grouped(words: Iterable[Word]) -> Iterator[Line]:
    line: list[Word] = []
    for word in sorted(words, key=lambda one: (one.top, one.left)):
        if line and word.top - line[0].top > _LINE_TOLERANCE:
            yield _line(line)
            line = []
        line.append(word)
    if line:
        yield _line(line)


def _line(words: list[Word]) -> Line:
    return Line(tuple(sorted(words, key=lambda one: one.left)))


def _told(name: str, error: Exception, password: str | None) -> InvalidInput | Refused:
    if not _about_password(error):
        return _damaged(name)
    if password:
        return Refused("password_wrong", f"the password does not open {name}", field=name)
    return Refused("password_needed", f"{name} is protected: give its password", field=name)


def _about_password(error: BaseException | None) -> bool:
    while error is not None:
        texts = [type(error).__name__, *(type(one).__name__ for one in error.args)]
        if any("Password" in text for text in texts):
            return True
        error = error.__cause__ or error.__context__
    return False


def _damaged(name: str) -> InvalidInput:
    return InvalidInput(
        "pdf_damaged", f"{name} is cut short or damaged; download it again from the broker", field=name
    )


def _check_inflation(name: str, data: bytes) -> None:
    """Before the PDF library inflates without bound, see what the compressed parts come to."""
    left = INFLATED_MAX
    for match in _STREAM.finditer(data):
        left -= _inflated(memoryview(data)[match.end() :], left)
        if left <= 0:
            raise InvalidInput(
                "pdf_inflates", f"{name} unpacks to more than {INFLATED_MAX} bytes; refused", field=name
            )


def _inflated(stream: memoryview, most: int) -> int:
    """How many bytes these inflate to, counting a second compression within; at most about `most`."""
    first, second = zlib.decompressobj(), zlib.decompressobj()
    total, twice = 0, True
    for start in range(0, len(stream), _SLICE):
        try:
            piece = first.decompress(stream[start : start + _SLICE], most + 1)
        except zlib.error:
            break
        total += len(piece)
        if twice:
            try:
                total += len(second.decompress(piece, most + 1))
            except zlib.error:
                twice = False
        if first.eof or total > most:
            break
    return total
