"""Sessions and events are believed when days, prices, rates and dates fit together."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiel.market.sanitizer.bars import check_bars
from fiel.market.sanitizer.batches import check_batch, check_symbol
from fiel.market.sanitizer.context import Context
from fiel.market.sanitizer.events import check_events, net_factor
from fiel.market.symbols import BatchReading, SymbolReading
from fiel.market.values import (
    Bar,
    CashEvent,
    CashKind,
    EventsReading,
    PriceHistory,
    QuoteReading,
    ShareEvent,
    ShareKind,
)
from fiel.market.verdicts import Kind, Outcome

CONTEXT = Context(datetime(2026, 9, 15, 15, 30, tzinfo=UTC))
DAYS = (date(2026, 9, 9), date(2026, 9, 10), date(2026, 9, 11), date(2026, 9, 14))
SPLIT = ShareEvent("WEGE3", ShareKind.SPLIT, "DESDOBRAMENTO", Decimal(10), date(2026, 9, 10), "brapi")
PAID = CashEvent(
    "WEGE3", CashKind.JCP, "JCP", Decimal("0.12"), date(2026, 6, 19), date(2026, 8, 12), "brapi", isin="X"
)


def _history(*closes: str) -> PriceHistory:
    bars = tuple(Bar(day, Decimal(close)) for day, close in zip(DAYS, closes, strict=False))
    return PriceHistory("WEGE3", bars)


def _events(*cash: CashEvent, shares: tuple[ShareEvent, ...] = ()) -> EventsReading:
    return EventsReading("WEGE3", cash, shares)


def test_rows_of_days_without_a_session_are_left_out() -> None:
    """Holidays without volume and weekends are phantoms; a traded holiday shows that the calendar errs."""
    holiday, sunday = (
        Bar(date(2026, 9, 7), Decimal(41), volume=0),
        Bar(date(2026, 9, 6), Decimal(41), volume=9),
    )
    history = PriceHistory("WEGE3", (sunday, holiday, Bar(DAYS[0], Decimal(41))))
    verdict = check_bars(history, CONTEXT)
    assert verdict.outcome is Outcome.REPAIR
    assert verdict.value is not None
    assert [bar.day for bar in verdict.value.bars] == [DAYS[0]]
    traded = PriceHistory("WEGE3", (replace(holiday, volume=900),))
    assert check_bars(traded, CONTEXT).outcome is Outcome.ACCEPT


def test_sessions_to_come_are_left_out() -> None:
    """A bar of tomorrow is not there yet; nothing but such bars is no history."""
    tomorrow = Bar(date(2026, 9, 16), Decimal(41))
    assert check_bars(PriceHistory("WEGE3", (tomorrow,)), CONTEXT).outcome is Outcome.REJECT
    verdict = check_bars(PriceHistory("WEGE3", (Bar(DAYS[0], Decimal(41)), tomorrow)), CONTEXT)
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.IMPLAUSIBLE)


def test_a_single_bar_out_of_scale_is_left_out() -> None:
    """A spike between two like sessions goes; its neighbours stay."""
    verdict = check_bars(_history("41", "410", "41.5", "42"), CONTEXT)
    assert verdict.outcome is Outcome.PARTIAL
    assert verdict.value is not None
    assert [bar.day for bar in verdict.value.bars] == [DAYS[0], DAYS[2], DAYS[3]]


def test_a_scale_that_changes_for_good_needs_an_event() -> None:
    """Adjusted and unadjusted closes in one list are set aside; a split between them explains it."""
    mixed = _history("410", "412", "41.3", "41.5")
    assert check_bars(mixed, CONTEXT).outcome is Outcome.QUARANTINE
    explained = check_bars(mixed, replace(CONTEXT, events=(SPLIT,)))
    assert (explained.outcome, explained.kind) == (Outcome.ACCEPT, Kind.CORPORATE_ACTION)


def test_prices_of_a_bar_that_contradict_each_other_are_unknown() -> None:
    """The close is kept; a range that does not hold it is not."""
    bar = Bar(DAYS[0], Decimal(41), Decimal(41), Decimal(40), Decimal(39))
    verdict = check_bars(PriceHistory("WEGE3", (bar,)), CONTEXT)
    assert verdict.value is not None
    assert verdict.value.bars == (Bar(DAYS[0], Decimal(41)),)


@settings(deadline=None)  # the first one makes the calendar
@given(st.lists(st.decimals("0.01", "1000", places=2), min_size=1, max_size=4))
def test_a_served_history_has_one_scale(closes: list[Decimal]) -> None:
    """No two sessions in a row of a history that is taken differ fivefold."""
    bars = tuple(Bar(day, close) for day, close in zip(DAYS, closes, strict=False))
    verdict = check_bars(PriceHistory("WEGE3", bars), CONTEXT)
    if verdict.taken and verdict.value is not None:
        kept = verdict.value.bars
        assert all(Decimal("0.2") <= b.close / a.close <= 5 for a, b in itertools.pairwise(kept))


def test_residues_are_no_money() -> None:
    """A rate below a millionth is left out, the others stay, and no other source is asked."""
    verdict = check_events(_events(replace(PAID, rate=Decimal("1E-10")), PAID), CONTEXT)
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.IMPLAUSIBLE)
    assert verdict.value == _events(PAID)
    assert not verdict.reaction.fallback


def test_the_same_event_twice_counts_once_and_instalments_twice() -> None:
    """Rows equal in all that matters are one; another payment date is another payment."""
    instalment = replace(PAID, payment_date=date(2026, 12, 12))
    verdict = check_events(_events(PAID, replace(PAID, remarks="again"), instalment), CONTEXT)
    assert (verdict.outcome, verdict.kind) == (Outcome.REPAIR, Kind.DUPLICATE)
    assert verdict.value == _events(PAID, instalment)


def test_money_before_the_right_has_no_payment_date() -> None:
    """The date that cannot be is dropped and said; the event is kept."""
    verdict = check_events(_events(replace(PAID, payment_date=date(2026, 6, 18))), CONTEXT)
    assert (verdict.outcome, verdict.kind) == (Outcome.REPAIR, Kind.INCONSISTENT)
    assert verdict.value == _events(replace(PAID, payment_date=None))
    assert check_events(_events(replace(PAID, payment_date=PAID.com_date)), CONTEXT).kind is None


def test_a_recent_rate_is_compared_with_the_price() -> None:
    """More than twice the price is a slip of scale now, but may be right years ago, before splits."""
    large = replace(PAID, rate=Decimal(84))
    assert check_events(_events(large), CONTEXT, Decimal("41.87")).kind is Kind.IMPLAUSIBLE
    old = replace(large, com_date=date(2010, 6, 19), payment_date=None)
    assert check_events(_events(old), CONTEXT, Decimal("41.87")).kind is None


def test_events_that_cancel_out_are_named() -> None:
    """A reverse split and a split of one day with product 1 are a pair."""
    pair = (replace(SPLIT, new_per_old=Decimal("0.01")), replace(SPLIT, new_per_old=Decimal(100)))
    assert check_events(_events(shares=pair), CONTEXT).kind is Kind.CORPORATE_ACTION_PAIR
    assert net_factor(pair) == 1
    assert check_events(_events(shares=pair[:1]), CONTEXT).kind is None


@pytest.mark.parametrize(
    ("symbol", "pays", "odd"),
    [
        ("XPML11", None, True),
        ("IVVB11", None, False),
        ("WEGE3", None, False),
        ("WEGE3", True, True),
        ("XPML11", False, False),
    ],
)
def test_no_payment_at_all_is_odd_for_who_pays(symbol: str, pays: bool | None, odd: bool) -> None:
    """Property funds pay each month, index funds do not; for others it must be known."""
    verdict = check_events(EventsReading(symbol), replace(CONTEXT, pays=pays))
    assert (verdict.kind is Kind.SUSPICIOUS_EMPTY) == odd


def _quoted(symbol: str, price: str) -> SymbolReading:
    quote = QuoteReading(symbol, Decimal(price), "BRL", CONTEXT.now - timedelta(minutes=5), symbol)
    return SymbolReading(symbol, symbol, quote)


def test_bad_events_leave_the_price_alone() -> None:
    """The price of an answer is served although a payment in it is a residue."""
    reading = replace(_quoted("WEGE3", "41.87"), events=_events(replace(PAID, rate=Decimal("1E-10"))))
    verdict = check_symbol(reading, CONTEXT)
    assert verdict.outcome is Outcome.PARTIAL
    assert verdict.value is not None
    assert verdict.value.quote == reading.quote


def test_one_bad_symbol_does_not_spoil_the_others() -> None:
    """The good ones of a batch are served; when none is good, the answer is refused."""
    good, bad = _quoted("WEGE3", "41.87"), _quoted("PETR4", "0")
    verdict = check_batch(BatchReading((good, bad)), lambda _: CONTEXT)
    assert verdict.outcome is Outcome.PARTIAL
    assert verdict.value == BatchReading((good,))
    refused = check_batch(BatchReading((bad,)), lambda _: CONTEXT)
    assert (refused.outcome, refused.kind, refused.value) == (Outcome.REJECT, Kind.IMPLAUSIBLE, None)
