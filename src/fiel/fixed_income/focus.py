"""Market expectations (Banco Central's Focus report) as a `Forward`: from calendar years to dated steps.

Focus tells the Selic target at the end of each year and the IPCA of each calendar year. What lies in
between is not told; the shape here is one reading of it, and the name of the forward says so:

    Selic   equal monthly steps, in percent points, from the target of the year's beginning (today's, for
            the months left of this year) to the one expected at its end
    CDI     Selic - `cdi_below` percent points (0.10 by default, the distance of recent years)
    IPCA    the same percent in each month of a year, ((1 + year) / (1 + published))^(1/months left) - 1

After the last year the last values hold. Source: Banco Central do Brasil, "Focus - Relatório de Mercado".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, localcontext

from fiel.fixed_income.outlook import Forward, Step
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.months import month_after
from fiel.kernel.rounding import finance_context, round_half_up

YEARS_MAX = 10
_DECIMALS = 6


def focus_forward(
    today: date,
    selic_now: DecimalInput,
    selic_by_year: Mapping[int, DecimalInput],
    ipca_by_year: Mapping[int, DecimalInput],
    *,
    ipca_published_to: date,
    ipca_so_far: DecimalInput = 0,
    cdi_below: DecimalInput = "0.10",
) -> Forward:
    """The expectations of Focus as steps: percent per year for Selic and CDI, per month for the IPCA.

    `selic_by_year` has the target at each year's end, `ipca_by_year` each year's IPCA, both in percent and
    for consecutive years. `ipca_published_to` is the last published month and `ipca_so_far` the IPCA of the
    year up to it, percent. Raises `InvalidInput` for years that leave a gap or have passed.

    >>> forward = focus_forward(date(2026, 11, 3), "15", {2026: "14.5", 2027: "12.10"}, {2027: "4"},
    ...                         ipca_published_to=date(2026, 12, 1))
    >>> [(str(day), str(rate)) for day, rate in forward.selic[:3]]
    [('2026-12-01', '14.500000'), ('2027-01-01', '14.300000'), ('2027-02-01', '14.100000')]
    >>> [str(rate) for _, rate in forward.ipca]
    ['0.327374']
    """
    below = parse_decimal(cdi_below, field="cdi_below", minimum=-5, maximum=5)
    selic = _selic_steps(today, _percent(selic_now, "selic_now"), selic_by_year)
    with localcontext(finance_context()):
        cdi = tuple((day, max(rate - below, Decimal(0))) for day, rate in selic)
    ipca = _ipca_steps(ipca_published_to, _percent(ipca_so_far, "ipca_so_far"), ipca_by_year)
    return Forward(f"Focus expectations of {today}", cdi=cdi, selic=selic, ipca=ipca)


def _selic_steps(today: date, now: Decimal, by_year: Mapping[int, DecimalInput]) -> tuple[Step, ...]:
    steps: list[Step] = []
    rate = now
    month = month_after(today)
    for year in _years(by_year, today.year, "selic_by_year"):
        target = _percent(by_year[year], f"selic_by_year.{year}")
        # In December's last weeks nothing is left of the year: the target is met at once.
        left = max(12 - month.month + 1, 1) if month.year == year else 1
        with localcontext(finance_context()):
            step = (target - rate) / left
            for passed in range(1, left + 1):
                steps.append((month, round_half_up(rate + step * passed, _DECIMALS)))
                month = month_after(month)
        rate = target
    return tuple(steps)


def _ipca_steps(published_to: date, so_far: Decimal, by_year: Mapping[int, DecimalInput]) -> tuple[Step, ...]:
    steps: list[Step] = []
    month = month_after(published_to)
    for year in _years(by_year, month.year, "ipca_by_year"):
        whole = _percent(by_year[year], f"ipca_by_year.{year}")
        left = 12 - month.month + 1
        with localcontext(finance_context()):
            passed = 1 + so_far / 100 if left < 12 else Decimal(1)
            ratio = (1 + whole / 100) / passed
            steps.append((month, round_half_up((ratio ** (Decimal(1) / left) - 1) * 100, _DECIMALS)))
        month = date(year + 1, 1, 1)
    return tuple(steps)


def _years(by_year: Mapping[int, DecimalInput], first: int, field: str) -> list[int]:
    years = sorted(by_year)
    if len(years) > YEARS_MAX or years != list(range(first, first + len(years))):
        raise InvalidInput(
            "focus_years", f"give consecutive years from {first}, at most {YEARS_MAX}", field=field
        )
    return years


def _percent(value: DecimalInput, field: str) -> Decimal:
    return parse_decimal(value, field=field, minimum=-50, maximum=1_000)
