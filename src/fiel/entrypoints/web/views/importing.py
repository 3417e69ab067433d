"""What the check of an import shows: its rows by tab and page, its problems in words, what it changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fiel.copilot.booking.places import name_told
from fiel.copilot.drafts.draft import Choice
from fiel.copilot.drafts.reviewing import OPEN_STATES, Problem, Review, ReviewRow, RowState
from fiel.copilot.importing.days import day_in
from fiel.copilot.plan_view.words import Lang
from fiel.entrypoints.web.catalogue import Texts
from fiel.entrypoints.words.failures import FAILURES_PT
from fiel.kernel.errors import FielError, InvalidInput

PAGE_ROWS = 100
#: The tabs of the check, each with the states that it shows, in the order of the page.
TABS: Mapping[str, tuple[str, tuple[RowState, ...]]] = MappingProxyType(
    {
        "todas": ("imp_tab_all", tuple(RowState)),
        "novas": ("imp_tab_new", (RowState.NEW, RowState.SIMILAR)),
        "erro": ("imp_tab_error", (RowState.ERROR,)),
        "decidir": ("imp_tab_asked", (RowState.ASKED, RowState.WAITING)),
        "parecidas": ("imp_tab_similar", (RowState.SIMILAR,)),
        "importadas": ("imp_tab_known", (RowState.KNOWN, RowState.TAKEN_BACK)),
        "ignoradas": ("imp_tab_ignored", (RowState.IGNORED,)),
        "fora": ("imp_tab_left", (RowState.LEFT,)),
    }
)


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab with how many rows it shows."""

    name: str
    label: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class ImportView:
    """A page of the check. `fixing`: the row whose form is open; `need`: rows that a person must settle."""

    review: Review
    tabs: tuple[Tab, ...]
    tab: str
    rows: tuple[ReviewRow, ...]
    page: int
    pages: int
    need: int
    names: tuple[str, ...]
    similar: int
    taken_back: int
    fixing: str = ""


def import_view(review: Review, tab: str = "todas", page: int = 1, fixing: str = "") -> ImportView:
    """One page of the check; what is no tab shows all, what is no page the nearest."""
    tab = tab if tab in TABS else "todas"
    shown = [row for row in review.rows if row.state in TABS[tab][1]]
    if tab == "todas":
        # What needs a person comes first: it must not hide on page nine.
        shown.sort(key=lambda row: row.state not in OPEN_STATES)
    pages = max(1, -(-len(shown) // PAGE_ROWS))
    page = min(max(page, 1), pages)
    tabs = tuple(
        Tab(name, label, count, name == tab)
        for name, (label, states) in TABS.items()
        for count in (review.count(*states),)
        if count or name in ("todas", tab)
    )
    return ImportView(
        review,
        tabs,
        tab,
        tuple(shown[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]),
        page,
        pages,
        review.count(*OPEN_STATES),
        names_asked(review),
        review.count(RowState.SIMILAR),
        sum(1 for row in review.rows if row.state is RowState.TAKEN_BACK),
        fixing,
    )


def names_asked(review: Review) -> tuple[str, ...]:
    """Names on notes whose ticker a person must say, each once."""
    found = (
        name_told(row.row)
        for row in review.rows
        if row.problem is not None and row.problem.code == "ticker_missing"
    )
    return tuple(dict.fromkeys(name for name in found if name))


def repeated(review: Review) -> tuple[str, ...]:
    """Of each set of equal rows all but the first, by name."""
    return tuple(
        row.key
        for row in review.rows
        if row.state is RowState.SIMILAR and any(twin < row.row.row for twin in row.twins)
    )


def affected(review: Review, key: str) -> tuple[ReviewRow, ...]:
    """The row and the rows of its file that tell the same."""
    row = review.named(key)
    if row is None:
        return ()
    told = (row.row.day, row.row.kind, row.asset, row.row.quantity, row.row.price)
    return tuple(
        each
        for each in review.rows
        if each.key == key
        or (
            each.file == row.file
            and (each.row.day, each.row.kind, each.asset, each.row.quantity, each.row.price) == told
        )
    )


def problem_words(t: Texts, row: ReviewRow) -> str:
    """Why a row waits, in words: which column, what stands there, what is expected."""
    why = row.problem
    if why is None:
        return ""
    key = f"imp_problem_{why.code}"
    if not t.knows(key):
        left = row.state is RowState.LEFT and not why.text
        return str(t("imp_problem_left")) if left else t.plain("imp_problem_other", text=why.text or why.code)
    column = f"imp_column_{why.column}"
    told = {
        "column": str(t(column)) if t.knows(column) else why.column,
        "value": why.value[:60],
        "name": name_told(row.row)[:60] or "?",
        "text": why.text,
    }
    return t.plain(key, **told)


#: Columns of files whose text is a good first guess for a field of the correction.
_GUESSED = {
    "ativo": ("code", "ticker"),
    "quantidade": ("quantity",),
    "preco": ("price",),
    "valor": ("amount", "value"),
    "conta": ("institution",),
}
_SIDES = {"compra": "buy", "venda": "sell"}
_NUMBERS = ("quantidade", "preco", "valor")
_POINTED = re.compile(r"([0-9]+)\.([0-9]+)")
_THOUSANDS = 3


def _as_typed(text: str) -> str:
    """A number of a cell as people type it: 32.8 as 32,8. Three digits after a point could be thousands, and
    are left for the person to type."""
    found = _POINTED.fullmatch(text)
    if found is None:
        return text
    return "" if len(found[2]) == _THOUSANDS else f"{found[1]},{found[2]}"


def guessed(row: ReviewRow) -> dict[str, str]:
    """What the correction begins with: what was read, else the texts of the file; what is wrong stays for a
    person to see and mend."""
    if row.row.kind is not None:
        return {}
    said = row.row.extra
    found = {
        name: next((said[column] for column in columns if said.get(column)), "")
        for name, columns in _GUESSED.items()
    }
    for name in _NUMBERS:
        found[name] = _as_typed(found[name])
    try:
        day = day_in(said.get("day") or said.get("date"))
    except InvalidInput:
        day = None
    side = _SIDES.get(said.get("side", "").strip().lower(), "")
    told = {**found, "data": day.isoformat() if day else "", "tipo": side}
    return {name: value for name, value in told.items() if value}


def file_problem_words(t: Texts, error: FielError) -> str:
    """Why a file cannot be read, in words."""
    key = f"imp_file_{error.code}"
    if t.knows(key):
        try:
            return t.plain(key, **{name: value or "-" for name, value in error.details.items()})
        except KeyError:
            pass
    template = FAILURES_PT.get(error.code) if t.lang is Lang.PT else None
    if template is not None and "{" not in template:
        return template
    return t.plain("imp_file_other", text=error.message)


def is_fixed(row: ReviewRow) -> bool:
    """Whether a person corrected the row."""
    return row.decision is not None and row.decision.choice is Choice.FIX


def is_kept(row: ReviewRow) -> bool:
    """Whether a person said that the row is meant, or that it is booked again."""
    return row.decision is not None and row.decision.choice in {Choice.KEEP, Choice.AGAIN}


__all__ = [
    "ImportView",
    "Problem",
    "Tab",
    "affected",
    "file_problem_words",
    "guessed",
    "import_view",
    "is_fixed",
    "is_kept",
    "names_asked",
    "problem_words",
    "repeated",
]
