"""Whether announced events are believed: rates that are money, dates in order, each event once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from fiel.kernel.decimals import plain
from fiel.market.judgement import ASK_ANOTHER, Judgement
from fiel.market.sanitizer.context import Context, local_day
from fiel.market.values import CashEvent, EventsReading, ShareEvent, SubscriptionEvent
from fiel.market.verdicts import Kind, Verdict

Event = TypeVar("Event")

_FUND = re.compile(r"[A-Z]{4}11B?")
#: Funds of an index that end in 11 and pay nothing. Source: their regulations, as listed by B3.
_INDEX_FUNDS = frozenset(
    re.findall(
        r"\w+",
        "BOVA11 BOVV11 BOVB11 BOVX11 BBOV11 XBOV11 BRAX11 PIBB11 SMAL11 SMAC11 IVVB11 SPXI11 SPXB11 "
        "NASD11 WRLD11 ACWI11 XINA11 EURP11 GOLD11 HASH11 QBTC11 QETH11 BITH11 ETHE11 DIVO11 FIND11 "
        "GOVE11 MATB11 ISUS11 ECOO11 TECK11 BBSD11 IMAB11 IRFM11 FIXA11 B5P211 IB5M11 LFTS11 TECB11 "
        "URET11",
    )
)


def check_events(
    reading: EventsReading, context: Context, price: Decimal | None = None
) -> Verdict[EventsReading]:
    """The events without residues and repeats. `price`: of one share now, to weigh recent payments."""
    judgement = Judgement()
    _check_emptiness(reading, context, judgement)
    cash = [
        _ordered(event, f"cash[{position}]", judgement)
        for position, event in enumerate(reading.cash)
        if _is_money(event, f"cash[{position}]", price, context, judgement)
    ]
    cash = _once(cash, _cash_key, "cash", judgement)
    shares = _once(reading.shares, _share_key, "shares", judgement)
    shares = [event for event in shares if not _too_far(event.com_date, "shares", context, judgement)]
    rights = _once(reading.subscriptions, _right_key, "subscriptions", judgement)
    for day, pair in _pairs(shares).items():
        judgement.remark(Kind.CORPORATE_ACTION_PAIR, "shares", f"{len(pair)} events of {day} cancel out")
    return judgement.verdict(
        replace(reading, cash=tuple(cash), shares=tuple(shares), subscriptions=tuple(rights))
    )


def _check_emptiness(reading: EventsReading, context: Context, judgement: Judgement) -> None:
    """Services leave out the payments of a fund now and then: no payment at all is odd for one that pays."""
    if reading.cash or reading.shares:
        return
    fund = _FUND.fullmatch(reading.symbol) is not None and reading.symbol not in _INDEX_FUNDS
    if context.pays or (context.pays is None and fund):
        judgement.drop(Kind.SUSPICIOUS_EMPTY, "cash", f"no payment of {reading.symbol}, which pays")


def _is_money(
    event: CashEvent, place: str, price: Decimal | None, context: Context, judgement: Judgement
) -> bool:
    if event.rate < -context.limits.least_rate:
        detail = f"a rate of {event.rate} is no payment"
        judgement.drop(Kind.IMPLAUSIBLE, place, detail, reaction=ASK_ANOTHER)
        return False
    if event.rate < context.limits.least_rate:
        judgement.drop(Kind.IMPLAUSIBLE, place, f"a rate of {event.rate} is a residue, not money")
        return False
    recent = event.com_date is not None and (local_day(context.now) - event.com_date) <= context.limits.recent
    if price and recent and event.rate > price * context.limits.largest_yield:
        detail = f"a rate of {event.rate} for a share worth {price}"
        judgement.drop(Kind.IMPLAUSIBLE, place, detail, reaction=ASK_ANOTHER)
        return False
    return not _too_far(event.com_date, place, context, judgement)


def _too_far(day: date | None, place: str, context: Context, judgement: Judgement) -> bool:
    if day is None or day - local_day(context.now) <= context.limits.announced_ahead:
        return False
    judgement.drop(Kind.IMPLAUSIBLE, place, f"{day} is too far ahead")
    return True


def _ordered(event: CashEvent, place: str, judgement: Judgement) -> CashEvent:
    """The right comes first, then the first day without it, then the money."""
    com = event.com_date
    if com is not None and event.payment_date is not None and event.payment_date < com:
        detail = f"paid on {event.payment_date}, before the right of {com}"
        judgement.repair(Kind.INCONSISTENT, place, detail, "payment_date_dropped")
        event = replace(event, payment_date=None)
    if com is not None and event.ex_date is not None and event.ex_date <= com:
        judgement.repair(Kind.INCONSISTENT, place, "ex before it is due", "ex_date_dropped")
        event = replace(event, ex_date=None)
    return event


def _once(
    events: Sequence[Event], key: Callable[[Event], Hashable], name: str, judgement: Judgement
) -> list[Event]:
    """The first of each; instalments differ in their payment date and stay."""
    kept: dict[Hashable, Event] = {}
    for position, event in enumerate(events):
        if key(event) in kept:
            judgement.repair(Kind.DUPLICATE, f"{name}[{position}]", "told twice", "duplicate_dropped")
        else:
            kept[key(event)] = event
    return list(kept.values())


def _cash_key(event: CashEvent) -> Hashable:
    return event.isin, event.kind, event.label, event.com_date, event.payment_date, event.rate


def _share_key(event: ShareEvent) -> Hashable:
    return event.isin, event.kind, event.com_date, event.new_per_old


def _right_key(event: SubscriptionEvent) -> Hashable:
    return event.isin, event.label, event.com_date, event.percent, event.price


def _pairs(shares: list[ShareEvent]) -> dict[date, list[ShareEvent]]:
    """Several events of one day whose product leaves the count of shares as it was."""
    by_day: dict[date, list[ShareEvent]] = defaultdict(list)
    for event in shares:
        if event.com_date is not None:
            by_day[event.com_date].append(event)
    return {
        day: events
        for day, events in by_day.items()
        if len(events) > 1 and abs(net_factor(events) - 1) < Decimal("0.000001")
    }


def net_factor(events: Sequence[ShareEvent]) -> Decimal:
    """New shares per old after all of them."""
    net = Decimal(1)
    for event in events:
        net *= event.new_per_old
    return plain(net)
