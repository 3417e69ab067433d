"""The same figures by other means: pandas for daily returns of quotas, pyxirr for the rate of flows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib import import_module, util
from typing import Any

from bench.book.wallets import Wallet
from fiel.performance.entries import EntryKind

_SIGN = {EntryKind.BUY: 1, EntryKind.SELL: -1}


def pandas_returns(wallet: Wallet) -> Callable[[], float] | None:
    """Tables of holdings times closes in binary floats, the way most scripts do it; `None` without pandas."""
    if util.find_spec("pandas") is None:
        return None
    pandas: Any = import_module("pandas")

    def reckon() -> float:
        days = pandas.DatetimeIndex(wallet.sessions)
        closes = (
            pandas.DataFrame({name: series.units for name, series in wallet.prices.items()}, index=days)
            / 100.0
        )
        trades = pandas.DataFrame(
            [
                (entry.day, entry.asset, _SIGN[entry.kind] * float(entry.quantity))
                for entry in wallet.entries
                if entry.kind in _SIGN
            ],
            columns=["day", "asset", "quantity"],
        )
        moved = trades.pivot_table(index="day", columns="asset", values="quantity", aggfunc="sum")
        moved.index = pandas.DatetimeIndex(moved.index)
        held = moved.reindex(index=days, columns=closes.columns).fillna(0.0).cumsum()
        cash = pandas.DataFrame(
            [(entry.day, *_cash(entry)) for entry in wallet.entries], columns=["day", "net", "into"]
        )
        daily = cash.groupby("day").sum()
        daily.index = pandas.DatetimeIndex(daily.index)
        daily = daily.reindex(days).fillna(0.0)
        worth = (held * closes).sum(axis=1) + daily["net"].cumsum()
        growth = worth / (worth.shift(1, fill_value=0.0) + daily["into"])
        return float(growth.prod() - 1)

    return reckon


def _cash(entry: Any) -> tuple[float, float]:
    """What an entry does to the cash, and what of it came from outside."""
    amount, costs = float(entry.amount), float(entry.fees + entry.taxes)
    if entry.kind is EntryKind.CONTRIBUTION:
        return amount, amount
    return (-amount if entry.kind is EntryKind.BUY else amount) - costs, 0.0


def pyxirr_rate(flows: list[tuple[date, int]]) -> Callable[[], float] | None:
    """The rate by pyxirr; `None` when it is not installed."""
    if util.find_spec("pyxirr") is None:
        return None
    pyxirr: Any = import_module("pyxirr")
    return lambda: float(pyxirr.xirr([day for day, _ in flows], [float(amount) for _, amount in flows]))
