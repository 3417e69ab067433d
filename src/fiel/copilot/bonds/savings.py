"""A deposit in a savings account: every credit up to a day, by the rule of its deposit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiel.copilot.bonds.answer import GIVEN, Answer, Figure, SeriesUsed, Step, Unit
from fiel.fixed_income.savings import (
    TARGET_AGE_MAX_DAYS,
    Credit,
    additional_percent,
    anniversaries,
    first_anniversary_base,
    month_total,
    monthly_credits,
)
from fiel.fixed_income.series import RateSeries
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput, Refused

TR, TARGET = "tr", "selic_target"
_AMOUNT_MAX = Decimal(10) ** 12
_LAW = "Lei 8.177/1991, art. 12; Lei 12.703/2012"


@dataclass(frozen=True, slots=True)
class SavingsQuestion:
    """A deposit of `amount` reais, seen on `on`; `tr` and `target` stand in for missing rows, percent."""

    amount: Decimal
    deposited: date
    on: date
    tr: Decimal | None = None
    target: Decimal | None = None

    def __post_init__(self) -> None:
        parse_decimal(self.amount, field="--amount", decimals_max=2, minimum="0.01", maximum=_AMOUNT_MAX)
        if self.on < self.deposited:
            raise InvalidInput(
                "dates_reversed", f"{self.on} comes before the deposit of {self.deposited}", field="--on"
            )


def savings_value(
    asked: SavingsQuestion,
    rows: Mapping[str, tuple[tuple[date, Decimal], ...]],
    sources: Mapping[str, tuple[str, ...]],
) -> Answer:
    """The balance after every credit up to `on`. Free of tax for individuals; nothing for a part of a month.

    Raises `Refused` naming what is missing: the TR of a day, or the Selic target.
    """
    starts = _starts(asked)
    tr = _series(TR, rows, asked.tr, starts, age=0)
    target = _series(TARGET, rows, asked.target, starts, age=TARGET_AGE_MAX_DAYS)
    paid = monthly_credits(asked.amount, asked.deposited, asked.on, tr, target)
    balance = paid[-1].balance if paid else asked.amount
    steps = tuple(
        step
        for start, credit in zip(starts, paid, strict=True)
        for step in _steps(asked, start, credit, tr, target)
    )
    following = anniversaries(asked.deposited, date(asked.on.year + 1, asked.on.month, 1))[len(paid)]
    figures = (
        Figure("balance", balance, Unit.BRL, paid[-1].day if paid else asked.deposited),
        Figure("amount", asked.amount, Unit.BRL, asked.deposited, GIVEN),
        Figure("savings_interest", balance - asked.amount, Unit.BRL, asked.on),
        Figure("credits", Decimal(len(paid)), Unit.NONE, asked.on),
    )
    used = tuple(
        _used(key, rows, sources, given, starts) for key, given in ((TR, asked.tr), (TARGET, asked.target))
    )
    notes = (("savings_next", (("day", following.isoformat()),)), ("savings_exempt", ()))
    return Answer(f"savings {asked.deposited}", "savings", asked.on, None, figures, steps, used, notes)


def _starts(asked: SavingsQuestion) -> tuple[date, ...]:
    """The day on which each credited month starts: the rates of that day hold for it."""
    paid = anniversaries(asked.deposited, asked.on)
    return (first_anniversary_base(asked.deposited), *paid)[: len(paid)]


def _series(
    key: str,
    rows: Mapping[str, tuple[tuple[date, Decimal], ...]],
    given: Decimal | None,
    starts: tuple[date, ...],
    *,
    age: int,
) -> RateSeries:
    known = dict(rows.get(key, ()))
    if given is not None:
        for day in starts:
            if not any(0 <= (day - each).days <= age for each in known):
                known[day] = given
    if starts and not known:
        option = "--tr" if key == TR else "--target"
        raise Refused(
            "rate_missing", f"{key.upper()} of {starts[0]} is not known; give {option}", field=option
        )
    return RateSeries.of(key.upper(), known)


def _steps(
    asked: SavingsQuestion, start: date, credit: Credit, tr: RateSeries, targets: RateSeries
) -> tuple[Step, Step, Step]:
    target = targets.in_force(start, max_age_days=TARGET_AGE_MAX_DAYS)
    more, reference = additional_percent(target, asked.deposited), tr.at(start)
    before = credit.balance - credit.interest
    label = credit.day.isoformat()
    return (
        Step(
            "savings_additional", "a = 0.5 | A-4(((1 + 0.7 * s/100)^(1/12) - 1) * 100)",
            (("s", f"{target:f}"),), more, Unit.PERCENT_MONTH, "A-4", _LAW, label,
        ),
        Step(
            "savings_percent", "p = A-4(((1 + TR/100) * (1 + a/100) - 1) * 100)",
            (("TR", f"{reference:f}"), ("a", f"{more:f}")), month_total(reference, more), Unit.PERCENT_MONTH,
            "A-4", _LAW, label,
        ),
        Step(
            "savings_credit", "S = S0 + A-2(S0 * p/100)",
            (("S0", f"{before:f}"), ("p", f"{credit.percent:f}")), credit.balance, Unit.BRL, "A-2", _LAW,
            label,
        ),
    )  # fmt: skip


def _used(
    key: str,
    rows: Mapping[str, tuple[tuple[date, Decimal], ...]],
    sources: Mapping[str, tuple[str, ...]],
    given: Decimal | None,
    starts: tuple[date, ...],
) -> SeriesUsed:
    days = [day for day, _ in rows.get(key, ())]
    unit = Unit.PERCENT_MONTH if key == TR else Unit.PERCENT_YEAR
    last = max(days, default=None)
    missing = [day for day in starts if last is None or day > last]
    assumed = ((missing[0], given),) if given is not None and missing else ()
    return SeriesUsed(key, sources.get(key, ()), last, unit, assumed, "given" if assumed else "")
