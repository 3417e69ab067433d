"""The same money elsewhere: CDI, inflation, a ticker, a mix."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fiel.fixed_income.accrual.ipca import IpcaIndex, ProRata
from fiel.fixed_income.series import RateSeries
from fiel.kernel.calendars import anbima
from fiel.kernel.errors import InvalidInput, Refused
from fiel.performance.aligned import Doubt, DoubtKind
from fiel.performance.benchmarks import AgainstCdi, against_cdi, real, same_flows
from fiel.performance.book import CashMode, value_book
from fiel.performance.entries import Asset, Entry, EntryKind, PriceSeries
from fiel.performance.indices import LEVEL_DECIMALS, inflation_index, mix, rate_index
from fiel.performance.periods import Period
from fiel.performance.report import Report, report
from fiel.performance.xirr import OneRate

#: SGS 12, percent a day, of the first days of 2024 (Banco Central do Brasil).
CDI = RateSeries.of(
    "CDI",
    {
        date(2024, 1, 2): "0.043739",
        date(2024, 1, 3): "0.043739",
        date(2024, 1, 4): "0.043739",
        date(2024, 1, 5): "0.043739",
    },
)
TUE, WED, THU, FRI, MON = (date(2024, 1, day) for day in (2, 3, 4, 5, 8))
DAYS = (TUE, WED, THU, FRI, MON)
NEW_YEAR = date(2024, 1, 1)
ONE = Decimal(10) ** LEVEL_DECIMALS


def _report(*trades: tuple[date, EntryKind, str, str]) -> Report:
    """A share that stays at 10.00."""
    entries = [
        Entry(day, kind, "one", "AAAA3", Decimal(amount), Decimal(count))
        for day, kind, amount, count in trades
    ]
    prices = {"AAAA3": PriceSeries(DAYS, (1000,) * 5, 2, "B3")}
    book = value_book([Asset("AAAA3", "shares")], entries, prices, DAYS, cash=CashMode.OUTSIDE)
    return report(book, Period(date(2024, 1, 1), MON))


def test_the_cdi_pays_from_a_business_day_to_the_next() -> None:
    """Five levels for four rates; Monday has Friday's interest, the weekend none."""
    index = rate_index(CDI, TUE, MON, anbima(TUE))
    assert index.days == DAYS
    assert [round(Decimal(unit or 0) / ONE, 8) for unit in index.units] == [
        Decimal(1),
        Decimal("1.00043739"),
        Decimal("1.00087497"),
        Decimal("1.00131274"),
        Decimal("1.00175071"),
    ]
    double = rate_index(CDI, TUE, WED, anbima(TUE), percent=200)
    assert double.units[-1] == 10_008_747_800_000_000
    with pytest.raises(Refused, match="2024-01-08"):
        rate_index(CDI, TUE, date(2024, 1, 9), anbima(TUE))


def test_the_same_deposits_in_the_cdi() -> None:
    """1,000.00 on Tuesday and 500.00 on Thursday, 300.00 out on Friday: each from its own day on."""
    told = _report(
        (TUE, EntryKind.BUY, "1000", "100"),
        (THU, EntryKind.BUY, "500", "50"),
        (FRI, EntryKind.SELL, "300", "30"),
    )
    index = rate_index(CDI, TUE, MON, anbima(TUE))
    found = same_flows("CDI", index, told)
    assert found == same_flows("CDI", rate_index(CDI, NEW_YEAR, MON, anbima(TUE)), told)
    rate = Decimal("0.00043739")
    expected = 1000 * (1 + rate) ** 4 + 500 * (1 + rate) ** 2 - 300 * (1 + rate)
    assert found.value == round(expected, 2) == Decimal("1202.06")
    assert found.time_weighted == Decimal("0.001750708195")
    assert isinstance(found.money_weighted, OneRate)
    assert found.ran_out_on is None
    assert found.doubt is None


def test_a_yardstick_that_cannot_pay_the_withdrawals_says_when() -> None:
    """Everything taken out of what rose, while the yardstick fell by half."""
    told = _report((TUE, EntryKind.BUY, "1000", "100"), (FRI, EntryKind.SELL, "1000", "100"))
    half = PriceSeries((date(2024, 1, 1), *DAYS), (100, 100, 50, 50, 50, 50), 0, "half")
    found = same_flows("half", half, told)
    assert found.ran_out_on == FRI
    assert found.value == Decimal(-500)
    assert found.drawdown.depth == Decimal("-0.5")


def test_a_yardstick_with_holes_is_carried_and_named() -> None:
    """A ticker that did not trade on Wednesday; and one that begins too late is refused."""
    told = _report((TUE, EntryKind.BUY, "1000", "100"))
    prices: dict[date, str | None] = dict.fromkeys((date(2024, 1, 1), TUE, THU, FRI, MON), "10")
    found = same_flows("BOVA11", PriceSeries.of(prices, "B3"), told)
    assert found.doubt == Doubt(DoubtKind.PRICE_CARRIED, "BOVA11", (WED,))
    with pytest.raises(Refused, match="BOVA11 has no level on 2024-01-02"):
        same_flows("BOVA11", PriceSeries.of({FRI: "10"}, "B3"), told)


def test_inflation_accrues_over_its_own_month() -> None:
    """IPCA of January 2024 (0.42 %) and February (0.83 %): whole months, and half of one by its days."""
    numbers = RateSeries.of(
        "IPCA", {date(2023, 12, 1): "100", date(2024, 1, 1): "100.42", date(2024, 2, 1): "101.253486"}
    )
    index = inflation_index(IpcaIndex(numbers), date(2024, 1, 1), date(2024, 3, 1), anbima(date(2024, 1, 1)))
    at = {day: Decimal(unit or 0) / ONE for day, unit in zip(index.days, index.units, strict=True)}
    assert at[date(2024, 2, 1)] == Decimal("1.0042")
    assert at[date(2024, 3, 1)] == Decimal("1.01253486")
    # 10 of the 19 business days of February come before Monday the 19th.
    half = Decimal("1.0042") * Decimal("1.0083") ** (Decimal(10) / 19)
    assert abs(at[date(2024, 2, 19)] - half) < Decimal("1e-7")


def test_inflation_and_a_spread_a_year_of_252_days() -> None:
    """IPCA + 6 %: two months have 22 and 19 business days."""
    numbers = RateSeries.of(
        "IPCA", {date(2023, 12, 1): "100", date(2024, 1, 1): "100.42", date(2024, 2, 1): "101.253486"}
    )
    calendar = anbima(date(2024, 1, 1))
    index = inflation_index(
        IpcaIndex(numbers),
        date(2024, 1, 1),
        date(2024, 3, 1),
        calendar,
        spread=6,
        pro_rata=ProRata.BUSINESS_DAYS,
    )
    count = calendar.business_days_between(date(2024, 1, 2), date(2024, 3, 1))
    expected = Decimal("1.01253486") * Decimal("1.06") ** (Decimal(count) / 252)
    assert abs(Decimal(index.units[-1] or 0) / ONE - expected) < Decimal("1e-7")


def test_a_mix_drifts_and_is_put_back() -> None:
    """Half and half; one doubles. Rebalanced after it, its fall to half costs a quarter less 50 %."""
    up = PriceSeries(DAYS[:3], (100, 200, 100), 0, "up")
    flat = PriceSeries(DAYS[:3], (100, 100, 100), 0, "flat")
    parts, weights = {"up": up, "flat": flat}, {"up": "0.5", "flat": "0.5"}
    left_alone = mix(parts, weights, DAYS[:3])
    put_back = mix(parts, weights, DAYS[:3], rebalanced=[WED])
    assert [Decimal(unit or 0) / ONE for unit in left_alone.units] == [1, Decimal("1.5"), 1]
    assert [Decimal(unit or 0) / ONE for unit in put_back.units] == [1, Decimal("1.5"), Decimal("1.125")]


def test_a_mix_needs_weights_of_known_parts() -> None:
    """They sum to one, and each part has a level at the start."""
    part = {"up": PriceSeries((WED,), (100,), 0, "up")}
    for weights in ({"up": "0.9"}, {"down": "1"}, {"up": "2", "down": "-1"}):
        with pytest.raises(InvalidInput, match="sum to 1"):
            mix(part, weights, DAYS[:3])
    with pytest.raises(Refused, match="no level"):
        mix(part, {"up": 1}, DAYS[:3])


def test_both_percentages_of_the_cdi_or_the_spread_alone() -> None:
    """10 % against 5 %: 200 % of the period; a loss has no percentage."""
    found = against_cdi(Decimal("0.10"), Decimal("0.05"), 126)
    assert found == AgainstCdi(Decimal("200.0000"), Decimal("195.3832"), Decimal("4.76190476"))
    lost = against_cdi(Decimal("-0.01"), Decimal("0.02"), 126)
    assert (lost.of_period, lost.of_days, lost.spread) == (None, None, Decimal("-2.94117647"))


def test_what_inflation_leaves() -> None:
    """10.25 % with 5 % of inflation is 5 % real."""
    assert real(Decimal("0.1025"), Decimal("0.05")) == Decimal("0.05")
