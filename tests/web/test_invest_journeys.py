"""Aportar, Alvos and Rebalanceamento automático in a real Chromium: live, by keyboard, without a script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.support.planned_wallets import planned_address
from tests.web.conftest import Chromium

PAGES = {
    "aportar": "/aportar?valor=1.000",
    "aportar-vender": "/aportar?valor=500&modo=vender",
    "aportar-supor": "/aportar?valor=1.000&alvo.rv=70&preco.PETR4F=40",
    "aportar-erro": "/aportar?valor=1000.50",
    "aportar-comprado": "/aportar/comprado?valor=1.000",
    "alvos": "/alvos",
    "alvos-texto": "/alvos/texto",
    "automatico": "/automatico",
}


@pytest.fixture(scope="module")
def ana(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of Ana's pages; shared by journeys that change nothing."""
    with planned_address(tmp_path_factory.mktemp("ana")) as url:
        yield url


@pytest.fixture
def own(tmp_path: Path) -> Iterator[str]:
    """Pages of one test alone."""
    with planned_address(tmp_path) as url:
        yield url


def test_an_amount_is_answered_while_it_is_typed(ana: str, chromium: Chromium) -> None:
    """Orders appear without a reload, the amount stands in the address, and back and reload keep it."""
    page = chromium.open(ana)
    page.goto("/aportar")
    box = page.get_by_label("Quanto vai investir?")

    box.click()
    box.press_sequentially("1000", delay=20)

    expect(page.locator("#resposta")).to_contain_text("Compre 1 ativo por R$\u00a01.205,00")
    expect(page).to_have_url(re.compile(r"/aportar\?valor=1000$"))
    expect(box).to_be_focused()
    expect(page.locator("#aviso")).to_have_text("Plano atualizado: 1 ordem.")
    page.reload()
    expect(page.locator("#resposta")).to_contain_text("Compre 1 ativo")
    expect(box).to_have_value("1000")


def test_what_may_be_done_changes_the_answer_at_once(ana: str, chromium: Chromium) -> None:
    """Allowing sales, and supposing a price, both answer in place; the sums are on the page."""
    page = chromium.open(ana)
    page.goto("/aportar?valor=500")

    page.get_by_label("pode vender").check()
    expect(page.locator("#resposta")).to_contain_text("Venda 2 ativos")
    page.get_by_text("E se? Outros preços e alvos").click()
    page.get_by_label("BOVA11", exact=True).first.fill("60,00")

    expect(page.locator("#plano")).to_contain_text("Conta de suposição")
    expect(page.locator("#conta")).to_contain_text("soma 100,0%")
    expect(page).to_have_url(re.compile(r"preco\.BOVA11=60"))


def test_a_wrong_number_is_told_where_it_is_typed(ana: str, chromium: Chromium) -> None:
    """Both readings, while typing, without an error of the page."""
    page = chromium.open(ana)
    page.goto("/aportar")

    page.get_by_label("Quanto vai investir?").fill("1000.50")

    expect(page.get_by_role("alert")).to_have_text(
        "1000.50 pode ser 1.000,50 ou 100.050. Escreva um dos dois."
    )


def test_the_sums_of_the_targets_live_while_the_caret_stays(own: str, chromium: Chromium) -> None:
    """One request per pause, no box is touched; the button that cannot save says why."""
    page = chromium.open(own)
    page.goto("/alvos")
    box = page.get_by_label("Alvo de FIIs, em % da carteira")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "conferir" in request.url else None)

    box.click()
    box.press("End")
    box.press_sequentially(",5", delay=30)

    expect(page.locator("#graiz")).to_contain_text("Carteira soma 100,5%: sobram 0,5 p.p.")
    expect(box).to_be_focused()
    expect(box).to_have_value("20,5")
    assert page.evaluate("document.activeElement.selectionStart") == 4
    assert len(asked) == 1
    expect(page.get_by_role("button", name="Salvar alvos")).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#por-que-nao")).to_be_visible()


def test_targets_are_mended_and_saved(own: str, chromium: Chromium) -> None:
    """The rest is put where it is missing, saved, and the plan is another."""
    page = chromium.open(own)
    page.goto("/alvos")
    page.get_by_label("Alvo de FIIs, em % da carteira").fill("10")
    page.get_by_role("button", name="Pôr em Renda fixa").click()
    expect(page.get_by_label("Alvo de Renda fixa, em % da carteira")).to_have_value("30")

    page.get_by_role("button", name="Salvar alvos").click()

    expect(page.locator("#aviso")).to_have_text("Alvos salvos.")
    page.goto("/aportar?valor=1.000")
    expect(page.locator("#resposta")).to_contain_text("Compre")


def test_enter_in_a_box_checks_and_saves_nothing(own: str, chromium: Chromium) -> None:
    """The key that ends a line must not do what only a button may."""
    page = chromium.open(own)
    page.goto("/alvos")
    box = page.get_by_label("Alvo de FIIs, em % da carteira")

    box.fill("25")
    box.press("Enter")

    expect(page.get_by_text("Rascunho de")).to_be_visible()
    expect(page.get_by_label("Alvo de FIIs, em % da carteira")).to_have_value("25")


def test_everything_works_without_a_script(own: str, chromium: Chromium) -> None:
    """An amount, its answer, the targets saved, what was bought booked: plain forms all the way."""
    page = chromium.open(own, script=False)
    page.goto("/aportar")
    page.get_by_label("Quanto vai investir?").fill("1.000")
    page.get_by_role("button", name="Calcular").click()
    expect(page.locator("#resposta")).to_contain_text("Compre 1 ativo")
    page.get_by_role("link", name="Já comprei: registrar").click()
    page.get_by_role("button", name="Registrar no livro").click()
    expect(page.locator("#aviso")).to_contain_text("1 lançamentos gravados")
    page.goto("/alvos")
    page.get_by_label("Alvo de FIIs, em % da carteira").fill("25")
    page.get_by_label("Alvo de Renda fixa, em % da carteira").fill("15")
    page.get_by_role("button", name="Salvar alvos").click()
    expect(page.locator("#aviso")).to_have_text("Alvos salvos.")


def test_orders_are_copied(ana: str, chromium: Chromium) -> None:
    """The button copies them, or selects them where the browser forbids it; either way it says so."""
    page = chromium.open(ana, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/aportar?valor=1.000")

    page.get_by_role("button", name="Copiar ordens").click()

    expect(page.locator("#aviso")).to_have_text("Ordens copiadas.")
    assert "BOVA11" in page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1100])
@pytest.mark.parametrize("name", sorted(PAGES))
def test_pages_are_for_everybody(
    ana: str,
    chromium: Chromium,
    axe: Callable[[Page], list[str]],
    look: Callable[[Page, str], Path],
    name: str,
    width: int,
    theme: Literal["light", "dark"],
) -> None:
    """No violation of WCAG 2.2 AA in either theme and width, and no scrolling of the page to the side."""
    page = chromium.open(ana, width=width, theme=theme)
    page.goto(PAGES[name])
    for details in page.locator("main details").all():
        details.evaluate("each => { each.open = true }")

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    look(page, f"{name}-{width}-{theme}")


@pytest.mark.parametrize("name", ["alvos", "aportar-vender", "automatico"])
def test_nothing_is_cut_at_320_pixels(ana: str, chromium: Chromium, name: str) -> None:
    """At the width of a page that is zoomed to 400 % nothing needs two directions."""
    page = chromium.open(ana, width=320)
    page.goto(PAGES[name])

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_pages_are_light(ana: str, chromium: Chromium) -> None:
    """The plan's page has fewer nodes and bytes than its budget."""
    page = chromium.open(ana)
    answer = page.goto("/aportar?valor=1.000")

    assert answer is not None
    assert len(answer.body()) < 120_000
    assert page.evaluate("document.getElementsByTagName('*').length") < 1_500
