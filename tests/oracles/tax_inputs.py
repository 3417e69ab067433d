"""What the tax adapters read from a case: operations in several spellings, categories, months, money."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from fiel.tax.dated_rows import Category
from fiel.tax.trades import Side, Trade
from tests.oracles.case_inputs import Inputs, as_day, given

_DAY = re.compile(r"(\d{4}-)?\d{2}-\d{2}")
_BUYS = frozenset({"buy", "b", "c", "compra", "purchase"})
_SELLS = frozenset({"sell", "s", "v", "venda", "sale"})
_NAMES: tuple[tuple[Category, tuple[str, ...]], ...] = (
    (Category.FIXED_INCOME_ETF, ("fixed_income_etf", "etf_rf", "etf_renda_fixa", "etf_fixed_income")),
    (Category.STOCK, ("stock", "acao", "acoes", "equit", "share", "swing", "common_stock")),
    (Category.OPTION, ("option", "opcao", "opcoes")),
    (Category.FORWARD, ("forward", "term")),
    (Category.FUTURE, ("future", "futuro")),
    (Category.BDR, ("bdr",)),
    (Category.RIGHT, ("right", "direito", "subscri")),
    (Category.FII, ("fii", "fiagro", "reit", "real_estate")),
    (Category.ETF, ("etf",)),
)


def money(value: Any) -> Decimal:
    """A number of a case, exactly."""
    return Decimal(str(value))


def category_named(name: str) -> Category:
    """The category that a case names, in English or Portuguese. Raises `KeyError` for one not known."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = plain.replace(" ", "_").replace("-", "_")
    for category, parts in _NAMES:
        if any(plain.startswith(part) for part in parts):
            return category
    raise KeyError(f"no category is known for {name}")


def is_day_trade(name: str) -> bool:
    """Whether the name of a category says day trade."""
    plain = re.sub("[^a-z]", "", name.lower())
    return "daytrade" in plain or plain == "dt"


def month_of(text: str) -> date:
    """The first day of "2026-01", or of the month of a date."""
    return as_day(f"{text[:7]}-01")


def month_given(inputs: Inputs) -> date:
    """The month of a case; one of 2026 when it names none."""
    text = given(inputs, "month", "period", "m", "date", otherwise="2026-01")
    return month_of(text) if isinstance(text, str) else date(2026, 1, 1)


def trades_of(inputs: Inputs, category: Category = Category.STOCK) -> list[Trade]:
    """The operations of a case: rows (any order of date, side, ticker, quantity, price, fees) or objects."""
    rows = given(inputs, "operations", "trades", "ops", otherwise=[])
    return [_trade(index, row, category) for index, row in enumerate(rows)]


def _trade(index: int, row: Any, category: Category) -> Trade:
    named = _from_object(row) if isinstance(row, Mapping) else _from_row(row)
    named.setdefault("day", date(2026, 1, 1) + timedelta(days=index))
    kind = category_named(named.pop("category")) if "category" in named else category
    return Trade(id=str(index), category=kind, sequence=index, **{"asset": "ASSET", **named})


def _from_object(row: Mapping[str, Any]) -> dict[str, Any]:
    names = {
        "asset": ("asset", "ticker", "symbol"),
        "quantity": ("quantity", "qty", "units"),
        "price": ("price", "unit_price", "unit-cost", "unit_cost"),
        "fees": ("fees", "fee", "costs"),
        "broker": ("broker",),
        "category": ("category", "kind"),
    }
    found: dict[str, Any] = {
        name: next(row[key] for key in keys if key in row)
        for name, keys in names.items()
        if any(key in row for key in keys)
    }
    for name in ("quantity", "price", "fees"):
        if name in found:
            found[name] = money(found[name])
    side = str(given(row, "side", "operation", "type", "op", otherwise="buy")).lower()
    found["side"] = Side.BUY if side in _BUYS else Side.SELL
    if day := given(row, "date", "day", "d", otherwise=None):
        found["day"] = _day(day)
    return found


def _from_row(row: Sequence[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    numbers: list[Any] = []
    for cell in row:
        text = str(cell)
        if isinstance(cell, str) and _DAY.fullmatch(text):
            found["day"] = _day(text)
        elif text.lower() in _BUYS | _SELLS:
            found["side"] = Side.BUY if text.lower() in _BUYS else Side.SELL
        elif isinstance(cell, str) and re.search("[A-Za-z]", text):
            found["asset" if "asset" not in found else "broker"] = text
        else:
            numbers.append(cell)
    quantity, price = numbers[:2]
    # Cases write money as text and quantities as whole numbers: what is no whole number is the price.
    if not isinstance(quantity, int) and isinstance(price, int):
        quantity, price = price, quantity
    found |= {"quantity": money(quantity), "price": money(price)}
    if len(numbers) > 2:
        found["fees"] = money(numbers[2])
    return found


def _day(text: str) -> date:
    return as_day(text if len(text) > 5 else f"2026-{text}")
