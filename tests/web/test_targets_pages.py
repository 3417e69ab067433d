"""The page Alvos over HTTP: live sums, buttons, drafts, saving, and the text that is the truth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.import_pages import words
from tests.support.planned_wallets import TARGETS, PlannedSite, fill, planned_site

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
_INPUT = re.compile(r"<input\b[^>]*>")
FIELDS = ("no", "tipo", "ativo", "especie", "rotulo", "peso", "faixa")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[PlannedSite]:
    """Ana's pages."""
    with planned_site(tmp_path) as found:
        fill(found.book)
        yield found


def form_of(answer: httpx.Response, **weights: str) -> dict[str, Any]:
    """What the editor's form would send, with other texts in the boxes of some rows (`rv_acoes`)."""
    found: dict[str, list[str]] = {name: [] for name in FIELDS}
    base = "pai"
    for tag in _INPUT.findall(answer.text):
        pairs = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        name, value = pairs.get("name"), unescape(pairs.get("value", ""))
        if name == "base":
            base = value
        elif name in found:
            found[name].append(value)
    for place, text in weights.items():
        found["peso"][found["no"].index(place.replace("_", "."))] = text
    return {**found, "base": base}


def test_every_row_says_both_bases(site: PlannedSite) -> None:
    """The one that is edited in its box, the other beside it, and what there is today."""
    said = words(site.visitor.get("/alvos"))

    assert "Tudo soma exatamente 100%." in said
    assert "% de Renda variável = 35,0% da carteira" in said
    assert "hoje 0,0% (−25,0 p.p.)" in said


def test_the_live_check_answers_without_the_boxes(site: PlannedSite) -> None:
    """Status 200, messages to their places, no input: what is being typed is never touched."""
    page = site.visitor.get("/alvos")

    answer = site.visitor.post("/alvos", "/alvos/conferir", headers=PARTIAL, **form_of(page, rv_acoes="57"))

    assert answer.status_code == 200
    assert "<input" not in answer.text
    assert "Renda variável soma 98,7%: faltam 1,3 p.p. para 100%." in words(answer)
    assert 'hx-target="#g0"' in answer.text
    assert 'aria-disabled="true"' in answer.text


def test_what_is_typed_is_not_lost(site: PlannedSite) -> None:
    """The draft of a check is there when the page is opened again; discarded, the saved targets are."""
    page = site.visitor.get("/alvos")
    site.visitor.post("/alvos", "/alvos/conferir", headers=PARTIAL, **form_of(page, fii="19,5"))

    again = site.visitor.get("/alvos")
    site.visitor.post("/alvos", "/alvos/descartar")
    after = site.visitor.get("/alvos")

    assert "Rascunho de" in words(again)
    assert 'value="19,5"' in again.text
    assert 'value="19,5"' not in after.text


def test_saving_keeps_the_persons_text(site: PlannedSite) -> None:
    """Weights change in their lines; comments stay; the plan is made with the new ones."""
    page = site.visitor.get("/alvos")

    answer = site.visitor.post("/alvos", "/alvos", acao="salvar", **form_of(page, fii="25", rf="15"))

    saved = site.book.desk().required("ana").body
    assert "Alvos salvos." in words(answer)
    assert saved == TARGETS.replace('"20"   # prédios', '"25"   # prédios').replace(
        'weight="20"\nlabel="Renda fixa"', 'weight="15"\nlabel="Renda fixa"'
    )


def test_sums_that_are_off_are_not_saved(site: PlannedSite) -> None:
    """422 with the page as it was typed; what is saved stays."""
    page = site.visitor.get("/alvos")

    answer = site.visitor.post("/alvos", "/alvos", acao="salvar", **form_of(page, fii="25"))

    assert answer.status_code == 422
    assert 'value="25"' in answer.text
    assert "Carteira soma 105%: sobram 5 p.p. sobre 100%." in words(answer)
    assert site.book.desk().required("ana").body == TARGETS


@pytest.mark.parametrize(
    ("act", "weights", "wanted"),
    [
        ("iguais:", {}, ["33,3333", "33,3333", "33,3334"]),
        ("dividir:", {"fii": ""}, ["60", "20", "20"]),
        ("por:rf", {"fii": "25"}, ["60", "25", "15"]),
    ],
)
def test_buttons_share_out(site: PlannedSite, act: str, weights: dict[str, str], wanted: list[str]) -> None:
    """Thirds, the rest into what is empty, the rest into one: always exactly 100, nothing saved yet."""
    page = site.visitor.get("/alvos")

    answer = site.visitor.post("/alvos", "/alvos", acao=act, **form_of(page, **weights))

    form = form_of(answer)
    top = [text for place, text in zip(form["no"], form["peso"], strict=True) if "." not in place]
    assert top == wanted
    assert "Tudo soma exatamente 100%." in words(answer)
    assert site.book.desk().required("ana").body == TARGETS


def test_a_class_and_an_asset_can_be_added_and_saved(site: PlannedSite) -> None:
    """A new class with a new asset, its share taken from another; the text then describes the asset."""
    page = site.visitor.get("/alvos")
    page = site.visitor.post("/alvos", "/alvos", acao="classe", onde="", novo="Cripto", **form_of(page))
    page = site.visitor.post(
        "/alvos",
        "/alvos",
        acao="ativo",
        onde="cripto",
        novo="btc",
        nova_especie="crypto",
        **form_of(page, rf="15", cripto="5"),
    )
    page = site.visitor.post("/alvos", "/alvos", acao="dividir:cripto", **form_of(page))

    answer = site.visitor.post("/alvos", "/alvos", acao="salvar", **form_of(page))

    saved = site.book.desk().required("ana").body
    assert "Alvos salvos." in words(answer)
    assert '[assets.BTC]\nkind = "crypto"' in saved
    assert "# Minha carteira" in saved


def test_an_asset_without_a_kind_is_asked_for(site: PlannedSite) -> None:
    """What its code does not tell must be said; the page stays as it was typed."""
    page = site.visitor.get("/alvos")

    answer = site.visitor.post("/alvos", "/alvos", acao="ativo", onde="fii", novo="KNRI11", **form_of(page))

    assert answer.status_code == 422
    assert "Diga o que KNRI11 é." in words(answer)


def test_the_effect_is_the_plan_with_these_weights(site: PlannedSite) -> None:
    """Without saving: the weights of every class that changed stand in the address of the plan."""
    page = site.visitor.get("/alvos")

    answer = site.visitor.post("/alvos", "/alvos", acao="efeito", **form_of(page, fii="25", rf="15"))

    assert answer.url.path == "/aportar"
    assert dict(answer.url.params) == {"alvo.rv": "60", "alvo.fii": "25", "alvo.rf": "15"}
    assert site.book.desk().required("ana").body == TARGETS


def test_without_targets_the_wallet_of_today_is_the_beginning(tmp_path: Path) -> None:
    """Ready to be changed and adding up; it holds only once it was saved, by the button that says so."""
    with planned_site(tmp_path) as found:
        found.book.holds("PETR4", "10", "300")
        found.book.holds("ITUB4", "30", "900")
        found.book.costs(PETR4="30", ITUB4="30")
        shown = words(found.visitor.get("/alvos"))
        before = found.book.desk().saved("ana")
        told = words(found.visitor.post("/alvos", "/alvos/da-carteira"))
        saved = found.book.desk().required("ana").body

    assert "Ainda não há alvos." in shown
    assert "Tudo soma exatamente 100%." in shown
    assert before is None
    assert "Os alvos agora são os pesos da sua carteira de hoje." in told
    assert re.search(r'^PETR4F? = "25"$', saved, re.MULTILINE)


def test_the_text_is_checked_line_by_line(site: PlannedSite) -> None:
    """A wrong sum names its line; a right text is saved as it was written."""
    wrong = site.visitor.post("/alvos/texto", "/alvos/texto", texto=TARGETS.replace('"60"', '"61"'))
    mine = TARGETS.replace("# Minha carteira", "# Meu texto")
    right = site.visitor.post("/alvos/texto", "/alvos/texto", texto=mine.replace("\n", "\r\n"))

    assert wrong.status_code == 422
    assert "linha" in words(wrong)
    assert "Alvos salvos." in words(right)
    assert site.book.desk().required("ana").body.strip() == mine.strip()


def test_a_text_that_the_editor_cannot_open_is_shown_as_text(site: PlannedSite) -> None:
    """Nothing is lost and nothing is guessed: the text page says what to correct."""
    site.book.desk().save("ana", TARGETS.replace('kind="etf"', 'kind="?"'))

    answer = site.visitor.get("/alvos")

    assert answer.status_code == 200
    assert "O editor não consegue abrir este texto" in words(answer)
    assert "<textarea" in answer.text
