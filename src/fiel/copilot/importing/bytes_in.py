"""What a file is by its bytes, never by its name; and the text of the ones that are text."""

from __future__ import annotations

import codecs
import re
from enum import StrEnum

from fiel.kernel.errors import InvalidInput


class Content(StrEnum):
    """Families of files that readers are asked about."""

    WORKBOOK = "workbook"
    OLD_WORKBOOK = "old_workbook"
    PDF = "pdf"
    OFX = "ofx"
    XML = "xml"
    JSON = "json"
    HTML = "html"
    DELIMITED = "delimited"


_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEAD = 2_048
_OFX = re.compile(r"^\s*(<\?xml[^>]*\?>\s*)?(<\?OFX|OFXHEADER\s*:|<OFX>)", re.IGNORECASE)
_HTML = re.compile(
    r"^\s*(<\?xml[^>]*\?>\s*)?(<!--.*?-->\s*)?<(!doctype\s+html|html|head|body|table|meta|style)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(r"^\s*<(\?xml|[A-Za-z!])")


def binary_content(data: bytes) -> Content | None:
    """The family of a binary file by its first bytes; `None` for what may be text.

    >>> binary_content(b"%PDF-1.7 ...")
    <Content.PDF: 'pdf'>
    """
    if data.startswith(_ZIP):
        return Content.WORKBOOK
    if data.startswith(_OLE):
        return Content.OLD_WORKBOOK
    if b"%PDF-" in data[:1_024]:
        return Content.PDF
    return None


def text_content(text: str) -> Content:
    """The family of a text file by how it begins; what begins like nothing else is a table of values.

    >>> text_content('[{"Data": "01/02/2025"}]'), text_content("Data;Valor")
    (<Content.JSON: 'json'>, <Content.DELIMITED: 'delimited'>)
    """
    head = text[:_HEAD]
    if _OFX.search(head):
        return Content.OFX
    if _HTML.search(head):
        return Content.HTML
    if _XML.search(head):
        return Content.XML
    if head.lstrip()[:1] in ("{", "["):
        return Content.JSON
    return Content.DELIMITED


def decoded(data: bytes, name: str) -> str:
    """The text of a file: UTF-8 with or without BOM, UTF-16, else Windows-1252, as spreadsheets save it.

    Raises `InvalidInput` `file_not_text` when it is none of them.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decode(data, encoding, name)
    if b"\x00" in data[:_HEAD]:
        return _decode(data, _utf16_without_bom(data, name), name)
    try:
        return _refuse_nul(data.decode("utf-8"), name)
    except UnicodeDecodeError:
        return _decode(data, "cp1252", name)


def _utf16_without_bom(data: bytes, name: str) -> str:
    head = data[: _HEAD - _HEAD % 2]
    low, high = head[0::2].count(0), head[1::2].count(0)
    half = max(len(head) // 4, 1)
    if high >= half and low == 0:
        return "utf-16-le"
    if low >= half and high == 0:
        return "utf-16-be"
    raise _not_text(name)


def _decode(data: bytes, encoding: str, name: str) -> str:
    try:
        return _refuse_nul(data.decode(encoding), name)
    except UnicodeDecodeError:
        raise _not_text(name) from None


def _refuse_nul(text: str, name: str) -> str:
    if "\x00" in text:
        raise _not_text(name)
    return text


def _not_text(name: str) -> InvalidInput:
    return InvalidInput(
        "file_not_text",
        "this is no workbook, PDF or readable text: export the report again and import the new file",
        field=name,
    )
