"""Every fault does to an answer what its name says, and nothing to the truth."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from typing import Any

import pytest

from fiel.market.simulator.faults import Fault
from fiel.market.wire import Ask, NoAnswer, Provider
from tests.support.simulated import NOON, TRUTH, HandClock, asked, simulated, told, transport_of

CDI = "/dados/serie/bcdata.sgs.12/dados"
WEEK = {"dataInicial": "01/07/2026", "dataFinal": "23/07/2026"}
PRICE = TRUTH.quote("PETR4", NOON).price


def _quote(fault: str, *, seed: int = 1) -> dict[str, Any]:
    answer = asked(simulated(f"brapi:{fault}", seed=seed), Provider.BRAPI, "/api/quote/PETR4")
    result: dict[str, Any] = told(answer)["results"][0]
    return result


def _rows(fault: str, *, seed: int = 1) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = told(asked(simulated(f"sgs:{fault}", seed=seed), Provider.SGS, CDI, **WEEK))
    return rows


RIGHT_ROWS = _rows("latency:rate=0")


@pytest.mark.parametrize(
    ("fault", "factor"),
    [("x10", "10"), ("x100", "100"), ("/10", "0.1"), ("/100", "0.01"), ("zero", "0"), ("negative", "-1")],
)
def test_a_scale_is_wrong_by_its_factor(fault: str, factor: str) -> None:
    """The last price of a quote, and every or one row of a series."""
    assert _quote(fault)["regularMarketPrice"] == PRICE * Decimal(factor)
    wrong = {Decimal(row["valor"]) for row in _rows(fault)} - {Decimal("0.052531")}
    assert wrong == {Decimal("0.052531") * Decimal(factor)}


@pytest.mark.parametrize("seed", range(20))
def test_a_random_number_is_off_by_five_to_thirty_percent(seed: int) -> None:
    """Never near the truth, so that nobody can call it right."""
    off = abs(_quote("random", seed=seed)["regularMarketPrice"] / PRICE - 1)
    assert Decimal("0.049") < off < Decimal("0.301")


def test_a_disagreement_is_small_and_never_none() -> None:
    """One per cent, a tenth of it when asked so, or one unit of the last place."""
    assert abs(_quote("disagree")["regularMarketPrice"] / PRICE - 1) < Decimal("0.011")
    assert 0 < abs(_quote("disagree:amount=0.1")["regularMarketPrice"] - PRICE) < Decimal("0.06")
    assert abs(_quote("last-digit")["regularMarketPrice"] - PRICE) == Decimal("0.01")


def test_a_unit_slip_is_the_annual_rate_for_the_daily_one() -> None:
    """And cents for reais."""
    assert {row["valor"] for row in _rows("unit")} == {"14.150000"}
    assert _quote("unit")["regularMarketPrice"] == PRICE * 100


def test_stale_answers_are_of_some_sessions_ago() -> None:
    """With their date; `frozen` puts the present one on them."""
    stale, frozen = _quote("stale:amount=2"), _quote("frozen:amount=2")
    assert stale["regularMarketPrice"] == frozen["regularMarketPrice"] == Decimal("42.58")
    assert stale["regularMarketTime"] == "2026-07-22T20:07:00.000Z"
    assert frozen["regularMarketTime"] == "2026-07-24T15:00:00.000Z"
    assert [row["data"] for row in _rows("stale:amount=2")][-1] == "21/07/2026"


def test_rows_come_twice_in_conflict_not_at_all_or_too_many() -> None:
    """Duplicates are equal, conflicts are not; gaps are inside; a phantom lies on a closed day."""
    doubled, conflict = _rows("duplicate"), _rows("conflict")
    assert len(doubled) == len(conflict) == len(RIGHT_ROWS) + 1
    assert {row["data"]: row["valor"] for row in doubled} == {row["data"]: row["valor"] for row in RIGHT_ROWS}
    assert len({row["valor"] for row in conflict}) == 2
    gaps = _rows("gaps:amount=3")
    assert len(gaps) < len(RIGHT_ROWS)
    assert (gaps[0], gaps[-1]) == (RIGHT_ROWS[0], RIGHT_ROWS[-1])
    assert _rows("phantom")[-1]["data"] == "25/07/2026"
    assert _rows("empty") == []


@pytest.mark.parametrize("seed", range(30))
def test_gaps_are_never_at_an_end(seed: int) -> None:
    """A gap at an end would be a shorter answer, not a gap."""
    gaps = _rows("gaps:amount=3", seed=seed)
    assert (gaps[0], gaps[-1]) == (RIGHT_ROWS[0], RIGHT_ROWS[-1])
    assert len(RIGHT_ROWS) - 3 <= len(gaps) < len(RIGHT_ROWS)


def test_a_phantom_session_repeats_the_close_without_volume() -> None:
    """As Yahoo showed holidays."""
    upstream = simulated("brapi:phantom")
    result = told(asked(upstream, Provider.BRAPI, "/api/quote/PETR4", range="1mo"))["results"][0]
    bars = result["historicalDataPrice"]
    (phantom,) = [bar for bar in bars if bar["volume"] == 0]
    before = bars[bars.index(phantom) - 1]
    assert phantom["close"] == before["close"]


def test_a_swapped_ticker_says_so_and_an_impostor_does_not() -> None:
    """Both have the price of another symbol."""
    swapped, impostor = _quote("swapped"), _quote("impostor")
    assert swapped["symbol"] != "PETR4"
    assert swapped["regularMarketPrice"] == TRUTH.quote(swapped["symbol"], NOON).price
    assert impostor["symbol"] == "PETR4"
    assert impostor["regularMarketPrice"] in {
        TRUTH.quote(symbol, NOON).price for symbol in TRUTH.world.symbols if symbol != "PETR4"
    }


def test_decimal_commas_are_text() -> None:
    """In BRAPI's numbers and SGS's text."""
    assert _quote("comma")["regularMarketPrice"] == str(PRICE).replace(".", ",")
    assert {row["valor"] for row in _rows("comma")} == {"0,052531"}


@pytest.mark.parametrize(
    ("fault", "status", "inside"),
    [
        ("throttle", 200, "Requisição inválida!"),
        ("html", 200, "<html>"),
        ("402", 402, "limite"),
        ("401", 401, "token"),
        ("404", 404, "PETR4"),
        ("429", 429, "Too many"),
        ("503", 503, "<h1>503</h1>"),
        ("503:amount=504", 504, "<h1>504</h1>"),
        ("nested:amount=1000", 200, "[" * 1000),
    ],
)
def test_a_whole_answer_is_replaced(fault: str, status: int, inside: str) -> None:
    """By what the service says in its trouble."""
    answer = asked(simulated(f"*:{fault}"), Provider.BRAPI, "/api/quote/PETR4")
    assert answer.status == status
    assert inside in answer.body.decode()


def test_a_429_says_how_long_to_wait() -> None:
    """Seven seconds, or as many as the plan says."""
    answer = asked(simulated("brapi:429:amount=90"), Provider.BRAPI, "/api/quote/PETR4")
    assert answer.headers["retry-after"] == "90"


def test_a_truncated_body_is_no_json() -> None:
    """Sixty per cent of it."""
    whole = asked(simulated(), Provider.BRAPI, "/api/quote/PETR4").body
    answer = asked(simulated("brapi:truncated"), Provider.BRAPI, "/api/quote/PETR4")
    assert answer.body == whole[: len(whole) * 6 // 10]
    with pytest.raises(json.JSONDecodeError):
        told(answer)


def test_a_wrong_type_is_json_of_another_kind() -> None:
    """Never a quote."""
    for seed in range(10):
        answer = asked(simulated("brapi:wrong-type", seed=seed), Provider.BRAPI, "/api/quote/PETR4")
        assert "regularMarketPrice" not in answer.body.decode()
        told(answer)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("silent", "timeout"),
        ("latency:amount=60", "timeout"),
        ("drip:amount=5", "timeout"),
        ("reset", "upstream_down"),
        ("short", "malformed"),
        ("huge", "malformed"),
    ],
)
def test_faults_of_the_way_are_no_answer(fault: str, code: str) -> None:
    """With the code that a transport gives them."""
    with pytest.raises(NoAnswer) as trouble:
        asked(simulated(f"brapi:{fault}"), Provider.BRAPI, "/api/quote/PETR4")
    assert trouble.value.code == code


def test_latency_takes_simulated_time_only() -> None:
    """Three seconds on the clock of the simulation; a time-out takes the ten of the transport."""
    slow, silent = simulated("brapi:latency:amount=3"), simulated("brapi:silent")
    ask = Ask(Provider.BRAPI, "any", "/api/quote/PETR4")
    asyncio.run(transport_of(slow).fetch(ask))
    assert isinstance(slow.clock, HandClock)
    assert (slow.clock.instant - NOON).total_seconds() == 3
    with pytest.raises(NoAnswer):
        asyncio.run(transport_of(silent).fetch(ask))
    assert (silent.clock.now() - NOON).total_seconds() == 10


def test_calls_at_the_same_time_are_counted_and_limited() -> None:
    """The peak is remembered."""
    upstream = simulated("brapi:latency")
    ask = Ask(Provider.BRAPI, "any", "/api/quote/PETR4")

    async def three() -> None:
        transport = transport_of(upstream)
        inside = asyncio.Event()

        async def pause(_time: object) -> None:
            if upstream.peak[Provider.BRAPI] == 3:
                inside.set()
            await inside.wait()

        transport._pause = pause
        await asyncio.gather(*(transport.fetch(ask) for _ in range(3)))

    asyncio.run(three())
    assert upstream.peak[Provider.BRAPI] == 3
    assert upstream.faults[Provider.BRAPI, Fault.LATENCY] == 3


def test_the_truth_is_not_bent() -> None:
    """After all these faults the right answer is still given."""
    assert asked(simulated(), Provider.BRAPI, "/api/quote/PETR4").status == 200
    assert TRUTH.quote("PETR4", NOON).price == PRICE
    assert _rows("x10:rate=0") == RIGHT_ROWS
