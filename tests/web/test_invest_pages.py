"""The page Aportar over HTTP, as a browser without a script and as htmx ask it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fiel.copilot.booking.looking import Looking
from tests.support.import_pages import words
from tests.support.planned_wallets import PlannedSite, fill, planned_site

WHOLE: dict[str, str] = {"HX-Request-Type": "full"}
PARTIAL: dict[str, str] = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[PlannedSite]:
    """Ana's pages."""
    with planned_site(tmp_path) as found:
        fill(found.book)
        yield found


def plain(text: str) -> str:
    """With blanks that may break."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_an_amount_is_answered_in_words_first(site: PlannedSite) -> None:
    """Orders, what is left, and the sums that prove them, all on one page."""
    said = plain(words(site.visitor.get("/aportar?valor=1.000")))

    assert "Compre 1 ativo por R$ 1.205,00." in said
    assert "Sobram R$ 7,00 (nenhum lote cabe)." in said
    assert (
        "A conta fecha: Dinheiro novo R$ 1.000,00 + caixa do livro R$ 212,00 = compras R$ 1.205,00"
        " + taxas R$ 0,00 + sobra R$ 7,00 . Coluna Depois: soma 100,0%. Antes: soma 100,0%."
    ) in said
    assert "VALE3F: preço de 12/11/2026 12:00, velho demais para decidir" in said


def test_htmx_gets_the_answer_alone_and_the_short_address(site: PlannedSite) -> None:
    """Only the part that changes, without the frame; empty boxes are left out of the address."""
    answer = site.visitor.get("/aportar?valor=1.000&modo=comprar&preco.PETR4F=&alvo.rv=", **PARTIAL)

    assert "<html" not in answer.text
    assert "Compre 1 ativo" in answer.text
    assert answer.headers["HX-Replace-Url"] == "/aportar?valor=1000"
    assert "HX-Request-Type" in answer.headers["Vary"]


def test_history_gets_the_whole_page(site: PlannedSite) -> None:
    """A page that is restored is whole, whatever script asks."""
    answer = site.visitor.get("/aportar?valor=1.000", **WHOLE)

    assert "<html" in answer.text


def test_without_a_script_the_address_is_made_short(site: PlannedSite) -> None:
    """A plain form sends every empty box; the browser is sent to the address that says it shortly."""
    answer = site.visitor.get("/aportar?valor=500&preco.PETR4F=&alvo.rv=&precos=aceitar")

    assert str(answer.url).endswith("/aportar?valor=500&precos=aceitar")
    assert answer.status_code == 200


def test_a_number_with_two_readings_is_asked_back(site: PlannedSite) -> None:
    """1000.50 is not guessed: both readings are shown, what was typed stays."""
    answer = site.visitor.get("/aportar?valor=1000.50")

    assert "1000.50 pode ser 1.000,50 ou 100.050. Escreva um dos dois." in words(answer)
    assert 'value="1000.50"' in answer.text


def test_orders_as_csv_have_no_formula(site: PlannedSite) -> None:
    """A spreadsheet opens them as data; numbers are exact."""
    answer = site.visitor.get("/aportar/ordens.csv?valor=1.000")

    lines = answer.text.splitlines()
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert lines[0].startswith("\ufeffasset;name;side;quantity")
    assert lines[1].startswith("BOVA11;BOVA11;buy;10;")
    assert not any(re.match(r"[=+@-]", cell) for line in lines for cell in line.split(";"))


def test_hidden_values_leave_no_amount_on_the_page(site: PlannedSite) -> None:
    """With values hidden no money stands anywhere, in no sentence either; public prices do."""
    site.visitor.client.cookies.set("fiel_hidden", "1")
    site.visitor.post("/aportar", "/preferencias", ocultar="1")

    said = plain(words(site.visitor.get("/aportar?valor=1.000")))

    amounts = re.findall(r"R\$ ([0-9.,]+)", said)
    prices = {"38,10", "32,20", "101,20", "160,05", "120,50", "2.310,00"}
    assert set(amounts) <= prices
    assert "R$ •••" in said


def test_english_is_whole(site: PlannedSite) -> None:
    """The same page in English, with English numbers."""
    site.visitor.post("/aportar", "/preferencias", idioma="en")

    said = plain(words(site.visitor.get("/aportar?valor=1.000")))

    assert "Buy 1 asset for R$ 1,205.00." in said
    assert "It adds up" in said


def test_a_plan_is_kept_as_it_was(site: PlannedSite) -> None:
    """Saved, it shows the same orders when prices have moved; deleted, it is gone."""
    kept = site.visitor.post("/aportar?valor=1.000", "/aportar/planos", pergunta="valor=1000")
    site.book.costs(BOVA11="200")
    again = site.visitor.get(kept.url.path)
    listed = words(site.visitor.get("/aportar"))
    site.visitor.post(kept.url.path, f"{kept.url.path}/apagar")

    assert kept.url.path.startswith("/aportar/planos/")
    assert "R$ 120,50" in plain(words(again))
    assert "Planos salvos" in listed
    assert site.visitor.get(kept.url.path).status_code == 404


def test_what_was_bought_is_booked_once(site: PlannedSite) -> None:
    """With the figures that a person corrected; sent twice, it is booked once."""
    page = site.visitor.get("/aportar/comprado?valor=1.000")
    told: dict[str, Any] = {
        "ativo": "BOVA11",
        "lado": "buy",
        "quantidade": "9",
        "preco": "121,00",
        "custos": "1,20",
    }
    told |= {"conta": "", "dia": "2026-11-20", "pergunta": "valor=1000"}

    first = site.visitor.post("/aportar/comprado?valor=1.000", "/aportar/comprado", **told)
    second = site.visitor.post("/aportar/comprado?valor=1.000", "/aportar/comprado", **told)

    rows = Looking(site.opened.database).rows("ana")
    assert 'name="quantidade"' in page.text
    assert "1 lançamentos gravados" in words(first)
    assert "Tudo isto já estava no livro." in words(second)
    assert [(row.asset, row.said["quantity"], row.said["price"]) for row in rows] == [("BOVA11", "9", "121")]


def test_a_figure_that_cannot_be_read_books_nothing(site: PlannedSite) -> None:
    """The form comes back with what was typed and the problem at its box."""
    told: dict[str, Any] = {
        "ativo": "BOVA11",
        "lado": "buy",
        "quantidade": "10",
        "preco": "120.5",
        "custos": "",
    }
    told |= {"conta": "", "dia": "2026-11-20", "pergunta": "valor=1000"}

    answer = site.visitor.post("/aportar/comprado?valor=1.000", "/aportar/comprado", **told)

    assert answer.status_code == 422
    assert "120.5 pode ser 120,5 ou 1.205" in words(answer)
    assert 'value="120.5"' in answer.text
    assert Looking(site.opened.database).rows("ana") == []


def test_nothing_of_tomorrow_is_booked(site: PlannedSite) -> None:
    """A day that has not come is refused at its box."""
    told: dict[str, Any] = {
        "ativo": "BOVA11",
        "lado": "buy",
        "quantidade": "1",
        "preco": "120",
        "custos": "",
        "conta": "",
    }

    answer = site.visitor.post("/aportar/comprado?valor=1.000", "/aportar/comprado", dia="2026-11-21", **told)

    assert answer.status_code == 422
    assert Looking(site.opened.database).rows("ana") == []


def test_more_than_is_held_cannot_be_sold(site: PlannedSite) -> None:
    """The refusal names the asset and nothing is booked."""
    told: dict[str, Any] = {
        "ativo": "PETR4",
        "lado": "sell",
        "quantidade": "900",
        "preco": "38",
        "custos": "",
        "conta": "",
    }

    answer = site.visitor.post("/aportar?valor=1.000", "/aportar/comprado", dia="2026-11-20", **told)

    assert answer.status_code == 422
    assert "PETR4" in words(answer)
    assert Looking(site.opened.database).rows("ana") == []


def test_without_targets_the_page_teaches(tmp_path: Path) -> None:
    """One sentence on what will be here and one way to go on, no empty table."""
    with planned_site(tmp_path) as found:
        fill(found.book, targets=None)
        answer = found.visitor.get("/aportar?valor=1.000")

    assert answer.status_code == 200
    assert "Primeiro, os alvos" in words(answer)
    assert 'href="/alvos"' in answer.text
    assert "<table" not in answer.text


def test_a_missing_price_can_be_said_for_this_reckoning(tmp_path: Path) -> None:
    """The page names what has no price and takes it; nothing is kept of it."""
    with planned_site(tmp_path) as found:
        fill(found.book)
        found.book.holds("WEGE3", "10", "400")
        asked = found.visitor.get("/aportar?valor=1.000")
        told = found.visitor.get("/aportar?valor=1.000&preco.WEGE3F=40,00")

    assert "Falta o preço de WEGE3F" in words(asked)
    assert "Compre" in words(told)


def test_the_page_of_another_wallet_is_not_there(site: PlannedSite) -> None:
    """A wallet that there is not, or not for this person, is a page that there is not."""
    assert site.visitor.get("/aportar?carteira=bruno").status_code == 404


def test_a_hostile_name_is_only_text(site: PlannedSite) -> None:
    """What a label says is shown, never run."""
    text = site.book.desk().required("ana").body.replace('"Ações"', "'<script>alert(1)</script>'")
    site.book.desk().save("ana", text)

    answer = site.visitor.get("/aportar?valor=1.000")

    assert "<script>alert(1)" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text
