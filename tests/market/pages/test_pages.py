"""The pages on market data say what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fiel.market.catalogue import catalogue
from fiel.market.config import default_providers
from fiel.market.providers.recorded import recorded_coverage, recorded_series_keys, recorded_symbols
from fiel.market.simulator.faults import Fault
from fiel.market.simulator.talk import PREFIXES
from fiel.market.verdicts import Kind
from fiel.market.wire import Provider
from tests.support.market_pages import MEANINGS, PAGES, REASONS, ROOT, reason_tables, with_tables

_PROVIDERS = ROOT / "docs/reference/providers"
_SIMULATE = ROOT / "docs/how-to/simulate-market-data.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_tables_are_what_the_code_says(page: Path) -> None:
    """Reasons, series, ranges and sources; `python -m tests.support.market_pages` writes them."""
    text = page.read_text(encoding="utf-8")
    assert with_tables(text, PAGES[page]()) == text


def test_every_reason_has_a_meaning() -> None:
    """In the order of the code, none forgotten, none too many."""
    assert list(MEANINGS) == list(Kind)


def test_a_page_that_says_something_else_is_noticed() -> None:
    """A cell that was changed by hand, and a page without a place for its table."""
    text = REASONS.read_text(encoding="utf-8")
    changed = text.replace("| `timeout` |", "| `time_out` |")
    assert with_tables(changed, reason_tables()) == text != changed
    with pytest.raises(ValueError, match="no place for the table"):
        with_tables(text.replace("<!-- partial -->", ""), reason_tables())


@pytest.mark.parametrize("page", sorted(_PROVIDERS.glob("*.md")), ids=lambda page: page.stem)
def test_the_pages_of_providers_name_reasons_that_there_are(page: Path) -> None:
    """Each code in the last column of the quirks is a reason, or the name of a repair beside one."""
    rows = re.findall(r"^\|.*\| ([^|]*) \|$", _quirks(page), re.MULTILINE)
    named = {code for cell in rows for code in re.findall(r"`([a-z_]+)`", cell)}
    assert named <= {kind.value for kind in Kind} | {"revised"}


def test_every_provider_has_a_page() -> None:
    """The word of the stored source stands on one of the pages."""
    told = " ".join(page.read_text(encoding="utf-8") for page in _PROVIDERS.glob("*.md"))
    assert [each.value for each in Provider if f"`{each.value}`" not in told] == []


def test_the_budgets_on_the_pages_are_the_defaults() -> None:
    """BRAPI's month and day, HG's day."""
    providers = default_providers()
    brapi = (_PROVIDERS / "brapi.md").read_text(encoding="utf-8")
    assert f"| {providers[Provider.BRAPI].quota.month:,} |" in brapi
    assert f"| {providers[Provider.BRAPI].quota.day:,} |" in brapi
    hg = (_PROVIDERS / "hg-brasil.md").read_text(encoding="utf-8")
    assert f"{providers[Provider.HG].quota.day} a day" in hg


def test_the_page_of_recorded_figures_has_their_dates() -> None:
    """Each recorded series with its first and last day and its code, and the number of symbols."""
    text = (_PROVIDERS / "recorded.md").read_text(encoding="utf-8")
    for key in recorded_series_keys():
        days = recorded_coverage(key)
        assert f"| `{key}` | {days.first} | {days.last} | SGS {catalogue()[key].code} |" in text
    assert f"daily prices of {len(recorded_symbols())} symbols" in text


def test_every_fault_is_on_the_page_of_the_simulator() -> None:
    """And no other; likewise the services."""
    text = _SIMULATE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ((?:`[^`]+`(?:, )?)+) \|", text, re.MULTILINE)
    named = [word for row in rows for word in re.findall(r"`([^`]+)`", row)]
    assert sorted(named) == sorted([*Fault, *PREFIXES])


def _quirks(page: Path) -> str:
    """The sections of a page about quirks."""
    sections = re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return "\n".join(section for section in sections if section.startswith("Quirks"))
