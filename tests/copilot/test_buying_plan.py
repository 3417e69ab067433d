"""The public Plan: asking for it, reading it, and its forms as data."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

import fiel
from fiel.copilot.buying import Plan, seconds_of
from fiel.copilot.demo import demo_portfolio
from fiel.copilot.recorded_prices import recorded_instant
from fiel.kernel.errors import InvalidInput, Refused
from fiel.rebalancing.plan import Side, Status
from fiel.rebalancing.problem import COST_SENSITIVITIES
from tests.support.solutions import hand_made_assets, hand_made_solution, without_orders

NOW = recorded_instant()


def hand_made_plan() -> Plan:
    """A plan around the hand-made solution."""
    return Plan(hand_made_solution(), hand_made_assets())


def test_a_contribution_only_buys_and_spends_no_more_than_there_is() -> None:
    """Cash plus contribution covers the orders, and the rest is the residual cash."""
    plan = fiel.plan(demo_portfolio(), cash="1000", now=NOW)
    assert {Side.BUY} == {order.side for order in plan.orders}
    spent = sum(order.value + order.fee for order in plan.orders)
    assert Decimal("1212.40") - spent == plan.residual_cash >= 0


def test_a_withdrawal_sells_by_default() -> None:
    """With `withdraw` the plan sells, and what is left after paying out is not negative."""
    plan = fiel.plan(demo_portfolio(), withdraw="5000", now=NOW)
    assert {Side.SELL} == {order.side for order in plan.orders}
    assert plan.residual_cash >= 0


def test_cost_sensitivity_by_name_is_a_kappa() -> None:
    """A preset gives the plan that its number gives."""
    named = fiel.plan(demo_portfolio(), cash="1000", cost_sensitivity="patient", now=NOW)
    numbered = fiel.plan(demo_portfolio(), cash="1000", kappa=COST_SENSITIVITIES["patient"], now=NOW)
    assert named.solution == numbered.solution


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"cash": 10.5}, "number_is_float"),
        ({"cash": "1,5"}, "number_malformed"),
        ({"cash": "-1"}, "number_below_minimum"),
        ({"cash": "0.001"}, "too_many_decimals"),
        ({"cash": "1", "withdraw": "1"}, "cash_and_withdraw"),
        ({"mode": "sell"}, "mode_unknown"),
        ({"kappa": "1", "cost_sensitivity": "eager"}, "kappa_and_preset"),
        ({"cost_sensitivity": "brave"}, "cost_sensitivity_unknown"),
        ({"max_price_age": "5 days"}, "age_malformed"),
        ({"max_nodes": 0}, "max_nodes_not_positive"),
        ({"lang": "fr"}, "language_unknown"),
    ],
)
def test_malformed_questions_are_refused_by_name(arguments: dict[str, object], code: str) -> None:
    """Each malformed argument is refused with its own code."""
    with pytest.raises(InvalidInput) as caught:
        fiel.plan(demo_portfolio(), **{"now": NOW, **arguments})  # type: ignore[arg-type]
    assert code == caught.value.code


def test_old_prices_are_refused_as_of_the_present_without_now() -> None:
    """Without `now` the age of prices is measured from the present, which is years after the demo's."""
    portfolio = replace(
        demo_portfolio(), assets=demo_portfolio().assets, price_age_seconds_max=Decimal(86400)
    )
    with pytest.raises(fiel.errors.Rejected):
        fiel.plan(portfolio, cash="1000")


def test_one_stale_price_is_a_refusal() -> None:
    """A single price over the limit is refused with its code and its place."""
    assets = tuple(
        replace(line, as_of=NOW - timedelta(days=9)) if line.id == "VALE3" else line
        for line in demo_portfolio().assets
    )
    with pytest.raises(Refused) as caught:
        fiel.plan(replace(demo_portfolio(), assets=assets), cash="1", now=NOW, max_price_age="5d")
    assert (caught.value.code, caught.value.field) == ("price_stale", "assets.VALE3.price")


def test_ages_are_numbers_with_a_unit() -> None:
    """Seconds, minutes, hours, days and timedeltas are understood."""
    asked = ["90s", "30m", "12h", "5d", timedelta(minutes=1)]
    assert [seconds_of(age) for age in asked] == [90, 1800, 43200, 432000, 60]  # type: ignore[arg-type]


def test_printing_has_no_escape_codes_and_fits_80_columns() -> None:
    """str(plan) is plain text of at most 80 columns."""
    text = str(hand_made_plan())
    assert "\x1b" not in text
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "Compre 2 ativos por R$ 130,00" in text


@pytest.mark.parametrize("width", [60, 80, 100])
def test_every_line_fits_the_width_asked(width: int) -> None:
    """At each width no line is longer than it, and nothing is cut from the order's value."""
    text = hand_made_plan().to_text(width=width, explain=True, lang="en")
    assert max(len(line) for line in text.splitlines()) <= width
    assert "120.00" in text


def test_html_escapes_what_the_file_says() -> None:
    """A name with markup is shown, not interpreted."""
    html = hand_made_plan()._repr_html_()
    assert "Alfa &amp; Filhos &lt;ON&gt;" in html
    assert "<ON>" not in html


def test_json_is_stable_and_exact() -> None:
    """The same plan gives the same bytes, with decimals as plain exact text."""
    first, second = hand_made_plan().to_json(), hand_made_plan().to_json()
    record = json.loads(first, parse_float=pytest.fail)
    assert first == second
    assert record["orders"][1]["value"] == "10.00005"
    assert record["summary"]["cash_left"] == "71.46"


def test_csv_has_stable_columns_and_no_formulas() -> None:
    """A name that starts like a formula is quoted with an apostrophe; the header never changes."""
    assets = tuple(replace(line, name='=HYPERLINK("x")') for line in hand_made_assets())
    rows = list(csv.reader(io.StringIO(Plan(hand_made_solution(), assets).to_csv())))
    assert rows[0][:7] == ["asset", "name", "side", "quantity", "lots", "lot", "price"]
    assert rows[1][1].startswith("'=")


def test_frame_has_one_row_per_order_with_exact_numbers() -> None:
    """With pandas, the frame holds Decimals and one row per order."""
    pytest.importorskip("pandas")
    frame = hand_made_plan().to_frame()
    assert list(frame["asset"]) == ["AAAA3", "BOND"]
    assert Decimal("10.00005") == frame["value"].iloc[1]


def test_frame_without_pandas_says_what_to_install() -> None:
    """Where pandas cannot be imported, the error names it."""
    code = (
        "import sys; sys.modules['pandas'] = None\n"
        "from tests.copilot.test_buying_plan import hand_made_plan\n"
        "import fiel\n"
        "try: hand_made_plan().to_frame()\n"
        "except fiel.errors.Unavailable as error: print(error.code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "pandas_missing"


@pytest.mark.parametrize("status", [Status.NO_BETTER, Status.INSIDE_BANDS, Status.NOT_DUE])
def test_a_plan_without_orders_says_why(status: Status) -> None:
    """Each reason for no order has its own sentence."""
    text = Plan(without_orders(status), hand_made_assets()).to_text()
    assert text.startswith("Nenhuma ordem: ")


def test_importing_fiel_is_cheap() -> None:
    """Importing the package brings in neither the terminal, nor Babel, nor the calendars, nor arrays."""
    heavy = "('rich', 'babel', 'holidays', 'numpy', 'typer')"
    code = f"import fiel, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_names_are_few_and_all_there() -> None:
    """Every public name exists, and an unknown one is an AttributeError."""
    assert sorted(fiel.__all__) == dir(fiel)
    assert all(getattr(fiel, name) is not None for name in fiel.__all__)
    with pytest.raises(AttributeError):
        _ = fiel.rebalance_everything
