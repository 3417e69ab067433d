"""A batch under way on the page: followed order by order with a script, by reloading without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.import_pages import Visitor, words
from tests.support.live_batches import LiveSite, live_site
from tests.support.served_pages import HTML
from tests.web.conftest import Chromium


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveSite]:
    """Enrolled, nothing begun yet."""
    with live_site(tmp_path, seconds=1.0) as found:
        with httpx.Client(base_url=found.url, headers=HTML, timeout=20) as client:
            visitor = Visitor(client)
            on = visitor.post("/automatico", "/automatico/ligar", faixa="3", corretora="paper")
            assert "Ligado em simulação" in words(on)
        yield found


def test_a_batch_is_followed_to_its_end(
    chromium: Chromium, live: LiveSite, look: Callable[[Page, str], Path]
) -> None:
    """Orders go out and execute before one's eyes; then the history has the batch and the stream is shut."""
    live.begin()
    page = chromium.open(live.url, width=390)
    streams: list[str] = []
    page.on("request", lambda one: streams.append(one.url) if one.url.endswith("/eventos") else None)
    page.goto("/automatico")
    running = page.locator("#andamento")
    expect(running).to_contain_text("Execução em andamento")
    expect(running.locator("table")).to_contain_text("enviada")
    expect(running.locator("table")).not_to_contain_text("executada")
    look(page, "auto-live-phone")

    live.let_go.set()

    expect(running.locator("table")).to_contain_text("executada", timeout=20_000)
    expect(running).to_contain_text("Nenhuma execução agora.", timeout=20_000)
    expect(page.locator("#aviso")).to_have_text("Execução terminada: concluída.")
    expect(page.locator("#historico")).to_contain_text("concluída")
    opened = len(streams)
    page.wait_for_timeout(1500)
    assert opened == len(streams) == 1


def test_a_script_that_comes_late_still_listens(chromium: Chromium, live: LiveSite) -> None:
    """On a slow line the extension that reads the stream arrives after the rest; the batch is followed."""
    live.begin()
    page = chromium.open(live.url)

    def late(route: Route) -> None:
        page.wait_for_timeout(500)
        route.continue_()

    page.route("**/hx-sse*", late)
    with page.expect_request("**/automatico/eventos"):
        page.goto("/automatico")
    live.let_go.set()

    expect(page.locator("#andamento")).to_contain_text("Nenhuma execução agora.", timeout=20_000)


def test_without_a_script_reloading_shows_the_same(chromium: Chromium, live: LiveSite) -> None:
    """What runs stands in the page itself, its orders open, with a link that looks again."""
    live.begin()
    page = chromium.open(live.url, script=False)
    page.goto("/automatico")
    expect(page.locator("#andamento")).to_contain_text("Execução em andamento")
    expect(page.locator("#andamento table")).to_be_visible()

    live.let_go.set()
    assert live.ended.wait(30)
    page.get_by_role("link", name="Atualizar").click()

    expect(page.locator("#andamento")).to_contain_text("Nenhuma execução agora.", timeout=20_000)
    expect(page.locator("#historico")).to_contain_text("concluída")


def test_the_stream_tells_each_change_once_and_ends(live: LiveSite) -> None:
    """A message for what is there, one for each change, and `fim`; none of them comes twice."""
    live.begin()
    with httpx.Client(base_url=live.url, timeout=30) as client:
        told: list[str] = []
        with client.stream("GET", "/automatico/eventos") as answer:
            for line in answer.iter_lines():
                told.append(line)
                live.let_go.set()
    text = "\n".join(told).strip().split("\n\n")
    messages = [each for each in text if each.startswith("id: ")]

    assert text[-1] == "event: fim\ndata: fim"
    assert len(messages) >= 2
    shown = [each.split("\n", 1)[1] for each in messages]
    assert all(one != other for one, other in pairwise(shown))
    assert "em andamento" in messages[0]
