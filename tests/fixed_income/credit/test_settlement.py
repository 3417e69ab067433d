"""One event at a time, against published unit prices of debentures."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.fixed_income.credit.schedule import Interest
from fiel.fixed_income.credit.settlement import settle
from fiel.kernel.errors import InvalidInput


def test_an_ipca_event_with_amortisation_of_the_current_value() -> None:
    """CAET12, 15 December 2016 (trustee's file): update, interest, 9.5 % amortised, each at 8 decimals."""
    done = settle(
        "1134.44478383",
        index_factor="1.01843542",
        interest_factor="1.045897117",
        amortisation_percent="9.5",
    )
    assert done.updated == Decimal("1155.35874988")
    assert done.interest == done.interest_paid == Decimal("53.02763572")
    assert done.amortisation == Decimal("109.75908123")
    assert done.payment == Decimal("162.78671695")
    assert done.price_before == Decimal("1208.38638560")
    assert done.price_after == done.nominal_after == Decimal("1045.59966865")


def test_an_amortisation_of_the_original_value() -> None:
    """PTPN13, 11 October 2018 (trustee's file): 2.25 of each original 100, 97.75 being left."""
    done = settle(
        "97.75", interest_factor="1.050961511", amortisation_percent="2.25", amortisation_base="100"
    )
    assert (done.interest, done.payment) == (Decimal("4.98148770"), Decimal("7.23148770"))
    assert done.nominal_after == Decimal("95.5")


def test_interest_in_grace_becomes_nominal_value() -> None:
    """CAET12, 15 June 2016 (trustee's file): nothing is paid and the next event starts from the sum."""
    done = settle(
        "1000",
        index_factor="1.06981725",
        interest_factor="1.060409882",
        treatment=Interest.CAPITALISED,
    )
    assert (done.updated, done.interest) == (Decimal("1069.81725"), Decimal("64.62753383"))
    assert done.payment == 0
    assert done.nominal_after == done.price_before == done.price_after == Decimal("1134.44478383")


@given(
    st.decimals("0.01", 10**6, places=8),
    st.decimals("0.9", 2, places=8),
    st.decimals(1, 2, places=9),
    st.decimals(0, 100, places=4),
    st.sampled_from([Interest.PAID, Interest.CAPITALISED]),
)
def test_nothing_is_lost_at_an_event(
    nominal: Decimal, index: Decimal, factor: Decimal, percent: Decimal, treatment: Interest
) -> None:
    """What was there before is what was paid and what is left."""
    done = settle(
        nominal,
        index_factor=index,
        interest_factor=factor,
        amortisation_percent=percent,
        treatment=treatment,
    )
    assert done.price_before == done.payment + done.nominal_after
    assert done.nominal_after >= 0


def test_more_than_is_left_cannot_be_amortised() -> None:
    """60 of an original 100 when 50 are left."""
    with pytest.raises(InvalidInput, match="check the table"):
        settle("50", amortisation_percent="60", amortisation_base="100")
    with pytest.raises(InvalidInput, match="amortisation_percent"):
        settle("50", amortisation_percent="101")


def test_interest_that_runs_on_is_no_event() -> None:
    """There is nothing to settle."""
    with pytest.raises(InvalidInput, match="no event"):
        settle("50", treatment=Interest.KEPT)
