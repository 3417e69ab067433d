"""The forecast of one asset: read its past, refuse when it tells nothing, choose a method, lay out payments.

Nothing here is announced, and nothing must be shown as if it were: what sources announced comes first, takes
the place of the forecast payment that it is, and is not among the payments of the forecast.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from fiel.income.forecast.choosing import Choice, candidates, choose
from fiel.income.forecast.days import com_day, payment_day, usual_lags
from fiel.income.forecast.history import History, Occasion, read_history
from fiel.income.forecast.lines import Line, lines_of, without_announced
from fiel.income.forecast.methods import WHOLE, drafts_of, months_paid
from fiel.income.forecast.months import add_months
from fiel.income.forecast.results import Basis, Forecast, ForecastPayment, Method, Trial
from fiel.income.forecast.season import Season, season_at
from fiel.income.forecast.trials import tried
from fiel.income.values import Announcement, IncomeKind, ShareChange
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import finance_context, round_half_up

MONTHS_DEFAULT = 12
MONTHS_MAX = 60
#: Nothing for longer than this (18 months): it stopped.
STOPPED_DAYS = 548
#: One payment is no pattern.
PAYMENTS_MIN = 2
#: Less than a year shows no season, unless it paid in so many months of it.
YOUNG_DAYS = 330
YOUNG_MONTHS_MIN = 3
#: Amounts per unit keep as many decimals as B3 tells.
PER_UNIT_DECIMALS = 8


@dataclass(frozen=True, slots=True)
class _Setting:
    """What all payments of a forecast share."""

    asset: str
    today: date
    currency: str
    changes: Sequence[ShareChange]
    lags: Mapping[IncomeKind, int]
    method: Method
    error: Decimal | None


def forecast(
    asset: str,
    told: Iterable[Announcement],
    today: date,
    *,
    months: int = MONTHS_DEFAULT,
    changes: Sequence[ShareChange] = (),
) -> Forecast:
    """What `asset` may pay with com dates after `today`, up to the same day `months` (1 to 60) later.

    `told` is everything announced of it, past and to come, in any order; what was decided after `today` is
    not looked at. `changes` are splits, groupings and bonus issues: amounts from before one are rescaled, and
    those expected after an announced one too. Years after the first repeat it. Gross, per unit.

    Raises `InvalidInput` for months out of range and for what `read_history` refuses.
    """
    if not 1 <= months <= MONTHS_MAX:
        raise InvalidInput("months_range", f"a forecast is of 1 to {MONTHS_MAX} months", field="months")
    rows = list(told)
    with localcontext(finance_context()):
        history = read_history(asset, rows, changes, today)
        season = season_at(history.past, today.toordinal())
        refusal = _refusal(season)
        if refusal:
            return Forecast(asset, today, months, (), None, None, (refusal,), announced=_ids(history))
        trials = tried(history.past, season.origin, _fitting(season))
        choice = _choice(trials, season)
        setting = _Setting(
            asset,
            today,
            rows[0].currency,
            [each for each in changes if each.asset == asset and each.com_date >= today],
            usual_lags(history.past),
            choice.method,
            trials[choice.method].error,
        )
        return _laid_out(setting, season, history, months, choice, tuple(trials.values()))


def _refusal(season: Season) -> str:
    """Why there is no forecast, or nothing."""
    past = season.past
    if not past:
        return "no_history"
    if season.origin - past[-1].day > STOPPED_DAYS:
        return f"stopped_paying:{date.fromordinal(past[-1].day)}"
    if len(past) < PAYMENTS_MIN:
        return f"too_few_payments:{len(past)}"
    if _is_young(season) and months_paid(season) < YOUNG_MONTHS_MIN:
        return f"history_too_short:{season.origin - past[0].day}"
    return "" if season.is_regular else "irregular"


def _is_young(season: Season) -> bool:
    return season.origin - season.past[0].day < YOUNG_DAYS


def _fitting(season: Season) -> tuple[Method, ...]:
    return (Method.MONTHLY,) if _is_young(season) else candidates(season)


def _choice(trials: Mapping[Method, Trial], season: Season) -> Choice:
    if _is_young(season):
        return Choice(Method.MONTHLY, (f"pays_monthly:{months_paid(season)}",))
    return choose(trials, season)


def _laid_out(
    setting: _Setting,
    season: Season,
    history: History,
    months: int,
    choice: Choice,
    trials: tuple[Trial, ...],
) -> Forecast:
    drafts = drafts_of(choice.method, season)
    end = add_months(setting.today, months)
    lines = lines_of(drafts, season.origin, years=-(-months // 12))
    left = without_announced(lines, history.ahead)
    payments = (_payment(line, setting) for line in left if line.day <= end.toordinal())
    unknown = () if setting.error is not None else (f"error_unknown:{trials[0].origins}",)
    return Forecast(
        asset=setting.asset,
        today=setting.today,
        months=months,
        payments=tuple(sorted((each for each in payments if each.per_unit), key=_order)),
        method=choice.method,
        error=setting.error,
        reasons=(*choice.reasons, *unknown),
        candidates=trials,
        announced=_ids(history),
        slots=len(drafts),
    )


def _order(each: ForecastPayment) -> tuple[date, date, str]:
    return each.com_date, each.payment_date, each.kind.value


def _ids(history: History) -> tuple[str, ...]:
    return tuple(sorted(each.event_id for each in history.ahead))


def _payment(line: Line, setting: _Setting) -> ForecastPayment:
    day = com_day(line, setting.today)
    units = _units_then(day, setting.changes)
    years = [_of_kind(each, line.kind) for each in line.draft.basis]
    amount = line.amount / units
    return ForecastPayment(
        asset=setting.asset,
        kind=line.kind,
        com_date=day,
        payment_date=payment_day(day, line, setting.lags),
        per_unit=_rounded(amount),
        low=_rounded(min(amount, *(each / units for each in years))),
        high=_rounded(max(amount, *(each / units for each in years))),
        method=setting.method,
        basis=_basis(line),
        error=setting.error,
        currency=setting.currency,
    )


def _of_kind(occasion: Occasion | None, kind: IncomeKind) -> Decimal:
    return occasion.of_kind(kind) if occasion else Decimal(0)


def _basis(line: Line) -> tuple[Basis, ...]:
    return tuple(
        Basis(each.event_id, date.fromordinal(each.day), _rounded(each.amount))
        for occasion in line.draft.basis
        if occasion
        for each in occasion.paid
        if each.kind is line.kind
    )


def _units_then(day: date, changes: Sequence[ShareChange]) -> Decimal:
    """Units on a day to come for one of today, by the splits announced."""
    units = WHOLE
    for each in changes:
        if each.com_date < day:
            units *= each.new_per_old
    return units


def _rounded(amount: Decimal) -> Decimal:
    return round_half_up(amount, PER_UNIT_DECIMALS)
