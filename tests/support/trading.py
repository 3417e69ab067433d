"""Trades as a story tells them: `bought("05", 100, "10.00")`, all of 2026 unless the day says otherwise."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count

from fiel.tax.dated_rows import Category
from fiel.tax.monthly import MonthTax, ledger
from fiel.tax.results import MonthResults, Tally, results_by_month
from fiel.tax.trades import Side, Trade

_IDS = count()
D = Decimal


def reais(*amounts: int | str) -> tuple[Decimal, ...]:
    """Several amounts, to compare with as many."""
    return tuple(D(amount) for amount in amounts)


def day(text: str) -> date:
    """A date of 2026 from "MM-DD", or a whole one."""
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def trade(
    side: Side,
    on: str,
    quantity: int | str,
    price: str,
    *,
    asset: str = "PETR4",
    category: Category = Category.STOCK,
    fees: str = "0",
    broker: str = "A",
) -> Trade:
    """One execution with an id of its own."""
    made = D(quantity), D(price), D(fees)
    return Trade(f"t{next(_IDS)}", day(on), asset, category, side, *made, broker=broker)


def bought(on: str, quantity: int | str, price: str, **more: object) -> Trade:
    """A purchase."""
    return trade(Side.BUY, on, quantity, price, **more)  # type: ignore[arg-type]


def sold(on: str, quantity: int | str, price: str, **more: object) -> Trade:
    """A sale."""
    return trade(Side.SELL, on, quantity, price, **more)  # type: ignore[arg-type]


def month(text: str = "2026-01", **tallies: tuple[str, str]) -> MonthResults:
    """A month from `stock=("sales", "gain")`; `day_trade=` is one of shares, `irrf=` what was kept."""
    irrf = D(tallies.pop("irrf", ("0", "0"))[0])
    day_trade = {}
    if "day_trade" in tallies:
        day_trade = {Category.STOCK: Tally(*map(D, tallies.pop("day_trade")))}
    swing = {Category(name): Tally(*map(D, values)) for name, values in tallies.items()}
    return MonthResults(date.fromisoformat(f"{text}-01"), swing, day_trade, irrf)


def months_of(*trades: Trade) -> tuple[MonthTax, ...]:
    """The ledger that the trades make."""
    from fiel.tax.cost_basis import replay

    return ledger(results_by_month(replay(trades)))
