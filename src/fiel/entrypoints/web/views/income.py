"""What `/proventos` shows: what is to come and how sure it is, month by month, and what to look after.

Money in the currency of each payment, 2 decimals; the sums are in reais, and other currencies are told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiel.copilot.income.desk import Reconciled
from fiel.copilot.income.forecasts import Forecasts
from fiel.copilot.income.titles import Planned
from fiel.copilot.income.view import IncomeView, Span, Worth, view_of
from fiel.entrypoints.web.views.income_ask import IncomeAsk, Status
from fiel.entrypoints.web.views.income_calendar import CalendarMonth, calendar_of
from fiel.income.calendar import CalendarEntry, Origin
from fiel.income.lifecycle import with_code
from fiel.income.matching import Unmatched
from fiel.income.summary import Amounts, Bucket, By, Layer, Stack, layer_of, next_twelve_months
from fiel.income.values import IncomeRecord, Proposal, State
from fiel.kernel.errors import NotFound
from fiel.kernel.rounding import round_half_up

BRL = "BRL"
MONTHS_AHEAD = 12
ROWS_PAGE = 30
CHECKS_SHOWN = 5
_ZERO = Decimal("0.00")
_OPEN = frozenset({State.LATE, State.MISSING, State.CORRECTED})


_LAYER_OF = {
    Status.RECEIVED: Layer.RECEIVED,
    Status.CONFIRMED: Layer.CONFIRMED,
    Status.ANNOUNCED: Layer.ANNOUNCED,
    Status.ESTIMATED: Layer.ESTIMATED,
}


@dataclass(frozen=True, slots=True)
class Coming:
    """The twelve months from this one on, without capital and without what is `missing` (so late that
    somebody should ask the broker), told beside. `error`: the measured error of the estimates, each weighted
    with its amount (a fraction), of `tried` reais of them; `None` when no history could tell."""

    confirmed: Decimal
    announced: Decimal
    estimated: Decimal
    capital: Decimal
    missing: Decimal
    error: Decimal | None
    tried: Decimal

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.confirmed + self.announced + self.estimated


@dataclass(frozen=True, slots=True)
class MonthBar:
    """One month of the chart, and of the table under it. `month`: "YYYY-MM"."""

    month: str
    received: Decimal
    confirmed: Decimal
    announced: Decimal
    estimated: Decimal
    capital: Decimal

    @property
    def total(self) -> Decimal:
        """All layers; capital is none of them."""
        return self.received + self.confirmed + self.announced + self.estimated


@dataclass(frozen=True, slots=True)
class Row:
    """One payment of the list. `amount` is net or gross as asked; `record` is there for what was announced.

    `quantity` and `per_unit` belong to the com date, or, of an estimate, to today (half up, 8 decimals).
    """

    entry: CalendarEntry
    layer: Layer
    record: IncomeRecord | None
    amount: Decimal
    quantity: Decimal | None
    per_unit: Decimal | None
    com_date: date | None
    is_ignored: bool


@dataclass(frozen=True, slots=True)
class Check:
    """A payment to look after: late, missing, other than expected, or to be booked with one click.

    `days_late` counts from the payment date; below one it is not late.
    """

    record: IncomeRecord
    proposals: tuple[Proposal, ...]
    days_late: int

    @property
    def open_amount(self) -> Decimal:
        """Net money that has not come."""
        return self.record.net - (self.record.received or _ZERO)


@dataclass(frozen=True, slots=True)
class AssetMethod:
    """How the payments of an asset are estimated; `error` a fraction, `None` while it cannot be told."""

    asset: str
    method: str
    error: Decimal | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class IncomePage:
    """Everything on the page. `rows` are those of the page of the list, of `found` in all."""

    view: IncomeView
    ask: IncomeAsk
    coming: Coming
    bars: tuple[MonthBar, ...]
    rows: tuple[Row, ...]
    found: int
    pages: int
    calendar: CalendarMonth | None
    checks: tuple[Check, ...]
    unmatched: tuple[Unmatched, ...]
    ignored: int
    methods: tuple[AssetMethod, ...]
    foreign: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever paid and nothing is to come."""
        return not (self.view.entries or self.view.undated or self.checks or self.unmatched)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the page rests on, read once: the reconciliation, plans of titles, worth, what is ignored."""

    seen: Reconciled
    plan: Planned
    worth: Worth
    ignored: frozenset[str]


def income_page(kept: Kept, forecasts: Forecasts, ask: IncomeAsk) -> IncomePage:
    """The page as of the day of the reconciliation. Raises `InvalidInput`."""
    view = view_of(
        kept.seen, forecasts, Span(MONTHS_AHEAD, ask.past), by=By.MONTH, plan=kept.plan, worth=kept.worth
    )
    records = {one.record_id: one for one in kept.seen.reconciliation.records}
    rows = [_row(one, records, kept.ignored, ask) for one in (*view.entries, *view.undated)]
    wanted = _ordered((row for row in rows if _is_wanted(row, ask.status)), view.as_of)
    pages = max(1, -(-len(wanted) // ROWS_PAGE))
    at = min(ask.page, pages) - 1
    entries = [row.entry for row in rows]
    month = ask.month or f"{view.as_of:%Y-%m}"
    return IncomePage(
        view,
        ask,
        _coming([row for row in rows if not row.is_ignored], view.as_of, gross=ask.gross),
        _bars(view, gross=ask.gross),
        tuple(wanted[at * ROWS_PAGE : (at + 1) * ROWS_PAGE]),
        len(wanted),
        pages,
        calendar_of(entries, month, view.as_of, gross=ask.gross) if ask.calendar else None,
        checks_of(kept),
        view.unmatched,
        len(kept.ignored & records.keys()),
        _methods(entries, gross=ask.gross),
        tuple(sorted({one.currency for one in entries} - {BRL})),
        tuple(sorted({one.source for one in entries if one.origin is not Origin.FORECAST})),
    )


def checks_of(kept: Kept) -> tuple[Check, ...]:
    """What somebody should look after: what one click settles first, then the longest overdue.

    What is ignored is left out.
    """
    found = kept.seen.reconciliation
    proposals: dict[str, list[Proposal]] = {}
    for one in found.proposals:
        proposals.setdefault(one.record_id, []).append(one)
    checks = [
        Check(record, tuple(proposals.get(record.record_id, ())), _days_late(record, kept.seen.day))
        for record in found.records
        if (record.state in _OPEN or record.record_id in proposals) and record.record_id not in kept.ignored
    ]
    return tuple(
        sorted(
            checks,
            key=lambda one: (not one.proposals, -one.days_late, one.record.asset, one.record.record_id),
        )
    )


def _days_late(record: IncomeRecord, today: date) -> int:
    return 0 if record.payment_date is None else (today - record.payment_date).days


def _row(
    entry: CalendarEntry, records: Mapping[str, IncomeRecord], ignored: frozenset[str], ask: IncomeAsk
) -> Row:
    record = records.get(entry.record_id)
    amount = entry.gross if ask.gross else entry.net
    told: tuple[Decimal | None, Decimal | None, date | None] = (None, None, None)
    if record is not None:
        told = record.quantity, record.per_unit, record.com_date
    elif entry.origin is Origin.FORECAST:
        quantity = sum((share.quantity for share in entry.shares), Decimal(0))
        told = quantity, (round_half_up(entry.gross / quantity, 8) if quantity else None), None
    return Row(entry, layer_of(entry.state), record, amount, *told, entry.record_id in ignored)


def _ordered(rows: Iterable[Row], today: date) -> list[Row]:
    """What is to come, the soonest first; then what is past, the latest first; what has no day last."""

    def key(row: Row) -> tuple[int, int]:
        day = row.entry.day
        if day is None:
            return 2, 0
        return (0, day.toordinal()) if day >= today else (1, -day.toordinal())

    return sorted(rows, key=key)


def _is_wanted(row: Row, status: Status) -> bool:
    if status is Status.ALL:
        return True
    if status is Status.LATE:
        return row.entry.state in _OPEN
    return row.layer is _LAYER_OF[status]


def _coming(rows: Sequence[Row], as_of: date, *, gross: bool) -> Coming:
    lost = [row for row in rows if row.entry.state is State.MISSING and row.entry.currency == BRL]
    missing = sum((row.amount for row in lost), _ZERO)
    entries = [row.entry for row in rows if row.entry.state is not State.MISSING]
    told = next_twelve_months(entries, as_of)
    total = next((one for one in told.totals if one.currency == BRL), Bucket("", BRL))
    stack = total.income
    error, tried = _error_of(entries, gross=gross)
    return Coming(
        _of(stack.confirmed, gross=gross),
        _of(stack.announced, gross=gross),
        _of(stack.estimated, gross=gross),
        _of(total.capital.total, gross=gross),
        missing,
        error,
        tried,
    )


def _error_of(entries: Iterable[CalendarEntry], *, gross: bool) -> tuple[Decimal | None, Decimal]:
    """The error of the estimates that have one, weighted with their amounts."""
    weighted = tried = Decimal(0)
    for entry in entries:
        told = with_code(entry.reasons, "error") if entry.state is State.ESTIMATED else ()
        if told and entry.currency == BRL:
            amount = entry.gross if gross else entry.net
            weighted += amount * Decimal(told[0].partition(":")[2])
            tried += amount
    return (weighted / tried if tried else None), tried


def _methods(entries: Iterable[CalendarEntry], *, gross: bool) -> tuple[AssetMethod, ...]:
    """Of each asset that has estimates in reais, the largest amount first."""
    found: dict[str, AssetMethod] = {}
    for entry in entries:
        method = with_code(entry.reasons, "method")
        if entry.origin is not Origin.FORECAST or entry.currency != BRL or not method:
            continue
        error = with_code(entry.reasons, "error")
        before = found[entry.asset].amount if entry.asset in found else _ZERO
        found[entry.asset] = AssetMethod(
            entry.asset,
            method[0].partition(":")[2],
            Decimal(error[0].partition(":")[2]) if error else None,
            before + (entry.gross if gross else entry.net),
        )
    return tuple(sorted(found.values(), key=lambda one: (-one.amount, one.asset)))


def _bars(view: IncomeView, *, gross: bool) -> tuple[MonthBar, ...]:
    """Every month of the span, empty ones too; reais only."""
    sums = {one.key: one for one in view.summary.buckets if one.currency == BRL}
    bars = []
    for month in _months(*view.span.edges(view.as_of)):
        bucket = sums.get(month)
        income = Stack() if bucket is None else bucket.income
        bars.append(
            MonthBar(
                month,
                _of(income.received, gross=gross),
                _of(income.confirmed, gross=gross),
                _of(income.announced, gross=gross),
                _of(income.estimated, gross=gross),
                _ZERO if bucket is None else _of(bucket.capital.total, gross=gross),
            )
        )
    return tuple(bars)


def _months(first: str, last: str) -> list[str]:
    start, end = (int(text[:4]) * 12 + int(text[5:]) - 1 for text in (first, last))
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(start, end + 1)]


def _of(amounts: Amounts, *, gross: bool) -> Decimal:
    return amounts.gross if gross else amounts.net


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment with everything behind it. `total` is its gross: the sum of its accounts."""

    record: IncomeRecord
    proposals: tuple[Proposal, ...]
    is_ignored: bool
    as_of: date


def payment_of(kept: Kept, record_id: str) -> Payment:
    """One payment by its id. Raises `NotFound` (payment_unknown)."""
    found = kept.seen.reconciliation
    record = next((one for one in found.records if one.record_id == record_id), None)
    if record is None:
        raise NotFound("payment_unknown", "this wallet has no such payment", field="payment")
    own = tuple(one for one in found.proposals if one.record_id == record_id)
    return Payment(record, own, record_id in kept.ignored, kept.seen.day)
