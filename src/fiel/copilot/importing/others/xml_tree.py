"""XML without entities or document types, and the relative references of XStream within it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from fiel.kernel.errors import InvalidInput

ELEMENTS_MAX = 2_000_000
_STEP = re.compile(r"([A-Za-z][\w.-]*)(?:\[(\d{1,7})\])?")


class Tree:
    """A parsed document that knows the parent of each element, and can follow references."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self._parents = {child: parent for parent in root.iter() for child in parent}

    def parent(self, element: Element) -> Element | None:
        """`None` for the root."""
        return self._parents.get(element)

    def ancestors(self, element: Element) -> Iterator[Element]:
        """Nearest first."""
        at = self.parent(element)
        while at is not None:
            yield at
            at = self.parent(at)

    def resolved(self, element: Element | None) -> Element | None:
        """The element that a `reference="../../a/b[2]"` points to; itself without one; `None` when broken."""
        for _ in range(8):
            if element is None or "reference" not in element.attrib:
                return element
            element = self._follow(element, element.attrib["reference"])
        return None

    def _follow(self, start: Element, path: str) -> Element | None:
        at: Element | None = start
        for step in path.split("/")[:200]:
            if at is None:
                return None
            at = self.parent(at) if step == ".." else _child(at, step)
        return at


def _child(element: Element, step: str) -> Element | None:
    found = _STEP.fullmatch(step)
    if found is None:
        return None
    same = element.findall(found[1])
    place = int(found[2] or 1) - 1
    return same[place] if 0 <= place < len(same) else None


def parse(data: bytes, name: str) -> Tree:
    """The tree of a document. Raises `InvalidInput`: `xml_malformed`, `xml_forbidden` (entities, DTD)."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise InvalidInput(
            "xml_forbidden", "this XML declares entities or a document type, which no export has", field=name
        ) from None
    except (ParseError, ValueError, LookupError) as error:
        raise InvalidInput(
            "xml_malformed", f"this XML is cut short or damaged ({error}); save the file again", field=name
        ) from None
    count = sum(1 for _ in root.iter())
    if count > ELEMENTS_MAX:
        raise InvalidInput("file_too_large", f"this XML has more than {ELEMENTS_MAX:,} elements", field=name)
    return Tree(root)
