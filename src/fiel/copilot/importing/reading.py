"""Reading one file: taken in by its bytes, recognised by what it holds, read by the one reader that knows it.

Nothing is booked here, and nothing outside is touched: bytes in, `ReadFile` out.
"""

from __future__ import annotations

from collections.abc import Sequence

from fiel.copilot.importing.bytes_in import Content
from fiel.copilot.importing.headers import layout_changed, nearest
from fiel.copilot.importing.limits import DEFAULT_LIMITS, Limits
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.rows import ReadFile
from fiel.copilot.importing.source import Source, open_source
from fiel.kernel.errors import InvalidInput


def read_file(
    name: str,
    data: bytes,
    *,
    password: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    readers: Sequence[Reader] | None = None,
) -> ReadFile:
    """All that a file says. `name` is for errors, and for what only names tell (the day of a snapshot).

    Raises `InvalidInput` with what to do: `file_empty`, `file_too_large`, `zip_bomb`, `workbook_damaged`,
    `workbook_encrypted`, `formula_in_cell`, `html_not_workbook`, `file_not_text`, `layout_changed` (with the
    columns that differ), `format_not_recognised`, `format_ambiguous`, and what the reader itself refuses
    (`InvalidInput`, or `Refused` for a form that is known and not supported).
    """
    if readers is None:
        from fiel.copilot.importing.registry import all_readers

        readers = all_readers()
    source = open_source(name, data, limits, password)
    return recognise(source, readers).read(source)


def recognise(source: Source, readers: Sequence[Reader]) -> Reader:
    """The one reader that claims the file. Raises `InvalidInput`, see `read_file`."""
    asked = [reader for reader in readers if source.content in reader.contents]
    claiming = [reader for reader in asked if reader.claims(source)]
    if len(claiming) == 1:
        return claiming[0]
    if claiming:
        formats = ", ".join(reader.format for reader in claiming)
        raise InvalidInput(
            "format_ambiguous",
            f"the file looks like more than one report ({formats}): import them as separate files",
            field=source.name,
            details={"formats": formats},
        )
    raise _unrecognised(source, asked)


def _unrecognised(source: Source, asked: Sequence[Reader]) -> InvalidInput:
    layouts = [known for reader in asked for known in reader.layouts]
    if found := nearest(source.sheets, layouts):
        return layout_changed(found, source.name)
    formats = ", ".join(sorted({reader.format for reader in asked})) or "none of this kind"
    return InvalidInput(
        "format_not_recognised",
        f"{_kind(source.content)}, and not one that is known ({formats}): import it as it was exported",
        field=source.name,
        details={"content": source.content.value},
    )


def _kind(content: Content) -> str:
    return {
        Content.WORKBOOK: "this is an .xlsx workbook",
        Content.OLD_WORKBOOK: "this is an old .xls workbook",
        Content.PDF: "this is a PDF",
        Content.OFX: "this is an OFX statement",
        Content.XML: "this is XML",
        Content.JSON: "this is JSON",
        Content.DELIMITED: "this is text in columns",
        Content.HTML: "this is a web page",
    }[content]
