"""Dividends and corporate actions kept from two services, with one of them failing now and then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from fiel.infra.storage.database import Database
from fiel.kernel.calendars import b3
from fiel.market.reconciling import Standing, reconcile
from fiel.market.simulator.truth import Truth
from fiel.market.store.symbols import StoredQuote
from fiel.market.symbol_events import EventsStep, SymbolEvents, without_leaps
from fiel.market.values import Bar, CashEvent, CashKind, EventsReading, QuoteReading, ShareEvent, ShareKind
from tests.support.market_service import FRIDAY, Scene, play
from tests.support.simulated import TRUTH

GROUPED = ShareEvent(
    "PETR4", ShareKind.REVERSE_SPLIT, "GRUPAMENTO", Decimal("0.1"), date(2026, 7, 22), "made up"
)


def paid(events: Sequence[CashEvent]) -> list[tuple[date | None, Decimal]]:
    """Com dates and rates, in order."""
    return sorted((event.com_date, event.rate) for event in events if event.com_date is not None)


def messages_in(database: Database) -> int:
    """How many messages wait to be sent."""
    with database.reading() as connection:
        return int(connection.execute(text("SELECT count(*) FROM outbox")).scalar_one())


def test_two_services_one_list(either: Database) -> None:
    """Each payment that both tell stands once, agreed upon; a second sync tells nobody."""

    async def story(scene: Scene) -> None:
        seen: list[EventsStep] = []
        (step,) = await scene.announced.sync_events(["petr4"], seen.append)
        assert seen == [step]
        assert (step.heard, step.silent, step.failed) == (("brapi", "hgbrasil"), (), "")
        known = await scene.announced.events("PETR4")
        truth = TRUTH.events("PETR4", scene.clock.now()).cash
        assert step.changed == len(known.cash) == len(truth) > 5
        assert paid([each.event for each in known.cash]) == paid(truth)
        assert {each.standing for each in known.cash} == {Standing.AGREED}
        (again,) = await scene.again().announced.sync_events(["PETR4"])
        assert again.changed == 0
        assert messages_in(either) == 1
        assert scene.calls == {"brapi": 2, "hgbrasil": 4}

    play(story, either)


def test_one_service_down(database: Database) -> None:
    """The others' events are kept, as told by one; when it is back they are agreed upon under the same id."""

    async def story(scene: Scene) -> None:
        (step,) = await scene.announced.sync_events(["PETR4"])
        assert (step.heard, step.silent) == (("hgbrasil",), ("brapi",))
        alone = await scene.announced.events("PETR4")
        assert {each.standing for each in alone.cash} == {Standing.SINGLE}
        scene.faults()
        await scene.clock.pause(3600)
        await scene.announced.sync_events(["PETR4"])
        both = await scene.announced.events("PETR4")
        assert {each.standing for each in both.cash} == {Standing.AGREED}
        assert {each.event_id for each in both.cash} == {each.event_id for each in alone.cash}
        scene.faults("hg:503")
        await scene.clock.pause(3600)
        (step,) = await scene.announced.sync_events(["PETR4"])
        assert step.silent == ("hgbrasil",)
        assert await scene.announced.events("PETR4") == both, "a service that is down takes nothing back"

    play(story, database, "brapi:503")


@pytest.mark.parametrize("fault", ["*:empty", "*:503", "*:html", "*:x100"])
def test_a_bad_day_removes_nothing(database: Database, fault: str) -> None:
    """Empty lists, outages, pages and rates a hundredfold leave the payments known as they are."""

    async def story(scene: Scene) -> None:
        await scene.announced.sync_events(["PETR4"])
        before = await scene.announced.events("PETR4")
        assert before.cash
        scene.faults(fault)
        await scene.clock.pause(3600)
        await scene.announced.sync_events(["PETR4"])
        after = await scene.announced.events("PETR4")
        assert {each.event_id for each in after.cash} >= {each.event_id for each in before.cash}
        assert paid([each.event for each in after.cash]) == paid([each.event for each in before.cash])
        if fault != "*:x100":
            assert after == before

    play(story, database)


def test_nobody_tells_anything(database: Database) -> None:
    """The symbol is reported as failed, the next one is asked all the same."""

    async def story(scene: Scene) -> None:
        steps = await scene.announced.sync_events(["PETR4", "VALE3"])
        assert [(step.symbol, bool(step.failed)) for step in steps] == [("PETR4", True), ("VALE3", False)]

    play(story, database, "brapi/quote/PETR4:503", "hg:503")


def test_a_grouping_is_told_by_both(database: Database) -> None:
    """One event with both names on it; histories in today's scale do not speak against its factor."""
    truth = Truth.of(7, share_events=[GROUPED])

    async def story(scene: Scene) -> None:
        await scene.histories.history("PETR4", date(2026, 1, 5), date(2026, 7, 24))
        await scene.announced.sync_events(["PETR4"])
        (share,) = (await scene.announced.events("PETR4")).shares
        assert (share.new_per_old, share.kind) == (Decimal("0.1"), ShareKind.REVERSE_SPLIT)
        assert share.source == "brapi+hgbrasil"

    play(story, database, truth=truth)


@pytest.mark.parametrize(("price", "kept"), [("300.00", True), ("30.10", False), ("3.00", False)])
def test_a_factor_is_held_against_the_price(database: Database, price: str, *, kept: bool) -> None:
    """Closes from before the event and a price from after it: the factor is believed when they fit it."""
    truth = Truth.of(7, share_events=[GROUPED])

    async def story(scene: Scene) -> None:
        bars = [Bar(date(2026, 7, 21), Decimal("30.00")), Bar(date(2026, 7, 22), Decimal("30.00"))]
        scene.symbols.replace_bars("PETR4", "brapi", bars, at=FRIDAY)
        as_of = datetime(2026, 7, 23, 20, 0, tzinfo=UTC)
        reading = QuoteReading("PETR4", Decimal(price), "BRL", as_of)
        scene.symbols.put_quote(StoredQuote(reading, as_of, as_of, "brapi", fallback=False))
        (step,) = await scene.announced.sync_events(["PETR4"])
        shares = (await scene.announced.events("PETR4")).shares
        assert [share.new_per_old for share in shares] == ([Decimal("0.1")] if kept else [])
        assert bool(step.findings) is not kept
        if not kept:
            assert scene.desk.disbelieved()[0].provider == "events"

    play(story, database, truth=truth)


@pytest.mark.parametrize(("rate", "kept"), [("0.40", True), ("2.50", False), ("25", False)])
def test_a_slip_is_no_correction(rate: str, *, kept: bool) -> None:
    """A payment of 0.25 told as a little more is corrected; told tenfold, the known amount stays."""

    def reading(told: str) -> EventsReading:
        day = date(2026, 5, 4)
        event = CashEvent("PETR4", CashKind.JCP, "JCP", Decimal(told), day, day, "brapi")
        return EventsReading("PETR4", (event,))

    known = SymbolEvents("PETR4", reconcile([reading("0.25")], b3(), order=["brapi"]))
    heard, doubts = without_leaps(known, {"brapi": [reading(rate)]})
    assert bool(heard["brapi"][0].cash) is kept
    assert bool(doubts) is not kept
