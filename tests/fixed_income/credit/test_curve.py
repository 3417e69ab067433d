"""Papers on their curve: events and unit prices."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.fixed_income.accrual.interest import grown, interest_factor, prefixed_factor, spread_factor
from fiel.fixed_income.credit.curve import events, unit_price
from fiel.fixed_income.credit.schedule import AmortisationBase, Interest, bullet, periodic
from fiel.fixed_income.credit.terms import Benchmark, Floating, IpcaPlus, Kind, Prefixed, Remuneration
from fiel.kernel.errors import InvalidInput, Refused
from tests.support.credit_papers import CALENDAR, START, index_numbers, market, paper

MARKET = market()
MATURITY = date(2027, 1, 4)
LATER = date(2027, 7, 2)
IPCA = index_numbers(*(str(Decimal("7000") + 30 * month) for month in range(36)), first=date(2025, 10, 1))
WITH_IPCA = market(ipca=IPCA)
REMUNERATIONS: list[Remuneration] = [
    Floating(percent=Decimal(110)),
    Floating(spread=Decimal("1.75")),
    Floating(Benchmark.SELIC),
    Prefixed(Decimal("12.5")),
    IpcaPlus(Decimal("7.2")),
]


def test_a_bullet_at_a_percent_of_the_cdi_pays_its_factor() -> None:
    """110 % of the CDI: the payout is the nominal value times FatorDI."""
    (event,) = events(paper(Floating(percent=Decimal(110))), MARKET)
    assert MARKET.cdi is not None
    assert event.settlement.payment == grown("1000", MARKET.cdi.factor(START, MATURITY, 110))
    assert event.settlement.nominal_after == 0


def test_cdi_and_spread_multiply() -> None:
    """FatorDI times FatorSpread, rounded at nine decimals."""
    (event,) = events(paper(Floating(spread=Decimal("1.75"))), MARKET)
    assert MARKET.cdi is not None
    days = CALENDAR.business_days_between(START, MATURITY)
    wanted = interest_factor(MARKET.cdi.factor(START, MATURITY), spread_factor("1.75", days))
    assert event.interest_factor == wanted


@pytest.mark.parametrize("remuneration", REMUNERATIONS)
def test_the_price_just_before_maturity_leads_to_the_payout(remuneration: Remuneration) -> None:
    """The price grows to the last day, the payout is one day more, and then nothing is left."""
    rates, held = WITH_IPCA, paper(remuneration)
    payout = events(held, rates)[-1].settlement.payment
    eve = unit_price(held, CALENDAR.previous_business_day(MATURITY), rates).price
    assert Decimal("1.0003") < payout / eve < Decimal("1.0012")
    assert unit_price(held, MATURITY, rates).price == 0
    assert unit_price(held, MATURITY + timedelta(days=400), rates).price == 0


@given(st.sampled_from(REMUNERATIONS), st.integers(0, 360), st.integers(0, 360))
def test_a_bullet_never_loses_value_on_its_curve(remuneration: Remuneration, one: int, other: int) -> None:
    """With rates and inflation above zero, later is never less."""
    rates, held = WITH_IPCA, paper(remuneration)
    first, last = (unit_price(held, START + timedelta(days=at), rates).price for at in sorted((one, other)))
    assert first <= last


@given(st.integers(0, 367))
def test_one_hundred_percent_of_the_cdi_is_the_cdi(days: int) -> None:
    """At any day the price is the nominal value times the plain factor."""
    day = START + timedelta(days=days)
    if day < MATURITY and MARKET.cdi is not None:
        assert unit_price(paper(), day, MARKET).price == grown("1000", MARKET.cdi.factor(START, day))


def test_on_a_weekend_the_price_is_that_of_monday() -> None:
    """Friday's rate pays until the next business day."""
    prices = {unit_price(paper(), date(2026, 3, day), MARKET).price for day in (7, 8, 9)}
    assert len(prices) == 1
    assert unit_price(paper(), date(2026, 3, 6), MARKET).price < min(prices)


def test_periodic_interest_starts_again_from_the_nominal_value() -> None:
    """After each payment the unit is worth its nominal value; payments move to business days."""
    held = paper(Prefixed(Decimal(12)), periodic(START, LATER, 6), kind=Kind.DEBENTURE)
    found = events(held, MARKET)
    assert [event.day for event in found] == [date(2026, 7, 2), date(2027, 1, 4), date(2027, 7, 2)]
    assert found[1].nominal_day == date(2027, 1, 2)
    assert unit_price(held, date(2026, 7, 2), MARKET).price == 1000
    days = CALENDAR.business_days_between(date(2026, 7, 2), date(2027, 1, 4))
    assert found[1].interest_factor == prefixed_factor(12, days)
    assert found[2].settlement.amortisation == 1000


def test_amortisations_of_the_current_and_of_the_original_value_differ() -> None:
    """Twice 40 %: of what is left, or of what was issued."""
    table = {date(2026, 7, 2): 40, date(2027, 1, 2): 40}
    current = paper(schedule=periodic(START, LATER, 6, amortisations=table))
    original = paper(schedule=periodic(START, LATER, 6, amortisations=table, base=AmortisationBase.ORIGINAL))
    assert [event.settlement.amortisation for event in events(current, MARKET)] == [400, 240, 360]
    assert [event.settlement.amortisation for event in events(original, MARKET)] == [400, 400, 200]


def test_an_original_value_follows_the_ipca() -> None:
    """Half of the original value, updated, leaves half of the updated value."""
    schedule = periodic(START, LATER, 6, amortisations={date(2026, 7, 2): 50}, base=AmortisationBase.ORIGINAL)
    first, *_ = events(paper(IpcaPlus(Decimal(6)), schedule), market(ipca=IPCA))
    assert first.index_factor > 1
    assert abs(first.settlement.amortisation - first.settlement.updated / 2) < Decimal("0.00000002")


def test_grace_capitalises_or_lets_interest_run() -> None:
    """Capitalised interest is shown as nominal value; kept interest is not an event; both earn interest."""
    capitalised = paper(Prefixed(Decimal(12)), periodic(START, LATER, 6, grace_until=date(2026, 7, 2)))
    kept = paper(
        Prefixed(Decimal(12)),
        periodic(START, LATER, 6, grace_until=date(2026, 7, 2), grace=Interest.KEPT),
    )
    first, second, _ = events(capitalised, MARKET)
    assert first.settlement.payment == 0
    assert second.nominal_before == first.settlement.price_before
    assert len(events(kept, MARKET)) == 2
    paid = events(kept, MARKET)[0].settlement.payment
    assert abs(paid - (second.settlement.price_before - 1000)) < Decimal("0.000003")


def test_amortisations_of_the_original_value_after_a_capitalised_grace() -> None:
    """What was capitalised belongs to the original value: half of it is half of what is there."""
    schedule = periodic(
        START,
        LATER,
        6,
        amortisations={date(2027, 1, 2): 50},
        base=AmortisationBase.ORIGINAL,
        grace_until=date(2026, 7, 2),
    )
    _, second, _ = events(paper(Prefixed(Decimal(12)), schedule), MARKET)
    assert abs(second.settlement.amortisation * 2 - second.nominal_before) < Decimal("0.00000003")


def test_events_until_a_day_include_that_day() -> None:
    """The payment of 4 January is there on the 4th and not on the 3rd."""
    held = paper(schedule=periodic(START, LATER, 6))
    assert len(events(held, MARKET, date(2027, 1, 3))) == 1
    assert len(events(held, MARKET, date(2027, 1, 4))) == 2


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_splitting_a_holding_changes_no_total(one: int, other: int) -> None:
    """Prices are per unit: two holdings are worth what one of their sum is."""
    price = unit_price(paper(), date(2026, 9, 1), MARKET).price
    assert one * price + other * price == (one + other) * price


def test_a_series_that_was_not_given_is_refused() -> None:
    """An IPCA paper without IPCA, and a paper whose days lie beyond the rates."""
    with pytest.raises(Refused, match="IPCA"):
        events(paper(IpcaPlus(Decimal(6))), MARKET)
    with pytest.raises(Refused, match="no rate for"):
        events(paper(schedule=bullet(date(2030, 1, 2))), MARKET)


def test_a_price_before_the_start_is_refused() -> None:
    """There is no paper yet; nor one that is due before it starts."""
    with pytest.raises(InvalidInput, match="starts on"):
        unit_price(paper(), date(2025, 12, 31), MARKET)
    with pytest.raises(InvalidInput, match="after the start"):
        paper(schedule=bullet(START))


def test_kinds_know_what_is_exempt_and_what_is_covered() -> None:
    """LCIs are both, CDBs covered and taxed, CRIs exempt and not covered."""
    told = [(kind.exempt_for_individuals, kind.fgc_covered) for kind in (Kind.LCI, Kind.CDB, Kind.CRI)]
    assert told == [(True, True), (False, True), (True, False)]


def test_terms_out_of_reason_are_refused() -> None:
    """A float percent, a spread in the hundred thousands, an anniversary on the 31st."""
    with pytest.raises(InvalidInput, match="percent"):
        Floating(percent=110.0)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="spread"):
        Floating(spread=Decimal(100_001))
    with pytest.raises(InvalidInput, match="anniversary"):
        IpcaPlus(Decimal(6), anniversary=31)
