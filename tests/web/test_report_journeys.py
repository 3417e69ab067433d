"""Income, performance, taxes and data sources in a real browser, over one wallet with a past."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.report_wallet import served_report
from tests.support.served_pages import served
from tests.web.conftest import WIDTHS, Chromium, Theme

Look = Callable[[Page, str], Path]
Axe = Callable[[Page], list[str]]
ALL_MARKS = "comparar=cdi&comparar=ipca&comparar=ibov&enviado=1"
PAGES = {
    "proventos": "/proventos",
    "proventos-calendario": "/proventos?visao=calendario",
    "rentabilidade": f"/rentabilidade?periodo=tudo&{ALL_MARKS}",
    "impostos": "/impostos",
    "fontes": "/fontes",
}


@pytest.fixture(scope="module")
def report_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The wallet, served. Shared: tests that change the book have their own."""
    with served_report(tmp_path_factory.mktemp("report")) as (app, _), served(app) as url:
        yield url


@pytest.fixture
def own_site(tmp_path: Path) -> Iterator[str]:
    """The wallet for one test alone."""
    with served_report(tmp_path) as (app, _), served(app) as url:
        yield url


def hover_charts(page: Page) -> int:
    """Move over every chart once it is drawn; gives how many there are."""
    charts = page.locator("f-chart")
    for place in range(charts.count()):
        chart = charts.nth(place)
        expect(chart).to_have_attribute("data-state", "finished")
        chart.scroll_into_view_if_needed()
        box = chart.bounding_box()
        assert box is not None
        for part in (0.2, 0.5, 0.8):
            page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] / 2)
            page.wait_for_timeout(30)
    return charts.count()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("device", sorted(WIDTHS))
def test_every_report_is_whole_in_both_themes_and_widths(
    chromium: Chromium, report_site: str, look: Look, axe: Axe, theme: Theme, device: str
) -> None:
    """Axe finds nothing, nothing scrolls sideways, and hovering every chart breaks no policy."""
    page = chromium.open(report_site, width=WIDTHS[device], theme=theme)
    charts = 0
    for name, path in PAGES.items():
        page.goto(path)
        charts += hover_charts(page)
        assert axe(page) == [], name
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, name
        page.mouse.move(0, 0)
        page.evaluate("window.scrollTo(0, 0)")
        look(page, f"{name}-{device}-{theme}")
    assert charts == 4


@pytest.mark.parametrize("path", ["/proventos", PAGES["rentabilidade"]])
def test_the_table_under_each_chart_has_the_values_of_the_chart(
    chromium: Chromium, report_site: str, path: str
) -> None:
    """What the JSON block holds is what a reader of the table reads, its years opened, number by number."""
    page = chromium.open(report_site)
    page.goto(path)
    for place in range(page.locator("figure.chart").count()):
        figure = page.locator("figure.chart").nth(place)
        drawn = figure.locator("f-chart").evaluate(_NUMBERS_OF_CHART)
        figure.locator("details.table > summary").click()
        folded = figure.locator("table").first.locator("a[hx-get]")
        while left := folded.count():
            folded.first.click()
            expect(folded).to_have_count(left - 1)
        told = figure.locator("details.table table").first.evaluate(_NUMBERS_OF_TABLE)
        assert drawn
        assert told == drawn


#: The numbers of a chart, row by row as its table has them, in hundredths.
_NUMBERS_OF_CHART = """element => {
  const data = JSON.parse(element.querySelector("script").textContent), cents = one =>
    one === null ? 0 : Math.round(Number(one) * 100);
  if (data.steps) return data.steps.map(step => [cents(step.value)]);
  const columns = data.series.map(one => one.values).concat(data.totals ? [data.totals] : []);
  return columns[0].map((_, row) => columns.map(column => cents(column[row])));
}"""
_NUMBERS_OF_TABLE = """table => {
  const cents = text => {
    const clean = text.replace(/[^0-9,\\u2212-]/g, "").replace("\\u2212", "-").replace(",", ".");
    return clean === "" ? 0 : Math.round(Number(clean) * 100);
  };
  const hasCapital = table.closest("figure").querySelector("f-chart").getAttribute("kind") === "stack";
  return [...table.tBodies[0].rows].map(row => {
    const cells = [...row.querySelectorAll("td.num")].map(cell => cents(cell.textContent));
    return hasCapital ? cells.slice(0, -1) : cells;
  });
}"""


def test_a_late_payment_is_recorded_with_one_click(chromium: Chromium, own_site: str) -> None:
    """It leaves the list of what to check, stands as received, and the page says what was booked."""
    page = chromium.open(own_site)
    page.goto("/proventos")
    waiting = page.locator(".check").filter(has_text="não recebidos há")
    before = waiting.count()
    waiting.first.get_by_role("button", name="Registrar").click()
    expect(page.get_by_role("status").first).to_contain_text("Registrado: R$")
    expect(page.locator(".check").filter(has_text="não recebidos há")).to_have_count(before - 1)
    page.get_by_role("link", name="Recebidos", exact=True).click()
    expect(page.locator(".payment").filter(has_text="ITUB4").first).to_contain_text("recebido")


def test_a_payment_is_ignored_and_asked_about_again(chromium: Chromium, own_site: str) -> None:
    """Ignored it is told as such and still found; asking again brings it back."""
    page = chromium.open(own_site)
    page.goto("/proventos")
    first = page.locator(".check").first
    first.get_by_role("button", name="Ignorar").click()
    expect(page.get_by_text("1 pagamento ignorado por você")).to_be_visible()
    ignored = page.locator(".payment").filter(has_text="não cobrar")
    page.goto("/proventos?situacao=atrasado")
    ignored.first.get_by_text("Por quê e de onde").click()
    ignored.first.get_by_role("link", name="Ver a conta deste pagamento").click()
    page.get_by_role("button", name="Voltar a cobrar").click()
    expect(page.get_by_role("status").first).to_contain_text("Voltamos a cobrar")
    expect(page.get_by_text("ignorado por você")).to_have_count(0)


def test_one_payment_is_drilled_down_to_its_account(chromium: Chromium, report_site: str) -> None:
    """From the list to quantity on the com date times amount, tax, net, and the entries of the asset."""
    page = chromium.open(report_site)
    page.goto("/proventos?situacao=confirmado")
    row = page.locator(".payment").first
    row.locator("summary").click()
    row.get_by_role("link", name="Ver a conta deste pagamento").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("De onde vem este pagamento?")
    expect(page.locator(".answer")).to_contain_text("un. × R$")
    expect(page.get_by_text("Data com:")).to_be_visible()
    expect(page.get_by_role("link", name="Lançamentos de")).to_have_attribute(
        "href", "/lancamentos?ativo=WEGE3"
    )


def test_the_status_filter_narrows_the_list_and_lives_in_the_address(
    chromium: Chromium, report_site: str
) -> None:
    """Only announced payments are listed; back shows all of them again."""
    page = chromium.open(report_site)
    page.goto("/proventos")
    every = page.locator(".payment").count()
    page.get_by_role("link", name="Anunciados").click()
    assert "situacao=anunciado" in page.url
    shown = page.locator(".payment .state")
    assert 0 < shown.count() < every
    assert set(shown.all_inner_texts()) == {"▒ anunciado"}
    page.go_back()
    expect(page.locator(".payment")).to_have_count(every)


def test_gross_and_net_differ_by_the_tax(chromium: Chromium, report_site: str) -> None:
    """The switch changes the sum in the first line and says which it is."""
    page = chromium.open(report_site)
    page.goto("/proventos")
    net = page.locator(".answer").inner_text()
    page.get_by_role("link", name="Bruto", exact=True).click()
    gross = page.locator(".answer").inner_text()
    assert "líquidos" in net
    assert "brutos" in gross
    assert net != gross


def test_a_period_is_chosen_and_compared(chromium: Chromium, report_site: str) -> None:
    """The form asks for dates and a benchmark of one's own; both are on the page that comes."""
    page = chromium.open(report_site)
    page.goto("/rentabilidade")
    page.get_by_label("Datas").check()
    page.get_by_label("De", exact=True).fill("2023-01-01")
    page.get_by_label("Até", exact=True).fill("2023-12-31")
    page.get_by_label("Outra").fill("110% CDI")
    page.get_by_role("button", name="Mostrar").click()
    expect(page.locator(".answer")).to_contain_text("De 01/01/2023 a 31/12/2023")
    expect(page.get_by_role("rowheader", name="110% CDI")).to_be_visible()
    expect(page.get_by_role("heading", name="Por que diferem?")).to_be_visible()


def test_the_darf_is_the_first_line_and_its_way_is_told(chromium: Chromium, report_site: str) -> None:
    """Amount, code and day first; below it the month's sum and the law behind it."""
    page = chromium.open(report_site)
    page.goto("/impostos")
    expect(page.locator(".answer")).to_contain_text(
        "DARF de R$ 1.301,22 (código 6015), vence 30/08/2024 (23 dias)"
    )
    page.get_by_text("Como se chega a isso: jul./24").click()
    expect(
        page.get_by_text("Imposto R$ 1.302,62 − retido na fonte R$ 1,40 = devido R$ 1.301,22")
    ).to_be_visible()
    expect(page.get_by_text("Lei 11.033/2004 art. 2 II").last).to_be_visible()
    expect(page.get_by_text("Cálculo para conferência; não é consultoria.")).to_be_visible()


def test_charts_survive_a_change_of_theme_and_width(chromium: Chromium, report_site: str) -> None:
    """Redrawn, once each; taken out of the page they are gone for good."""
    page = chromium.open(report_site)
    page.goto(PAGES["rentabilidade"])
    expect(page.locator("f-chart[data-state=finished]")).to_have_count(2)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.set_viewport_size({"width": 500, "height": 800})
    expect(page.locator("f-chart[data-state=finished]")).to_have_count(2)
    assert page.locator("f-chart svg").count() == 2
    left = page.evaluate(
        "() => { const one = document.querySelector('f-chart'); one.remove();"
        " return [one.querySelectorAll('svg').length, document.querySelectorAll('f-chart').length]; }"
    )
    assert left == [0, 1]


@pytest.mark.parametrize("path", list(PAGES.values()))
def test_reports_are_read_without_a_script(chromium: Chromium, report_site: str, path: str) -> None:
    """The answer, the tables and every link are there."""
    page = chromium.open(report_site, script=False)
    page.goto(path)
    expect(page.locator(".answer").first).to_be_visible()
    assert page.locator("main table").count() > 0


def test_hidden_values_are_nowhere_in_the_page(chromium: Chromium, report_site: str) -> None:
    """Neither the text nor the data of a chart holds an amount; the shape of the chart stays."""
    page = chromium.open(report_site)
    page.goto("/proventos")
    page.get_by_role("button", name="Ocultar valores").click()
    for path in PAGES.values():
        page.goto(path)
        hover_charts(page)
        # Prices per unit are public and stay.
        told = page.locator("main").inner_text().replace("× R$", "").replace("R$ 10,00", "")
        assert re.findall(r"R\$\s\d[\d.]*,\d\d", told) == [], path
        for chart in page.locator("f-chart").all():
            data = json.loads(chart.locator("script").text_content() or "{}")
            if chart.get_attribute("kind") == "stack":
                assert max(data["totals"]) == 100
            for each in data.get("steps", data.get("moves", ())):
                assert abs(each.get("value", each.get("amount"))) <= 100
