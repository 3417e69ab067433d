"""The parts of an .xlsx archive, opened with bounds: found by relation, read by expat without DTD."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from xml.parsers import expat

from fiel.copilot.importing.limits import Limits, too_large
from fiel.kernel.errors import InvalidInput

_CHUNK = 65_536
Attributes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SheetPlace:
    """A worksheet of the workbook: its title and the part that holds its cells."""

    title: str
    part: str


def damaged(name: str, why: str) -> InvalidInput:
    """The archive or its XML is cut or broken."""
    return InvalidInput(
        "workbook_damaged", f"the workbook cannot be read ({why}): download it again", field=name
    )


def open_archive(data: bytes, limits: Limits, name: str) -> zipfile.ZipFile:
    """The archive of a workbook, its declared sizes within the limits.

    Raises `InvalidInput`: `workbook_damaged`, `file_too_large`, `zip_bomb`, `workbook_encrypted`.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError) as error:
        raise damaged(name, str(error) or "cut short") from None
    entries = archive.infolist()
    if len(entries) > limits.parts_max:
        raise too_large("parts", f"the archive has {len(entries):,}", limits.parts_max, name)
    if any(entry.flag_bits & 1 for entry in entries):
        raise InvalidInput(
            "workbook_encrypted", "the archive asks for a password: save it without one", field=name
        )
    if sum(entry.file_size for entry in entries) > limits.unpacked_max or any(
        _is_bomb(entry.file_size, entry.compress_size, limits) for entry in entries
    ):
        raise _bomb(name)
    return archive


def _is_bomb(unpacked: int, packed: int, limits: Limits) -> bool:
    return unpacked > limits.ratio_floor and unpacked > limits.ratio_max * max(packed, 1)


def _bomb(name: str) -> InvalidInput:
    return InvalidInput(
        "zip_bomb",
        "unpacked, the workbook is far larger than any report: it is not read. Export the report again, "
        "and for a shorter period if it is yours",
        field=name,
    )


def chunks(archive: zipfile.ZipFile, part: str, name: str) -> Iterator[bytes]:
    """The bytes of one part, never more than its declared size, which `open_archive` has judged."""
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except KeyError:
        raise damaged(name, f"{part} is missing") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise damaged(name, str(error) or "cut short") from None


def xml_parser(name: str) -> expat.XMLParserType:
    """An expat parser that drops name prefixes and refuses document types (no entities, no expansion)."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise InvalidInput(
            "workbook_damaged", "the workbook declares entities, which no report does: not read", field=name
        )

    parser.StartDoctypeDeclHandler = refuse
    return parser


def feed(parser: expat.XMLParserType, pieces: Iterator[bytes], name: str) -> None:
    """Give all pieces to the parser; broken XML is a damaged workbook."""
    try:
        for piece in pieces:
            parser.Parse(piece)
        parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError as error:
        raise damaged(name, str(error)) from None


@lru_cache(maxsize=512)
def local(tag: str) -> str:
    """The name of an element or attribute without its namespace."""
    return tag.rpartition(" ")[2]


def elements(archive: zipfile.ZipFile, part: str, name: str, seen: Callable[[str, Attributes], None]) -> None:
    """Call `seen(element, attributes)` for every element of a part, names without namespace."""
    parser = xml_parser(name)

    def start(tag: str, attributes: dict[str, str]) -> None:
        seen(local(tag), {local(key): value for key, value in attributes.items()})

    parser.StartElementHandler = start
    feed(parser, chunks(archive, part, name), name)


def relations(archive: zipfile.ZipFile, part: str, name: str) -> dict[str, tuple[str, str]]:
    """Relation id -> (last word of its type, part name), of the part named."""
    folder, base = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}

    def seen(tag: str, at: Attributes) -> None:
        if tag == "Relationship" and at.get("TargetMode") != "External":
            target = at.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            found[at.get("Id", "")] = (at.get("Type", "").rpartition("/")[2], posixpath.normpath(path))

    elements(archive, posixpath.join(folder, "_rels", f"{base}.rels"), name, seen)
    return found


def workbook_part(archive: zipfile.ZipFile, name: str) -> str:
    """The part that lists the sheets. Raises `InvalidInput` `format_not_recognised` for other archives."""
    names = set(archive.namelist())
    if "_rels/.rels" in names:
        for kind, part in relations(archive, "", name).values():
            if kind == "officeDocument" and part in names and part.endswith(".xml") and "word/" not in part:
                return part
    raise InvalidInput(
        "format_not_recognised",
        "this archive is not an .xlsx workbook: unpack a .zip first, and save .ods or .xlsb as .xlsx",
        field=name,
    )
