"""Reading SGS: what is taken, what is repaired, what is refused and what to do then."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from fiel.kernel.errors import InvalidInput
from fiel.market.catalogue import series_spec
from fiel.market.providers.bcb_sgs import ask_last, ask_range, asked_days, read_sgs
from fiel.market.values import Observation
from fiel.market.verdicts import Keep, Kind, Outcome
from fiel.market.windows import Window
from fiel.market.wire import Answer, Provider
from tests.support.series_answers import (
    NO_VALUES,
    THROTTLE_PAGE,
    answer,
    rows,
    sgs_csv,
    sgs_json,
    sgs_pairs,
)

CDI, IPCA, SAVINGS = series_spec("cdi"), series_spec("ipca"), series_spec("poupanca")
TWO_DAYS = rows(("2026-07-01", "0.052531"), ("2026-07-02", "0.052531"))


def test_a_range_is_asked_with_brazilian_dates() -> None:
    """Both days included; no token anywhere."""
    ask = ask_range(CDI, Window(date(2026, 7, 1), date(2026, 7, 31)))
    assert (ask.provider, ask.path, ask.topic) == (Provider.SGS, "/dados/serie/bcdata.sgs.12/dados", "cdi")
    assert ask.parameters == (
        ("formato", "json"),
        ("dataInicial", "01/07/2026"),
        ("dataFinal", "31/07/2026"),
    )
    assert asked_days(ask.parameters) == (date(2026, 7, 1), date(2026, 7, 31))
    assert asked_days(ask_last(CDI, 5).parameters) is None


def test_ten_years_of_a_daily_series_are_not_asked_at_once() -> None:
    """SGS would answer 406; of a monthly series twenty years pass."""
    ask_range(CDI, Window(date(2015, 1, 1), date(2024, 12, 31)))
    with pytest.raises(InvalidInput, match="split"):
        ask_range(CDI, Window(date(2015, 1, 1), date(2025, 1, 1)))
    ask_range(IPCA, Window(date(2000, 1, 1), date(2019, 12, 31)))


@pytest.mark.parametrize("count", [0, 21, 3000])
def test_more_than_twenty_last_rows_are_not_asked(count: int) -> None:
    """SGS refuses them."""
    with pytest.raises(InvalidInput, match="20"):
        ask_last(CDI, count)
    assert ask_last(CDI, 20).path.endswith("/ultimos/20")


def test_a_good_answer_is_accepted_as_it_is() -> None:
    """Exact decimals, no remark."""
    verdict = read_sgs(sgs_json(TWO_DAYS), CDI)
    assert (verdict.outcome, verdict.kind) == (Outcome.ACCEPT, None)
    assert verdict.value is not None
    assert verdict.value.rows == TWO_DAYS
    assert isinstance(verdict.value.rows[0].value, Decimal)


@pytest.mark.parametrize("name", ["dataFim", "datafim"])
def test_the_end_of_a_period_is_kept_in_both_spellings(name: str) -> None:
    """A savings row covers a month."""
    body = [{"data": "01/07/2026", name: "01/08/2026", "valor": "0.6717"}]
    verdict = read_sgs(answer(body), SAVINGS)
    assert verdict.value is not None
    assert verdict.value.rows == (Observation(date(2026, 7, 1), Decimal("0.6717"), date(2026, 8, 1)),)


@pytest.mark.parametrize("end", ["01/07/2026", "01/06/2026", "01/08/2027", "soon"])
def test_a_period_without_a_sound_end_is_left_out(end: str) -> None:
    """It would be compounded over another time."""
    body = [
        {"data": "01/07/2026", "dataFim": end, "valor": "0.6717"},
        {"data": "02/07/2026", "dataFim": "02/08/2026", "valor": "0.6717"},
    ]
    verdict = read_sgs(answer(body), SAVINGS)
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.SCHEMA)


def test_fields_that_are_not_known_are_ignored() -> None:
    """A new field is no reason to stop."""
    assert read_sgs(sgs_json(TWO_DAYS, unidade="% a.d."), CDI).outcome is Outcome.ACCEPT


@pytest.mark.parametrize(
    ("told", "repair"),
    [
        (("01/07/2026", "0,052531"), "decimal_comma"),
        (("2026-07-01", "0.052531"), "iso_date"),
        (("2026-07-01T00:00:00-03:00", "0.052531"), "iso_date"),
        (("1/7/2026", "0.052531"), "date_form"),
        (("01/07/2026 00:00:00", "0.052531"), "date_form"),
        ((" 01/07/2026", "0.052531"), "date_form"),
        (("01/07/2026", " 0.052531 "), "spaces"),
        (("01/07/2026", 0.052531), "number_where_text_is_due"),
        (("01/07/2026", "5.2531E-2"), "exponent"),
    ],
)
def test_another_spelling_is_repaired_by_name(told: tuple[object, object], repair: str) -> None:
    """The same number, and a finding."""
    verdict = read_sgs(sgs_pairs(told), CDI)
    assert (verdict.outcome, verdict.kind) == (Outcome.REPAIR, Kind.FORMAT)
    assert verdict.findings[0].repair == repair
    assert verdict.value is not None
    assert verdict.value.rows == rows(("2026-07-01", "0.052531"))
    assert verdict.reaction.keep is Keep.OK


def test_thousands_with_points_and_a_decimal_comma_are_one_number() -> None:
    """1.234,56 as the site writes it."""
    verdict = read_sgs(sgs_pairs(("01/03/1990", "1.234,56")), series_spec("usd_ptax"))
    assert verdict.value is not None
    assert verdict.value.rows[0].value == Decimal("1234.56")


def test_a_byte_order_mark_does_not_hide_the_rows() -> None:
    """Neither before JSON nor before CSV."""
    for good in (sgs_json(TWO_DAYS), sgs_csv(TWO_DAYS)):
        verdict = read_sgs(Answer(200, b"\xef\xbb\xbf" + good.body), CDI)
        assert verdict.value is not None
        assert verdict.value.rows == TWO_DAYS


def test_rows_in_another_order_are_sorted() -> None:
    """And that is said."""
    verdict = read_sgs(sgs_json(TWO_DAYS[::-1]), CDI)
    assert (verdict.outcome, verdict.findings[0].repair) == (Outcome.REPAIR, "sorted")
    assert verdict.value is not None
    assert verdict.value.rows == TWO_DAYS


def test_the_same_row_twice_is_taken_once() -> None:
    """A named repair."""
    verdict = read_sgs(sgs_json((*TWO_DAYS, TWO_DAYS[1])), CDI)
    assert (verdict.outcome, verdict.kind) == (Outcome.REPAIR, Kind.DUPLICATE)
    assert verdict.value is not None
    assert verdict.value.rows == TWO_DAYS


def test_one_day_with_two_values_refuses_the_answer() -> None:
    """Nobody can tell which is right; another source is asked."""
    verdict = read_sgs(sgs_json((*TWO_DAYS, *rows(("2026-07-02", "0.0525")))), CDI)
    assert (verdict.outcome, verdict.kind) == (Outcome.REJECT, Kind.CONFLICT)
    assert (verdict.reaction.retry, verdict.reaction.fallback, verdict.reaction.keep) == (
        True,
        True,
        Keep.NEVER,
    )


def test_the_same_value_written_otherwise_is_no_conflict() -> None:
    """0.05 and 0.050 are one number."""
    told = sgs_pairs(("01/07/2026", "0.05"), ("01/07/2026", "0.050"))
    assert read_sgs(told, CDI).outcome is Outcome.REPAIR


BLANKS: tuple[object, ...] = ("", " ", None, "-", "None", "null", "NaN", "Infinity", "N/D", "1e400", True, [])


@pytest.mark.parametrize("blank", [*BLANKS, "9" * 60, "0.05" + "0" * 30 + "1", "1_000", "٠.٠٥", "0x1", "--1"])
def test_a_row_without_a_value_is_left_out_and_never_zero(blank: object) -> None:
    """The others stay, and the day is named."""
    told = sgs_pairs(("01/07/2026", "0.052531"), ("02/07/2026", blank), ("03/07/2026", "0.052531"))
    verdict = read_sgs(told, CDI)
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.SCHEMA)
    assert verdict.findings[0].place == "2026-07-02"
    assert verdict.value is not None
    assert verdict.value.rows == rows(("2026-07-01", "0.052531"), ("2026-07-03", "0.052531"))
    assert (verdict.reaction.retry, verdict.reaction.fallback) == (False, True)


@pytest.mark.parametrize(
    "when", ["31/02/2026", "01/01/0000", "00/07/2026", "07/13/2026", "01/07/26", "", None, 1782864000000, "x"]
)
def test_a_row_without_a_date_is_left_out(when: object) -> None:
    """A day that does not exist is not moved to one that does."""
    verdict = read_sgs(sgs_pairs(("01/07/2026", "0.052531"), (when, "0.052531")), CDI)
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.SCHEMA)
    assert verdict.findings[0].place == "[1]"


@pytest.mark.parametrize(
    "body",
    [
        '[{"date": "01/07/2026", "value": "0.05"}]',
        '[["01/07/2026", "0.05"]]',
        "[1, 2]",
        "[null]",
        '{"data": "01/07/2026", "valor": "0.05"}',
        '{"value": []}',
        '"text"',
    ],
)
def test_another_shape_is_refused(body: str) -> None:
    """Asking again will not help; the service is not ill."""
    verdict = read_sgs(answer(body), CDI)
    assert (verdict.outcome, verdict.kind) == (Outcome.REJECT, Kind.SCHEMA)
    assert not verdict.reaction.retry
    assert not verdict.reaction.breaker_failure


@pytest.mark.parametrize(
    "body",
    ['[{"data": "01/07/2026", "valor": "0.0', "[" * 100_000, '[{"valor": NaN}]', "", "[,]", b"\x00\x01"],
)
def test_a_broken_body_counts_against_the_service(body: str | bytes) -> None:
    """Cut off, nested without end, empty, binary."""
    verdict = read_sgs(answer(body), CDI)
    assert (verdict.outcome, verdict.kind) == (Outcome.REJECT, Kind.MALFORMED)
    assert (verdict.reaction.retry, verdict.reaction.breaker_failure) == (True, True)


@pytest.mark.parametrize("status", [200, 429])
def test_the_throttle_page_is_a_rate_limit(status: int) -> None:
    """With status 200 it counts for the breaker: the host is throttling us."""
    verdict = read_sgs(answer(THROTTLE_PAGE, status=status), CDI)
    assert (verdict.outcome, verdict.kind) == (Outcome.REJECT, Kind.RATE_LIMITED)
    assert verdict.reaction.retry
    assert verdict.reaction.breaker_failure is (status == 200)


def test_a_range_without_rows_is_said_in_json_and_an_outage_in_html() -> None:
    """Both are 404."""
    said = read_sgs(answer(NO_VALUES, status=404), CDI)
    assert (said.outcome, said.kind, said.reaction.keep) == (
        Outcome.ACCEPT,
        Kind.NO_DATA,
        Keep.NEGATIVE_SHORT,
    )
    page = read_sgs(answer("<html><h1>Not Found</h1></html>", status=404), CDI)
    assert (page.outcome, page.kind, page.reaction.keep) == (
        Outcome.REJECT,
        Kind.UPSTREAM_DOWN,
        Keep.NEVER,
    )


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (406, '{"error": "janela de consulta de, no máximo, 10 anos"}', Kind.WINDOW_TOO_LONG),
        (200, '{"error": "janela de consulta de, no máximo, 10 anos"}', Kind.WINDOW_TOO_LONG),
        (400, '{"erro": {"statusCode": 400, "detail": "A quantidade máxima de valores"}}', Kind.BAD_REQUEST),
        (500, '{"erro": {"statusCode": 500, "detail": "?"}}', Kind.UPSTREAM_DOWN),
        (502, "<html>Bad Gateway</html>", Kind.UPSTREAM_DOWN),
        (504, "", Kind.UPSTREAM_DOWN),
        (200, "<html><h1>Sistema em manutenção</h1></html>", Kind.UPSTREAM_DOWN),
    ],
)
def test_both_spellings_of_an_error_are_understood(status: int, body: str, kind: Kind) -> None:
    """By content first, then by status."""
    verdict = read_sgs(answer(body, status=status), CDI)
    assert (verdict.outcome, verdict.kind) == (Outcome.REJECT, kind)


def test_the_pause_that_is_asked_for_is_handed_on() -> None:
    """In seconds, or as the instant to come back (against the answer's own date)."""
    seconds = answer("{}", status=429, headers={"retry-after": "7"})
    assert read_sgs(seconds, CDI).wait == timedelta(seconds=7)
    headers = {"retry-after": "Sat, 21 Nov 2026 13:01:00 GMT", "date": "Sat, 21 Nov 2026 13:00:00 GMT"}
    assert read_sgs(answer("{}", status=429, headers=headers), CDI).wait == timedelta(minutes=1)


def test_csv_is_read_with_its_commas() -> None:
    """Commas are right there: no repair."""
    verdict = read_sgs(sgs_csv(TWO_DAYS), CDI)
    assert (verdict.outcome, verdict.kind) == (Outcome.ACCEPT, None)
    assert verdict.value is not None
    assert verdict.value.rows == TWO_DAYS


def test_the_export_of_the_site_is_read_without_its_footer() -> None:
    """Its head names the series."""
    body = "Data;12 - Taxa de juros - CDI - % a.d.\n01/07/2026;0,052531\n02/07/2026;0,052531\nFonte;Cetip\n"
    verdict = read_sgs(answer(body), CDI)
    assert verdict.value is not None
    assert verdict.value.rows == TWO_DAYS
    other = read_sgs(answer(body.replace(";12 -", ";11 -")), CDI)
    assert (other.outcome, other.kind) == (Outcome.REJECT, Kind.INCONSISTENT)


def test_csv_of_periods_has_three_columns() -> None:
    """The end of the period stands in the middle."""
    verdict = read_sgs(answer("data;datafim;valor\n01/07/2026;01/08/2026;0,6717\n"), SAVINGS)
    assert verdict.value is not None
    assert verdict.value.rows[0].until == date(2026, 8, 1)


@pytest.mark.parametrize(
    "cut", ["02/07/2026;0,0525", "02/07/2026;0", "02/07/2026;", '"02/07/2026";"0,05', "02/07"]
)
def test_a_csv_that_was_cut_off_is_refused(cut: str) -> None:
    """0,0525 of 0,052531 would pass for a rate."""
    verdict = read_sgs(answer(f"data;valor\n01/07/2026;0,052531\n{cut}"), CDI)
    assert (verdict.outcome, verdict.kind) == (Outcome.REJECT, Kind.MALFORMED)


def test_a_quote_that_became_a_digit_does_not_lengthen_a_number() -> None:
    """`"0,0525311` is no value: the day is left out."""
    verdict = read_sgs(answer('data;valor\n"01/07/2026";"0,052531"\n"02/07/2026";"0,0525311\n'), CDI)
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.SCHEMA)
    assert verdict.value is not None
    assert verdict.value.rows == TWO_DAYS[:1]


def test_a_csv_without_a_last_line_end_is_taken_when_its_last_row_is_whole() -> None:
    """As many decimals as the others."""
    verdict = read_sgs(answer("data;valor\n01/07/2026;0,052531\n02/07/2026;0,052531"), CDI)
    assert verdict.value is not None
    assert verdict.value.rows == TWO_DAYS


def test_an_answer_that_is_too_large_is_not_read() -> None:
    """Eight million bytes."""
    for head in (b"[", b"data;valor\n"):
        verdict = read_sgs(Answer(200, head + b" " * (8 * 2**20)), CDI)
        assert (verdict.outcome, verdict.kind) == (Outcome.REJECT, Kind.MALFORMED)


def test_an_answer_with_too_many_rows_is_refused() -> None:
    """No series has 40,000 of them in a window."""
    verdict = read_sgs(sgs_pairs(*[("01/07/2026", "0.05")] * 40_001), CDI)
    assert (verdict.outcome, verdict.kind) == (Outcome.REJECT, Kind.SCHEMA)
