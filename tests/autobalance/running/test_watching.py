"""The watcher: what it takes in, whom it asks for, and what becomes of ticks and requests on the bus."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fiel.autobalance.topics import PRICE_TICKS, REBALANCE_REQUESTS
from fiel.autobalance.watching import Shard, TicksHandler, WalletEventsHandler
from fiel.autobalance.wire import Tick, read_request, tick_message
from fiel.autobalance.working import RequestsHandler
from fiel.custody.topics import WALLET_EVENTS
from fiel.infra.bus.consuming import Consumer
from fiel.infra.bus.embedded import EmbeddedBus
from fiel.infra.bus.port import Message
from fiel.rebalancing.problem import Frequency, Strategy, StrategyKind
from tests.support.autobalance.fleets import FRACTIONAL, flat_model
from tests.support.autobalance.scenes import CONFIG, E9, Scene
from tests.support.custody_homes import FileHome


@pytest.fixture
def scene(sqlite_home: FileHome, tmp_path: Path) -> Iterator[Scene]:
    """A scene where ana and bia are at their targets, and asked for once a minute at most."""
    found = Scene(sqlite_home, tmp_path, config=replace(CONFIG, ask_again=timedelta(minutes=1)))
    found.at_target("ana")
    found.at_target("bia")
    yield found
    found.close()


@pytest.fixture
def bus(scene: Scene) -> EmbeddedBus:
    """The log in the same database, with the topics."""
    made = EmbeddedBus(scene.parts.database)
    for topic in (PRICE_TICKS, WALLET_EVENTS, REBALANCE_REQUESTS):
        made.ensure_topic(topic, 2)
    return made


def consumed(scene: Scene, bus: EmbeddedBus, topic: str, handle: Callable[..., None]) -> None:
    """All that is in the topic goes through the handler."""
    consumer = Consumer(bus, scene.parts.database, [topic], "test", handle)
    for _ in range(6):
        consumer.turn()
    consumer.close()


def requested(scene: Scene, bus: EmbeddedBus) -> list[str]:
    """Whom the requests on the bus are for."""
    found: list[str] = []

    def note(batch: Any, _places: object) -> None:
        found.extend(read_request(record.value).portfolio for record in batch.records)

    consumed(scene, bus, REBALANCE_REQUESTS, note)
    return sorted(found)


def ticks(scene: Scene, **prices: str) -> list[Message]:
    """Prices as they come over the bus."""
    now = scene.clock.now()
    return [tick_message(name, int(Decimal(price) * E9), now, "test") for name, price in prices.items()]


def test_a_start_does_not_wait_for_a_tick_of_each(scene: Scene) -> None:
    """The last prices that are kept are taken: who is out is asked for with the first tick of anything."""
    scene.tick(PETR4="45.00")
    again = scene.new_watcher()
    assert len(again.registry) == 2
    now = scene.clock.now()
    found = again.take_ticks([Tick("VALE3", Decimal("60.00"), now)])
    assert [each.portfolio for each in found] == ["ana", "bia"]


def test_prices_that_are_kept_too_long_are_not_taken_at_a_start(scene: Scene) -> None:
    """A price from before the allowed age moves nobody, however far it lies."""
    scene.tick(PETR4="45.00")
    scene.clock.move(hours=2)
    assert scene.new_watcher().take_ticks([Tick("VALE3", Decimal("60.00"), scene.clock.now())]) == []


def test_prices_are_kept_for_everybody(scene: Scene) -> None:
    """A tick is the last price that planning and commands read."""
    scene.tick(PETR4="31.50")
    found = scene.parts.prices.last_prices(["PETR4"])["PETR4"]
    assert found.price == 31_500_000_000  # type: ignore[union-attr]


def test_people_change_their_minds(scene: Scene) -> None:
    """Paused: watched no more. Resumed or enrolled: watched with the next look, at the prices at hand."""
    scene.parts.portfolios.pause("ana", reason="on holiday", by="ana")
    assert scene.watcher.refresh() >= 1
    assert [each.portfolio for each in scene.tick(PETR4="45.00")] == ["bia"]
    scene.parts.portfolios.resume("ana", reason="back", by="ana")
    scene.watcher.refresh()
    assert [each.portfolio for each in scene.watcher.due()] == ["ana"]


def test_a_change_that_is_seen_late_is_seen(scene: Scene) -> None:
    """Paused by somebody whose clock is behind, or who committed late: seen all the same, and seen once."""
    scene.watcher.refresh()
    assert scene.watcher.refresh() == 0
    scene.clock.move(seconds=-20)
    scene.parts.portfolios.pause("ana", reason="on holiday", by="ana")
    scene.clock.move(seconds=20)
    assert scene.watcher.refresh() == 1
    assert scene.watcher.refresh() == 0
    assert [each.portfolio for each in scene.tick(PETR4="45.00")] == ["bia"]


def test_who_stays_out_is_asked_for_again_later(scene: Scene) -> None:
    """Once a minute, not with every tick; and at once when the request was lost."""
    requests = scene.tick(PETR4="45.00")
    assert len(requests) == 2
    assert scene.watcher.due() == []
    scene.watcher.lost(requests[:1])
    assert [each.portfolio for each in scene.watcher.due()] == ["ana"]
    scene.clock.move(seconds=61)
    assert [each.portfolio for each in scene.watcher.due()] == ["ana", "bia"]


def test_each_shard_watches_its_own(scene: Scene) -> None:
    """Two watchers share everybody out: each portfolio is asked for by one of them."""
    found: list[str] = []
    for index in (0, 1):
        watcher = scene.watcher = replace(scene.new_watcher(), shard=Shard(index, 2))
        watcher.rebuild()
        found += [each.portfolio for each in scene.tick(PETR4=f"{45 + index}.00")]
    assert sorted(found) == ["ana", "bia"]


def test_the_book_moves_and_the_registry_with_it(scene: Scene, bus: EmbeddedBus) -> None:
    """A deposit that takes a portfolio out of its band is seen with the wallet's event."""
    scene.opened.custody.custody.deposit("ana", "5000.00")
    assert scene.watcher.due() == []
    bus.publish([Message(WALLET_EVENTS, name, b"{}") for name in (b"ana", b"nobody")])
    consumed(scene, bus, WALLET_EVENTS, WalletEventsHandler(scene.watcher, scene.parts.database))
    assert [each.portfolio for each in scene.watcher.due()] == ["ana"]


def test_ticks_become_requests_and_broken_ones_are_passed_over(scene: Scene, bus: EmbeddedBus) -> None:
    """Of what comes over the bus the readable ticks count; each portfolio that is out is asked for."""
    seen: list[tuple[int, int]] = []
    bus.publish([Message(PRICE_TICKS, b"x", b"\xff\xfe"), Message(PRICE_TICKS, b"x", b"{}")])
    bus.publish(ticks(scene, PETR4="45.00", VALE3="60.00"))
    handle = TicksHandler(scene.watcher, bus, scene.parts.database, lambda *counts: seen.append(counts))
    consumed(scene, bus, PRICE_TICKS, handle)
    assert sum(count for count, _ in seen) == 2
    assert requested(scene, bus) == ["ana", "bia"]


def test_requests_over_the_bus_are_carried_out(scene: Scene, bus: EmbeddedBus) -> None:
    """From the tick's topic to repaired portfolios, through both handlers."""
    scene.exchange.set_prices({"PETR4": 45 * E9})
    scene.prices["PETR4"] = Decimal(45)
    bus.publish(ticks(scene, PETR4="45.00"))
    consumed(scene, bus, PRICE_TICKS, TicksHandler(scene.watcher, bus, scene.parts.database))
    bus.publish([Message(REBALANCE_REQUESTS, b"x", b"no request")])
    with scene.worker() as worker:
        begun: list[int] = []
        handle = RequestsHandler(worker.desk, scene.parts.database, lambda taken: begun.append(taken.begun))
        consumed(scene, bus, REBALANCE_REQUESTS, handle)
        worker.quiet()
        assert sum(begun) == 2
        assert worker.rebalance("ana", "bia").begun == 0
    assert max(scene.off_target(name) for name in ("ana", "bia")) < 1
    scene.adds_up()


def test_those_with_dates_are_asked_for_by_date(scene: Scene) -> None:
    """Whoever follows a calendar is asked for whatever prices do; planning decides on the day."""
    monthly = Strategy(StrategyKind.CALENDAR, frequency=Frequency.MONTHLY)
    model = flat_model({"PETR4": "98", "cash": "2"}, lot=FRACTIONAL, strategy=monthly)
    scene.found("caio", "1000.00", model=model, PETR4="10")
    assert [(each.portfolio, each.trigger) for each in scene.watcher.on_dates()] == [("caio", "date")]
    scene.parts.portfolios.pause("caio", reason="no more", by="caio")
    scene.watcher.refresh()
    assert scene.watcher.on_dates() == []
