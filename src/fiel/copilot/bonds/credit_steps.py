"""The working of a paper's value on the curve and of its tax, step by step, by the accrual code itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

from fiel.copilot.bonds.answer import Step, Unit
from fiel.fixed_income.accrual.interest import grown, interest, interest_factor, spread_factor
from fiel.fixed_income.accrual.ipca import known_factor, parts
from fiel.fixed_income.credit.curve import CreditEvent, CreditPaper, MarketRates, UnitPrice, events, factors
from fiel.fixed_income.credit.terms import Floating, IpcaPlus, Prefixed
from fiel.kernel.months import month_after

NOTEBOOK = "B3, Caderno de Fórmulas"
CALENDAR = "ANBIMA"
RUNS_MAX = 60


def steps_of_curve(paper: CreditPaper, on: date, rates: MarketRates, unit: UnitPrice) -> tuple[Step, ...]:
    """From the last event (or the start) to the unit price of `on`."""
    past = events(paper, rates, on)
    nominal_day, day, nominal = paper.start, paper.start, paper.nominal
    if past:
        last = past[-1]
        nominal_day, day, nominal = last.nominal_day, last.day, last.settlement.nominal_after
    index, factor = factors(paper.remuneration, rates, nominal_day, on, day, on)
    updated = grown(nominal, index)
    run_up = interest(updated, factor)
    return (
        *(_event(each) for each in past),
        *_factors(paper, rates, (nominal_day, day, on), index, factor),
        Step(
            "updated_nominal", "VNA = T-8(VN * C)", (("VN", f"{nominal:f}"), ("C", f"{index:f}")), updated,
            Unit.BRL_PER_UNIT, "T-8", NOTEBOOK,
        ),
        Step(
            "interest", "J = T-8(VNA * (F - 1))", (("VNA", f"{updated:f}"), ("F", f"{factor:f}")), run_up,
            Unit.BRL_PER_UNIT, "T-8", NOTEBOOK,
        ),
        Step(
            "price", "PU = VNA + J", (("VNA", f"{unit.nominal:f}"), ("J", f"{unit.interest:f}")), unit.price,
            Unit.BRL_PER_UNIT, "", NOTEBOOK,
        ),
    )  # fmt: skip


def event_steps(paper: CreditPaper, rates: MarketRates) -> dict[date, tuple[Step, ...]]:
    """By nominal day, what makes the payment of one unit: nominal value updated, interest, amortisation."""
    found: dict[date, tuple[Step, ...]] = {}
    for event in events(paper, rates):
        done, label = event.settlement, event.nominal_day.isoformat()
        before = (("VN", f"{event.nominal_before:f}"), ("C", f"{event.index_factor:f}"))
        grew = (("VNA", f"{done.updated:f}"), ("F", f"{event.interest_factor:f}"))
        unit = Unit.BRL_PER_UNIT
        found[event.nominal_day] = (
            Step("updated_nominal", "VNA = T-8(VN * C)", before, done.updated, unit, "T-8", NOTEBOOK, label),
            Step("interest", "J = T-8(VNA * (F - 1))", grew, done.interest, unit, "T-8", NOTEBOOK, label),
        )
    return found


def _event(event: CreditEvent) -> Step:
    done = event.settlement
    numbers = (
        ("VNA", f"{done.updated:f}"),
        ("J", f"{done.interest_paid:f}"),
        ("AM", f"{done.amortisation:f}"),
    )
    return Step(
        "past_event", "VN = VNA - AM", numbers, done.nominal_after, Unit.BRL_PER_UNIT, "", NOTEBOOK,
        label=event.day.isoformat(),
    )  # fmt: skip


def _factors(
    paper: CreditPaper, rates: MarketRates, days: tuple[date, date, date], index: Decimal, factor: Decimal
) -> tuple[Step, ...]:
    nominal_day, start, on = days
    count = rates.calendar.business_days_between(start, on)
    counted = Step(
        "business_days", "du = [d0, d1)", (("d0", start.isoformat()), ("d1", on.isoformat())), Decimal(count),
        Unit.BUSINESS_DAYS, "", CALENDAR,
    )  # fmt: skip
    match paper.remuneration:
        case Floating() as floating:
            return (counted, *_floating(floating, rates, start, on, count))
        case Prefixed(rate):
            return (counted, _spread(rate, count, factor))
        case IpcaPlus(rate):
            months = _months(paper.remuneration, rates, nominal_day, on)
            numbers = tuple((f"C{at}", f"{each.result:f}") for at, each in enumerate(months, start=1))
            joined = Step("index_factor", "C = T-8(Π T-16)", numbers, index, Unit.FACTOR, "T-8", NOTEBOOK)
            return (*months, joined, counted, _spread(rate, count, factor))


def _months(pays: IpcaPlus, rates: MarketRates, start: date, end: date) -> tuple[Step, ...]:
    """The factor of each month of the index, or of the part of it that was lived."""
    numbers, found = rates.index().numbers, []
    for part in parts(start, end, rates.calendar, pays.pro_rata, pays.anniversary):
        now, before = numbers.at(part.month), numbers.at(month_after(part.month, -1))
        values = (("NI1", f"{now:f}"), ("NI0", f"{before:f}"))
        days = (("dup", str(part.passed)), ("dut", str(part.total)))
        factor = known_factor(now, before, part.passed, part.total)
        found.append(
            Step(
                "index_month", "C = T-8((NI1/NI0)^(dup/dut))", (*values, *days), factor, Unit.FACTOR, "T-8",
                f"{NOTEBOOK}; {numbers.name}", label=f"{part.month:%Y-%m}",
            )
        )  # fmt: skip
    return tuple(found)


def runs_text(tdis: Sequence[Decimal]) -> str:
    """Rates that stay for days, as `0.00055131 x 43 + 0.00054266 x 1`; at most 60 of them are written out."""
    runs = [(tdi, len(list(same))) for tdi, same in groupby(tdis)]
    shown = " + ".join(f"{tdi:f} x {days}" for tdi, days in runs[:RUNS_MAX])
    return shown if len(runs) <= RUNS_MAX else f"{shown} + ..."


def _floating(floating: Floating, rates: MarketRates, start: date, on: date, count: int) -> tuple[Step, ...]:
    daily = rates.daily(floating.benchmark)
    tdis = daily.rates(start, on)
    accumulated = daily.accumulate(start, on, floating.percent)
    rate_factor = daily.factor(start, on, floating.percent)
    numbers = (("p", f"{floating.percent:f}"), ("n", str(len(tdis))), ("TDI", runs_text(tdis)))
    source = f"{NOTEBOOK}; {daily.name}"
    steps = [
        Step(
            "accumulated", "F = T-16(Π T-16(1 + TDI * p/100))", numbers, accumulated, Unit.FACTOR,
            "T-16", source,
        ),
        Step(
            "rate_factor", "FDI = A-8(F)", (("F", f"{accumulated:f}"),), rate_factor, Unit.FACTOR, "A-8",
            NOTEBOOK,
        ),
    ]  # fmt: skip
    if floating.spread:
        spread = spread_factor(floating.spread, count)
        joined = interest_factor(rate_factor, spread)
        steps += [
            _spread(floating.spread, count, spread),
            Step(
                "interest_factor", "F = A-9(FDI * FS)",
                (("FDI", f"{rate_factor:f}"), ("FS", f"{spread:f}")), joined, Unit.FACTOR, "A-9", NOTEBOOK,
            ),
        ]  # fmt: skip
    return tuple(steps)


def _spread(rate: Decimal, count: int, factor: Decimal) -> Step:
    numbers = (("i", f"{rate:f}"), ("du", str(count)))
    return Step(
        "spread_factor", "FS = A-9((1 + i/100)^(du/252))", numbers, factor, Unit.FACTOR, "A-9", NOTEBOOK
    )
