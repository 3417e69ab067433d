"""Quotes as they are asked for: fresh, held, from a second source, old, in doubt, and never wrong."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from fiel.infra.resilience.attempts import How
from fiel.kernel.errors import InvalidInput
from fiel.market.quotes import QuoteAnswer, read_symbol
from fiel.market.values import Quality
from fiel.market.verdicts import Kind
from tests.market.quotes.stage import Stage, on_stage
from tests.support.simulated import NOON, TRUTH

#: After the close of the session of `NOON`.
FRIDAY_EVENING = datetime(2026, 7, 24, 22, 0, tzinfo=UTC)


def right(answer: QuoteAnswer) -> bool:
    """Whether the price is the true one of the instant that it speaks of."""
    assert answer.served is not None
    return TRUTH.quote(answer.symbol, answer.served.as_of).price == answer.served.value.price


def quality(answer: QuoteAnswer) -> Quality | None:
    """How it was had, if it was."""
    return None if answer.served is None else answer.served.quality


def test_the_first_is_fresh_and_the_second_is_held(tmp_path: Path) -> None:
    """Two services confirm the first price; within the hour nobody is asked, and its papers are the same."""

    async def story(stage: Stage) -> tuple[QuoteAnswer, QuoteAnswer, int]:
        first = await stage.market.quotes.get("petr4")
        await stage.wait(timedelta(minutes=50))
        return first, await stage.market.quotes.get("PETR4"), stage.calls

    first, second, calls = on_stage(tmp_path, story)

    assert (quality(first), quality(second), calls) == (Quality.FRESH, Quality.CACHED, 2)
    assert first.served is not None
    assert second.served is not None
    assert second.served.as_of == first.served.as_of
    assert second.served.fetched_at == first.served.fetched_at
    assert right(first)


def test_after_the_close_nothing_is_asked_until_the_next_opening(tmp_path: Path) -> None:
    """Friday evening to Monday: two calls (the first price), none on the weekend, then one."""

    async def story(stage: Stage) -> list[int]:
        counts = []
        for hours in (0, 12, 24, 12, 16):
            await stage.wait(timedelta(hours=hours))
            await stage.market.quotes.get("VALE3")
            counts.append(stage.calls)
        return counts

    assert on_stage(tmp_path, story, start=FRIDAY_EVENING) == [2, 2, 2, 2, 3]


def test_the_second_source_answers_when_the_first_is_down(tmp_path: Path) -> None:
    """BRAPI says 503: HG Brasil's price is served, and says that it is the fallback's."""

    async def story(stage: Stage) -> QuoteAnswer:
        await stage.market.quotes.get("PETR4")
        stage.faults("brapi:503")
        return await stage.market.quotes.get("PETR4", renew=True)

    answer = on_stage(tmp_path, story)

    assert answer.served is not None
    assert (quality(answer), answer.served.source) == (Quality.FALLBACK, "hgbrasil")
    assert right(answer)


def test_with_everything_down_the_last_good_value_is_served_with_its_age(tmp_path: Path) -> None:
    """Read at noon; at three in the afternoon nobody answers: the noon price, three hours old, stale."""

    async def story(stage: Stage) -> QuoteAnswer:
        await stage.market.quotes.get("PETR4")
        stage.faults("*:503")
        await stage.wait(timedelta(hours=3))
        return await stage.market.quotes.get("PETR4")

    answer = on_stage(tmp_path, story)

    assert answer.served is not None
    assert (quality(answer), right(answer)) == (Quality.STALE, True)
    assert answer.served.age(NOON + timedelta(hours=3)) >= timedelta(hours=3)


def test_a_price_ten_times_too_high_is_not_believed(tmp_path: Path) -> None:
    """The first source slips a digit: doubted, noted at the desk, and the second source's price is served."""

    async def story(stage: Stage) -> tuple[QuoteAnswer, list[str], list[str]]:
        await stage.market.quotes.get("PETR4")
        stage.faults("brapi:x10")
        answer = await stage.market.quotes.get("PETR4", renew=True)
        kinds = [each.kind for each in stage.market.desk.disbelieved()]
        with stage.market.database.reading() as connection:
            told = connection.execute(text("SELECT body FROM outbox WHERE topic = 'market-quality-v1'"))
            return answer, kinds, [json.loads(body)["payload"]["provider"] for body in told.scalars()]

    answer, kinds, told = on_stage(tmp_path, story)

    assert answer.served is not None
    assert (answer.served.source, right(answer)) == ("hgbrasil", True)
    assert [source for source, _, _ in answer.doubts] == ["brapi"]
    assert (kinds, told) == (["implausible"], ["brapi"])


def test_the_first_price_of_a_symbol_needs_a_second_voice(tmp_path: Path) -> None:
    """Nothing is known and BRAPI slips a digit: neither service is served until they agree."""

    async def story(stage: Stage) -> tuple[QuoteAnswer, QuoteAnswer]:
        first = await stage.market.quotes.get("PETR4")
        stage.faults()
        return first, await stage.market.quotes.get("PETR4")

    before, after = on_stage(tmp_path, story, "brapi:x10")

    assert (before.served, quality(after), right(after)) == (None, Quality.FRESH, True)


def test_old_first_prices_that_differ_are_not_served(tmp_path: Path) -> None:
    """Three hours after the opening both services still tell of yesterday, one of them ten times too high."""
    answer = on_stage(tmp_path, lambda stage: stage.market.quotes.get("PETR4"), "*:stale", "brapi:x10")

    assert answer.served is None


def test_the_only_service_with_a_key_is_served_and_says_so(tmp_path: Path) -> None:
    """HG Brasil refuses the key for good: BRAPI's price is served as unconfirmed, and is no measure."""

    async def story(stage: Stage) -> tuple[QuoteAnswer, bool]:
        answer = await stage.market.quotes.get("PETR4")
        stored = stage.market.symbols.quote("PETR4")
        return answer, stored is not None and stored.confirmed

    answer, confirmed = on_stage(tmp_path, story, "hg:401")

    assert answer.served is not None
    assert (right(answer), confirmed) == (True, False)
    assert [each.kind for each in answer.served.findings] == [Kind.UNCONFIRMED]


def test_both_sources_wrong_in_the_same_way_are_still_not_believed(tmp_path: Path) -> None:
    """Ten times too high in both: no scale slip is confirmed by another; the held price is served."""

    async def story(stage: Stage) -> QuoteAnswer:
        await stage.market.quotes.get("PETR4")
        stage.faults("*:x10")
        await stage.wait(timedelta(hours=2))
        return await stage.market.quotes.get("PETR4")

    answer = on_stage(tmp_path, story)

    assert (quality(answer), right(answer)) == (Quality.STALE, True)


def test_an_old_price_is_better_than_none_and_says_so(tmp_path: Path) -> None:
    """Both services are three sessions behind and nothing is held: their price is served as stale."""
    answer = on_stage(tmp_path, lambda stage: stage.market.quotes.get("PETR4"), "*:stale")

    assert answer.served is not None
    assert (quality(answer), right(answer)) == (Quality.STALE, True)
    assert answer.served.age(NOON) > timedelta(days=1)


def test_an_unknown_symbol_is_absent_for_a_while(tmp_path: Path) -> None:
    """Both say that there is none: nobody is asked again within minutes."""

    async def story(stage: Stage) -> tuple[How, int, int]:
        await stage.market.quotes.get("XPTO3")
        asked = stage.calls
        answer = await stage.market.quotes.get("XPTO3")
        return answer.how, asked, stage.calls

    assert on_stage(tmp_path, story) == (How.ABSENT, 2, 2)


def test_a_symbol_that_is_known_is_never_absent(tmp_path: Path) -> None:
    """A service forgets PETR4: its last price stays."""

    async def story(stage: Stage) -> QuoteAnswer:
        await stage.market.quotes.get("PETR4")
        stage.faults("*:404")
        await stage.wait(timedelta(hours=2))
        return await stage.market.quotes.get("PETR4")

    assert quality(on_stage(tmp_path, story)) is Quality.STALE


def test_what_was_read_is_told_to_others_once(tmp_path: Path) -> None:
    """A message in the outbox and a last price for custody; the same quote read again is no news."""

    async def story(stage: Stage) -> tuple[list[dict[str, object]], int]:
        answer = await stage.market.quotes.get("PETR4")
        assert answer.served is not None
        await stage.market.quotes.get("PETR4", renew=True)
        with stage.market.database.reading() as connection:
            bodies = connection.execute(text("SELECT body FROM outbox ORDER BY id")).scalars().all()
            price = connection.execute(text("SELECT price FROM latest_prices")).scalar_one()
        return [json.loads(body) for body in bodies], int(price)

    told, price = on_stage(tmp_path, story, start=FRIDAY_EVENING)

    (first,) = told
    assert (first["type"], first["key"]) == ("QuoteAccepted", "PETR4")
    payload = first["payload"]
    assert isinstance(payload, dict)
    assert Decimal(str(payload["price"])) * 10**9 == price


def test_a_new_process_finds_what_another_left(tmp_path: Path) -> None:
    """Memory is gone, the database is not: no call."""
    on_stage(tmp_path, lambda stage: stage.market.quotes.get("PETR4"))

    async def story(stage: Stage) -> tuple[QuoteAnswer, int]:
        return await stage.market.quotes.get("PETR4"), stage.calls

    answer, calls = on_stage(tmp_path, story, start=NOON + timedelta(minutes=30))

    assert (quality(answer), calls) == (Quality.CACHED, 0)


def test_without_a_database_it_goes_on(tmp_path: Path) -> None:
    """PostgreSQL does not answer: the quote comes from the service, and the market says it is degraded."""

    async def story(stage: Stage) -> tuple[QuoteAnswer, QuoteAnswer, str, int]:
        first = await stage.market.quotes.get("PETR4")
        second = await stage.market.quotes.get("PETR4")
        return first, second, stage.market.degraded, stage.calls

    nowhere = "postgresql://fiel@127.0.0.1:9/fiel?connect_timeout=2"
    first, second, degraded, calls = on_stage(tmp_path, story, database=nowhere)

    assert (quality(first), quality(second), calls) == (Quality.FRESH, Quality.CACHED, 2)
    assert degraded


def test_a_thousand_at_once_make_one_call(tmp_path: Path) -> None:
    """They share the answer, and of a price that is known already one source is asked."""

    async def story(stage: Stage) -> tuple[int, int]:
        await stage.market.quotes.get("PETR4")
        before = stage.calls
        await stage.wait(timedelta(hours=2))
        answers = await asyncio.gather(*(stage.market.quotes.get("PETR4") for _ in range(1000)))
        return len({each.served.value.price for each in answers if each.served}), stage.calls - before

    assert on_stage(tmp_path, story, "brapi:latency:amount=2") == (1, 1)


@pytest.mark.parametrize("symbol", ["", "PETR", "petr4; drop", "../etc", "PETR44444", "PETR4\n"])
def test_what_is_no_symbol_is_refused(symbol: str) -> None:
    """Before anybody is asked."""
    if symbol == "PETR4\n":
        assert read_symbol(symbol) == "PETR4"
        return
    with pytest.raises(InvalidInput, match="no B3 symbol"):
        read_symbol(symbol)
