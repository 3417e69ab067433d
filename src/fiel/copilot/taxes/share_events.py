"""The market's splits and bonus shares as corporate actions on cost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, localcontext

from fiel.copilot.taxes.remarks import Remark, remark
from fiel.kernel.calendars import b3
from fiel.kernel.rounding import finance_context
from fiel.market.values import ShareEvent, ShareKind
from fiel.portfolio.corporate_actions import Action, Bonus, Split

#: How near to a whole number one over a factor must be to be it: 0.333333 is 1 for 3.
_NEAR = Decimal("0.0015")
_ONE = Decimal(1)


def actions_of(events: Iterable[ShareEvent]) -> tuple[list[Action], list[Remark]]:
    """The events as actions, and what must be said of them.

    A bonus comes at cost zero: what the company declares is in no source of the market. An event without
    a day, or of a kind that no factor tells, is left out and said.
    """
    actions: list[Action] = []
    remarks: list[Remark] = []
    for event in events:
        day = first_session(event)
        if day is None or event.kind is ShareKind.OTHER:
            remarks.append(remark("event_left_out", day, asset=event.symbol, label=event.label))
        elif event.kind is ShareKind.BONUS:
            actions.append(_bonus(event, day))
            remarks.append(remark("bonus_without_cost", day, asset=event.symbol))
        else:
            actions.append(_split(event, day))
    return actions, remarks


def first_session(event: ShareEvent) -> date | None:
    """The first day of the new number of shares: as told, else the session after the com date."""
    com = event.com_date
    if event.effective_date is not None and (com is None or event.effective_date > com):
        return event.effective_date
    return None if com is None else b3().next_business_day(com)


def _split(event: ShareEvent, day: date) -> Split:
    old = _ONE
    new = event.new_per_old
    with localcontext(finance_context()):
        if new < 1:
            # 3 old for 1 new is told as 0.3333: exact only as 1 for 3.
            whole = (_ONE / new).to_integral_value()
            if abs(_ONE / new - whole) <= _NEAR * whole:
                new, old = _ONE, whole
    return Split(_id(event, day), day, event.symbol, new, old)


def _bonus(event: ShareEvent, day: date) -> Bonus:
    with localcontext(finance_context()):
        percent = (event.new_per_old - 1) * 100
    return Bonus(_id(event, day), day, event.symbol, max(percent, Decimal(0)), Decimal(0))


def _id(event: ShareEvent, day: date) -> str:
    return f"{event.symbol}:{event.kind.value}:{day.isoformat()}"
