"""Walked forward over real dividends, the forecast is nearer than the naive rule."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from statistics import fmean, median

from fiel.income.forecast import forecast
from fiel.income.values import Announcement, IncomeKind, ShareChange
from fiel.market.providers.recorded import recorded_events

#: Ten payers of different habits; the figures are those packaged with Fiel (B3's labels, 2009 to August 2024,
#: see the head of src/fiel/market/data/events.xz for their source).
ASSETS = ("BBAS3", "BBSE3", "CPFE3", "EGIE3", "ITSA4", "PETR4", "TAEE11", "VALE3", "VIVT3", "WEGE3")
#: As announced by the companies; both rules are told of them.
CHANGES = (
    ShareChange("CPFE3", date(2011, 6, 28), Decimal(2)),
    ShareChange("EGIE3", date(2018, 12, 10), Decimal("1.25")),
    ShareChange("TAEE11", date(2012, 12, 4), Decimal(3)),
    ShareChange("WEGE3", date(2014, 4, 22), Decimal("1.3")),
    ShareChange("WEGE3", date(2015, 3, 31), Decimal(2)),
    ShareChange("WEGE3", date(2018, 4, 24), Decimal("1.3")),
    ShareChange("WEGE3", date(2021, 4, 27), Decimal(2)),
)
KINDS = {
    "JRS CAP PROPRIO": IncomeKind.JCP,
    "DIVIDENDO": IncomeKind.DIVIDEND,
    "RENDIMENTO": IncomeKind.INTEREST,
}
ORIGINS = tuple(date(year, month, 30) for year in range(2013, 2023) for month in (6, 12))
YEAR = timedelta(days=365)


def history(asset: str) -> list[Announcement]:
    """The packaged payments in the units of 2023: every one but capital given back."""
    rows = []
    for number, each in enumerate(recorded_events(asset).cash):
        assert each.com_date
        amount = each.rate
        for change in CHANGES:
            if change.asset == asset and each.com_date <= change.com_date:
                amount /= change.new_per_old
        kind = KINDS.get(each.label, IncomeKind.AMORTISATION)
        rows.append(
            Announcement(
                f"{asset}-{number}",
                asset,
                kind,
                amount,
                each.com_date,
                each.payment_date,
                "B3",
                decided_on=each.approved_on,
            )
        )
    return [each for each in rows if not each.kind.is_capital]


def total(rows: list[Announcement], after: date, until: date) -> Decimal:
    """What is paid of com dates after one day and up to another, as it stands in the figures."""
    return sum(
        (each.per_unit for each in rows if each.com_date and after < each.com_date <= until), Decimal(0)
    )


def misses(asset: str) -> list[tuple[Decimal, Decimal, Decimal]]:
    """At each origin: how far the forecast was off, how far the naive rule, and what was paid."""
    rows, found = history(asset), []
    for origin in ORIGINS:
        known = [each for each in rows if each.decided_on and each.decided_on <= origin]
        if not known or origin - min(each.com_date for each in known if each.com_date) < YEAR:
            continue
        paid = total(rows, origin, origin + YEAR)
        said = forecast(asset, known, origin)
        ours = sum((each.per_unit for each in said.payments), total(known, origin, origin + YEAR))
        naive = total(known, origin - YEAR, origin)
        found.append((abs(ours - paid), abs(naive - paid), paid))
    return found


def test_the_pooled_error_is_under_that_of_the_naive_rule() -> None:
    """Median share of the twelve months missed, and the mean over assets of the ratio to the naive error."""
    walked = {asset: misses(asset) for asset in ASSETS}
    every = [each for some in walked.values() for each in some]
    ratios = [
        float(sum(ours for ours, _, _ in some) / sum(naive for _, naive, _ in some))
        for some in walked.values()
    ]

    assert len(every) > 180
    assert median(ours / paid for ours, _, paid in every if paid) < median(
        naive / paid for _, naive, paid in every if paid
    )
    assert fmean(ratios) < 0.98
    assert sum(each < 1 for each in ratios) > len(ASSETS) / 2


def test_the_forecast_of_a_real_payer_can_be_followed() -> None:
    """TAEE11 at the end of 2022: JCP beside dividends, an error of its own, all of it within the year."""
    rows = [each for each in history("TAEE11") if each.decided_on and each.decided_on <= date(2022, 12, 30)]
    found = forecast("TAEE11", rows, date(2022, 12, 30))

    assert {each.kind for each in found.payments} == {IncomeKind.DIVIDEND, IncomeKind.JCP}
    assert found.error is not None
    assert Decimal("0.1") < found.error < Decimal("0.5")
    assert all(date(2022, 12, 30) < each.com_date <= date(2023, 12, 30) for each in found.payments)
    assert all(each.basis for each in found.payments)
