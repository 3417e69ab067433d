"""Whether rows may be believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from fiel.market.catalogue import SeriesSpec, series_spec
from fiel.market.providers.bcb_sgs import read_sgs
from fiel.market.sanitizer.series import (
    NOTHING_KNOWN,
    agree,
    answered_span,
    check_series,
    disagreements,
    in_force,
    judge_series,
    missing_days,
)
from fiel.market.values import Observation, SeriesReading
from fiel.market.verdicts import Keep, Kind, Outcome, Verdict
from tests.support.series_answers import NO_VALUES, answer, day, flat, rows, sgs_json, sgs_pairs

CDI, IPCA, TARGET, DOLLAR = (series_spec(key) for key in ("cdi", "ipca", "selic_target", "usd_ptax"))
TODAY = date(2026, 8, 24)
JUNE = (date(2026, 6, 1), date(2026, 6, 12))
RATE = "0.052531"
GOOD = flat(CDI, "2026-06-01", "2026-06-12", RATE)


def check(
    told: tuple[Observation, ...],
    spec: SeriesSpec = CDI,
    asked: tuple[date, date] | None = JUNE,
    today: date = TODAY,
    known: Mapping[date, Decimal] = NOTHING_KNOWN,
) -> Verdict[SeriesReading]:
    """What is thought of the rows."""
    return check_series(SeriesReading(spec.key, told), spec, asked=asked, today=today, known=known)


def without(*days: str) -> tuple[Observation, ...]:
    """The good rows but those."""
    return tuple(row for row in GOOD if row.day.isoformat() not in days)


def changed(when: str, value: str) -> tuple[Observation, ...]:
    """The good rows with another value on one day."""
    return tuple(replace(row, value=Decimal(value)) if row.day == day(when) else row for row in GOOD)


def test_whole_rows_are_accepted_without_a_word() -> None:
    """Each business day has one."""
    verdict = check(GOOD)
    assert (verdict.outcome, verdict.kind, verdict.findings) == (Outcome.ACCEPT, None, ())


def test_days_missing_in_the_middle_are_named_and_nothing_is_kept() -> None:
    """Corpus Christi (4 June) and the weekend are not among them."""
    verdict = check(without("2026-06-03", "2026-06-05", "2026-06-08"))
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.GAP)
    assert missing_days(verdict) == (day("2026-06-03"), day("2026-06-05"), day("2026-06-08"))
    assert (verdict.reaction.retry, verdict.reaction.fallback, verdict.reaction.keep) == (
        True,
        True,
        Keep.NEVER,
    )
    assert answered_span(verdict, CDI, JUNE, TODAY) is None


def test_days_missing_at_the_beginning_are_a_gap_too() -> None:
    """A service that gives only its last rows."""
    verdict = check(GOOD[3:])
    assert missing_days(verdict) == (day("2026-06-01"), day("2026-06-02"), day("2026-06-03"))
    assert verdict.reaction.keep is Keep.NEVER


def test_the_last_day_may_not_be_published_yet() -> None:
    """On Friday the row of Thursday may still come; that of Friday comes on Monday."""
    today = day("2026-06-12")
    verdict = check(GOOD[:-2], today=today)
    assert (verdict.outcome, verdict.kind) == (Outcome.ACCEPT, None)
    assert answered_span(verdict, CDI, JUNE, today) == (JUNE[0], day("2026-06-10"))


def test_last_days_that_are_overdue_are_missing_but_the_others_are_kept() -> None:
    """Another source is asked for them."""
    verdict = check(GOOD[:-2])
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.GAP)
    assert missing_days(verdict) == (day("2026-06-11"), day("2026-06-12"))
    assert (verdict.reaction.retry, verdict.reaction.keep) == (True, Keep.OK)
    assert answered_span(verdict, CDI, JUNE, TODAY) == (JUNE[0], day("2026-06-10"))


def test_a_day_told_without_a_value_is_said_once_and_is_not_answered_for() -> None:
    """It is no gap: the service named it."""
    told = sgs_pairs(("01/07/2026", RATE), ("02/07/2026", ""), ("03/07/2026", RATE))
    asked = (date(2026, 7, 1), date(2026, 7, 3))
    verdict = judge_series(read_sgs(told, CDI), CDI, asked=asked, today=TODAY)
    assert (verdict.outcome, verdict.kind, missing_days(verdict)) == (Outcome.PARTIAL, Kind.SCHEMA, ())
    assert verdict.reaction.keep is Keep.OK
    assert answered_span(verdict, CDI, asked, TODAY) == (date(2026, 7, 1), date(2026, 7, 1))


def test_the_strictest_wins_when_two_things_are_wrong() -> None:
    """A row without value and a hole elsewhere: nothing is kept."""
    told = sgs_pairs(("01/07/2026", RATE), ("02/07/2026", ""), ("06/07/2026", RATE))
    asked = (date(2026, 7, 1), date(2026, 7, 6))
    verdict = judge_series(read_sgs(told, CDI), CDI, asked=asked, today=TODAY)
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.SCHEMA)
    assert missing_days(verdict) == (date(2026, 7, 3),)
    assert (verdict.reaction.retry, verdict.reaction.keep) == (True, Keep.NEVER)


def test_months_are_expected_once_they_are_surely_published() -> None:
    """The IPCA of July comes about 12 August, with ten days of grace."""
    told = rows(("2026-05-01", "0.58"), ("2026-06-01", "0.16"))
    asked = (date(2026, 5, 1), date(2026, 8, 24))
    assert check(told, IPCA, asked, today=day("2026-08-20")).outcome is Outcome.ACCEPT
    assert missing_days(check(told, IPCA, asked, today=TODAY)) == (date(2026, 7, 1),)


@pytest.mark.parametrize("value", ["14.15", "5.2531", "0.00052531", "-0.05", "0"])
def test_another_unit_refuses_the_whole_answer(value: str) -> None:
    """Never scaled; asking again will not help, another source might."""
    verdict = check(flat(CDI, "2026-06-01", "2026-06-12", value))
    assert (verdict.outcome, verdict.kind, verdict.value) == (Outcome.REJECT, Kind.IMPLAUSIBLE, None)
    assert (verdict.reaction.retry, verdict.reaction.fallback, verdict.reaction.keep) == (
        False,
        True,
        Keep.NEVER,
    )


def test_a_yearly_rate_in_a_daily_series_is_recognised() -> None:
    """The finding says what it looks like."""
    assert "per year" in check(flat(CDI, "2026-06-01", "2026-06-12", "14.15")).findings[0].detail


@pytest.mark.parametrize("value", ["0", "0.52531", "52531", "0.11", "0.02"])
def test_a_single_value_that_cannot_be_is_left_out(value: str) -> None:
    """Out of range, or far from both its neighbours; the others stay and the day is not answered for."""
    verdict = check(changed("2026-06-09", value))
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.IMPLAUSIBLE)
    assert verdict.value is not None
    assert verdict.value.rows == without("2026-06-09")
    assert (verdict.reaction.retry, verdict.reaction.fallback) == (False, True)
    assert answered_span(verdict, CDI, JUNE, TODAY) == (JUNE[0], day("2026-06-08"))


@pytest.mark.parametrize("where", ["2026-06-01", "2026-06-12"])
def test_a_single_wrong_value_is_found_at_the_edges_too(where: str) -> None:
    """The first against the two after it, the last against the one before."""
    verdict = check(changed(where, "0.012"))
    assert verdict.value is not None
    assert verdict.value.rows == without(where)


def test_a_level_that_steps_beyond_all_history_is_kept_apart() -> None:
    """A Selic that halves in a day would be news: a person looks, another source is asked."""
    told = tuple(replace(row, value=Decimal("0.02")) if row.day >= day("2026-06-08") else row for row in GOOD)
    verdict = check(told)
    assert (verdict.outcome, verdict.kind, verdict.taken) == (Outcome.QUARANTINE, Kind.IMPLAUSIBLE, False)


def test_a_step_against_what_is_held_is_kept_apart() -> None:
    """The whole answer lies a third of the way from the row before it."""
    told = flat(CDI, "2026-06-01", "2026-06-12", "0.0175")
    assert check(told, known={day("2026-05-29"): Decimal(RATE)}).outcome is Outcome.QUARANTINE
    assert check(told, known={day("2020-05-29"): Decimal(RATE)}).outcome is Outcome.ACCEPT


def test_copom_may_move_by_a_third() -> None:
    """March 2021: 2.00 to 2.75."""
    told = (
        *flat(TARGET, "2021-03-10", "2021-03-17", "2"),
        *flat(TARGET, "2021-03-18", "2021-03-20", "2.75"),
    )
    asked = (date(2021, 3, 10), date(2021, 3, 20))
    assert check(told, TARGET, asked).outcome is Outcome.ACCEPT


def test_rows_published_ahead_stay_but_are_not_in_force() -> None:
    """Twenty rows of days to come, none of which is today's rate."""
    told = flat(TARGET, "2026-08-20", "2026-09-16", "14")
    verdict = check(told, TARGET, None)
    assert (verdict.outcome, verdict.kind) == (Outcome.ACCEPT, Kind.FUTURE_ROWS)
    assert verdict.value is not None
    assert in_force(verdict.value.rows, TODAY) == Observation(TODAY, Decimal(14))
    assert in_force(verdict.value.rows[10:], TODAY) is None


def test_rows_of_days_to_come_are_left_out_of_any_other_series() -> None:
    """Nobody knows the CDI of tomorrow."""
    verdict = check(GOOD, today=day("2026-06-10"))
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.INCONSISTENT)
    assert verdict.value is not None
    assert verdict.value.rows[-1].day == day("2026-06-10")
    assert check(GOOD, today=day("2026-05-30")).outcome is Outcome.REJECT


def test_rows_of_days_that_were_not_asked_are_left_out() -> None:
    """A service that ignores the filter; with no row of the days asked it is refused."""
    told = (*rows(("2026-05-29", RATE)), *GOOD, *rows(("2026-06-15", RATE)))
    verdict = check(told)
    assert (verdict.outcome, verdict.kind) == (Outcome.REPAIR, Kind.METADATA_MISMATCH)
    assert verdict.value is not None
    assert verdict.value.rows == GOOD
    other = check(rows(("2025-06-02", RATE)))
    assert (other.outcome, other.kind) == (Outcome.REJECT, Kind.INCONSISTENT)


@pytest.mark.parametrize("when", ["2026-06-04", "2026-06-06"])
def test_a_row_on_a_holiday_or_weekend_is_left_out(when: str) -> None:
    """Its rate would be compounded once too often."""
    told = tuple(sorted((*GOOD, *rows((when, RATE))), key=lambda row: row.day))
    verdict = check(told)
    assert (verdict.outcome, verdict.kind) == (Outcome.REPAIR, Kind.INCONSISTENT)
    assert verdict.value is not None
    assert verdict.value.rows == GOOD
    assert answered_span(verdict, CDI, JUNE, TODAY) == JUNE


def test_a_final_row_that_is_told_otherwise_is_kept_apart() -> None:
    """Never silently overwritten."""
    verdict = check(changed("2026-06-09", "0.0525"), known={row.day: row.value for row in GOOD})
    assert (verdict.outcome, verdict.kind) == (Outcome.QUARANTINE, Kind.CONFLICT)
    assert verdict.findings[0].place == "2026-06-09"
    assert (verdict.reaction.fallback, verdict.reaction.keep) == (True, Keep.NEVER)


def test_a_recent_row_may_be_revised() -> None:
    """Within twenty business days; the remark names both values."""
    known = {row.day: row.value for row in GOOD}
    verdict = check(changed("2026-06-12", "0.0525"), known=known, today=day("2026-06-15"))
    assert (verdict.outcome, verdict.kind) == (Outcome.ACCEPT, Kind.CONFLICT)
    assert verdict.findings[0].repair == "revised"
    assert "0.052531" in verdict.findings[0].detail
    assert verdict.value is not None
    assert verdict.value.rows[-1].value == Decimal("0.0525")


def test_nobody_revises_by_a_power_of_ten() -> None:
    """The point slipped: put apart, however recent the row is."""
    known = {row.day: row.value / 10 for row in GOOD}
    verdict = check(GOOD, known=known, today=day("2026-06-15"))
    assert (verdict.outcome, verdict.kind) == (Outcome.QUARANTINE, Kind.CONFLICT)


def test_no_rows_on_business_days_is_no_truth() -> None:
    """An empty list never replaces rows."""
    verdict = check(())
    assert (verdict.outcome, verdict.kind) == (Outcome.REJECT, Kind.NO_DATA)
    assert (verdict.reaction.retry, verdict.reaction.fallback, verdict.reaction.keep) == (
        True,
        True,
        Keep.NEVER,
    )
    assert check((), asked=None).outcome is Outcome.REJECT


def test_no_rows_on_a_holiday_is_right() -> None:
    """Christmas; also a weekend of which SGS says with 404 that there is nothing."""
    christmas = (date(2025, 12, 25), date(2025, 12, 25))
    verdict = check((), DOLLAR, christmas)
    assert (verdict.outcome, verdict.kind, verdict.reaction.keep) == (
        Outcome.ACCEPT,
        Kind.NO_DATA,
        Keep.OK,
    )
    said = read_sgs(answer(NO_VALUES, status=404), CDI)
    weekend = (date(2026, 6, 6), date(2026, 6, 7))
    assert judge_series(said, CDI, asked=weekend, today=TODAY).outcome is Outcome.ACCEPT


def test_no_rows_yet_is_not_kept_for_long() -> None:
    """The row of today comes out tomorrow."""
    today = day("2026-06-12")
    verdict = check((), asked=(today, today), today=today)
    assert (verdict.outcome, verdict.reaction.keep) == (Outcome.ACCEPT, Keep.NEGATIVE_SHORT)
    assert answered_span(verdict, CDI, (today, today), today) is None


def test_a_service_that_says_it_has_nothing_is_not_asked_again_at_once() -> None:
    """404 with JSON on business days: another source is asked."""
    said = read_sgs(answer(NO_VALUES, status=404), CDI)
    verdict = judge_series(said, CDI, asked=JUNE, today=TODAY)
    assert (verdict.outcome, verdict.kind) == (Outcome.REJECT, Kind.NO_DATA)
    assert (verdict.reaction.retry, verdict.reaction.fallback, verdict.reaction.keep) == (
        False,
        True,
        Keep.NEGATIVE_SHORT,
    )


def test_period_rows_are_remarked() -> None:
    """They overlap: one per anniversary may be compounded."""
    spec = series_spec("poupanca")
    told = tuple(Observation(date(2026, 7, 1 + i), Decimal("0.6717"), date(2026, 8, 1 + i)) for i in range(3))
    asked = (date(2026, 7, 1), date(2026, 7, 10))
    verdict = check(told, spec, asked)
    assert (verdict.outcome, verdict.kind) == (Outcome.ACCEPT, Kind.PERIOD_ROWS)
    assert answered_span(verdict, spec, asked, TODAY) == (date(2026, 7, 1), date(2026, 7, 3))
    longer = (date(2026, 3, 1), date(2026, 7, 3))
    assert answered_span(verdict, spec, longer, TODAY) == (date(2026, 7, 1), date(2026, 7, 3))


def test_last_rows_that_are_old_are_remarked() -> None:
    """`ultimos` of a service that stands still."""
    assert check(GOOD, asked=None).kind is Kind.STALE
    assert check(GOOD, asked=None, today=day("2026-06-15")).kind is None


def test_sources_agree_within_rounding_and_no_further() -> None:
    """Half a unit of the last published decimal; a whole one when converted."""
    assert agree(Decimal("0.05253149"), Decimal("0.052531"), CDI)
    assert not agree(Decimal("0.052532"), Decimal("0.052531"), CDI)
    assert agree(Decimal("0.052532"), Decimal("0.052531"), CDI, converted=True)
    assert not agree(Decimal("0.58"), Decimal("0.59"), IPCA)


def test_the_july_of_2020_in_two_copies_is_a_conflict() -> None:
    """SGS 12 says 0.008442, a copy of Cetip 0.007469."""
    first = SeriesReading("cdi", rows(("2020-07-06", "0.008442"), ("2020-07-07", "0.008442")))
    second = SeriesReading("cdi", rows(("2020-07-07", "0.007469"), ("2020-07-08", "0.007469")))
    found = disagreements(first, second, CDI)
    assert [(finding.kind, finding.place) for finding in found] == [(Kind.CONFLICT, "2020-07-07")]


def test_what_was_refused_by_the_reader_stays_refused() -> None:
    """With its reasons."""
    read = read_sgs(answer("<html>", status=503), CDI)
    assert judge_series(read, CDI, asked=JUNE, today=TODAY) is read


def test_a_repair_and_a_gap_are_both_told_the_worse_first() -> None:
    """Commas, and a day missing."""
    told = sgs_pairs(("01/06/2026", "0,052531"), ("03/06/2026", "0,052531"))
    asked = (date(2026, 6, 1), date(2026, 6, 3))
    verdict = judge_series(read_sgs(told, CDI), CDI, asked=asked, today=TODAY)
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.GAP)
    assert {finding.kind for finding in verdict.findings} == {Kind.GAP, Kind.FORMAT}


def test_a_whole_window_of_five_years_is_judged() -> None:
    """Rows of a service in order are the rows that come out."""
    told = flat(CDI, "2021-01-01", "2025-12-31", RATE)
    asked = (date(2021, 1, 1), date(2025, 12, 31))
    verdict = judge_series(read_sgs(sgs_json(told), CDI), CDI, asked=asked, today=asked[1] + timedelta(9))
    assert verdict.value == SeriesReading("cdi", told)
    assert answered_span(verdict, CDI, asked, TODAY) == asked
