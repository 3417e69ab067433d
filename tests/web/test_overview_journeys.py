"""The first page in a real browser: themes, widths, without a script, in English, with hidden values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import WIDTHS, Chromium, Theme

Look = Callable[[Page, str], Path]
Axe = Callable[[Page], list[str]]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("device", sorted(WIDTHS))
def test_the_overview_is_readable_everywhere(
    chromium: Chromium, demo_site: str, look: Look, axe: Axe, theme: Theme, device: str
) -> None:
    """Net worth, plan and next payments stand there; axe finds nothing and nothing scrolls sideways."""
    page = chromium.open(demo_site, width=WIDTHS[device], theme=theme)
    page.goto("/")
    expect(page.locator(".one-number")).to_contain_text("R$")
    expect(page.get_by_role("heading", name="Próximos proventos")).to_be_visible()
    expect(page.locator("f-chart svg").first).to_be_visible()
    look(page, f"overview-{device}-{theme}")
    assert axe(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


def test_a_first_visit_reaches_the_demonstration_and_comes_back(
    chromium: Chromium, empty_site: str, look: Look, axe: Axe
) -> None:
    """An empty book teaches; one click shows the demonstration, one more leaves it, still empty."""
    page = chromium.open(empty_site, width=390)
    page.goto("/")
    expect(page.get_by_role("link", name="Importar extrato da B3")).to_be_visible()
    look(page, "first-visit-phone")
    assert axe(page) == []
    page.get_by_role("button", name="Ver demonstração").click()
    expect(page.locator(".one-number")).to_contain_text("R$")
    expect(page.get_by_role("complementary", name="Demonstração")).to_contain_text("18/12/2023")
    page.get_by_role("button", name="Sair da demonstração").click()
    expect(page.get_by_role("heading", name="Seu livro está vazio")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Demonstração encerrada")


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ("O que compro agora?", "/aportar"),
        ("O que vou receber?", "/proventos"),
        ("Como estou indo?", "/rentabilidade"),
    ],
)
def test_the_three_questions_are_one_click_away(
    chromium: Chromium, demo_site: str, question: str, path: str
) -> None:
    """From the first page each question leads to its answer, which stands in reais or percent."""
    page = chromium.open(demo_site)
    page.goto("/")
    page.get_by_role("link", name=question).click()
    page.wait_for_url(f"**{path}")
    expect(page.locator("main")).to_contain_text("R$")


def test_the_language_and_the_theme_are_switched_by_hand(
    chromium: Chromium, demo_site: str, look: Look
) -> None:
    """English words and numbers, then the dark theme: kept by the server, on the page that one was on."""
    page = chromium.open(demo_site)
    page.goto("/")
    page.get_by_label("Preferências").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Next payments")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    assert "," in (page.locator(".one-number").text_content() or "").split(".")[0]
    page.get_by_label("Preferences").click()
    page.get_by_role("button", name="Dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    look(page, "overview-english-dark")


def test_hidden_values_never_reach_the_browser(chromium: Chromium, demo_site: str, look: Look) -> None:
    """Amounts become dots on the server: no figure of money is left in the page, shares stay."""
    page = chromium.open(demo_site)
    page.goto("/")
    total = (page.locator(".one-number").text_content() or "").replace("Patrimônio: ", "").strip()
    page.get_by_role("button", name="Ocultar valores").click()
    expect(page.locator(".one-number")).to_contain_text("•••")
    content = page.content()
    assert total.removeprefix("R$\N{NO-BREAK SPACE}") not in content
    expect(page.locator("table.tree")).to_contain_text("%")
    look(page, "overview-hidden")
    page.get_by_role("button", name="Mostrar valores").click()
    expect(page.locator(".one-number")).to_contain_text(total)


def test_everything_is_read_without_a_script(chromium: Chromium, demo_site: str, look: Look) -> None:
    """The answers, the bars and the table of the chart are in the page itself."""
    page = chromium.open(demo_site, script=False)
    page.goto("/")
    expect(page.locator(".one-number")).to_contain_text("R$")
    assert page.locator("svg.bullet").count() >= 5
    page.get_by_text("Ver tabela").click()
    expect(page.get_by_role("columnheader", name="CDI")).to_be_visible()
    look(page, "overview-no-script")


def test_the_keyboard_reaches_content_and_menu(chromium: Chromium, demo_site: str) -> None:
    """The first Tab is the way to the content; the focus is seen; preferences open with Enter."""
    page = chromium.open(demo_site)
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Pular para o conteúdo")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "conteudo"
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_nothing_moves_while_the_page_loads(chromium: Chromium, demo_site: str) -> None:
    """No layout shift, few nodes, and no scroll in two directions at 320 pixels."""
    page = chromium.open(demo_site, width=320)
    page.add_init_script(
        "window.__shift = 0; new PerformanceObserver(list => { for (const one of list.getEntries()) "
        "window.__shift += one.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    page.goto("/")
    expect(page.locator("f-chart svg").first).to_be_visible()
    assert page.evaluate("window.__shift") < 0.01
    assert page.evaluate("document.querySelectorAll('*').length") < 1500
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
