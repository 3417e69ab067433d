"""Somebody who never saw the program imports B3's report and gets a buy list, by the page alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page

from fiel.bootstrap import OpenCustody
from fiel.copilot.booking.looking import Looking
from tests.support import first_import
from tests.support.first_import import FILE, empty_book, sample
from tests.web.conftest import WIDTHS, Chromium

WALLET = "carteira"


@pytest.fixture
def book(tmp_path: Path) -> Iterator[tuple[str, OpenCustody]]:
    """An empty book, served."""
    with empty_book(tmp_path) as found:
        yield found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The report, as it was downloaded."""
    path = tmp_path / FILE
    path.write_bytes(sample())
    return path


@pytest.mark.parametrize(("width", "theme"), [("phone", "dark"), ("desktop", "light")])
def test_a_newcomer_gets_a_buy_list_by_the_page_alone(
    chromium: Chromium,
    book: tuple[str, OpenCustody],
    file: Path,
    look: Callable[[Page, str], Path],
    axe: Callable[[Page], list[str]],
    width: str,
    theme: Literal["light", "dark"],
) -> None:
    """Import, mend, decide, accept, targets, orders: on a phone and a desktop, accessible at each step."""
    url, opened = book
    page = chromium.open(url, width=WIDTHS[width], theme=theme)
    violations: list[str] = []

    def seen(step: str) -> None:
        look(page, f"first-import-{step}-{width}-{theme}")
        violations.extend(f"{step}: {one}" for one in axe(page))

    first_import.walk(page, file, seen)

    assert "Compre" in page.inner_text("#resposta")
    assert violations == []
    assert len(Looking(opened.database).rows(WALLET)) == 9


def test_the_journey_needs_no_script(chromium: Chromium, book: tuple[str, OpenCustody], file: Path) -> None:
    """Choosing, mending, importing and undoing work without one."""
    url, opened = book
    page = chromium.open(url, script=False)
    page.goto("/importar")
    page.set_input_files("#arquivo", str(file))
    page.click("text=Ler e conferir")
    page.locator("tr", has_text=first_import.WRONG).get_by_role("link", name="Corrigir").click()
    page.get_by_label("Quantidade", exact=True).fill("50")
    page.click("button:has-text('Salvar')")
    page.click("button:has-text('Importar 10 linhas')")
    assert page.get_by_text("10 linhas entraram na carteira.").is_visible()

    page.click("summary:has-text('Desfazer importação')")
    page.click("button:has-text('Desfazer importação')")

    assert page.get_by_role("heading", name="Importação desfeita").is_visible()
    assert Looking(opened.database).rows(WALLET) == []


def test_a_double_click_in_the_browser_is_one_import(
    chromium: Chromium, book: tuple[str, OpenCustody], file: Path
) -> None:
    """Two clicks as quick as a person can: the rows are there once, and the page says that it is done."""
    url, opened = book
    page = chromium.open(url)
    page.goto("/importar")
    page.set_input_files("#arquivo", str(file))
    page.click("text=Ler e conferir")

    page.get_by_role("button", name="Importar 9 linhas").dblclick()

    page.get_by_role("heading", name="Importação pronta").wait_for()
    assert len(Looking(opened.database).rows(WALLET)) == 9


def test_dropped_files_are_chosen(chromium: Chromium, book: tuple[str, OpenCustody]) -> None:
    """What is dropped on the zone stands in the file field, named."""
    url, _ = book
    page = chromium.open(url)
    page.goto("/importar")
    given = page.evaluate_handle(
        "() => { const d = new DataTransfer(); d.items.add(new File(['a;b'], 'nota.csv')); return d; }"
    )

    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": given})

    assert page.inner_text("[data-chosen]").strip() == "nota.csv"
    assert page.evaluate("document.querySelector('#arquivo').files.length") == 1
