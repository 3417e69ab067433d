"""Holdings and entries by the page: what is held and why, typing one, correcting and reversing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from fiel.bootstrap import OpenCustody
from fiel.copilot.booking.looking import Looking
from fiel.copilot.own_plan.desk import OwnPlanDesk
from fiel.custody.ports import LastPrice
from fiel.custody.store.prices import StoredPrices
from fiel.entrypoints.web.views.entries import read_ask
from fiel.entrypoints.web.views.holdings import asset_view, holdings_view
from fiel.kernel.clock import FixedClock
from fiel.kernel.errors import InvalidInput
from tests.support.import_pages import Visitor, trades, words
from tests.support.served_pages import client_of, pages_app

NOW = datetime(2026, 5, 4, 21, 30, tzinfo=UTC)
CLOSE = datetime(2026, 5, 4, 20, 7, tzinfo=UTC)
TODAY = date(2026, 5, 4)
WALLET = "carteira"
ROWS = (
    "10/01/2025;Compra;Mercado à Vista;-;CLEAR CORRETORA;PETR4;100;30,00;3.000,00",
    "10/02/2025;Compra;Mercado à Vista;-;CLEAR CORRETORA;PETR4;100;40,00;4.000,00",
    "10/03/2025;Venda;Mercado à Vista;-;CLEAR CORRETORA;PETR4;50;45,00;2.250,00",
    "11/03/2025;Compra;Mercado à Vista;-;XP INVESTIMENTOS;VALE3;10;60,00;600,00",
    "12/03/2025;Venda;Mercado à Vista;-;XP INVESTIMENTOS;VALE3;10;66,00;660,00",
    "13/03/2025;Compra;Mercado à Vista;-;XP INVESTIMENTOS;ITUB4;20;30,00;600,00",
)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[tuple[Visitor, OpenCustody]]:
    """A wallet with six trades of two brokers; PETR4 has a price, ITUB4 has none."""
    with pages_app(tmp_path, clock=FixedClock(NOW)) as (app, opened), client_of(app) as client:
        StoredPrices(opened.database).put([LastPrice("PETR4", 40 * 10**9, "BRL", CLOSE, "B3")])
        visitor = Visitor(client)
        draft = visitor.upload(("negociacao.csv", trades(*ROWS))).url.path
        visitor.post(draft, f"{draft}/importar", versao=visitor.version(draft))
        yield visitor, opened


def plain(text: str) -> str:
    """With blanks that break and plain signs, as a person would type it."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-")


def test_holdings_add_up_and_unknown_is_never_zero(there: tuple[Visitor, OpenCustody]) -> None:
    """Value, share and result rest on what has a price; what has none is named, and is in no sum."""
    _, opened = there
    desk = OwnPlanDesk(opened.database, FixedClock(NOW))

    view = holdings_view(opened.database, desk, StoredPrices(opened.database), WALLET, TODAY, NOW)

    petr4, itub4 = view.rows
    assert (petr4.asset, petr4.quantity, petr4.average_cost) == ("PETR4", Decimal(150), Decimal(35))
    assert (petr4.value, petr4.result, petr4.share) == (Decimal(6000), Decimal(750), Decimal(1))
    assert (itub4.value, itub4.share, itub4.result) == (None, None, None)
    assert view.unpriced == ("ITUB4",)
    assert view.total == Decimal(6000)
    assert [(one.asset, one.realised) for one in view.closed] == [("VALE3", Decimal("60.00"))]
    assert (view.age.level, petr4.age.level) == ("closed", "closed")


def test_average_cost_is_shown_step_by_step(there: tuple[Visitor, OpenCustody]) -> None:
    """Each day with what was held afterwards; a sale leaves the average as it is."""
    _, opened = there
    desk = OwnPlanDesk(opened.database, FixedClock(NOW))
    held = holdings_view(opened.database, desk, StoredPrices(opened.database), WALLET, TODAY, NOW)

    steps = asset_view(desk, held, "PETR4", TODAY).steps

    assert [(one.day.month, one.quantity, one.average_cost) for one in steps] == [
        (3, Decimal(150), Decimal(35)),
        (2, Decimal(200), Decimal(35)),
        (1, Decimal(100), Decimal(30)),
    ]


def test_the_page_of_holdings_speaks_in_words_first(there: tuple[Visitor, OpenCustody]) -> None:
    """Total, what is not in it, and each row; the closed ones are a tab."""
    visitor, _ = there

    said = plain(words(visitor.get("/carteira")))
    assert "Você tem R$ 6.000,00: 2 ativos e R$ 0,00 em dinheiro." in said
    assert "Fora da soma, sem preço: ITUB4." in said
    assert "▲ +R$ 750,00 +14,3%" in said

    closed = plain(words(visitor.get("/carteira?ver=encerradas")))
    assert "VALE3 +R$ 60,00 12/03/2025" in closed


def test_a_number_leads_to_the_entries_that_it_is_made_of(there: tuple[Visitor, OpenCustody]) -> None:
    """From the average cost to the journal, each entry with the row of the file."""
    visitor, _ = there
    assert "numero=positions%2Fcarteira" in visitor.get("/carteira/PETR4").text

    number = "positions/carteira/2026-05-04..2026-05-04/asset:PETR4/average_cost"
    said = words(visitor.client.get("/por-que", params={"numero": number}))

    assert "Custo médio de ativo PETR4: 3 lançamentos, de o começo a 04/05/2026." in said
    assert "negociacao, linha 2" in said


def test_what_the_wallet_never_had_is_not_found(there: tuple[Visitor, OpenCustody]) -> None:
    """An asset of nobody, and a number that names nothing."""
    visitor, _ = there
    assert visitor.get("/carteira/WEGE3").status_code == 404
    assert visitor.get("/por-que?numero=nonsense").status_code == 400
    assert visitor.get("/por-que?numero=positions/eva/2026-05-04..2026-05-04/portfolio:/x").status_code in {
        400,
        404,
    }


def test_hidden_values_hide_the_holdings(there: tuple[Visitor, OpenCustody]) -> None:
    """No amount and no quantity is sent."""
    visitor, _ = there
    visitor.client.cookies.set("fiel_ocultar", "1")

    said = plain(words(visitor.get("/carteira")))

    assert "6.000,00" not in said
    assert "R$ •••" in said


def test_entries_are_filtered_by_chips_that_can_be_removed(there: tuple[Visitor, OpenCustody]) -> None:
    """Each filter stands as a chip whose link leaves the others."""
    visitor, _ = there

    answer = visitor.get("/lancamentos?ativo=petr4&tipo=buy")

    assert "2 lançamentos." in words(answer)
    assert 'href="/lancamentos?tipo=buy"' in answer.text
    assert 'href="/lancamentos?ativo=PETR4"' in answer.text
    assert "Nenhum lançamento" in words(visitor.get("/lancamentos?ativo=PETR4&ate=2020-01-01"))
    with pytest.raises(InvalidInput):
        read_ask({"de": "ontem"})


def test_entries_leave_as_a_file_that_no_spreadsheet_runs(there: tuple[Visitor, OpenCustody]) -> None:
    """A note that begins like a formula is text in the file."""
    visitor, _ = there
    told = {"tipo": "buy", "data": "2025-04-01", "ativo": "PETR4", "quantidade": "1", "preco": "30"}
    visitor.post("/lancamentos/novo", "/lancamentos/novo", fazer="lancar", nota="=1+1", **told)

    lines = visitor.get("/lancamentos.csv").text.splitlines()

    assert len(lines) == 8
    assert any(line.endswith("'=1+1") for line in lines)


def test_a_typed_entry_is_shown_first_and_booked_once(there: tuple[Visitor, OpenCustody]) -> None:
    """Checking writes nothing; booking twice books once."""
    visitor, opened = there
    told = {"tipo": "buy", "data": "2025-04-01", "ativo": "petr4", "quantidade": "1.000", "preco": "30,50"}

    shown = visitor.post("/lancamentos/novo", "/lancamentos/novo", fazer="conferir", **told)
    assert "PETR4: 150 → 1.150 unidades" in words(shown)
    assert "Dinheiro: -R$ 30.500,00" in plain(words(shown))
    assert len(Looking(opened.database).rows(WALLET)) == 6

    for _ in range(2):
        visitor.post("/lancamentos/novo", "/lancamentos/novo", fazer="lancar", **told)
    assert len(Looking(opened.database).rows(WALLET)) == 7


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("quantidade", "1.50", "“1.50” pode ser 1,50 ou 150."),
        ("preco", "abc", "“abc” não é um número."),
        ("ativo", "", "Falta este valor."),
        ("data", "01/02", "Não é uma data."),
    ],
)
def test_a_bad_field_is_told_at_its_place(
    there: tuple[Visitor, OpenCustody], field: str, typed: str, said: str
) -> None:
    """The form comes back with what was typed, and the problem beside its field."""
    visitor, _ = there
    told = {"tipo": "buy", "data": "2025-04-01", "ativo": "PETR4", "quantidade": "1", "preco": "30"}

    answer = visitor.post(
        "/lancamentos/novo", "/lancamentos/novo", fazer="conferir", **{**told, field: typed}
    )

    assert answer.status_code == 422
    assert said in words(answer)
    assert f'aria-describedby="e-{field}' in answer.text


def test_a_sale_of_more_than_is_held_must_be_meant(there: tuple[Visitor, OpenCustody]) -> None:
    """It is booked only when selling short is allowed."""
    visitor, opened = there
    told = {"tipo": "sell", "data": "2025-04-01", "ativo": "ITUB4", "quantidade": "21", "preco": "30"}
    told |= {"conta": "XP INVESTIMENTOS"}

    answer = visitor.post("/lancamentos/novo", "/lancamentos/novo", fazer="lancar", **told)
    assert "Faltam 1 ITUB4 em 01/04/2025" in words(answer)
    assert len(Looking(opened.database).rows(WALLET)) == 6

    visitor.post("/lancamentos/novo", "/lancamentos/novo", fazer="lancar", descoberto="1", **told)
    assert len(Looking(opened.database).rows(WALLET)) == 7


def test_an_entry_is_reversed_after_what_changes_was_shown(there: tuple[Visitor, OpenCustody]) -> None:
    """The page says what will be held; the reversal keeps the row on record."""
    visitor, opened = there
    row = Looking(opened.database).rows(WALLET, asset="ITUB4")[0]

    assert "ITUB4: 20 → 0 unidades" in words(visitor.get(f"/lancamentos/{row.id}/estornar"))
    for _ in range(2):
        visitor.post("/lancamentos", f"/lancamentos/{row.id}/estornar")

    assert Looking(opened.database).rows(WALLET, asset="ITUB4") == []
    assert "estornado em" in words(visitor.get("/lancamentos?estornos=1&ativo=ITUB4"))


def test_a_correction_reverses_and_books_anew(there: tuple[Visitor, OpenCustody]) -> None:
    """The form begins with what was booked; the old row stands reversed, the new one counts."""
    visitor, opened = there
    row = Looking(opened.database).rows(WALLET, asset="ITUB4")[0]
    assert 'value="20"' in visitor.get(f"/lancamentos/novo?corrige={row.id}").text

    told = {"tipo": "buy", "data": "2025-03-13", "ativo": "ITUB4", "quantidade": "25", "preco": "30"}
    told |= {"corrige": row.id, "conta": "XP INVESTIMENTOS"}
    visitor.post("/lancamentos/novo", "/lancamentos/novo", fazer="lancar", **told)

    [new] = Looking(opened.database).rows(WALLET, asset="ITUB4")
    assert new.said["quantity"] == "25"


def test_an_empty_book_teaches(tmp_path: Path) -> None:
    """Holdings and entries of nobody say what will be there, and where to begin."""
    with pages_app(tmp_path, clock=FixedClock(NOW)) as (app, _), client_of(app) as client:
        visitor = Visitor(client)
        assert "Importar extrato da B3" in words(visitor.get("/carteira"))
        assert "Importar extrato da B3" in words(visitor.get("/lancamentos"))
