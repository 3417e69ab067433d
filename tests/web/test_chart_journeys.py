"""Charts and the page Acesso in a real browser: names that do not touch, a key that is copied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.access import PASSWORD, Guarded, guarded
from tests.web.conftest import WIDTHS, Chromium, Theme

#: The names at the ends of the lines, by their top edges.
ENDS = """names => [...document.querySelectorAll("f-chart[kind=line] svg text")]
  .filter(each => names.includes(each.textContent))
  .map(each => each.getBoundingClientRect())
  .filter((each, at, all) => each.left > Math.max(...all.map(one => one.left)) - 4)
  .map(each => each.top).sort((one, other) => one - other)"""


@pytest.fixture
def owned(tmp_path: Path) -> Iterator[Guarded]:
    """A book with a wallet and an owner."""
    with guarded(tmp_path) as door:
        door.client.post("/api/v1/wallet/ana/deposit?amount=10.00")
        door.access.set_owner("dona", PASSWORD)
        yield door


def test_names_at_the_ends_of_lines_do_not_touch(chromium: Chromium, demo_site: str) -> None:
    """Where lines end close together their names stand apart, each a line high; and after a resize."""
    page = chromium.open(demo_site)
    page.goto("/rentabilidade?comparar=cdi&comparar=ipca&comparar=ibov&enviado=1")
    for width in (1100, 1300):
        page.set_viewport_size({"width": width, "height": 900})
        expect(page.locator("f-chart[kind=line] svg")).to_be_visible()
        page.wait_for_timeout(300)
        tops = page.evaluate(ENDS, ["Sua carteira", "CDI", "IPCA", "IBOV"])
        assert len(tops) == 4
        assert all(below - above >= 15 for above, below in pairwise(tops)), tops


def test_blocks_of_names_stay_in_the_picture(chromium: Chromium, demo_site: str) -> None:
    """Names that want the same place share it; near an edge the block moves in; far ones stay."""
    page = chromium.open(demo_site)
    page.goto("/rentabilidade")
    spread = "args => window.fielChartEnds.spread(...args)"
    assert page.evaluate(spread, [[50, 200], 0, 300]) == [50, 200]
    assert page.evaluate(spread, [[100, 100, 100], 0, 300]) == [83, 100, 117]
    assert page.evaluate(spread, [[298, 299], 0, 300]) == [283, 300]
    assert page.evaluate(spread, [[1, 2, 20], 0, 300]) == [0, 17, 34]


def test_an_old_year_opens_where_it_stands(chromium: Chromium, demo_site: str) -> None:
    """A click puts the months of the year where its row was; the page stays."""
    page = chromium.open(demo_site)
    page.goto("/rentabilidade?periodo=tudo")
    page.get_by_text("Ver tabela").first.click()
    rows = page.locator("details.table").first.locator("tbody").first.locator("tr")
    before = rows.count()
    page.get_by_role("link", name="Fim de 2021: abrir o ano").click()
    expect(page.get_by_role("link", name="Fim de 2021: abrir o ano")).to_have_count(0)
    assert rows.count() > before + 5
    assert page.url.endswith("periodo=tudo")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("device", sorted(WIDTHS))
def test_a_key_is_made_copied_and_revoked(
    chromium: Chromium,
    owned: Guarded,
    look: Callable[[Page, str], Path],
    axe: Callable[[Page], list[str]],
    theme: Theme,
    device: str,
) -> None:
    """Shown once with a button that copies it; its row revokes it; axe finds nothing on the way."""
    page = chromium.open(str(owned.client.base_url), width=WIDTHS[device], theme=theme)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/entrar?para=/acesso")
    page.get_by_label("Senha").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    page.get_by_label("Para que serve").fill("planilha")
    page.get_by_label("ana", exact=True).check()
    page.get_by_role("button", name="Criar chave").click()
    secret = page.get_by_label("A chave").input_value()
    page.get_by_role("button", name="Copiar").click()
    expect(page.get_by_role("status")).to_have_text("Chave copiada.")
    assert secret.startswith("fiel_")
    assert page.evaluate("navigator.clipboard.readText()") == secret
    look(page, f"access-{device}-{theme}")
    assert axe(page) == []
    page.get_by_role("button", name="Revogar planilha").click()
    expect(page.get_by_role("status")).to_contain_text("Chave revogada")
    assert secret not in page.content()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
