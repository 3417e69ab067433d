"""The page of auto-rebalancing over HTTP: on and off, what it would do, what it did, and STALE."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fiel.autobalance.portfolios import PortfolioStatus
from fiel.autobalance.store import portfolios as store
from fiel.bootstrap import stored_prices
from fiel.bootstrap.autobalance import autobalance_of
from fiel.kernel.clock import FixedClock
from tests.copilot.own_plan.books import NOW
from tests.support.import_pages import words
from tests.support.planned_wallets import PlannedSite, fill, fill_listed, planned_site
from tests.support.served_pages import settings_of


@pytest.fixture
def site(tmp_path: Path) -> Iterator[PlannedSite]:
    """Ana's pages over a wallet that an exchange trades."""
    with planned_site(tmp_path) as found:
        fill_listed(found.book)
        yield found


def stand(site: PlannedSite, folder: Path, **changes: object) -> None:
    """The enrolment as something else made it."""
    prices = stored_prices(site.opened.database)
    parts = autobalance_of(settings_of(folder), site.opened, prices, clock=FixedClock(NOW))
    known = parts.portfolios.status("ana").portfolio
    changed = replace(known, **changes)  # type: ignore[arg-type]
    site.opened.database.transact(lambda unit: store.change(unit.connection, changed))


def turned_on(site: PlannedSite) -> str:
    """What the page says after turning it on."""
    return words(site.visitor.post("/automatico", "/automatico/ligar", faixa="3", corretora="paper"))


def test_off_it_says_what_it_would_be(site: PlannedSite) -> None:
    """Not enrolled: one sentence, and that no real money moves."""
    said = words(site.visitor.get("/automatico"))

    assert "Desligado: esta carteira não é rebalanceada sozinha." in said
    assert "nenhum dinheiro de verdade se move" in said


def test_on_it_says_when_it_acts_and_what_it_would_do(site: PlannedSite) -> None:
    """In simulation, with its rule; today is a holiday, so it would do nothing, and says why."""
    said = turned_on(site)

    assert "Ligado em simulação (corretora de papel)" in said
    assert "Age quando uma classe ou ativo está a mais de 3,00 pontos" in said
    assert "Nada faria agora: o mercado está fechado." in said


def test_real_orders_are_not_turned_on_here(site: PlannedSite) -> None:
    """A broker of real orders is refused, whatever the form says."""
    answer = site.visitor.post("/automatico", "/automatico/ligar", faixa="3", corretora="alpaca")

    assert answer.status_code == 422
    assert "Ordens de verdade não se ligam por esta página" in words(answer)


def test_pausing_and_resuming_keep_their_reason(site: PlannedSite) -> None:
    """Both are told with who and why, for ever."""
    turned_on(site)

    paused = words(site.visitor.post("/automatico", "/automatico/pausar", motivo="férias"))
    resumed = words(site.visitor.post("/automatico", "/automatico/retomar", motivo="voltei"))

    assert "Pausado em simulação" in paused
    assert "férias" in paused
    assert "Ligado em simulação" in resumed
    assert "pausado por local. férias" in resumed


def test_everything_is_paused_in_one_click(site: PlannedSite) -> None:
    """The button is there whatever the state, and pauses what is active."""
    turned_on(site)

    said = words(site.visitor.post("/automatico", "/automatico/pausar-tudo"))

    assert "1 carteira(s) pausada(s)." in said
    assert "Pausado" in said


def test_what_stopped_is_cleared_only_with_a_reason(site: PlannedSite, tmp_path: Path) -> None:
    """STALE says what happened; without a reason nothing is cleared, with one it is on again."""
    turned_on(site)
    told = {"status_reason": "a reversal failed", "stale_saga": "sg_1", "status": PortfolioStatus.STALE}
    stand(site, tmp_path, **told)

    shown = words(site.visitor.get("/automatico"))
    refused = site.visitor.post("/automatico", "/automatico/liberar", motivo="")
    cleared = words(site.visitor.post("/automatico", "/automatico/liberar", motivo="conferi na corretora"))

    assert "A execução sg_1 não pôde ser desfeita." in shown
    assert "a reversal failed" in shown
    assert refused.status_code == 422
    assert "Escreva o motivo." in words(refused)
    assert "Ligado em simulação" in cleared
    assert "conferi na corretora" in cleared


def test_real_orders_are_touched_only_with_the_wallets_name(site: PlannedSite, tmp_path: Path) -> None:
    """Enrolled elsewhere with real orders: resuming asks for the name of the wallet, typed."""
    turned_on(site)
    stand(site, tmp_path, broker="alpaca", status=PortfolioStatus.PAUSED)

    wrong = site.visitor.post("/automatico", "/automatico/retomar", motivo="x", confirmar="bruno")
    right = words(site.visitor.post("/automatico", "/automatico/retomar", motivo="x", confirmar="ana"))

    assert wrong.status_code == 422
    assert "O nome escrito não é o da carteira." in words(wrong)
    assert "ORDENS DE VERDADE" in right


def test_what_no_exchange_trades_is_told(tmp_path: Path) -> None:
    """A Treasury title among the targets cannot be balanced by itself: the refusal names it."""
    with planned_site(tmp_path) as found:
        fill(found.book)
        answer = found.visitor.post("/automatico", "/automatico/ligar", faixa="3", corretora="paper")

    assert answer.status_code == 422
    assert "TESOUROIPCA2035" in words(answer)


def test_a_stream_of_nothing_ends_at_once(site: PlannedSite) -> None:
    """Without a batch under way the stream says so and ends, or browsers would open it for ever."""
    turned_on(site)

    answer = site.visitor.get("/automatico/eventos")

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == "event: fim\ndata: fim\n\n"


def test_a_stream_of_a_wallet_that_is_not_enrolled_is_not_there(site: PlannedSite) -> None:
    """404, as for any page that there is not."""
    assert site.visitor.get("/automatico/eventos").status_code == 404
