"""The words of a PDF with their places, page by page, within bounds."""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections.abc import Iterator
from typing import Any

from fiel.copilot.importing.notes.words import Page, Word, lines_of
from fiel.kernel.errors import InvalidInput, Refused, Unavailable

BYTES_MAX = 10 * 1024 * 1024
PAGES_MAX = 200
CHARACTERS_MAX = 400_000
"""Of one file: a full page of a note has about 3,000."""

DRAWINGS_MAX = 100_000
"""Lines, boxes, pictures and forms of one file."""

INFLATED_MAX = 32 * 1024 * 1024
_SLICE = 1 << 14
_STREAM = re.compile(rb"stream\r?\n")


def looks_like(data: bytes) -> bool:
    """Whether these bytes begin as a PDF does; some programs put a few bytes before."""
    return b"%PDF-" in data[:1024]


def read_pages(
    name: str, data: bytes, password: str | None, *, characters_max: int = CHARACTERS_MAX
) -> tuple[Page, ...]:
    """The pages with text. `name` is what messages call the file.

    Raises `InvalidInput`: `file_too_large`, `pdf_too_large`, `pdf_inflates`, `pdf_damaged`,
    `pdf_without_text`; `Refused`: `password_needed`, `password_wrong`; `Unavailable` without the library.
    """
    if len(data) > BYTES_MAX:
        raise InvalidInput(
            "file_too_large", f"{name} is larger than {BYTES_MAX} bytes, too large for a note", field=name
        )
    _check_inflation(name, data)
    pages = tuple(_pages(name, data, password, characters_max))
    if not any(pages):
        raise InvalidInput(
            "pdf_without_text",
            f"{name} has no text, only pictures (a scan?); export the note from the broker's site instead",
            field=name,
        )
    return pages


def _pages(name: str, data: bytes, password: str | None, most: int) -> Iterator[Page]:
    try:
        for characters in _characters(name, data, password or "", most):
            yield lines_of(characters)
    except (InvalidInput, Unavailable):
        raise
    except Exception as error:  # noqa: BLE001 - a damaged file breaks that library in any place
        raise _told(name, error, password) from None


def _characters(name: str, data: bytes, password: str, most: int) -> Iterator[list[Word]]:
    """The characters of each page. The counts run through the file and stop it as soon as they are over."""
    try:
        from pdfminer.pdfdocument import PDFDocument
        from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
        from pdfminer.pdfpage import PDFPage
        from pdfminer.pdfparser import PDFParser
    except ImportError:
        raise Unavailable(
            "driver_missing", "reading PDF notes needs pdfplumber: install fiel[pdf]", field=name
        ) from None
    _quiet()
    document = PDFDocument(PDFParser(io.BytesIO(data)), password=password)
    resources = PDFResourceManager()
    device = _device(name, resources, most)
    interpreter = PDFPageInterpreter(resources, device)
    for number, page in enumerate(PDFPage.create_pages(document), start=1):
        if number > PAGES_MAX:
            raise _too_large(name, f"more than {PAGES_MAX} pages")
        device.found.clear()
        interpreter.process_page(page)
        yield list(device.found)


def _quiet() -> None:
    """That library warns of each damage on the standard error when no logging is set up."""
    told = logging.getLogger("pdfminer")
    if not told.handlers:
        told.addHandler(logging.NullHandler())


def _device(name: str, resources: Any, most: int) -> Any:
    """What the library draws on: it keeps characters with their places, and counts all that is drawn."""
    from pdfminer.converter import PDFLayoutAnalyzer
    from pdfminer.layout import LTChar

    class Device(PDFLayoutAnalyzer):
        def __init__(self) -> None:
            super().__init__(resources, laparams=None)
            self.found: list[Word] = []
            self.characters = self.drawings = 0

        def render_char(self, *args: Any, **named: Any) -> float:
            advance = super().render_char(*args, **named)
            self.characters += 1
            if self.characters > most:
                raise _too_large(name, f"more than {most} characters")
            last = self.cur_item._objs.pop()
            if isinstance(last, LTChar):
                top = self._top - last.y1
                self.found.append(Word(last.get_text(), last.x0, last.x1, top))
            return advance

        def begin_page(self, page: Any, ctm: Any) -> None:
            super().begin_page(page, ctm)
            self._top = self.cur_item.y1

        def begin_figure(self, *args: Any) -> None:
            self._drawn()
            super().begin_figure(*args)

        def paint_path(self, *_args: Any) -> None:
            self._drawn()

        def render_image(self, *_args: Any) -> None:
            self._drawn()

        def _drawn(self) -> None:
            self.drawings += 1
            if self.drawings > DRAWINGS_MAX:
                raise _too_large(name, f"more than {DRAWINGS_MAX} drawings")

        def receive_layout(self, _page: Any) -> None:
            """All has been taken already."""

    return Device()


def _too_large(name: str, what: str) -> InvalidInput:
    return InvalidInput("pdf_too_large", f"{name} has {what}; import one note per file", field=name)


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
