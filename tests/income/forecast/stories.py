"""Histories of payments, written short, and drawn ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from fiel.income.forecast import Forecast
from fiel.income.values import Announcement, IncomeKind

ASSET = "TEST3"
TODAY = date(2024, 1, 10)


def paid(
    day: str,
    amount: str = "1",
    kind: IncomeKind = IncomeKind.DIVIDEND,
    *,
    decided: str | None = None,
    payment: str | None = None,
    asset: str = ASSET,
) -> Announcement:
    """A payment with the com date `day`, decided on it unless told otherwise."""
    return Announcement(
        event_id=f"{asset}-{day}-{kind}-{amount}-{payment}",
        asset=asset,
        kind=kind,
        per_unit=Decimal(amount),
        com_date=date.fromisoformat(day),
        payment_date=date.fromisoformat(payment) if payment else None,
        source="test",
        decided_on=date.fromisoformat(decided or day),
    )


def each_year(years: Sequence[int], *days: str, amount: str = "1") -> list[Announcement]:
    """The same days (month-day) of several years."""
    return [paid(f"{year}-{day}", amount) for year in years for day in days]


def summary(found: Forecast) -> list[tuple[str, str, str]]:
    """Kind, com date and amount of each payment."""
    return [(each.kind.value, str(each.com_date), f"{each.per_unit:f}") for each in found.payments]


def renamed(rows: Sequence[Announcement], times: int) -> list[Announcement]:
    """The same payments with other ids."""
    return [replace(each, event_id=f"{each.event_id}/{times}") for each in rows]


@st.composite
def histories(draw: st.DrawFn) -> list[Announcement]:
    """One to forty payments of the eight years before today, of three kinds."""
    facts = draw(
        st.lists(
            st.tuples(
                st.integers(0, 8 * 365),
                st.integers(1, 5_000),
                st.sampled_from([IncomeKind.DIVIDEND, IncomeKind.JCP, IncomeKind.INTEREST]),
                st.integers(0, 30),
                st.none() | st.integers(1, 200),
            ),
            min_size=1,
            max_size=40,
            unique_by=lambda fact: (fact[0], fact[1], fact[2]),
        )
    )
    rows = []
    for number, (age, mills, kind, before, lag) in enumerate(facts):
        com = TODAY - timedelta(days=age)
        rows.append(
            Announcement(
                f"drawn-{number}",
                ASSET,
                kind,
                Decimal(mills) / 1000,
                com,
                com + timedelta(days=lag) if lag else None,
                "drawn",
                decided_on=com - timedelta(days=before),
            )
        )
    return rows
