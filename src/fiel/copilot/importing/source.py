"""One file as readers are given it: its bytes, its family, its text, and its tables when it has some."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from fiel.copilot.importing.bytes_in import Content, binary_content, decoded, text_content
from fiel.copilot.importing.limits import Limits, too_large
from fiel.copilot.importing.sheets import Sheet, delimited_sheet, json_sheet
from fiel.copilot.importing.workbook import read_workbook
from fiel.kernel.errors import InvalidInput

_PROTECTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True, repr=False)
class Source:
    """`text` is empty for binary files; `sheets` for all but workbooks, separated values and row exports."""

    name: str
    data: bytes
    sha256: str
    content: Content
    text: str
    sheets: tuple[Sheet, ...]
    password: str | None
    limits: Limits


def open_source(name: str, data: bytes, limits: Limits, password: str | None = None) -> Source:
    """Take a file in by its bytes; its name only names it in errors.

    Raises `InvalidInput`: `file_empty`, `file_too_large`, `file_not_text`, `html_not_workbook`,
    `workbook_encrypted`, and those of `read_workbook`, `delimited_sheet` and `json_sheet`.
    """
    if len(data) > limits.bytes_max:
        raise too_large("bytes", f"the file has {len(data):,}", limits.bytes_max, name)
    if not data.strip():
        raise InvalidInput("file_empty", "the file is empty: download it again", field=name)
    content = binary_content(data)
    text = "" if content else decoded(data, name)
    content = content or text_content(text)
    _refuse_disguised(content, data, name)
    return Source(
        name=name,
        data=data,
        sha256=hashlib.sha256(data).hexdigest(),
        content=content,
        text=text,
        sheets=_sheets(content, data, text, limits, name),
        password=password,
        limits=limits,
    )


def _refuse_disguised(content: Content, data: bytes, name: str) -> None:
    if content is Content.HTML:
        raise InvalidInput(
            "html_not_workbook",
            "this is a web page, whatever its name says: open it in a spreadsheet, save it as .xlsx, import "
            "that, or download the report again (a login page may have been saved instead)",
            field=name,
        )
    if content is Content.OLD_WORKBOOK and _PROTECTED in data:
        raise InvalidInput(
            "workbook_encrypted", "the workbook asks for a password: save it without one", field=name
        )


def _sheets(content: Content, data: bytes, text: str, limits: Limits, name: str) -> tuple[Sheet, ...]:
    if content is Content.WORKBOOK:
        return read_workbook(data, limits, name)
    if content is Content.DELIMITED:
        return (delimited_sheet(text, limits, name),)
    if content is Content.JSON:
        sheet = json_sheet(text, limits, name)
        return (sheet,) if sheet else ()
    return ()
