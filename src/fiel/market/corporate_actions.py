"""Whether a split, a reverse split or a bonus issue says what the price then did.

The factor of such an event is written in several ways (2; 100 %; 0.1; "2 para 1"; 0.01), and a wrong one
multiplies a position by a hundred. In prices that are not adjusted, the first session after the com date
opens near `close / new_per_old`; a factor is believed when the price followed it, and read another way only
when that other way fits clearly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Context, Decimal

from fiel.market.values import Bar, ShareEvent
from fiel.market.verdicts import Finding, Kind, Verdict, accept, quarantined, repaired

#: A session moves by less than this, nearly always: |ln| of the ratio of two closes.
USUAL_MOVE = Decimal("0.20")
#: A factor nearer to 1 than this drowns in the market's own moves and cannot be checked by them.
CHECKABLE = Decimal("0.30")
#: Logarithms are compared with tenths here: more digits would say nothing.
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Jump:
    """Closes, not adjusted, of the com date and of the first session after it."""

    before: Decimal
    after: Decimal
    day: date


def jump_after(bars: Sequence[Bar], com_date: date) -> Jump | None:
    """The two sessions around a com date; `None` when either is missing. `bars` oldest first."""
    before = next((bar for bar in bars if bar.day == com_date), None)
    after = next((bar for bar in bars if bar.day > com_date), None)
    if before is None or after is None or (after.day - com_date).days > 10:
        return None
    return Jump(before.close, after.close, after.day)


def check_factor(event: ShareEvent, jump: Jump | None) -> Verdict[ShareEvent]:
    """The event, believed, read another way, or put apart.

    Accepted without a remark only when the price confirms it; `corporate_action` says that there is no
    price to ask, or that the factor is too near to 1 to show in it.
    """
    place = f"{event.symbol} {event.com_date}"
    if jump is None:
        return accept(event, Finding(Kind.CORPORATE_ACTION, place, "no closes around it to compare with"))
    error = _error(event.new_per_old, jump)
    others = _other_readings(event.new_per_old)
    best = min(others, key=lambda other: _error(other, jump), default=event.new_per_old)
    if error > CHECKABLE and _error(best, jump) <= USUAL_MOVE:
        detail = (
            f"written {event.new_per_old:f}, but the price went {jump.before:f} -> {jump.after:f}: {best:f}"
        )
        found = replace(event, new_per_old=best)
        return repaired(found, Finding(Kind.CORPORATE_ACTION, place, detail, repair="factor_by_price"))
    if error > CHECKABLE:
        detail = f"factor {event.new_per_old:f}, but the price went {jump.before:f} -> {jump.after:f}"
        return quarantined(event, Finding(Kind.INCONSISTENT, place, detail))
    if abs(_ln(event.new_per_old)) < CHECKABLE:
        return accept(event, Finding(Kind.CORPORATE_ACTION, place, "too small to show in the price"))
    return accept(event)


def _other_readings(factor: Decimal) -> tuple[Decimal, ...]:
    """What the same number means elsewhere: more shares per share, percent, shares before per share after."""
    found = (1 + factor, 1 + factor.scaleb(-2), Context(prec=_DIGITS).divide(Decimal(1), factor))
    return tuple(each for each in found if each > 0 and each != factor)


def _error(factor: Decimal, jump: Jump) -> Decimal:
    """|ln| of what the price did against what the factor foretells."""
    return abs(_ln(jump.after) - _ln(jump.before) + _ln(factor))


def _ln(value: Decimal) -> Decimal:
    return Context(prec=_DIGITS).ln(value)
