"""The head of a page: number, sheet and day of the note, and the broker."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from fiel.copilot.importing.notes.amounts import day as day_of
from fiel.copilot.importing.notes.wording import plain
from fiel.copilot.importing.notes.words import Page

_CNPJ = re.compile(r"c\.?n\.?p\.?j\.?\s*:?\s*(\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2})")
_SHEET_OF = re.compile(r"(\d{1,4}) / \d{1,4}$")
_NUMBER = re.compile(r"\d[\d.]{0,14}")


@dataclass(frozen=True, slots=True)
class Head:
    """Numbers restart every year and per broker: a note is known by broker, number and day together."""

    number: str
    sheet: str
    day: date
    broker: str
    cnpj: str
    nuinvest: bool

    def same_note(self, other: Head) -> bool:
        return (self.number, self.day, self.cnpj) == (other.number, other.day, other.cnpj)


def read_head(page: Page) -> Head | None:
    """The head of a page, or `None` when it has none (a page of sums, or no note at all)."""
    for at, (labels, values) in enumerate(pairwise(page)):
        text = plain(labels.text).replace("nr.nota", "nr. nota")
        if "nota" not in text or "data pregao" not in text:
            continue
        words = [word.text for word in values.words]
        with_sheet = "folha" in text
        box = words[-3:] if with_sheet else words[-2:]
        day = day_of(box[-1]) if box else None
        if day is None or len(box) < 2 or not _NUMBER.fullmatch(box[0]):
            continue
        broker = page[at + 2].text if with_sheet and at + 2 < len(page) else page[0].text
        return Head(
            number=box[0].replace(".", ""),
            sheet=box[1] if with_sheet else _sheet(page),
            day=day,
            broker=broker.removesuffix(" Folha").strip(),
            cnpj=_cnpj(page),
            nuinvest=not with_sheet,
        )
    return None


def _cnpj(page: Page) -> str:
    return next((found[1] for line in page if (found := _CNPJ.search(plain(line.text)))), "")


def _sheet(page: Page) -> str:
    return next((found[1] for line in page[:12] if (found := _SHEET_OF.search(line.text))), "")
