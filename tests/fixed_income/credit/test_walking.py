"""The quick walk has the digits of the plain one: prices, payments, refusals."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from fiel.fixed_income.credit import walking
from fiel.fixed_income.credit.curve import CreditPaper, unit_price
from fiel.fixed_income.credit.schedule import AmortisationBase, Interest, Schedule, ScheduledEvent, bullet
from fiel.fixed_income.credit.terms import Benchmark, Floating, IpcaPlus, Kind, Prefixed, Remuneration
from tests.support.credit_papers import START, index_numbers, market
from tests.support.examples import examples
from tests.support.plain_curve import plain_payments, plain_price

RATES = market(ipca=index_numbers(*(str(7000 + 31 * m) for m in range(40)), first=date(2025, 10, 1)))
PERCENT = st.decimals(80, 130, places=2)
RATE = st.decimals("-5", 20, places=4)
REMUNERATIONS: st.SearchStrategy[Remuneration] = st.one_of(
    st.builds(Floating, st.sampled_from(list(Benchmark)), PERCENT),
    st.builds(Floating, spread=RATE),
    st.builds(Prefixed, RATE),
    st.builds(IpcaPlus, RATE, anniversary=st.integers(1, 28)),
)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Tables of up to eight events within two years, with grace, kept interest and amortisations."""
    offsets = sorted(draw(st.sets(st.integers(1, 690), min_size=1, max_size=8)))
    base = draw(st.sampled_from(list(AmortisationBase)))
    events = []
    for offset in offsets[:-1]:
        treatment = draw(st.sampled_from(list(Interest)))
        # Never above what is left: seven times at most.
        percent = Decimal(0) if treatment is Interest.KEPT else draw(st.decimals(0, 12, places=4))
        events.append(ScheduledEvent(START + timedelta(days=offset), treatment, percent))
    return Schedule((*events, ScheduledEvent(START + timedelta(days=offsets[-1]))), base)


@st.composite
def papers(draw: st.DrawFn) -> CreditPaper:
    """Any paper of the formulas."""
    nominal = draw(st.decimals("0.01", 20_000, places=8))
    return CreditPaper(Kind.DEBENTURE, nominal, START, draw(REMUNERATIONS), draw(schedules()))


@given(papers(), st.integers(0, 700))
@settings(max_examples=examples(300))
def test_prices_have_the_digits_of_the_plain_path(paper: CreditPaper, offset: int) -> None:
    """Whatever the remuneration and the table, nominal value and interest on any day are the same."""
    day = START + timedelta(days=offset)
    found = unit_price(paper, day, RATES)
    assert (found.nominal, found.interest) == plain_price(paper, day, RATES)


@given(papers(), st.integers(0, 700))
@settings(max_examples=examples(300))
def test_payments_have_the_digits_of_the_plain_path(paper: CreditPaper, offset: int) -> None:
    """Days and sums of principal, indexation and interest are those of the events."""
    day = START + timedelta(days=offset)
    found = [
        (paid.day, walking.reais(paid.principal + paid.indexation + paid.interest))
        for paid in walking.payments(paper, RATES, day)
    ]
    assert found == plain_payments(paper, RATES, day)


@given(papers())
@settings(max_examples=examples(100))
def test_what_was_lent_comes_back_once(paper: CreditPaper) -> None:
    """The principal of all payments is the nominal value, whatever was indexed, capitalised or cut."""
    paid = walking.payments(paper, RATES, START)
    assert walking.reais(sum(payment.principal for payment in paid)) == paper.nominal


def test_a_bullet_of_the_past_pays_nothing_more() -> None:
    """After its maturity there is neither value nor payment."""
    paper = CreditPaper(Kind.CDB, Decimal(1000), START, Floating(), bullet(date(2026, 3, 2)))
    assert list(walking.payments(paper, RATES, date(2026, 3, 3))) == []
    assert walking.price(paper, RATES, date(2026, 3, 2)) == (0, 0)
