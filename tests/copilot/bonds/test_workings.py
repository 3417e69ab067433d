"""The working of an answer is the answer: it ends where the price is, with published figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.copilot.bonds.answer import Answer, Unit
from fiel.copilot.bonds.answering import payments_answer, price_answer, rate_answer
from fiel.copilot.bonds.asking import Asked, Rates
from fiel.copilot.bonds.series import SeriesTold
from fiel.kernel.calendars import anbima
from fiel.kernel.errors import InvalidInput, Refused

TODAY = date(2026, 2, 6)
#: ANBIMA, secondary market of federal bonds, file of 2026-02-06; VNAs of that day derived from the file.
VNA_IPCA, VNA_SELIC = "4596.158793", "18346.789005"
PUBLISHED = [
    ("LTN", "2028-01-01", "12.6711", None, "798.615040"),
    ("NTN-F", "2037-01-01", "13.7418", None, "813.918283"),
    ("NTN-B", "2035-05-15", "7.5841", VNA_IPCA, "4209.369049"),
    ("LFT", "2031-06-01", "0.1014", VNA_SELIC, "18249.202434"),
]


def _asked(kind: str, maturity: str, vna: str | None, rate: str | None = None) -> Asked:
    return Asked(kind, TODAY, on="2026-02-06", maturity=maturity, vna=vna, rate=rate)


def _paper(kind: str, on: str, pays: str, start: str, maturity: str) -> Asked:
    return Asked(kind, TODAY, on=on, pays=pays, start=start, maturity=maturity)


def _cdi(first: date, count: int, percent: str = "0.052531") -> SeriesTold:
    days = anbima(first).sessions(first, first + timedelta(days=count))
    return SeriesTold("cdi", tuple((day, Decimal(percent)) for day in days), ("test",))


def _last_price_step(answer: Answer) -> Decimal:
    return [step for step in answer.steps if step.key == "price"][-1].result


@pytest.mark.parametrize(("kind", "maturity", "rate", "vna", "price"), PUBLISHED)
def test_the_working_ends_at_the_published_price(
    kind: str, maturity: str, rate: str, vna: str | None, price: str
) -> None:
    """Prices of ANBIMA, to the last digit, from the rate; and the rate of the price leads back."""
    answer = price_answer(_asked(kind, maturity, vna, rate), ())
    assert answer.figures[0].value == Decimal(price) == _last_price_step(answer) == answer.steps[-1].result
    back = rate_answer(_asked(kind, maturity, vna), price, ())
    assert back.figure("price_of_rate").value == Decimal(price)
    assert back.steps[-1].result == back.figure("rate").value


def test_an_auctions_price_from_a_projected_nominal_value() -> None:
    """Tesouro Nacional, auction of 2026-06-16: VNA, quotation and price of the NTN-B of 2033."""
    asked = Asked(
        "NTN-B", TODAY, on="2026-06-17", maturity="2033-05-15", rate="8.1120", vna="4731.856412",
        vna_day="2026-06-15", projection="0.34",
    )  # fmt: skip
    answer = price_answer(asked, ())
    found = [str(answer.figure(key).value) for key in ("vna", "quotation", "price")]
    assert found == ["4732.927268", "90.0446", "4261.745426"]
    assert answer.steps[0].key == "vna_projected"
    assert dict(answer.steps[0].inputs) == {"VNA0": "4731.856412", "p": "0.34", "d": "2", "D": "30"}


def test_the_selic_carries_the_nominal_value_of_an_lft() -> None:
    """From that of 2026-06-01 and a Selic of 14.40 %: the Banco Central published a millionth more."""
    told = SeriesTold("selic", ((date(2026, 6, 1), Decimal("0.053400")),), ("test",))
    asked = Asked(
        "LFT",
        TODAY,
        on="2026-06-02",
        maturity="2032-06-01",
        rate="0",
        vna="19120.043965",
        vna_day="2026-06-01",
    )
    assert price_answer(asked, (told,)).figure("vna").value == Decimal("19130.254068")


@given(
    days=st.integers(min_value=1, max_value=700),
    percent=st.decimals(min_value=50, max_value=150, places=2),
    amount=st.decimals(min_value=1, max_value=10**7, places=2),
)
def test_a_paper_on_its_curve_is_the_working_and_the_net_is_its_own_sum(
    days: int, percent: Decimal, amount: Decimal
) -> None:
    """The price is the last step's; gross less both taxes is the net; the factor's days are all there."""
    start = date(2024, 1, 8)
    on = start + timedelta(days=days)
    asked = Asked(
        "CDB", TODAY, on=on.isoformat(), pays=f"{percent}% CDI", start="2024-01-08", maturity="2030-01-08",
        nominal=f"{amount:f}",
    )  # fmt: skip
    answer = price_answer(asked, (_cdi(start, 760),))
    value = {figure.key: figure.value for figure in answer.figures}
    assert _last_price_step(answer) == value["price"] == value["nominal"] + value["interest"]
    assert value["net_value"] == value["gross_value"] - value["iof"] - value["ir"] == answer.steps[-1].result
    counted = dict(next(step for step in answer.steps if step.key == "accumulated").inputs)["n"]
    assert int(counted) == anbima(on).business_days_between(start, on)


def test_a_series_that_ends_is_continued_and_says_so() -> None:
    """Flat by default; an option's number from the first unknown day; steps of a table after it."""
    told = (_cdi(date(2026, 1, 5), 30),)
    asked = _paper("CDB", "2026-02-06", "100% CDI", "2026-01-05", "2027-01-05")
    flat = payments_answer(asked, told)
    stated = payments_answer(replace(asked, rates=Rates(cdi="10", curve="2026-07-01:9")), told)
    (used,) = flat.series
    assert (used.how, used.last_day, used.assumed) == (
        "flat",
        date(2026, 2, 3),
        ((date(2026, 2, 4), Decimal("14.15")),),
    )
    assert stated.series[0].how == "given"
    assert stated.series[0].assumed == ((date(2026, 2, 4), Decimal(10)), (date(2026, 7, 1), Decimal(9)))
    assert not flat.payments[0].is_known
    assert stated.gross < flat.gross


def test_a_price_within_the_series_assumes_nothing() -> None:
    """The last needed rate is that of the day before: the answer names no assumption."""
    asked = Asked("CDB", TODAY, on="2026-02-04", pays="CDI", start="2026-01-05", maturity="2027-01-05")
    (used,) = price_answer(asked, (_cdi(date(2026, 1, 5), 30),)).series
    assert used.assumed == ()


def test_payments_add_up_and_move_to_business_days() -> None:
    """NTN-F: 2027-01-01 is paid on the 4th; parts make the gross, tax and net make it too."""
    answer = payments_answer(replace(_asked("NTN-F", "2029-01-01", None, "12.8245"), units="10"), ())
    assert (answer.payments[1].nominal_day, answer.payments[1].day) == (date(2027, 1, 1), date(2027, 1, 4))
    for each in answer.payments:
        assert each.principal + each.indexation + each.interest == each.gross
        assert each.tax is not None
        assert each.net == each.gross - each.tax
    assert all(each.is_known for each in answer.payments)
    assert answer.payments[0].gross == Decimal("488.08")
    # Bought below par: the discount is taxed at the end, 15 % after 720 days.
    assert answer.payments[-1].tax == Decimal("149.42")


def test_each_repayment_gives_back_its_share_of_the_cost() -> None:
    """Bought at 900 of 1000: of each half repaid, 50 are a gain and taxed with the interest."""
    asked = replace(
        _paper("CDB", "2026-02-06", "0% CDI", "2026-02-06", "2029-02-06"),
        paid="900",
        amortise="2028-02-07:50",
    )
    answer = payments_answer(asked, (_cdi(date(2026, 1, 5), 60),))
    assert [(each.gross, each.tax) for each in answer.payments] == [
        (Decimal("500.00"), Decimal("7.50")),
        (Decimal("500.00"), Decimal("7.50")),
    ]


def test_without_a_cost_the_tax_on_principal_is_not_guessed() -> None:
    """Coupons are taxed, the redemption says that it does not know."""
    answer = payments_answer(_asked("NTN-F", "2029-01-01", None), ())
    assert [each.tax is None for each in answer.payments] == [False] * 5 + [True]
    assert answer.net is None
    assert answer.notes == (("cost_unknown", ()),)


def test_exempt_papers_keep_everything() -> None:
    """An LCI pays no tax, and equals a CDB of a higher percent of the CDI."""
    asked = _paper("LCI", "2026-02-04", "90% CDI", "2026-01-05", "2028-01-05")
    answer = price_answer(asked, (_cdi(date(2026, 1, 5), 30),))
    assert answer.figure("net_value").value == answer.figure("gross_value").value
    assert answer.figure("taxed_equivalent").value == Decimal("116.1290")
    assert answer.figure("taxed_equivalent").unit is Unit.PERCENT_CDI


def test_a_paper_bought_at_its_curve_price_yields_its_own_rate() -> None:
    """13.2 % a year bought on the curve makes 13.2 % a year."""
    asked = _paper("CDB", "2026-02-06", "13.2% a.a.", "2025-01-06", "2028-01-06")
    price = price_answer(asked, ()).figure("price").value
    rate = rate_answer(asked, f"{price:f}", ()).figure("rate").value
    assert abs(rate - Decimal("13.2")) < Decimal("0.00001")


def test_a_savings_account_is_credited_on_its_anniversaries() -> None:
    """Two months at 0.5 % and a TR of 0.0468: 0.5470 % each (Banco Central), to the cent."""
    told = (SeriesTold("selic_target", ((date(2025, 12, 1), Decimal(15)),), ("test",)),)
    asked = Asked(
        "savings", TODAY, on="2026-03-09", start="2026-01-05", nominal="1000", rates=Rates(tr="0.0468")
    )
    answer = price_answer(asked, told)
    assert answer.figures[0].value == Decimal("1010.97") == answer.steps[-1].result
    assert answer.notes[0] == ("savings_next", (("day", "2026-04-05"),))


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        (_asked("LTN", "2026-02-06", None, "12"), "bond_matured", "--maturity"),
        (_asked("LTN", "2028-01-01", None, "1000.1"), "number_above_maximum", "--rate"),
        (_asked("LTN", "2028-01-01", None), "rate_option_missing", "--rate"),
        (Asked("LTN", TODAY, on="2026-02-07", maturity="2028-01-01", rate="1"), "not_a_business_day", "--on"),
        (Asked("LTN", TODAY, rate="12"), "maturity_missing", "--maturity"),
        (Asked("CDB", TODAY, maturity="2028-01-01", start="2026-01-05"), "pays_missing", "--pays"),
        (Asked("CDB", TODAY, maturity="2028-01-01", pays="CDI"), "start_missing", "--start"),
    ],
)
def test_what_is_wrong_is_named_by_its_option(asked: Asked, code: str, field: str) -> None:
    """Dates in the wrong order, rates out of range, options that are missing."""
    with pytest.raises(InvalidInput) as refusal:
        price_answer(asked, ())
    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_a_missing_nominal_value_says_where_it_is_published() -> None:
    """Without the VNA there is no price of an NTN-B."""
    with pytest.raises(Refused, match=r"ANBIMA publishes it every business day.*--projection"):
        price_answer(_asked("NTN-B", "2035-05-15", None, "7"), ())
