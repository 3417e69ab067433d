"""Every page in a language that nobody speaks: nothing untranslated, and room for longer words on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from fiel.entrypoints.http import create_app
from fiel.entrypoints.worker.demonstrating import DemonstrationBeside
from tests.support.pseudo_language import LONGER, pseudo, speak_oddly
from tests.support.served_pages import HTML, pages_app, served, settings_of
from tests.web.conftest import Chromium

PAGES = (
    "/",
    "/aportar?valor=1000",
    "/proventos",
    "/proventos?visao=calendario",
    "/rentabilidade",
    "/rentabilidade?periodo=tudo",
    "/rentabilidade/ano?ano=2021&periodo=tudo",
    "/carteira",
    "/carteira/PETR4",
    "/alvos",
    "/alvos/texto",
    "/lancamentos",
    "/lancamentos/novo",
    "/importar",
    "/impostos",
    "/automatico",
    "/fontes",
    "/mais",
    "/nao-existe",
)
#: Words that are the same in every language: names, signs, and codes of programs.
NAMES = frozenset(
    (
        *("Fiel", "Ambev", "BB", "Seguridade", "Copel", "Maxi", "Petrobras", "Taesa", "unit", "Vale", "Weg"),
        *("iShares", "Ibovespa", "Selic", "Lei", "art", "demonstracao"),
        # What the demonstration calls its classes; `com` is the day that a payment counts from.
        *("Renda", "fixa", "Fundos", "ETFs", "Tesouro", "Direto", "com"),
        # The code of an error, to be quoted.
        "http",
        # Alike in Portuguese and English, in sentences of other catalogues.
        *("total", "classes"),
    )
)
_HIDDEN = re.compile(r"<(script|style|svg|textarea|code)\b.*?</\1>|<[^>]*>", re.DOTALL)
#: Three plain letters or more; codes with digits or capitals alone are tickers.
_PLAIN = re.compile(r"(?<![\w.@-])[A-Za-z]{3,}(?![\w@-])")


@pytest.fixture(scope="module")
def odd_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demonstration in the odd language."""
    beside = DemonstrationBeside(settings_of(tmp_path_factory.mktemp("odd")))
    try:
        with served(speak_oddly(create_app(beside()))) as url:
            yield url
    finally:
        beside.close()


@pytest.fixture(scope="module")
def odd_empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty book in the odd language."""
    with pages_app(tmp_path_factory.mktemp("empty")) as (app, _), served(speak_oddly(app)) as url:
        yield url


def _plain_words(base: str, path: str, language: str) -> set[str]:
    with httpx.Client(base_url=base, headers=HTML, cookies={"fiel_idioma": language}, timeout=60) as client:
        text = client.get(path, follow_redirects=True).text
    return set(_PLAIN.findall(unescape(_HIDDEN.sub(" ", text))))


def test_the_odd_language_is_longer_and_keeps_its_values() -> None:
    """The means itself: values stay, letters do not."""
    odd = pseudo("Compre {n} ativos por {sum}. Sobram {rest}.")

    assert re.findall(r"{\w+}", odd) == ["{n}", "{sum}", "{rest}"]
    assert not _PLAIN.search(re.sub(r"{\w+}", "", odd))
    assert len(odd) > (1 + LONGER) * len("Compre ativos por. Sobram.")


@pytest.mark.parametrize("path", PAGES)
def test_nothing_stands_untranslated(odd_demo: str, path: str) -> None:
    """A plain word that is there in Portuguese and in English alike is nobody's translation."""
    # Sentences of other catalogues (why an order, why a refusal) differ by language, and drop out by that.
    both = _plain_words(odd_demo, path, "pt") & _plain_words(odd_demo, path, "en")
    assert {word for word in both if not word.isupper()} - NAMES == set()


def test_longer_words_find_room_on_a_phone(chromium: Chromium, odd_demo: str, odd_empty: str) -> None:
    """At 390 pixels no page scrolls sideways, and no button or menu entry is wider than its box."""
    found = {}
    for base in (odd_demo, odd_empty):
        page = chromium.open(base, width=390)
        for path in PAGES[:-1]:
            page.goto(path)
            wide = page.evaluate(
                """() => [document.documentElement.scrollWidth - document.documentElement.clientWidth,
                  ...[...document.querySelectorAll("button, .button, .badge, h1, h2, summary")]
                    .filter(each => each.offsetParent && !each.closest(".sr")
                      && each.scrollWidth > each.clientWidth + 1
                      && getComputedStyle(each).display !== "inline")
                    .map(each => each.textContent.trim().slice(0, 60))]"""
            )
            if wide != [0]:
                found[path] = wide
    assert found == {}
