"""Income, performance, taxes and data sources as pages, without a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from fiel.kernel.clock import FixedClock
from tests.copilot.performing.books import Wallet
from tests.support.report_wallet import NOW, served_report
from tests.support.served_pages import client_of, pages_app

_CSRF = re.compile(r'name="csrf" value="([^"]*)"')


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A visitor of the wallet's pages; the book is shared and not changed."""
    with served_report(tmp_path_factory.mktemp("report")) as (app, _), client_of(app) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/rentabilidade?periodo=datas&de=2024-13-01&ate=2024-12-31", 422, "Não deu para calcular"),
        ("/rentabilidade?periodo=datas&de=2019-01-01&ate=2019-12-31", 422, "2021-07-01"),
        ("/rentabilidade?outra=nonsense!&enviado=1", 422, "Mostrar"),
        ("/proventos?situacao=talvez", 400, "Não deu para fazer isso"),
        ("/proventos?mes=2024-99", 400, "Não deu para fazer isso"),
        ("/proventos/pagamentos/nobody", 404, "Esta página não existe"),
        ("/impostos?ano=1990", 400, "Não deu para fazer isso"),
        ("/impostos/2024/nothing.csv", 404, ""),
    ],
)
def test_what_cannot_be_shown_says_so_and_never_breaks(
    pages: httpx.Client, path: str, status: int, told: str
) -> None:
    """A wrong address is answered with its status and a page that says what is wrong."""
    answer = pages.get(path)
    assert answer.status_code == status, answer.text[:400]
    assert told in answer.text


def test_an_answer_to_a_script_is_the_list_alone(pages: httpx.Client) -> None:
    """A partial has no frame; a restore from history has the whole page."""
    part = pages.get("/proventos", headers={"HX-Request-Type": "partial"})
    assert "<html" not in part.text
    assert 'class="payment ' in part.text
    assert "<html" in pages.get("/proventos", headers={"HX-Request-Type": "full"}).text
    assert "HX-Request-Type" in part.headers["vary"]


def test_the_months_as_a_file_are_those_of_the_page(pages: httpx.Client) -> None:
    """Plain numbers whose layers add up to the total; gross where that was asked for."""
    net = pages.get("/proventos/meses.csv")
    assert net.headers["content-type"].startswith("text/csv")
    head, *rows = net.text.splitlines()
    assert head == "\ufeff" + "month;received;confirmed;announced;estimated;total;capital;basis"
    assert len(rows) == 18
    for row in rows:
        cells = row.split(";")
        assert sum(int(one.replace(",", "")) for one in cells[1:5]) == int(cells[5].replace(",", ""))
    gross = pages.get("/proventos/meses.csv?valores=bruto").text
    assert gross.splitlines()[1].endswith(";gross")
    assert gross != net.text


def test_every_day_of_the_return_is_in_the_file(pages: httpx.Client) -> None:
    """The reference of nought, every day, and yardsticks where the chart has a point."""
    head, first, *rest = pages.get("/rentabilidade/linhas.csv?periodo=ano").text.splitlines()
    assert head == "\ufeffday;wallet_percent;CDI;IBOV"
    assert first == "2023-12-31;0,0000;0,00;0,00"
    assert len(rest) == 155
    assert rest[-1].startswith("2024-08-07;")


def test_files_are_for_the_spreadsheet_of_the_language(pages: httpx.Client) -> None:
    """In English commas between cells and dots in numbers; a program asks in English."""
    english = pages.get("/rentabilidade/linhas.csv?periodo=ano", headers={"cookie": "fiel_idioma=en"}).text
    assert english.splitlines()[:2] == ["day,wallet_percent,CDI,IBOV", "2023-12-31,0.0000,0.00,0.00"]
    goods = pages.get("/impostos/2024/bens_e_direitos.csv").text
    assert goods.startswith("\ufeffgroup;code;asset;quantity_before;")


def test_the_forms_of_the_year_are_files(pages: httpx.Client) -> None:
    """The page links every table, and each is there."""
    page = pages.get("/impostos").text
    links = re.findall(r'href="(/impostos/2024/\w+\.csv)"', page)
    assert len(links) == 5
    for link in links:
        answer = pages.get(link)
        assert answer.status_code == 200
        assert "attachment" in answer.headers["content-disposition"]


def test_in_english_on_request(pages: httpx.Client) -> None:
    """All four pages speak English, with English numbers."""
    cookies = {"fiel_idioma": "en"}
    told = {
        "/proventos": "How much will I be paid, and when?",
        "/rentabilidade": "How am I really doing, and against what?",
        "/impostos": "Do I owe anything this month, how much, by when?",
        "/fontes": "Can I trust today&#39;s figures?",
    }
    for path, question in told.items():
        answer = httpx.get(
            f"{pages.base_url}{path}", headers=dict(pages.headers), cookies=cookies, timeout=20
        )
        assert question in answer.text
        assert "R$\u00a01.302,62" not in answer.text


def test_each_figure_has_its_source_and_day(pages: httpx.Client) -> None:
    """Who told it and of which day stands on every page."""
    assert "Fontes: dados registrados." in pages.get("/proventos").text
    assert "Em 07/08/2024" in pages.get("/rentabilidade").text
    assert "desde 01/01/2005" in pages.get("/impostos").text


def test_what_an_asset_is_for_tax_is_asked_on_the_page(tmp_path: Path) -> None:
    """Nothing tells what BOVA11 is: the page asks, keeps the answer, and reckons."""
    with pages_app(tmp_path, clock=FixedClock(NOW)) as (app, opened):
        ana = Wallet(opened)
        ana.deposits("2024-01-02", "20000.00")
        ana.trades("2024-01-03", "BOVA11", "100", "100.00")
        ana.trades("2024-07-10", "BOVA11", "-100", "120.00")
        with client_of(app) as client:
            asked = client.get("/impostos").text
            assert "O que é BOVA11 para o imposto?" in asked
            form = {"csrf": _CSRF.findall(asked)[0], "ativo": "BOVA11", "categoria": "etf"}
            kept = client.post("/impostos/categorias", data=form, headers={"origin": str(client.base_url)})
            assert kept.status_code == 303, kept.text[:300]
            told = client.get("/impostos").text
    assert "Guardado: BOVA11 é ETFs." in told
    assert "DARF de R$\u00a0300,00" in told


def test_a_wallet_without_payments_or_sales_is_told_what_will_be_here(tmp_path: Path) -> None:
    """Money alone: each page says what it will show and where to begin; no empty chart."""
    with pages_app(tmp_path, clock=FixedClock(NOW)) as (app, opened):
        Wallet(opened).deposits("2024-07-02", "100.00")
        with client_of(app) as client:
            told = {
                path: client.get(path) for path in ("/proventos", "/impostos", "/rentabilidade", "/fontes")
            }
    assert {answer.status_code for answer in told.values()} == {200}
    assert "Aqui vão aparecer seus proventos" in told["/proventos"].text
    assert "<f-chart" not in told["/proventos"].text
    assert "Aqui vai aparecer o que há a pagar" in told["/impostos"].text
    assert "Nenhum ativo da bolsa em carteira." in told["/fontes"].text


def test_offline_nothing_is_asked_and_the_page_says_it(pages: httpx.Client) -> None:
    """No button, and a form that is sent all the same is refused."""
    page = pages.get("/fontes").text
    assert "modo offline" in page
    assert "Tentar de novo" not in page
    token = _CSRF.findall(page)[0]
    sent = pages.post(
        "/fontes/tentar",
        data={"csrf": token, "serie": "cdi"},
        headers={"origin": str(pages.base_url).rstrip("/")},
    )
    assert sent.status_code == 422
