"""Oracle topics of the tax on fixed income, answered by the product.

`TOPICS[topic](inputs)` answers in the shape of a case's `expected`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from fiel.tax.fixed_income import TaxKind, iof_percent, ir_rate, redemption_tax
from tests.oracles.case_inputs import Answer, Inputs, as_day, given, pick

_EXEMPT_WORDS = ("lci", "lca", "cri", "cra", "lig", "lcd", "poupanca", "savings", "12.431")
_EXEMPT_PARTS = ("incentiv", "infraestrutura", "exempt")
_TAXED_WORDS = (
    *("cdb", "rdb", "lc", "lf", "coe", "tesouro", "ltn", "lft", "ntn-f", "ntn-b", "ntn-c", "treasury"),
    *("debenture", "debentures", "nota", "commercial_note", "taxed"),
)


def kind_of(product: str) -> TaxKind:
    """How a product of a case is taxed. Raises `KeyError` for one that is not known."""
    plain = unicodedata.normalize("NFKD", product).encode("ascii", "ignore").decode().lower()
    words = plain.replace("_", " ").replace("(", " ").replace(")", " ").split()
    if any(word in _EXEMPT_WORDS for word in words) or any(part in plain for part in _EXEMPT_PARTS):
        return TaxKind.EXEMPT
    if any(word in _TAXED_WORDS for word in words) or plain in _TAXED_WORDS:
        return TaxKind.TAXED
    raise KeyError(f"no tax is known for {product}")


def _count(inputs: Inputs) -> int:
    """Calendar days: given, or between two dates."""
    days = given(inputs, "calendar_days", "days", "days_held", "holding_days", otherwise=None)
    if days is not None:
        return int(days)
    start = as_day(pick(inputs, "bought_on", "application_date", "applied_on", "start", "buy_date"))
    return (_redeemed(inputs) - start).days


def _redeemed(inputs: Inputs) -> date:
    return as_day(pick(inputs, "redeemed_on", "redemption_date", "end", "sell_date"))


def _on(inputs: Inputs) -> date | None:
    names = ("redeemed_on", "redemption_date", "end", "sell_date")
    return _redeemed(inputs) if any(name in inputs for name in names) else None


def _ir_rate(inputs: Inputs) -> Answer:
    rate = ir_rate(_count(inputs), _on(inputs))
    return {"rate_pct": rate, "ir_pct": rate, "rate": rate}


def _iof_table(inputs: Inputs) -> Answer:
    """The percent of each day of a range "1..30", of a list, or of one day."""
    days = given(inputs, "days", "calendar_days", "day", otherwise="1..30")
    if isinstance(days, str) and ".." in days:
        first, last = (int(part) for part in days.split(".."))
        found: list[Decimal] | Decimal = [iof_percent(day) for day in range(first, last + 1)]
    elif isinstance(days, list):
        found = [iof_percent(int(day)) for day in days]
    else:
        found = iof_percent(int(days))
    return dict.fromkeys(("iof_pct_of_yield", "iof_pct", "rate_pct"), found)


def _redemption_tax(inputs: Inputs) -> Answer:
    made, count = _yield(inputs), _count(inputs)
    tax = redemption_tax(made, count, kind_of(str(given(inputs, "product", "kind", otherwise="CDB"))))
    principal = Decimal(str(given(inputs, "principal", "cost", "invested", otherwise="0")))
    return {
        "iof": tax.iof,
        "ir": tax.ir,
        "tax": tax.total,
        "total_tax": tax.total,
        "net_yield": tax.net_yield,
        "net": principal + tax.net_yield,
        "net_value": principal + tax.net_yield,
        "iof_pct": tax.iof_pct,
        "ir_pct": tax.ir_pct,
        "ir_rate_pct": tax.ir_pct,
    }


def _yield(inputs: Inputs) -> Decimal:
    made = given(inputs, "gross_yield", "yield", "gain", "gross_gain", "income", otherwise=None)
    if made is not None:
        return Decimal(str(made))
    gross = pick(inputs, "gross_value", "gross", "redemption_value")
    return Decimal(str(gross)) - Decimal(str(pick(inputs, "principal", "cost", "invested")))


TOPICS: Mapping[str, Callable[[Inputs], Answer]] = MappingProxyType(
    {
        "ir_rate": _ir_rate,
        "ir_rate_by_days": _ir_rate,
        "iof_table": _iof_table,
        "iof_rate": _iof_table,
        "iof_percent": _iof_table,
        "redemption_tax": _redemption_tax,
        "net_redemption": _redemption_tax,
        "fixed_income_redemption_tax": _redemption_tax,
    }
)
