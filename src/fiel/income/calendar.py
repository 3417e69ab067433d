"""The income calendar of one wallet: every past and coming payment once, with its state and why.

Records, estimates and the planned flows of fixed income become entries of one shape. An estimate is always
`State.ESTIMATED`: it never looks like something that was announced.

**Never double.** A record takes away at most one estimate of the same asset and kind: one of its own month,
else of a month next to it. Neighbouring months count only for assets that do not pay every month (no
estimates in two months running, no records in three), else July's payment would hide August's estimate.
Records are looked at by date and id, estimates by nearness of the day, so the order of the input is nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum

from fiel.income.entitlement import payout_of
from fiel.income.lifecycle import IncomePolicy, with_code
from fiel.income.values import AccountShare, Holding, IncomeKind, IncomeRecord, State
from fiel.kernel.rounding import exact_context, round_half_up
from fiel.tax.income import WithholdingOptions, withholding

_ZERO = Decimal("0.00")
_CENTS = 2
_PAID = frozenset({State.RECEIVED, State.CORRECTED})
_DEFAULT_POLICY = IncomePolicy()


class Origin(StrEnum):
    """What an entry was made from."""

    EQUITY = "equity"
    FIXED_INCOME = "fixed_income"
    FORECAST = "forecast"


class Basis(StrEnum):
    """Whether a planned flow's amount is fixed by contract, or rests on an assumption about rates."""

    KNOWN = "known"
    PROJECTED = "projected"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A forecast payment per unit, gross, with the range that its method gives. `day`: the expected one.

    `method` and `error` (its measured error, in words or figures) are shown with it.
    """

    asset: str
    kind: IncomeKind
    day: date
    per_unit: Decimal
    low: Decimal
    high: Decimal
    method: str
    error: str = ""
    currency: str = "BRL"
    source: str = "forecast"


@dataclass(frozen=True, slots=True)
class PlannedFlow:
    """A coming payment of a fixed-income title, in money of the whole position, 2 decimals.

    `gross = principal + interest`, `net = gross - withheld`. `assumption`: what a projected one rests on.
    `is_last`: the principal is the redemption, not an amortisation. `account`: who keeps the title, if known.
    """

    title: str
    asset_class: str
    day: date
    principal: Decimal
    interest: Decimal
    gross: Decimal
    withheld: Decimal
    net: Decimal
    basis: Basis
    assumption: str = ""
    is_last: bool = False
    currency: str = "BRL"
    source: str = "contract"
    account: str = ""


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One payment, or one part of it that stands elsewhere. `gross - withheld == net`, always.

    `day` is the day of receipt, else of payment, else `None`; `month` is its "YYYY-MM", empty when no day is
    known. For money that came the amounts are what came. `as_of`: the day on which all this was true.
    """

    day: date | None
    month: str
    asset: str
    asset_class: str
    kind: IncomeKind
    state: State
    gross: Decimal
    withheld: Decimal
    net: Decimal
    currency: str
    source: str
    as_of: date
    origin: Origin
    reasons: tuple[str, ...] = ()
    record_id: str = ""
    shares: tuple[AccountShare, ...] = ()


def month_of(day: date | None) -> str:
    """ "YYYY-MM", or nothing for no day."""
    return f"{day:%Y-%m}" if day else ""


def calendar_entries(
    records: Iterable[IncomeRecord],
    estimates: Iterable[Estimate],
    flows: Iterable[PlannedFlow],
    held: Mapping[str, tuple[Holding, ...]],
    classes: Mapping[str, str],
    as_of: date,
    policy: IncomePolicy = _DEFAULT_POLICY,
) -> tuple[CalendarEntry, ...]:
    """All entries by day (those without one last), asset, kind and state.

    `held`: today's units by asset, which the estimates are multiplied with (see `Holdings.at_close`);
    `classes`: the asset class of each asset, empty text when it has none. Lapsed records are left out, so
    are estimates of days before `as_of` and of assets that are not held, and flows before `as_of`, whose
    money is in the book.
    """
    kept = [one for one in records if one.state is not State.LAPSED]
    entries = [entry for one in kept for entry in record_entries(one, classes.get(one.asset, ""), as_of)]
    coming = [one for one in estimates if one.day >= as_of and held.get(one.asset)]
    for estimate in without_announced(coming, kept):
        asset_class = classes.get(estimate.asset, "")
        entries.append(estimate_entry(estimate, held[estimate.asset], asset_class, as_of, policy))
    entries += [entry for flow in flows if flow.day >= as_of for entry in flow_entries(flow, as_of)]
    return tuple(sorted(entries, key=_order))


def record_entries(record: IncomeRecord, asset_class: str, as_of: date) -> tuple[CalendarEntry, ...]:
    """A record as one entry, or as two when a part of its money came: what came, and what is to come.

    What is withheld of a part is its proportion of the whole, half up to the cent; the two sum to the record.
    """
    if record.received is None:
        return (_of_record(record, asset_class, as_of, record.state, record.withheld, record.net),)
    if record.state in _PAID:
        is_gross = bool(with_code(record.reasons, "gross_received"))
        withheld = _ZERO if is_gross else record.withheld
        return (_of_record(record, asset_class, as_of, record.state, withheld, record.received),)
    withheld = _proportion(record.withheld, record.received, record.net)
    rest, rest_net = record.withheld - withheld, record.net - record.received
    return (
        _of_record(record, asset_class, as_of, State.RECEIVED, withheld, record.received),
        _of_record(record, asset_class, as_of, record.state, rest, rest_net),
    )


def estimate_entry(
    estimate: Estimate,
    held: tuple[Holding, ...],
    asset_class: str,
    as_of: date,
    policy: IncomePolicy = _DEFAULT_POLICY,
) -> CalendarEntry:
    """The estimate for what is held now, account by account as brokers round it, net of withholding.

    The limit of dividends a month is tried on the estimate alone: other payments of the payer are not known.
    The range is in the reasons as `range:low/high`, gross, for all that is held.
    """
    options = WithholdingOptions(estimate.asset not in policy.taxed_funds, policy.withholding.decided_by)
    payout = payout_of(estimate.kind, estimate.currency)
    with localcontext(exact_context()):
        amounts = [round_half_up(one.quantity * estimate.per_unit, _CENTS) for one in held]
        total = sum(amounts, _ZERO)
        quantity = sum((one.quantity for one in held), Decimal(0))
        low, high = (round_half_up(quantity * edge, _CENTS) for edge in (estimate.low, estimate.high))
        shares = []
        for one, gross in zip(held, amounts, strict=True):
            tax = withholding(payout, gross, estimate.day, None, total, options)
            shares.append(AccountShare(one.account, one.quantity, gross, tax.amount, tax.net))
    withheld = sum((share.withheld for share in shares), _ZERO)
    reasons = [f"method:{estimate.method}", f"range:{low}/{high}"]
    if estimate.error:
        reasons.append(f"error:{estimate.error}")
    return CalendarEntry(
        estimate.day,
        month_of(estimate.day),
        estimate.asset,
        asset_class,
        estimate.kind,
        State.ESTIMATED,
        total,
        withheld,
        total - withheld,
        estimate.currency,
        estimate.source,
        as_of,
        Origin.FORECAST,
        tuple(reasons),
        shares=tuple(shares),
    )


def flow_entries(flow: PlannedFlow, as_of: date) -> tuple[CalendarEntry, ...]:
    """The interest (with all that is withheld) and the principal of a flow, each when there is any.

    Known by contract: `confirmed`; resting on an assumption: `estimated`, and the assumption is the reason.
    """
    is_known = flow.basis is Basis.KNOWN
    state = State.CONFIRMED if is_known else State.ESTIMATED
    reason = "fixed_by_contract" if is_known else f"assumption:{flow.assumption}"
    capital = IncomeKind.REDEMPTION if flow.is_last else IncomeKind.AMORTISATION
    parts = (
        (IncomeKind.INTEREST, flow.gross - flow.principal, flow.withheld),
        (capital, flow.principal, _ZERO),
    )
    return tuple(
        CalendarEntry(
            flow.day,
            month_of(flow.day),
            flow.title,
            flow.asset_class,
            kind,
            state,
            gross,
            withheld,
            gross - withheld,
            flow.currency,
            flow.source,
            as_of,
            Origin.FIXED_INCOME,
            (reason,),
        )
        for kind, gross, withheld in parts
        if gross or withheld
    )


def without_announced(estimates: Iterable[Estimate], records: Iterable[IncomeRecord]) -> list[Estimate]:
    """The estimates whose slot no record has taken; the rule is at the top of this module."""
    slots: dict[tuple[str, IncomeKind], list[Estimate]] = defaultdict(list)
    for estimate in sorted(estimates, key=lambda one: (one.day, one.per_unit, one.method)):
        slots[estimate.asset, estimate.kind].append(estimate)
    days: dict[tuple[str, IncomeKind], list[date]] = defaultdict(list)
    for record in sorted(records, key=lambda one: one.record_id):
        key, day = (record.asset, record.kind), record.payment_date or record.received_on or record.com_date
        if key in slots and day is not None:
            days[key].append(day)
    return [one for key, own in slots.items() for one in _free(own, sorted(days[key]))]


def _free(estimates: list[Estimate], records: list[date]) -> list[Estimate]:
    """One asset and kind: the records of an estimate's own month take it first, then their neighbours."""
    free = list(estimates)
    is_monthly = _runs_of_months((one.day for one in estimates), 2) or _runs_of_months(records, 3)
    waiting = records
    for reach in (0,) if is_monthly else (0, 1):
        left = []
        for day in waiting:
            near = [one for one in free if abs(_number(one.day) - _number(day)) <= reach]
            if near:
                free.remove(min(near, key=lambda one: abs((one.day - day).days)))
            else:
                left.append(day)
        waiting = left
    return free


def _runs_of_months(days: Iterable[date], length: int) -> bool:
    """Whether `length` months running have a day."""
    months = {_number(day) for day in days}
    return any(all(month + step in months for step in range(length)) for month in months)


def _number(day: date) -> int:
    return day.year * 12 + day.month


def _of_record(
    record: IncomeRecord, asset_class: str, as_of: date, state: State, withheld: Decimal, net: Decimal
) -> CalendarEntry:
    day = record.received_on if state in _PAID else record.payment_date
    return CalendarEntry(
        day,
        month_of(day),
        record.asset,
        asset_class,
        record.kind,
        state,
        net + withheld,
        withheld,
        net,
        record.currency,
        record.source,
        as_of,
        Origin.EQUITY,
        record.reasons,
        record.record_id,
        record.shares,
    )


def _proportion(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    if not whole or not amount:
        return _ZERO
    return round_half_up(amount * part / whole, _CENTS)


def _order(entry: CalendarEntry) -> tuple[date, str, str, str, str, Decimal]:
    return (
        entry.day or date.max,
        entry.asset,
        entry.kind.value,
        entry.state.value,
        entry.record_id,
        entry.net,
    )
