"""What is asked of a report in words: the period, and the yardsticks beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.months import month_after, parse_day
from fiel.market.quotes import is_symbol
from fiel.performance.periods import Period, month_to_date, since_start, twelve_months, year_to_date

CDI, SELIC, IPCA, IBOV = "cdi", "selic", "ipca", "ibov"
#: Percent per business day.
RATES = frozenset({CDI, SELIC})
PARTS_MAX = 10
YARDSTICKS_MAX = 8
_ONE_DAY = timedelta(days=1)
_YEAR = re.compile(r"(\d{4})(?:-(\d{2}))?", re.ASCII)
_NUMBER = r"\d{1,4}(?:[.,]\d{1,4})?"
_IPCA_PLUS = rf"ipca\s*\+\s*{_NUMBER}(?!\d|[.,]\d|\s*%\s*[a-z^])(?:\s*%)?"
_PART = re.compile(rf"\s*(?:({_NUMBER})\s*%\s*(?:of\s+|do\s+)?)?({_IPCA_PLUS}|\^?[a-z0-9]+)\s*", re.ASCII)
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing of a yardstick: a series or a symbol.

    `weight` is its share of a mix (1 alone); `percent` of a rate (110 = 110 % of the CDI); `spread` % a year
    over the IPCA.
    """

    key: str
    weight: Decimal = Decimal(1)
    percent: Decimal = _HUNDRED
    spread: Decimal = Decimal(0)

    @property
    def name(self) -> str:
        """As people write it."""
        if self.key == IPCA and self.spread:
            return f"IPCA + {_text(self.spread)}%"
        own = self.key.upper()
        return own if self.percent == _HUNDRED else f"{_text(self.percent)}% {own}"


@dataclass(frozen=True, slots=True)
class Yardstick:
    """A rate, an index, a symbol, or a mix of them."""

    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        """As people write it."""
        if len(self.parts) == 1:
            return self.parts[0].name
        return " + ".join(f"{_text(part.weight * _HUNDRED)}% {part.name}" for part in self.parts)


def read_yardstick(text: str) -> Yardstick:
    """From `cdi`, `110% cdi`, `ipca+6`, `BOVA11`, `60% cdi + 40% BOVA11`.

    Raises `InvalidInput` (benchmark_unknown, benchmark_weights).

    >>> read_yardstick("60% cdi + 40% bova11").name, read_yardstick("ipca+6").name
    ('60% CDI + 40% BOVA11', 'IPCA + 6%')
    """
    told: list[tuple[Decimal | None, str]] = []
    place, lowered = 0, text.lower()
    while place < len(lowered):
        found = _PART.match(lowered, place)
        if found is None or len(told) >= PARTS_MAX:
            raise _unknown(text)
        told.append((None if found[1] is None else _number(found[1]), found[2]))
        place = found.end()
        if place < len(lowered):
            if lowered[place] != "+":
                raise _unknown(text)
            place += 1
            if not lowered[place:].strip():
                raise _unknown(text)
    if not told:
        raise _unknown(text)
    if len(told) == 1:
        return Yardstick((_alone(*told[0], text),))
    weights = [weight for weight, _ in told if weight is not None]
    if len(weights) != len(told) or sum(weights) != _HUNDRED:
        raise InvalidInput(
            "benchmark_weights",
            f"{text[:60]!r}: a mix names the percent of each part, and they sum to 100",
            field="--benchmark",
        )
    return Yardstick(tuple(_part(name, text, weight=weight / _HUNDRED) for weight, name in _both(told)))


def _both(told: list[tuple[Decimal | None, str]]) -> list[tuple[Decimal, str]]:
    return [(weight, name) for weight, name in told if weight is not None]


def _alone(percent: Decimal | None, name: str, text: str) -> Part:
    part = _part(name, text)
    if percent is None or percent == _HUNDRED:
        return part
    if part.key not in RATES:
        raise InvalidInput(
            "benchmark_weights",
            f"{text[:60]!r}: only CDI and Selic are told as a percent of themselves",
            field="--benchmark",
        )
    return Part(part.key, percent=percent)


def _part(name: str, text: str, weight: Decimal = Decimal(1)) -> Part:
    if name.startswith(IPCA) and "+" in name:
        return Part(IPCA, weight, spread=_number(name.partition("+")[2].strip(" %")))
    if name in RATES or name in (IPCA, IBOV):
        return Part(name, weight)
    if not is_symbol(name.upper()):
        raise _unknown(text)
    return Part(name.upper(), weight)


def _number(text: str) -> Decimal:
    return parse_decimal(text.replace(",", "."), field="--benchmark", minimum=0, maximum=1_000)


def _unknown(text: str) -> InvalidInput:
    return InvalidInput(
        "benchmark_unknown",
        f"{text[:60]!r} is no benchmark; write cdi, 110% cdi, selic, ipca, ipca+6, ibov, a symbol such as "
        "BOVA11, or a mix such as 60% cdi + 40% BOVA11",
        field="--benchmark",
    )


def _text(number: Decimal) -> str:
    return f"{number.normalize() + 0:f}"


def read_period(text: str, first: date, today: date) -> Period:
    """From ytd, month, 12m, all, YYYY, YYYY-MM or FROM..UNTIL (both days included).

    `first` is the first day of the wallet: no period begins before it. Nothing ends after `today`. Raises
    `InvalidInput` (period_malformed, period_before_start, period_to_come, day_malformed, dates_reversed).

    >>> read_period("2025-03", date(2020, 1, 1), date(2026, 11, 21))
    Period(after=datetime.date(2025, 2, 28), until=datetime.date(2025, 3, 31))
    """
    start, until = _span(text.strip().lower(), first, today)
    until = min(until, today)
    if start >= today:
        raise InvalidInput("period_to_come", f"{text[:30]} is still to come", field="--period")
    if until < first:
        raise InvalidInput(
            "period_before_start",
            f"the wallet begins on {first}, after {text[:30]}",
            field="--period",
            details={"first": str(first)},
        )
    return Period(max(start, first - _ONE_DAY), until)


def _span(word: str, first: date, today: date) -> tuple[date, date]:
    """The day before the first one, and the last one."""
    named = {"ytd": year_to_date, "month": month_to_date, "12m": twelve_months}
    if word in named:
        found = named[word](today)
        return found.after, found.until
    if word == "all":
        whole = since_start(min(first, today), today)
        return whole.after, whole.until
    start, dots, end = word.partition("..")
    if dots:
        whole = Period(parse_day(start, "--period") - _ONE_DAY, parse_day(end, "--period"))
        return whole.after, whole.until
    found_year = _YEAR.fullmatch(word)
    months = int(found_year[2]) if found_year and found_year[2] else None
    if found_year and "1900" <= found_year[1] <= "2199" and (months is None or 1 <= months <= 12):
        begins = date(int(found_year[1]), months or 1, 1)
        return begins - _ONE_DAY, month_after(begins, 12 if months is None else 1) - _ONE_DAY
    raise InvalidInput(
        "period_malformed",
        f"{word[:30]!r} is no period; write ytd, month, 12m, all, 2025, 2025-03 or 2025-01-01..2025-06-30",
        field="--period",
    )
