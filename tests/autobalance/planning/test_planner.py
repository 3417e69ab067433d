"""From a request to a plan: what is planned, what is not and why, by arrays and by the engine alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from fiel.autobalance.config import AutobalanceConfig
from fiel.autobalance.journal_port import Plan
from fiel.autobalance.model_text import AssetRules
from fiel.autobalance.planning import NotPlanned
from fiel.autobalance.triggers import Policy
from fiel.autobalance.wire import Request
from fiel.custody.accounts import CashMode
from fiel.custody.ports import LastPrice, NoPrice
from fiel.custody.reservations import Fees
from fiel.rebalancing.problem import Frequency, Mode, Strategy, StrategyKind
from tests.support.autobalance.fleets import E9, FRACTIONAL, flat_model, threshold
from tests.support.autobalance.planning import NOON, Desk, orders, worst_after

HALVES = flat_model({"A": "50", "B": "50"})
FINE = flat_model({"A": "50", "B": "50"}, lot=FRACTIONAL)


@pytest.fixture(params=[True, False], ids=["arrays", "engine"])
def make(request: pytest.FixtureRequest) -> Callable[..., Desk]:
    """Desks whose planners search on arrays, and desks whose planners ask the engine one by one."""
    return lambda **settings: Desk(arrays=request.param, **settings)


def test_a_portfolio_out_of_band_is_planned(make: Callable[..., Desk]) -> None:
    """60 : 40 at equal prices sells ten and buys ten; without cash the sale comes first."""
    desk = make()
    desk.price(A="10", B="10")
    desk.enroll("ana", HALVES, A="600", B="400", cash="100")
    plan = desk.plan_one()
    assert orders(plan) == [(1, "SELL", "A", 99), (2, "BUY", "B", 103)] or orders(plan)[0][1:3] == (
        "SELL",
        "A",
    )
    assert [op.stage for op in plan.operations] == [1, 2]
    assert (plan.account_sequence, plan.trigger, plan.worst) == (7, "band", "10.00")
    assert plan.request == Request("ana", "band", NOON).id
    assert plan.note == ""


def test_limits_keep_their_distance(make: Callable[..., Desk]) -> None:
    """A buy may pay 0.3 % more and a sale get 0.3 % less, to the cent outwards."""
    desk = make()
    desk.price(A="33.33", B="0.5")
    desk.enroll("ana", HALVES, A="600", B="400")
    sale, buy = desk.plan_one().operations
    assert (sale.price, sale.limit) == (33_330_000_000, 33_230_000_000)
    assert (buy.price, buy.limit) == (500_000_000, 501_500_000)


def test_inside_the_threshold_nothing_is_sent(make: Callable[..., Desk]) -> None:
    """A price that moves a little moves no order; at the edge of the band neither."""
    desk = make()
    desk.price(A="10", B="10")
    desk.enroll("ana", HALVES, A="550", B="450")
    assert desk.why_not() == ("inside_bands", "at most 5.00 % off")
    desk.price(A="10.01")
    assert isinstance(desk.plan("ana")[0], Plan)


def test_fractional_lots_come_within_a_thousandth_of_the_target(make: Callable[..., Desk]) -> None:
    """A simple rebalance: every asset ends within 0.1 % of the whole of its target."""
    desk = make()
    desk.price(A="37.91", B="12.07")
    desk.enroll("ana", FINE, A="2000", B="3000.5")
    plan = desk.plan_one()
    assert worst_after(desk, plan) < Decimal("0.001")
    assert desk.carried_out(plan)["cash"] >= 0


def test_with_cash_for_the_buys_all_goes_out_together(make: Callable[..., Desk]) -> None:
    """The money that is free covers every buy at its limit: one stage."""
    desk = make()
    desk.price(A="10", B="10")
    desk.enroll("ana", flat_model({"A": "40", "B": "40", "cash": "20"}), A="500", B="300", cash="2000")
    assert orders(desk.plan_one()) == [(1, "SELL", "A", 100), (1, "BUY", "B", 100)]
    desk.enroll("bia", flat_model({"A": "49", "B": "49", "cash": "2"}), A="590", B="390", cash="200")
    assert orders(desk.plan_one("bia")) == [(1, "SELL", "A", 100), (2, "BUY", "B", 100)]


def test_shares_and_cash_that_others_hold_are_left_alone(make: Callable[..., Desk]) -> None:
    """Only free shares are sold and only free cash is spent; the plan says what it left out."""
    desk = make()
    desk.price(A="10", B="10")
    desk.enroll("ana", HALVES, A="600/500", B="0", cash="700", blocked="650")
    plan = desk.plan_one()
    sold = sum(op.quantity for op in plan.operations if op.ticker == "A")
    assert 0 < sold <= 100 * E9
    assert plan.note == "held by other orders: 500 A, 650.00 BRL"


def test_the_least_cash_is_never_spent(make: Callable[..., Desk]) -> None:
    """What the model keeps as cash stays, at the limits too."""
    desk = make()
    desk.price(A="10", B="10")
    desk.enroll("ana", flat_model({"A": "50", "B": "50"}, minimum_cash="500"), A="600", B="0", cash="500")
    plan = desk.plan_one()
    spent = sum(op.quantity * op.limit for op in plan.operations if op.side == "BUY")
    got = sum(op.quantity * op.limit for op in plan.operations if op.side == "SELL")
    assert spent <= got
    assert [op.stage for op in plan.operations] == [1, 2]


def test_what_the_model_does_not_name_is_left_alone(make: Callable[..., Desk]) -> None:
    """A stray holding is neither sold nor counted; one named with weight 0 is sold to the last unit."""
    desk = make()
    desk.price(A="10", B="10", C="5")
    model = flat_model({"A": "50", "B": "50", "C": "0"}, lot=FRACTIONAL)
    desk.enroll("ana", model, A="500", B="400", C="200.123456789", STRAY="9")
    plan = desk.plan_one()
    assert (1, "SELL", "C", Decimal("200.123456789")) in orders(plan)
    assert all(op.ticker != "STRAY" for op in plan.operations)


def test_rules_of_an_asset_are_kept(make: Callable[..., Desk]) -> None:
    """What may not be sold is not; lots are whole."""
    rules = {"A": AssetRules(can_sell=False), "B": AssetRules(lot=Decimal(100))}
    model = flat_model({"A": "50", "B": "30", "C": "20"}, rules=rules)
    desk = make()
    desk.price(A="10", B="1", C="10")
    desk.enroll("ana", model, A="600", B="1000", C="300")
    plan = desk.plan_one()
    assert [(op.side, op.ticker) for op in plan.operations] == [("SELL", "C"), ("BUY", "B")]
    assert plan.operations[1].quantity % (100 * E9) == 0


def test_money_to_invest_is_invested(make: Callable[..., Desk]) -> None:
    """A portfolio of cash alone is out of every band."""
    desk = make()
    desk.price(A="10", B="10")
    desk.enroll("ana", HALVES, cash="1000")
    plan = desk.plan_one()
    assert {op.side.value for op in plan.operations} == {"BUY"}
    assert sum(op.quantity * op.limit for op in plan.operations) <= 1000 * E9 * E9
    desk.enroll("ana", HALVES)
    assert desk.why_not() == ("nothing_held", "")


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        ({"is_paused": True}, "paused"),
        ({"is_stale": True, "is_paused": True}, "stale"),
        ({"in_progress": True}, "in_progress"),
        ({"last_done": NOON - timedelta(minutes=14)}, "cooling_down"),
    ],
)
def test_what_is_in_the_way_is_said(standing: dict[str, object], code: str) -> None:
    """Where a portfolio stands decides before anything is read."""
    desk = Desk()
    desk.price(A="10", B="10")
    desk.enroll("ana", HALVES, A="600", B="400")
    desk.stands("ana", **standing)
    assert desk.why_not()[0] == code
    assert desk.questions == 0
    desk.stands("ana", last_done=NOON - timedelta(minutes=15))
    assert isinstance(desk.plan("ana")[0], Plan)


def test_fault_47_after_a_batch_it_cools_down() -> None:
    """However often it is asked for, one batch per cool-down; one answer per portfolio."""
    desk = Desk()
    desk.price(A="10", B="10")
    desk.enroll("ana", HALVES, A="600", B="400")
    found = desk.plan(*["ana"] * 1_000)
    assert len(found) == 1
    desk.stands("ana", last_done=NOON)
    assert desk.why_not() == ("cooling_down", "until 2026-05-04T14:15:00+00:00")


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (datetime(2026, 5, 4, 12, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 5, 4, 13, 0, tzinfo=UTC), True),
        (datetime(2026, 5, 4, 20, 55, tzinfo=UTC), False),
        (datetime(2026, 5, 2, 14, tzinfo=UTC), False),  # a Saturday
        (datetime(2026, 5, 1, 14, tzinfo=UTC), False),  # Labour Day
    ],
)
def test_orders_go_out_in_trading_hours(moment: datetime, is_open: bool) -> None:
    """10:00 to 17:55 of São Paulo on B3's business days."""
    desk = Desk(now=moment)
    desk.price(A="10", B="10")
    desk.enroll("ana", HALVES, A="600", B="400")
    (found,) = desk.plan("ana")
    assert isinstance(found, Plan) is is_open
    if isinstance(found, NotPlanned):
        assert found.code == "market_closed"


@pytest.mark.parametrize(
    ("price", "code", "detail"),
    [
        (None, "price_missing", "B"),
        (NoPrice("B", "unusable"), "price_missing", "B"),
        (LastPrice("B", E9, "USD", NOON, "test"), "price_missing", "B"),
        (LastPrice("B", E9, "BRL", NOON - timedelta(seconds=301), "test"), "price_too_old", "B: 301 s"),
        (LastPrice("B", E9, "BRL", NOON + timedelta(seconds=301), "test"), "price_too_old", "B: 301 s"),
        (LastPrice("B", E9, "BRL", None, "test"), "price_too_old", "B: of unknown age"),
    ],
)
def test_fault_46_no_order_on_a_price_that_is_none(
    make: Callable[..., Desk], price: LastPrice | NoPrice | None, code: str, detail: str
) -> None:
    """Missing, in another currency, too old, from the future or of unknown age: no plan, and why."""
    desk = make()
    desk.price(A="10")
    if price is not None:
        desk.prices["B"] = price
    desk.enroll("ana", HALVES, A="600", B="400")
    assert desk.why_not() == (code, detail)


def test_an_asset_that_is_neither_held_nor_wanted_needs_no_price(make: Callable[..., Desk]) -> None:
    """A delisted asset with target 0 stops only those who still have it."""
    desk = make()
    desk.price(A="10", B="10")
    model = flat_model({"A": "50", "B": "50", "GONE": "0"})
    desk.enroll("ana", model, A="600", B="400")
    desk.enroll("bia", model, A="600", B="400", GONE="1")
    ana, bia = desk.plan()
    assert isinstance(ana, Plan)
    assert bia == NotPlanned("bia", bia.code, "GONE")  # type: ignore[union-attr]


def test_the_gain_must_be_worth_the_cost(make: Callable[..., Desk]) -> None:
    """With a fee on values, a small portfolio gains less than it costs where fifty times is asked for."""
    dear = Policy.of(AutobalanceConfig(minimum_gain=Decimal(50)))
    desk = make(fees=Fees(rate_ppm=5_000))
    desk.price(A="10", B="10")
    desk.enroll("ana", HALVES, policy=dear, A="600", B="400")
    code, detail = desk.why_not()
    assert code == "too_small"
    assert detail.startswith("a gain of")
    desk.enroll("ana", HALVES, A="600", B="400")
    assert isinstance(desk.plan("ana")[0], Plan)


def test_a_fixed_fee_is_weighed_by_the_engine(make: Callable[..., Desk]) -> None:
    """Fees that are more than the gain leave nothing to do."""
    desk = make(fees=Fees(fixed=100_000))
    desk.price(A="10", B="10")
    desk.enroll("ana", HALVES, A="600", B="400")
    assert desk.why_not()[0] == "no_better"


def test_orders_too_small_are_left_out(make: Callable[..., Desk]) -> None:
    """Nothing below the house's smallest order goes out."""
    desk = make(config=AutobalanceConfig(smallest_order=Decimal(2_000)))
    desk.price(A="10", B="10")
    desk.enroll("ana", HALVES, A="600", B="400")
    assert desk.why_not() == ("no_better", "10.00 % off")


def test_calendars_are_asked_on_their_day(make: Callable[..., Desk]) -> None:
    """Monthly: not before a month has passed since the last batch, whatever the drift; then at any."""
    monthly = Strategy(StrategyKind.CALENDAR, frequency=Frequency.MONTHLY)
    desk = make()
    desk.price(A="10", B="10")
    desk.enroll("ana", flat_model({"A": "50", "B": "50"}, strategy=monthly), A="520", B="480")
    desk.stands("ana", last_done=NOON - timedelta(days=20))
    assert desk.why_not() == ("not_due", "next on 2026-05-14")
    desk.stands("ana", last_done=NOON - timedelta(days=31))
    assert desk.plan_one().trigger == "date"


def test_a_band_on_a_date_needs_both(make: Callable[..., Desk]) -> None:
    """Hybrid: due and inside is nothing; due and out is a plan."""
    hybrid = Strategy(StrategyKind.HYBRID, threshold().band, frequency=Frequency.WEEKLY)
    desk = make()
    desk.price(A="10", B="10")
    desk.enroll("ana", flat_model({"A": "50", "B": "50"}, strategy=hybrid), A="520", B="480")
    assert desk.why_not()[0] == "inside_bands"
    desk.price(A="20")
    assert desk.plan_one().trigger == "band_on_date"


def test_accounts_that_cannot_cover_orders_are_not_planned(make: Callable[..., Desk]) -> None:
    """No account, cash kept elsewhere, or less than nothing: no plan, and why."""
    desk = make()
    desk.price(A="10", B="10")
    desk.enroll("ana", HALVES, A="600", B="400", mode=CashMode.EXTERNAL)
    desk.enroll("bia", HALVES, A="600", B="400", cash="1", blocked="2.50")
    desk.enroll("cid", HALVES, A="600", B="400")
    del desk.accounts["cid"]
    found = {each.portfolio: each.code.value for each in desk.plan() if isinstance(each, NotPlanned)}
    assert found == {"ana": "cash_not_kept", "bia": "cash_short", "cid": "no_account"}
    assert desk.why_not("nobody") == ("not_enrolled", "")


def test_more_reserved_than_held_is_refused(make: Callable[..., Desk]) -> None:
    """A book that says so is not traded on; the others of the batch are planned all the same."""
    desk = make()
    desk.price(A="10", B="10")
    desk.enroll("ana", HALVES, A="600", B="400/500")
    desk.enroll("bia", HALVES, A="600", B="400")
    ana, bia = desk.plan()
    assert isinstance(ana, NotPlanned)
    assert ana.code == "not_answerable"
    assert isinstance(bia, Plan)


def test_buying_first_is_the_engines(make: Callable[..., Desk]) -> None:
    """The hybrid mode spends the cash before it sells anything."""
    desk = make()
    desk.price(A="10", B="10")
    desk.enroll("ana", flat_model({"A": "50", "B": "50"}, mode=Mode.HYBRID), A="600", B="400", cash="2000")
    assert orders(desk.plan_one()) == [(1, "BUY", "B", 199)]


def test_many_are_planned_in_one_look_at_the_book() -> None:
    """Two thousand portfolios of two models: one look, one answer each, in the order asked."""
    desk = Desk()
    desk.price(A="10", B="10", C="4")
    other = flat_model({"A": "20", "C": "80"})
    for number in range(2_000):
        model = other if number % 2 else HALVES
        desk.enroll(f"p{number:04}", model, A="600", B="400", C="300")
    names = sorted(desk.subjects, reverse=True)
    found = desk.plan(*names)
    assert [each.portfolio for each in found] == names
    assert all(isinstance(each, Plan) for each in found)
    assert desk.questions == 1
