"""What all pages share: texts, templates, preferences, wallets, errors, what is kept."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.copilot.plan_view.words import Lang
from fiel.entrypoints.http.kept import Memo
from fiel.entrypoints.web.catalogue import Catalogue, Texts
from fiel.entrypoints.web.navigation import PLACES, navigation
from fiel.entrypoints.web.numbers import NBSP, Numbers
from fiel.entrypoints.web.preferences import Preferences
from fiel.entrypoints.web.rendering import data_block
from fiel.kernel.errors import NotFound
from tests.support.served_pages import client_of, pages_app

TEMPLATES = Path(__file__).parents[2] / "src/fiel/entrypoints/web/templates"
SCRIPTS = Path(__file__).parents[2] / "src/fiel/entrypoints/web/static"
#: What needs unsafe-eval or inline styles, which the content policy forbids.
FORBIDDEN = re.compile(
    r"hx-on|hx-live|\bjs:|javascript:|\sstyle=|<style|\son[a-z]+=|hx-trigger=\"[^\"]*\["
    r"|<script(?![^>]*(?:src=|application/json))"
)
TAGS = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}|<!doctype[^>]*>", re.DOTALL)
SHOWN_ATTRIBUTE = re.compile(r'\b(?:alt|title|placeholder|aria-label)="([^"{]*[A-Za-zÀ-ú]{2}[^"{]*)"')
WORD = re.compile(r"[A-Za-zÀ-ú]{2,}")
#: Not words of a language.
SIGNS = frozenset(
    {"JSON", "CSV", "Fiel", "TWR", "XIRR", "CDI", "IPCA", "nbsp", "minus", "middot", "amp", "lt", "gt"}
)


def test_no_template_holds_text_of_its_own() -> None:
    """Everything people read comes from the catalogue, in both languages."""
    found = []
    for path in sorted(TEMPLATES.glob("*.html")):
        text = TAGS.sub(" ", path.read_text("utf-8"))
        found += [f"{path.name}: {one}" for one in SHOWN_ATTRIBUTE.findall(text)]
        bare = re.sub(r"<(script|svg)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL)
        found += [f"{path.name}: {word}" for word in WORD.findall(bare) if word not in SIGNS]
    assert found == []


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_no_template_needs_what_the_content_policy_forbids(path: Path) -> None:
    """No inline script or style, and no htmx attribute that is evaluated."""
    assert FORBIDDEN.findall(TAGS.sub("", path.read_text("utf-8"))) == []


def test_both_languages_say_everything_with_the_same_values() -> None:
    """No empty text, and no value that only one of the two names."""
    names = re.compile(r"{(\w+)[^}]*}")
    for key, (portuguese, english) in Catalogue.read().entries.items():
        assert portuguese.strip(), key
        assert english.strip(), key
        assert set(names.findall(portuguese)) == set(names.findall(english)), key


def test_a_key_of_two_pages_is_refused() -> None:
    """Otherwise one page would speak with the words of another."""
    with pytest.raises(ValueError, match="words of b that others have too: x"):
        Catalogue.joined([("a", {"x": ("1", "1")}), ("b", {"x": ("2", "2")})])


def test_values_in_a_text_cannot_become_markup() -> None:
    """What people and files wrote is escaped."""
    texts = Texts(Lang.PT, {"k": "de {name} & mais"})
    assert texts("k", name="<b>x</b>") == "de &lt;b&gt;x&lt;/b&gt; &amp; mais"


def test_a_data_block_cannot_end_its_script() -> None:
    """`<` never stands in it."""
    assert "<" not in data_block({"name": "</script><script>alert(1)</script>", "value": Decimal("1.5")})


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_money_is_written_whole_and_reads_back(amount: Decimal) -> None:
    """Every cent is there, with a typographic minus and a space that does not break."""
    text = Numbers(Lang.PT).money(amount)
    digits = text.replace(f"R${NBSP}", "").replace(".", "").replace(",", ".").replace("−", "-")
    assert Decimal(digits) == amount


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (Numbers(Lang.PT).money(Decimal("1234.565")), f"R${NBSP}1.234,56"),
        (Numbers(Lang.EN).money(Decimal("1234.5")), f"R${NBSP}1,234.50"),
        (Numbers(Lang.PT, hidden=True).money(Decimal(10)), f"R${NBSP}•••"),
        (Numbers(Lang.PT).percent(Decimal("0.1234")), "12,3%"),
        (Numbers(Lang.PT).points(Decimal("-0.0391")), f"−3,9{NBSP}p.p."),
        (Numbers(Lang.PT).percent(Decimal("-0.0001"), signed=True), "0,0%"),
        (Numbers(Lang.PT).quantity(Decimal("1500.250")), "1.500,25"),
        (Numbers(Lang.PT).quantity(Decimal("3E+2")), "300"),
        (Numbers(Lang.PT).price(Decimal("0.0195")), f"R${NBSP}0,0195"),
    ],
)
def test_numbers_are_written_the_local_way(written: str, wanted: str) -> None:
    """Half-even, with the signs of the language; what rounds to zero has no sign."""
    assert written == wanted


def test_preferences_that_are_none_of_the_choices_are_the_defaults() -> None:
    """A cookie is text from outside."""
    odd = {"fiel_idioma": "xx", "fiel_tema": "<b>", "fiel_cores": "", "fiel_ocultar": "yes"}
    assert Preferences.of(odd) == Preferences()
    assert Preferences.of({"fiel_idioma": "en", "fiel_ocultar": "1"}) == Preferences(Lang.EN, hidden=True)


def test_the_memo_keeps_the_answers_used_last() -> None:
    """The one that nobody asked for longest goes; what raises is not kept."""
    memo, made = Memo(2), []

    def make(key: str) -> str:
        made.append(key)
        return key

    for key in ("a", "b", "a", "c", "a", "b"):
        memo.get(key, lambda: make(key))  # noqa: B023
    assert made == ["a", "b", "c", "b"]
    with pytest.raises(ZeroDivisionError):
        memo.get("d", lambda: str(1 // 0))
    assert memo.get("d", lambda: "made") == "made"


def test_of_those_who_ask_for_the_same_answer_one_makes_it() -> None:
    """The others wait for it; when it could not be made, the next one tries."""
    memo, made, began, may_end = Memo(2), [], Event(), Event()

    def slow() -> str:
        made.append("slow")
        began.set()
        may_end.wait(30)
        if len(made) == 1:
            raise NotFound("gone", "the first one fails")
        return "found"

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(memo.get, "a", slow)
        assert began.wait(30)
        others = [pool.submit(memo.get, "a", slow) for _ in range(7)]
        may_end.set()
        with pytest.raises(NotFound):
            first.result(30)
        assert {each.result(30) for each in others} == {"found"}
    assert made == ["slow", "slow"]


def test_one_place_of_the_menu_is_current() -> None:
    """Also on the pages below it."""
    for path in ("/", "/carteira/PETR4", "/importacoes/42"):
        assert sum(place.current for place in navigation(path)) == 1
    assert len([place for place in PLACES if place.on_phone]) == 4


def test_a_stranger_address_is_a_page_that_says_so(tmp_path: Path) -> None:
    """404 with words, a way on and an id; a program gets the problem document."""
    with pages_app(tmp_path) as (app, _), client_of(app) as client:
        answer = client.get("/nada")
        assert answer.status_code == 404
        assert "Esta página não existe" in answer.text
        assert "Para citar:" in answer.text
        plain = client.get("/nada", headers={"accept": "application/json"})
        assert plain.headers["content-type"] == "application/problem+json"
        assert client.get("/?carteira=outra").status_code == 404


def test_an_empty_book_sends_every_page_to_the_first_visit(tmp_path: Path) -> None:
    """Pages that need a wallet go to the one that says how to begin."""
    with pages_app(tmp_path) as (app, _), client_of(app) as client:
        assert "Seu livro está vazio" in client.get("/").text
        answer = client.get("/rentabilidade")
        assert answer.status_code in (200, 303)


def test_a_choice_goes_back_only_to_our_own_pages(tmp_path: Path) -> None:
    """Where to go back to is text from outside, and so is the notice."""
    with pages_app(tmp_path) as (app, _), client_of(app) as client:
        token = re.search(r'name="csrf" value="([^"]*)"', client.get("/").text)
        assert token is not None
        origin = {"origin": str(client.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
        for back in ("//evil.example/", "https://evil.example/", "/\\evil"):
            form = {"csrf": token[1], "tema": "dark", "voltar": back}
            answer = client.post("/preferencias", data=form, headers=origin)
            assert answer.headers["location"] == "/"
        assert client.get("/").text.count('data-theme="dark"') == 1
        client.cookies.set("fiel_aviso", "%5B%22product%22%2C%20%7B%7D%5D")
        assert 'class="sr" role="status"' in client.get("/").text


def test_a_page_is_private_and_varies_by_what_it_shows(tmp_path: Path) -> None:
    """No cache between a person and her numbers; a partial is never taken for the page."""
    with pages_app(tmp_path) as (app, _), client_of(app) as client:
        answer = client.get("/")
        assert (
            answer.headers["cache-control"].startswith("private")
            or "no-store" in answer.headers["cache-control"]
        )
        assert "HX-Request-Type" in answer.headers["vary"]
        assert answer.headers["content-encoding"] == "gzip"
