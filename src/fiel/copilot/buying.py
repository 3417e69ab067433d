"""What do I buy with this money? The public question, and its answer as an object that shows itself."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fiel.copilot.plan_view.view import MoneySummary, PlanView, summary_of, view_of
from fiel.copilot.plan_view.words import Lang, Words
from fiel.copilot.portfolio import Portfolio
from fiel.kernel.csv_cells import PLAIN, CsvForm
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput, Unavailable
from fiel.rebalancing.plan import (
    BalanceHint,
    Drift,
    NodeState,
    Order,
    OrderReason,
    SkipReason,
    Solution,
    Status,
)
from fiel.rebalancing.problem import COST_SENSITIVITIES, AssetLine, Mode, Problem

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.console import Console, ConsoleOptions, RenderableType

_AGE = re.compile(r"([0-9]{1,6})(s|m|h|d)")
_AGE_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """The orders to give, with their proof and their reasons. It prints itself and never changes.

    Money in `currency`, weights and drift as fractions of the whole, all exact Decimals. `print(plan)`
    shows it as text, notebooks as a table; `to_dict`, `to_json`, `to_csv` and `to_frame` give it as data.
    """

    solution: Solution
    assets: tuple[AssetLine, ...]
    lang: Lang = Lang.PT

    @property
    def id(self) -> str:
        """The portfolio's name, or the instance's id."""
        return self.solution.id

    @property
    def status(self) -> Status:
        """Why the plan has the orders that it has, or none."""
        return self.solution.status

    @property
    def orders(self) -> tuple[Order, ...]:
        """What to buy and sell; one net order per asset."""
        return self.solution.orders

    @property
    def objective(self) -> Decimal:
        """What was minimised, evaluated exactly: squared deviations plus weighted costs (no unit)."""
        return self.solution.objective

    @property
    def lower_bound(self) -> Decimal:
        """No plan has a smaller objective than this; proven."""
        return self.solution.lower_bound

    @property
    def gap_proven(self) -> Decimal:
        """(objective - lower_bound) / max(lower_bound, 1e-9)."""
        return self.solution.gap_proven

    @property
    def residual_cash(self) -> Decimal:
        """Cash after the orders, fees and tax."""
        return self.solution.residual_cash

    @property
    def fees(self) -> Decimal:
        """Fees of all orders."""
        return self.solution.fees

    @property
    def tax(self) -> Decimal:
        """Tax that the sales of this plan add to the month."""
        return self.solution.tax

    @property
    def nodes(self) -> tuple[NodeState, ...]:
        """Every class and asset before and after, against its target."""
        return self.solution.nodes

    @property
    def reasons(self) -> tuple[OrderReason, ...]:
        """Why each order is in the plan."""
        return self.solution.reasons

    @property
    def skipped(self) -> tuple[SkipReason, ...]:
        """Why every other asset is not."""
        return self.solution.skipped

    @property
    def hint(self) -> BalanceHint:
        """The smallest contribution that restores balance without a sale."""
        return self.solution.hint

    @property
    def drift(self) -> Drift:
        """How far from the targets, before and after."""
        return self.solution.drift

    @property
    def summary(self) -> MoneySummary:
        """Where the money goes, in cents that add up exactly; names its display rounding."""
        return summary_of(self.solution)

    @property
    def view(self) -> PlanView:
        """The rows that the text, the HTML and the command line show."""
        return view_of(self.solution, self.assets)

    def to_text(self, *, width: int = 80, explain: bool = False, lang: str | None = None) -> str:
        """The plan as plain text, at most `width` columns (60 to 100)."""
        from fiel.copilot.plan_view.terminal import plain_text

        return plain_text(self.view, self._words(lang), width=width, explain=explain)

    def to_dict(self) -> dict[str, Any]:
        """The plan as JSON types; every number with decimals is an exact decimal string."""
        from fiel.copilot.plan_view.record import plan_record

        return plan_record(self.view)

    def to_json(self, *, indent: int | None = 2) -> str:
        """`to_dict` as JSON text; the same plan gives the same bytes."""
        import json

        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def to_csv(self, *, lang: str | None = None, form: CsvForm = PLAIN) -> str:
        """The orders as CSV with stable columns; no cell starts a spreadsheet formula."""
        from fiel.copilot.plan_view.record import csv_text

        return csv_text(self.view, self._words(lang), form)

    def to_frame(self, *, lang: str | None = None) -> DataFrame:
        """The orders as a pandas DataFrame, one row per order, numbers as exact Decimal objects.

        Raises `Unavailable` when pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError:
            raise Unavailable(
                "pandas_missing", "to_frame needs pandas: install it (pip install pandas), or use to_dict"
            ) from None
        from fiel.copilot.plan_view.record import CSV_COLUMNS, order_rows

        return pd.DataFrame(order_rows(self.view, self._words(lang)), columns=list(CSV_COLUMNS))

    def _words(self, lang: str | None) -> Words:
        return Words(self.lang if lang is None else Lang.parse(lang))

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        count = len(self.orders)
        return f"<fiel.Plan {self.id!r}: {count} orders, {self.status.value}, cash {self.residual_cash}>"

    def _repr_html_(self) -> str:
        from fiel.copilot.plan_view.html import html_text

        return html_text(self.view, self._words(None))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        from fiel.copilot.plan_view.terminal import plan_renderable

        yield plan_renderable(
            self.view, self._words(None), width=options.max_width, ascii_only=options.ascii_only
        )


def load(path: str | Path) -> Portfolio:
    """The portfolio that a TOML file describes.

    Raises `NotFound` without the file, `InvalidInputs` with every problem of the file and its place.
    """
    from fiel.copilot.files.portfolio_file import read_portfolio

    return read_portfolio(Path(path))


def plan(
    portfolio: Portfolio,
    cash: DecimalInput | None = None,
    *,
    withdraw: DecimalInput | None = None,
    mode: str | None = None,
    kappa: DecimalInput | None = None,
    cost_sensitivity: str | None = None,
    now: datetime | None = None,
    max_price_age: str | timedelta | None = None,
    max_nodes: int | None = None,
    lang: str = "pt",
) -> Plan:
    """The best orders for `portfolio` with `cash` of new money, or to take `withdraw` out of it.

    `cash` and `withdraw` are money in the portfolio's currency: text, int or Decimal, never float.
    `mode`: "contribution" (buys only; the default), "full", "withdrawal" (sells only; the default with
    `withdraw`) or "hybrid". Costs weigh `kappa`, or a `cost_sensitivity` of "eager", "balanced" or
    "patient" in its place. Prices older than `max_price_age` ("5d", "12h", a timedelta; else the
    portfolio's own limit) are refused, measured from `now` (default: the present).
    `max_nodes` bounds the search; the answer is then the best found, with its proven gap.

    Raises `InvalidInput` for a value that is malformed, `Refused` when no honest answer exists.
    """
    problem = portfolio.to_problem(
        flow=_flow(cash, withdraw),
        mode=_mode(mode, withdraw),
        now=now or present(),
        price_age_seconds_max=None if max_price_age is None else seconds_of(max_price_age),
    )
    weight = _kappa(kappa, cost_sensitivity)
    if weight is not None:
        problem = replace(problem, objective=replace(problem.objective, kappa=weight))
    return solved(problem, max_nodes=max_nodes, lang=Lang.parse(lang))


def solved(problem: Problem, *, max_nodes: int | None = None, lang: Lang = Lang.PT) -> Plan:
    """The plan that answers a problem. Raises `Rejected` when it has no answer."""
    from fiel.rebalancing.engine import NODES_MAX, solve

    if max_nodes is not None and max_nodes < 1:
        raise InvalidInput(
            "max_nodes_not_positive", "the limit of nodes must be at least 1", field="max_nodes"
        )
    nodes = NODES_MAX if max_nodes is None else max_nodes
    solution = solve(problem, node_count_max=nodes, is_business_day=_is_session)
    return Plan(solution, problem.assets, lang)


def present() -> datetime:
    """The present instant, UTC."""
    return datetime.fromtimestamp(time.time(), UTC)


def seconds_of(age: str | timedelta) -> Decimal:
    """An age in seconds: "90s", "30m", "12h", "5d" or a timedelta. Raises `InvalidInput` otherwise."""
    if isinstance(age, timedelta):
        return Decimal(age // timedelta(microseconds=1)).scaleb(-6)
    match = _AGE.fullmatch(age.strip())
    if match is None:
        raise InvalidInput(
            "age_malformed",
            f"{age!r} is not an age; write a number and a unit: 90s, 30m, 12h or 5d",
            field="max_price_age",
        )
    return Decimal(int(match[1]) * _AGE_SECONDS[match[2]])


def _flow(cash: DecimalInput | None, withdraw: DecimalInput | None) -> Decimal:
    if cash is not None and withdraw is not None:
        raise InvalidInput(
            "cash_and_withdraw",
            "give cash or withdraw, not both: money comes in or goes out",
            field="withdraw",
        )
    if withdraw is not None:
        return -parse_decimal(withdraw, field="withdraw", decimals_max=2, minimum=0)
    return parse_decimal(0 if cash is None else cash, field="cash", decimals_max=2, minimum=0)


def _mode(mode: str | None, withdraw: DecimalInput | None) -> Mode:
    if mode is None:
        return Mode.CONTRIBUTION if withdraw is None else Mode.WITHDRAWAL
    try:
        return Mode(mode)
    except ValueError:
        known = ", ".join(Mode)
        raise InvalidInput("mode_unknown", f"mode {mode!r} is not one of: {known}", field="mode") from None


def _kappa(kappa: DecimalInput | None, cost_sensitivity: str | None) -> Decimal | None:
    if kappa is not None and cost_sensitivity is not None:
        raise InvalidInput(
            "kappa_and_preset", "give kappa or cost_sensitivity, not both", field="cost_sensitivity"
        )
    if cost_sensitivity is None:
        return None if kappa is None else parse_decimal(kappa, field="kappa", minimum=0)
    if cost_sensitivity not in COST_SENSITIVITIES:
        known = ", ".join(COST_SENSITIVITIES)
        raise InvalidInput(
            "cost_sensitivity_unknown",
            f"cost sensitivity {cost_sensitivity!r} is not one of: {known}",
            field="cost_sensitivity",
        )
    return COST_SENSITIVITIES[cost_sensitivity]


def _is_session(day: date) -> bool:
    """Whether B3 trades on a day; the calendar loads only when a strategy asks for it."""
    from fiel.kernel.calendars import b3

    return b3().is_business_day(day)
