"""Real dividends as announcements: of the CSV file of B3's labels, or those packaged with Fiel."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from fiel.income.values import Announcement, IncomeKind
from fiel.market.providers.recorded import recorded_event_symbols, recorded_events
from fiel.market.values import CashKind

LABELS = {
    "DIVIDENDO": IncomeKind.DIVIDEND,
    "JRS CAP PROPRIO": IncomeKind.JCP,
    "RENDIMENTO": IncomeKind.INTEREST,
    "Dividendo": IncomeKind.DIVIDEND,
    "JCP": IncomeKind.JCP,
    "Rend. Tributado": IncomeKind.INTEREST,
    "Amortização": IncomeKind.AMORTISATION,
    "REST CAP DIN": IncomeKind.AMORTISATION,
}
KINDS = {
    CashKind.DIVIDEND: IncomeKind.DIVIDEND,
    CashKind.JCP: IncomeKind.JCP,
    CashKind.FII_INCOME: IncomeKind.FII_INCOME,
    CashKind.INTEREST: IncomeKind.INTEREST,
    CashKind.AMORTIZATION: IncomeKind.AMORTISATION,
    CashKind.REDEMPTION: IncomeKind.REDEMPTION,
    CashKind.OTHER: IncomeKind.OTHER,
}
Histories = Mapping[str, list[Announcement]]


def of_file(path: Path) -> Histories:
    """By ticker. Columns com_date, payment_date, ticker, type, value and, when known, approval_date."""
    found: dict[str, list[Announcement]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            found[row["ticker"]].append(
                Announcement(
                    event_id=f"line-{number}",
                    asset=row["ticker"],
                    kind=LABELS[row["type"]],
                    per_unit=Decimal(row["value"]),
                    com_date=_day(row["com_date"]),
                    payment_date=_day(row["payment_date"]),
                    source=path.name,
                    decided_on=_day(row.get("approval_date", "")),
                )
            )
    return found


def packaged() -> Histories:
    """By ticker, from the figures packaged with Fiel: the same rows."""
    return {
        symbol: [
            Announcement(
                event_id=f"{symbol}-{number}",
                asset=symbol,
                kind=KINDS[each.kind],
                per_unit=each.rate,
                com_date=each.com_date,
                payment_date=each.payment_date,
                source=each.source,
                decided_on=each.approved_on,
            )
            for number, each in enumerate(recorded_events(symbol).cash)
        ]
        for symbol in recorded_event_symbols()
    }


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
