"""Whether sessions are believed: days on which B3 opened, prices that fit together, one scale."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from fiel.market.judgement import ASK_ANOTHER, Judgement
from fiel.market.sanitizer.context import Context, is_session, local_day
from fiel.market.sanitizer.quotes import is_scale_slip
from fiel.market.values import Bar, PriceHistory, ShareEvent
from fiel.market.verdicts import Kind, Verdict

_ROUNDING = Decimal("0.005")
#: Days; over longer spans most shares have sessions without a trade.
_LOOKED_AT = 400


def check_bars(history: PriceHistory, context: Context) -> Verdict[PriceHistory]:
    """The history without rows that are no sessions; in doubt when its scale changes without a reason."""
    judgement = Judgement()
    today = local_day(context.now)
    kept: list[Bar] = []
    for position, bar in enumerate(history.bars):
        place = f"bars[{position}]"
        if bar.day > today:
            judgement.drop(Kind.IMPLAUSIBLE, place, f"a session of {bar.day}, which is not yet over")
        elif not is_session(bar.day) and (not bar.volume or bar.day.weekday() >= 5):
            judgement.repair(Kind.IMPLAUSIBLE, place, f"{bar.day} is no session", "holiday_row_dropped")
        else:
            kept.append(_cleaned(bar, place, judgement))
    if len({bar.adjusted_close is None for bar in kept}) > 1:
        judgement.remark(Kind.SHAPE_VARIANT, "bars", "some sessions without an adjusted close")
    kept = _without_spikes(kept, context, judgement)
    _note_missing(kept, judgement)
    if not kept:
        judgement.refuse(Kind.NO_DATA, "bars", "no session is left")
    return judgement.verdict(replace(history, bars=tuple(kept)))


def _note_missing(bars: list[Bar], judgement: Judgement) -> None:
    """Sessions without a row: of a share that is seldom traded this is right, so it is only said."""
    days = {bar.day for bar in bars}
    if len(bars) < 2 or (bars[-1].day - bars[0].day).days > _LOOKED_AT:
        return
    between = (bars[0].day + timedelta(days=step) for step in range((bars[-1].day - bars[0].day).days))
    missing = [day for day in between if day not in days and is_session(day)]
    if missing:
        several = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        judgement.remark(Kind.GAP, "bars", f"no row of {missing[0]}{several}")


def _cleaned(bar: Bar, place: str, judgement: Judgement) -> Bar:
    for name in ("open", "high", "low", "adjusted_close"):
        value = getattr(bar, name)
        if value is not None and value <= 0:
            judgement.repair(Kind.IMPLAUSIBLE, f"{place}.{name}", "not positive", "field_dropped")
            bar = replace(bar, **_nothing(name))
    if bar.volume is not None and bar.volume < 0:
        judgement.repair(Kind.IMPLAUSIBLE, f"{place}.volume", "negative", "field_dropped")
        bar = replace(bar, volume=None)
    inside = [price for price in (bar.open, bar.close, bar.low, bar.high) if price is not None]
    slack = max(inside) * _ROUNDING
    high_wrong = bar.high is not None and bar.high < max(inside) - slack
    low_wrong = bar.low is not None and bar.low > min(inside) + slack
    if high_wrong or low_wrong:
        judgement.repair(
            Kind.INCONSISTENT, place, f"high and low of {bar.day} do not hold its close", "range_dropped"
        )
        bar = replace(bar, open=None, high=None, low=None)
    return bar


def _without_spikes(bars: list[Bar], context: Context, judgement: Judgement) -> list[Bar]:
    """A single session out of scale is left out; a change of scale for good needs an event as its reason."""
    kept: list[Bar] = []
    for position, bar in enumerate(bars):
        before = kept[-1] if kept else None
        if before is None or not _jumps(bar.close / before.close, context):
            if before is not None:
                _note_event(before, bar, position, context, judgement)
            kept.append(bar)
            continue
        after = bars[position + 1] if position + 1 < len(bars) else None
        ratio = bar.close / before.close
        if any(_explains(event, before, bar, ratio, context) for event in context.events):
            judgement.remark(Kind.CORPORATE_ACTION, f"bars[{position}]", f"an event explains {bar.day}")
            kept.append(bar)
        elif (after is not None and not _jumps(after.close / before.close, context)) or (
            after is None and is_scale_slip(ratio)
        ):
            detail = f"{bar.close} of {bar.day} is out of scale"
            judgement.drop(Kind.IMPLAUSIBLE, f"bars[{position}]", detail, reaction=ASK_ANOTHER)
        else:
            judgement.doubt(Kind.IMPLAUSIBLE, f"bars[{position}]", f"the scale changes on {bar.day}")
            kept.append(bar)
    return kept


def _note_event(before: Bar, bar: Bar, position: int, context: Context, judgement: Judgement) -> None:
    """A split of two for one halves the price: no jump out of scale, but worth a word."""
    ratio = bar.close / before.close
    if 1 - context.limits.jump <= ratio <= 1 + context.limits.jump:
        return
    if any(_explains(event, before, bar, ratio, context) for event in context.events):
        judgement.remark(Kind.CORPORATE_ACTION, f"bars[{position}]", f"an event explains {bar.day}")


def _jumps(ratio: Decimal, context: Context) -> bool:
    return ratio > context.limits.bar_jump or ratio < 1 / context.limits.bar_jump


def _explains(event: ShareEvent, before: Bar, bar: Bar, ratio: Decimal, context: Context) -> bool:
    if event.com_date is None or not before.day <= event.com_date < bar.day:
        return False
    return abs(ratio * event.new_per_old - 1) <= context.limits.jump * 2


def _nothing(name: str) -> dict[str, Any]:
    return {name: None}
