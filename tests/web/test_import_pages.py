"""Importing by the page: chosen, checked, mended, decided, booked once, and undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fiel.bootstrap import OpenCustody
from fiel.copilot.booking.looking import Looking
from fiel.kernel.clock import FixedClock
from tests.support.import_pages import BAD, GOOD, Visitor, trades, words
from tests.support.served_pages import client_of, pages_app

NOW = datetime(2026, 5, 4, 15, tzinfo=UTC)


@pytest.fixture
def opened_visitor(tmp_path: Path) -> Iterator[tuple[Visitor, OpenCustody]]:
    """Somebody with an empty book, and the book."""
    with pages_app(tmp_path, clock=FixedClock(NOW)) as (app, opened), client_of(app) as client:
        yield Visitor(client), opened


@pytest.fixture
def visitor(opened_visitor: tuple[Visitor, OpenCustody]) -> Visitor:
    """Somebody with an empty book."""
    return opened_visitor[0]


def booked(opened: OpenCustody, wallet: str = "carteira") -> list[str]:
    """Assets of the rows that count, in the order of the book."""
    return [row.asset for row in Looking(opened.database).rows(wallet)]


def test_nothing_is_written_before_it_was_checked(opened_visitor: tuple[Visitor, OpenCustody]) -> None:
    """A file that was read is a draft with an address of its own, and the book has nothing of it."""
    visitor, opened = opened_visitor

    answer = visitor.upload(("negociacao.csv", trades(GOOD)))

    assert answer.status_code == 200
    assert answer.url.path.startswith("/importacoes/")
    assert "B3 Negociação" in words(answer)
    assert "1 linha para importar. Nada foi gravado ainda." in words(answer)
    assert "R$ 3.720,00 aplicados" in words(answer).replace("\N{NO-BREAK SPACE}", " ")
    assert booked(opened) == []
    assert words(visitor.get(answer.url.path)) == words(answer)


def test_an_error_names_line_column_value_and_what_is_expected(visitor: Visitor) -> None:
    """A row that cannot be read says all that is needed to mend it."""
    said = words(visitor.upload(("negociacao.csv", trades(GOOD, BAD))))

    assert "Linha 3" in said
    assert "Quantidade: “1.00,5” não é um número. Ex.: 1.000,5 ou 100,5" in said
    assert "1 com erro" in said


def test_a_row_is_mended_in_place_and_imported(opened_visitor: tuple[Visitor, OpenCustody]) -> None:
    """Without a script: the form opens on the page, and what is said is booked."""
    visitor, opened = opened_visitor
    draft = visitor.upload(("negociacao.csv", trades(GOOD, BAD))).url.path
    assert "Corrigir a linha 3" in words(visitor.get(f"{draft}?corrigir=0u0"))

    told = {"tipo": "buy", "data": "2025-01-11", "ativo": "VALE3", "quantidade": "100,5", "preco": "55,50"}
    answer = visitor.post(draft, f"{draft}/linhas/0u0", fazer="corrigir", **told)
    assert "2 linhas para importar." in words(answer)

    done = visitor.post(draft, f"{draft}/importar", versao=visitor.version(draft))
    assert "2 linhas entraram na carteira." in words(done)
    assert sorted(booked(opened)) == ["PETR4", "VALE3"]


def test_a_number_that_could_mean_two_is_refused_with_both(visitor: Visitor) -> None:
    """1.50 typed into a correction is asked about, at its field, and what was typed stays."""
    draft = visitor.upload(("negociacao.csv", trades(BAD))).url.path

    told = {"tipo": "buy", "data": "2025-01-11", "ativo": "VALE3", "quantidade": "1.50", "preco": "55,50"}
    answer = visitor.post(draft, f"{draft}/linhas/0u0", fazer="corrigir", **told)

    assert answer.status_code == 422
    assert "“1.50” pode ser 1,50 ou 150. Escreva um dos dois." in words(answer)
    assert 'value="1.50"' in answer.text


def test_a_decision_swaps_its_row_its_twins_and_the_counters(visitor: Visitor) -> None:
    """With a script only the rows that changed and the counters come."""
    draft = visitor.upload(("negociacao.csv", trades(GOOD, GOOD))).url.path
    assert "2 parecidas" in words(visitor.get(draft))

    answer = visitor.swap(draft, f"{draft}/linhas/0b1", fazer="ignorar")

    assert "<html" not in answer.text
    assert 'id="linha-0b1"' in answer.text.split("<hx-partial")[0]
    assert 'hx-target="#linha-0b0"' in answer.text
    assert 'hx-target="#contagem"' in answer.text
    assert "1 linha para importar." in words(answer)


def test_a_double_click_is_one_import(opened_visitor: tuple[Visitor, OpenCustody]) -> None:
    """The second request finds the import done."""
    visitor, opened = opened_visitor
    draft = visitor.upload(("negociacao.csv", trades(GOOD))).url.path
    version = visitor.version(draft)

    first = visitor.post(draft, f"{draft}/importar", versao=version)
    second = visitor.post("/importar", f"{draft}/importar", versao=version)

    assert "1 linha entrou na carteira." in words(first)
    assert "1 linha entrou na carteira." in words(second)
    assert booked(opened) == ["PETR4"]


def test_an_old_window_does_not_import_what_it_did_not_show(
    opened_visitor: tuple[Visitor, OpenCustody],
) -> None:
    """A draft that was changed elsewhere is shown again before it is booked."""
    visitor, opened = opened_visitor
    draft = visitor.upload(("negociacao.csv", trades(GOOD, GOOD))).url.path
    version = visitor.version(draft)
    visitor.post(draft, f"{draft}/linhas/0b0", fazer="ignorar")

    answer = visitor.post(draft, f"{draft}/importar", versao=version)

    assert "confira de novo" in words(answer)
    assert booked(opened) == []


def test_an_import_is_undone_and_its_file_asks_to_come_again(
    opened_visitor: tuple[Visitor, OpenCustody],
) -> None:
    """Undoing reverses every row; the file then offers to import them again."""
    visitor, opened = opened_visitor
    draft = visitor.upload(("negociacao.csv", trades(GOOD))).url.path
    visitor.post(draft, f"{draft}/importar", versao=visitor.version(draft))

    assert "Importação desfeita" in words(visitor.post(draft, f"{draft}/desfazer"))
    assert booked(opened) == []

    again = visitor.upload(("negociacao.csv", trades(GOOD)))
    assert "desfeita antes" in words(again)
    path = again.url.path
    visitor.post(path, f"{path}/todas", fazer="de_novo")
    visitor.post(path, f"{path}/importar", versao=visitor.version(path))
    assert booked(opened) == ["PETR4"]


def test_a_sale_of_what_is_not_there_asks_what_was_held(
    opened_visitor: tuple[Visitor, OpenCustody],
) -> None:
    """The import waits until the opening is said, and then books it too."""
    visitor, opened = opened_visitor
    sale = "06/05/2025;Venda;Mercado à Vista;-;CLEAR CORRETORA;PETR4;140;38,10;5.334,00"
    answer = visitor.upload(("negociacao.csv", trades(GOOD, sale)))
    draft = answer.url.path
    assert "PETR4: faltam 40 em 06/05/2025 (clear)" in words(answer)
    assert 'aria-disabled="true"' in answer.text

    told = {"ativo": "PETR4", "conta": "clear", "quantidade": "40", "medio": "20,50"}
    visitor.post(draft, f"{draft}/antes", **told)
    visitor.post(draft, f"{draft}/importar", versao=visitor.version(draft))

    assert len(booked(opened)) == 3


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "O arquivo está vazio"),
        (b"<html><body>login</body></html>", "Isto é uma página web"),
        (b"ab\x00\x00cd\x00\x00ef", "Não é planilha"),
        (b"a;b;c\n1;2;3\n", "Não reconheci este arquivo"),
        (trades(GOOD).replace("Preço".encode(), b"Prec"), "as colunas mudaram"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(visitor: Visitor, data: bytes, said: str) -> None:
    """The page comes back with the reason beside the name of the file."""
    answer = visitor.upload(("extrato.csv", data))

    assert answer.status_code == 422
    assert f"extrato.csv : {said}" in words(answer) or said in words(answer)


def test_several_files_are_one_import(opened_visitor: tuple[Visitor, OpenCustody]) -> None:
    """Files chosen together are checked and booked together."""
    visitor, opened = opened_visitor
    other = "12/01/2025;Compra;Mercado à Vista;-;CLEAR CORRETORA;VALE3;10;55,50;555,00"

    draft = visitor.upload(("a.csv", trades(GOOD)), ("b.csv", trades(other))).url.path
    visitor.post(draft, f"{draft}/importar", versao=visitor.version(draft))

    assert sorted(booked(opened)) == ["PETR4", "VALE3"]


def test_a_form_of_another_session_imports_nothing(opened_visitor: tuple[Visitor, OpenCustody]) -> None:
    """Without the page's token, or from another site, nothing is read."""
    visitor, opened = opened_visitor
    files = [("arquivo", ("a.csv", trades(GOOD), "text/csv"))]

    answer = visitor.client.post(
        "/importar",
        data={"csrf": "guessed"},
        files=files,
        headers={"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    )

    assert answer.status_code in {403, 422}
    assert booked(opened) == []


def test_a_draft_that_is_not_there_is_not_found(visitor: Visitor) -> None:
    """An address that nobody was given shows nothing."""
    assert visitor.get("/importacoes/imp_00").status_code == 404


def test_the_check_speaks_english_too(visitor: Visitor) -> None:
    """The same page, in the language that was chosen."""
    draft = visitor.upload(("negociacao.csv", trades(GOOD, BAD))).url.path
    visitor.client.cookies.set("fiel_idioma", "en")

    said = words(visitor.get(draft))

    assert "1 row to import. 1 needs you. Nothing is written yet." in said
    assert "Quantity: “1.00,5” is no number." in said
