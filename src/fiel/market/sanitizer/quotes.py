"""Whether a price is believed: its sign, currency, age, and its agreement with what is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from fiel.kernel.decimals import plain
from fiel.market.judgement import Judgement
from fiel.market.sanitizer.context import Context, local_day, missed_session
from fiel.market.values import PriceHistory, QuoteReading, ShareEvent
from fiel.market.verdicts import Kind, Outcome, Verdict

PRICE_MAX = Decimal(100_000_000)
#: The least step of a price on B3: nothing is traded for less.
PRICE_MIN = Decimal("0.01")
VOLUME_MAX = 10**13
_CENT = Decimal("0.011")
_SCALES = (Decimal(10), Decimal(100), Decimal(1000))
#: How near to a tenfold a jump must be to count as a slip of the decimal point.
_SLIP = Decimal("0.2")
#: A percentage of two decimals this large is exact enough to tell a tenfold.
_TELLING_PERCENT = Decimal("0.1")
_OPTIONAL = ("open", "high", "low", "previous_close")


def check_quote(
    reading: QuoteReading, history: PriceHistory | None, context: Context
) -> Verdict[QuoteReading]:
    """The quote, cleaned of fields that cannot be right; or the reason why its price is not believed."""
    judgement = Judgement()
    if not PRICE_MIN <= reading.price <= PRICE_MAX:
        judgement.refuse(Kind.IMPLAUSIBLE, "price", "a price is a cent at least, and of this world")
        return judgement.verdict(reading)
    if reading.currency != context.currency:
        judgement.refuse(
            Kind.INCONSISTENT, "currency", f"{reading.currency[:5]} where {context.currency} is due"
        )
        return judgement.verdict(reading)
    reading = _without_impossible(reading, judgement)
    reading = _changes_agree(reading, context, judgement)
    reading = _within_its_day(reading, context, judgement)
    _check_time(reading, context, judgement)
    if judgement.worst is not Outcome.REJECT:
        _check_jump(reading, history, context, judgement)
    return judgement.verdict(reading)


def _without_impossible(reading: QuoteReading, judgement: Judgement) -> QuoteReading:
    """Zeros and negatives beside a good price mean that the service does not know."""
    for name in _OPTIONAL:
        value = getattr(reading, name)
        if value is not None and value <= 0:
            judgement.repair(Kind.IMPLAUSIBLE, name, "not positive beside a good price", "field_dropped")
            reading = replace(reading, **_nothing(name))
    if reading.volume is not None and (reading.volume < 0 or (reading.volume == 0 and _traded(reading))):
        judgement.repair(Kind.IMPLAUSIBLE, "volume", "no volume beside a price that moved", "field_dropped")
        reading = replace(reading, volume=None)
    if reading.volume is not None and reading.volume > VOLUME_MAX:
        judgement.repair(Kind.IMPLAUSIBLE, "volume", "more than was ever traded", "field_dropped")
        reading = replace(reading, volume=None)
    return reading


def _traded(reading: QuoteReading) -> bool:
    """Whether something else says that there was trade; an index has no volume of its own."""
    return not reading.symbol.startswith("^") and bool(reading.change)


def _changes_agree(reading: QuoteReading, context: Context, judgement: Judgement) -> QuoteReading:
    """Price, change, percentage and previous close tell one story; the odd one is put right or dropped."""
    price, change, before = reading.price, reading.change, reading.previous_close
    if change is None:
        return reading
    if before is None:
        return _percent_agrees(reading, judgement)
    tolerance = max(_CENT, price / 1000)
    if abs(before + change - price) <= tolerance:
        return reading
    told = reading.change_percent
    sum_of_both = before + change
    far = sum_of_both > 0 and not _near(price, sum_of_both, context.limits.jump / 2)
    implied = price - change
    if told is not None and far and abs(told - change / before * 100) <= _percent_tolerance(told):
        judgement.refuse(
            Kind.IMPLAUSIBLE, "price", "the change, its percentage and the previous close say another price"
        )
        return reading
    if told is not None and implied > 0:
        by_change = abs(told - change / implied * 100)
        by_before = abs(told - (price / before - 1) * 100)
        if by_before < by_change and by_before <= _percent_tolerance(told):
            judgement.repair(
                Kind.INCONSISTENT, "change", "is not price less previous close", "change_counted"
            )
            return replace(reading, change=price - before)
    if implied <= 0 or not _near(implied, price, Decimal("0.5")):
        judgement.repair(Kind.INCONSISTENT, "change", "contradicts the previous close", "change_dropped")
        return replace(reading, change=None, change_percent=None)
    judgement.repair(
        Kind.INCONSISTENT,
        "previous_close",
        f"{before} contradicts the change of {change}",
        "previous_close_counted",
    )
    return replace(reading, previous_close=plain(implied))


def _percent_agrees(reading: QuoteReading, judgement: Judgement) -> QuoteReading:
    change, told = reading.change, reading.change_percent
    if change is None or told is None or reading.price <= change:
        return reading
    counted = change / (reading.price - change) * 100
    if abs(counted - told) <= max(_percent_tolerance(told), 2 / reading.price):
        return reading
    if abs(told) >= _TELLING_PERCENT and counted and told / counted > 0 and is_scale_slip(told / counted):
        judgement.doubt(
            Kind.IMPLAUSIBLE, "price", f"a change of {change} is no {told} % of it: a slip of scale"
        )
        return reading
    judgement.repair(Kind.INCONSISTENT, "change_percent", "contradicts the change in money", "change_dropped")
    return replace(reading, change=None, change_percent=None)


def _percent_tolerance(told: Decimal) -> Decimal:
    return max(Decimal("0.06"), abs(told) / 50)


def _within_its_day(reading: QuoteReading, context: Context, judgement: Judgement) -> QuoteReading:
    """The price lies between the day's low and high, up to a rounding; far outside, it is not believed."""
    high, low = reading.high, reading.low
    if high is not None and low is not None and high < low:
        judgement.repair(Kind.INCONSISTENT, "high", "below the day's low", "range_dropped")
        return replace(reading, high=None, low=None)
    for name, bound, outside in (
        ("high", high, high is not None and reading.price > high + _CENT),
        ("low", low, low is not None and reading.price < low - _CENT),
    ):
        if not outside or bound is None:
            continue
        if not _near(reading.price, bound, context.limits.jump * 2):
            judgement.refuse(Kind.IMPLAUSIBLE, "price", f"far outside the day's {name} of {bound}")
            return reading
        judgement.repair(Kind.INCONSISTENT, name, "the price lies outside", "field_dropped")
        reading = replace(reading, **_nothing(name))
    return reading


def _check_time(reading: QuoteReading, context: Context, judgement: Judgement) -> None:
    as_of = reading.as_of
    if as_of is None:
        judgement.doubt(Kind.STALE, "as_of", "a price without its time may be of any age")
        return
    if as_of > context.now + context.limits.future_skew:
        judgement.refuse(Kind.IMPLAUSIBLE, "as_of", "lies in the future")
        return
    missed = missed_session(as_of, context.now, context.limits)
    if missed is not None:
        judgement.refuse(Kind.STALE, "as_of", f"of {local_day(as_of)}; the session of {missed} is not in it")


def _check_jump(
    reading: QuoteReading, history: PriceHistory | None, context: Context, judgement: Judgement
) -> None:
    reference = _reference(reading, history, context)
    if reference is None:
        return
    close, since, name = reference
    limit = context.limits.jump
    if _near(reading.price, close, limit):
        _check_unmoved(reading, close, since, context, judgement)
        return
    for event in _between(context.events, since, reading, context):
        if _near(reading.price, close / event.new_per_old, limit):
            detail = f"{event.label or event.kind} explains the move from {close}"
            judgement.remark(Kind.CORPORATE_ACTION, "price", detail)
            return
    other = context.other_price
    if other is not None and _near(reading.price, other, context.limits.agreement):
        judgement.remark(Kind.IMPLAUSIBLE, "price", f"far from {close}, and a second source agrees")
        return
    detail = f"{reading.price} is too far from the {name} of {close}"
    if is_scale_slip(reading.price / close):
        judgement.refuse(Kind.IMPLAUSIBLE, "price", detail + "; the decimal point slipped")
    else:
        judgement.doubt(Kind.IMPLAUSIBLE, "price", detail)


def _check_unmoved(
    reading: QuoteReading, close: Decimal, since: date | None, context: Context, judgement: Judgement
) -> None:
    """After a split the price of a share that did not move is the price from before."""
    if context.last_close is None or close != context.last_close:
        return
    for event in _between(context.events, since, reading, context):
        if not _near(close / event.new_per_old, close, context.limits.jump * 2):
            judgement.doubt(
                Kind.INCONSISTENT,
                "price",
                f"did not move with {event.label or event.kind} after {event.com_date}",
            )
            return


def _reference(
    reading: QuoteReading, history: PriceHistory | None, context: Context
) -> tuple[Decimal, date | None, str] | None:
    """What the price is compared with: the last believed close, the history beside it, its previous close."""
    if context.last_close is not None and context.last_close > 0:
        return context.last_close, context.last_close_day, "last known close"
    if history is not None and history.bars and reading.as_of is not None:
        day = local_day(reading.as_of)
        bars = [bar for bar in history.bars if bar.day <= day]
        if bars and (day - bars[-1].day).days <= 7:
            return bars[-1].close, bars[-1].day, "close of the history"
    if reading.previous_close is not None:
        return reading.previous_close, None, "previous close"
    told = reading.change_percent
    if told is not None and told > -100:
        return reading.price / (1 + told / 100), None, "previous close by its percentage"
    return None


def _between(
    events: tuple[ShareEvent, ...], since: date | None, reading: QuoteReading, context: Context
) -> Iterator[ShareEvent]:
    """Events whose last day with the right lies between the reference and the price."""
    until = local_day(reading.as_of or context.now)
    for event in events:
        if event.com_date is None or event.com_date >= until:
            continue
        if event.com_date >= since if since is not None else (until - event.com_date).days <= 7:
            yield event


def is_scale_slip(ratio: Decimal) -> bool:
    """Whether a ratio is about 10, 100, 1000 or one over them."""
    ratio = ratio if ratio >= 1 else 1 / ratio
    return any(_near(ratio, scale, _SLIP) for scale in _SCALES)


def _near(first: Decimal, second: Decimal, ratio: Decimal) -> bool:
    return abs(first - second) <= abs(second) * ratio


def _nothing(name: str) -> dict[str, Any]:
    return {name: None}
