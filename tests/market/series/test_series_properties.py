"""Whatever arrives: no crash, nothing out of range accepted, nothing wrong without a word."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiel.market.catalogue import SeriesSpec, catalogue, series_spec
from fiel.market.providers.b3_index import read_cdi_rate
from fiel.market.providers.bcb_olinda import read_ptax
from fiel.market.providers.bcb_sgs import read_sgs
from fiel.market.providers.brapi_macro import read_inflation, read_macro, read_prime_rate
from fiel.market.providers.ipeadata import read_ipeadata
from fiel.market.sanitizer.series import answered_span, judge_series
from fiel.market.values import Observation, SeriesReading
from fiel.market.verdicts import Keep, Outcome, Verdict
from fiel.market.wire import Answer
from tests.support.examples import examples
from tests.support.series_answers import flat, sgs_csv, sgs_json

CDI, TARGET, IPCA = series_spec("cdi"), series_spec("selic_target"), series_spec("ipca")
ASKED = (date(2026, 6, 1), date(2026, 6, 12))
TODAY = date(2026, 8, 24)

READERS: dict[str, tuple[SeriesSpec, Callable[[Answer, SeriesSpec], Verdict[SeriesReading]]]] = {
    "sgs": (CDI, read_sgs),
    "sgs months": (IPCA, read_sgs),
    "sgs periods": (series_spec("tr"), read_sgs),
    "sgs ahead": (TARGET, read_sgs),
    "olinda": (series_spec("usd_ptax"), read_ptax),
    "ipeadata": (series_spec("selic"), read_ipeadata),
    "b3": (CDI, read_cdi_rate),
    "macro": (CDI, read_macro),
    "prime rate": (TARGET, lambda answer, _: read_prime_rate(answer)),
    "inflation": (IPCA, lambda answer, _: read_inflation(answer)),
}

_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(
        ["0.052531", "0,05", "14.15", "NaN", "1e400", "01/06/2026", "2026-06-02", "2026-06-03T00:00:00-03:00"]
    ),
    st.dates(date(1, 1, 1), date(9999, 12, 31)).map(date.isoformat),
)
_names = st.sampled_from(
    [
        "data",
        "valor",
        "dataFim",
        "value",
        "VALDATA",
        "VALVALOR",
        "SERCODIGO",
        "cotacaoVenda",
        "cotacaoCompra",
        "dataHoraCotacao",
        "tipoBoletim",
        "results",
        "slug",
        "observations",
        "date",
        "taxa",
        "dataTaxa",
        "indice",
        "error",
        "erro",
        "errors",
        "statusCode",
        "prime-rate",
        "inflation",
    ]
)
_json = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names, inner, max_size=5),
    max_leaves=25,
)
_bodies = st.one_of(
    st.binary(max_size=300),
    _json.map(lambda value: json.dumps(value).encode()),
    st.lists(st.fixed_dictionaries({"data": _scalars, "valor": _scalars}), max_size=6).map(
        lambda value: json.dumps(value).encode()
    ),
    st.lists(st.tuples(st.text(max_size=10), st.text(max_size=8)), max_size=4).map(
        lambda lines: "\n".join(["data;valor", *(f"{when};{what}" for when, what in lines)]).encode()
    ),
)


@pytest.mark.parametrize("name", READERS)
@given(
    body=_bodies,
    status=st.sampled_from([200, 200, 200, 204, 302, 400, 403, 404, 406, 429, 500]),
    asked=st.sampled_from([ASKED, None]),
)
@settings(max_examples=examples(120), deadline=None)
def test_no_body_crashes_a_reader_and_nothing_out_of_range_is_believed(
    name: str, body: bytes, status: int, asked: tuple[date, date] | None
) -> None:
    """Bytes, JSON of any shape and CSV; a refusal has no value, a value has rows in order and in range."""
    spec, read = READERS[name]
    verdict = judge_series(read(Answer(status, body), spec), spec, asked=asked, today=TODAY)
    assert (verdict.value is None) == (verdict.outcome is Outcome.REJECT)
    if verdict.value is None:
        assert verdict.reaction.keep is not Keep.OK
        assert verdict.findings
        return
    days = [row.day for row in verdict.value.rows]
    assert days == sorted(set(days))
    if verdict.taken:
        assert all(spec.plausible(row.day, row.value) for row in verdict.value.rows)
        assert all(asked is None or asked[0] <= day <= asked[1] for day in days)
        assert spec.ahead or all(day <= TODAY for day in days)


GOOD = flat(CDI, "2026-06-01", "2026-06-12", "0.052531")
KNOWN = {row.day: row.value for row in GOOD}


@pytest.mark.parametrize("write", [sgs_json, sgs_csv], ids=["json", "csv"])
@given(data=st.data())
@settings(max_examples=examples(400), deadline=None)
def test_a_flipped_byte_never_passes_unseen(
    write: Callable[[tuple[Observation, ...]], Answer], data: st.DataObject
) -> None:
    """With the rows known, either each row that is believed is right and each that is not there is said."""
    body = bytearray(write(GOOD).body)
    for _ in range(data.draw(st.integers(1, 3))):
        where, byte = data.draw(st.integers(0, len(body) - 1)), data.draw(st.integers(0, 255))
        body[where] = byte
    verdict = judge_series(
        read_sgs(Answer(200, bytes(body)), CDI), CDI, asked=ASKED, today=TODAY, known=KNOWN
    )
    if not verdict.taken or verdict.value is None:
        assert verdict.findings
        return
    assert all(KNOWN[row.day] == row.value for row in verdict.value.rows)
    if verdict.value.rows != GOOD:
        assert verdict.outcome is Outcome.PARTIAL
        assert verdict.findings


@given(st.sets(st.sampled_from(GOOD), max_size=len(GOOD)))
def test_every_row_that_does_not_come_is_missed(lost: set[Observation]) -> None:
    """Whichever are left out, at any place; none that came is thrown away."""
    told = tuple(row for row in GOOD if row not in lost)
    verdict = judge_series(read_sgs(sgs_json(told), CDI), CDI, asked=ASKED, today=TODAY)
    if not told:
        assert verdict.outcome is Outcome.REJECT
        return
    assert verdict.value == SeriesReading("cdi", told)
    assert {finding.place for finding in verdict.findings} == {row.day.isoformat() for row in lost}
    span = answered_span(verdict, CDI, ASKED, TODAY)
    if span is not None:
        assert not any(span[0] <= row.day <= span[1] for row in lost)


@given(st.lists(st.tuples(st.sampled_from(GOOD), st.booleans()), min_size=1, max_size=20))
def test_rows_in_any_order_and_any_number_of_times_are_the_same_rows(
    drawn: list[tuple[Observation, bool]],
) -> None:
    """Sorted, each once."""
    told = tuple(row for row, _ in drawn)
    read = read_sgs(sgs_json(told), CDI)
    assert read.value is not None
    assert read.value.rows == tuple(sorted(set(told), key=lambda row: row.day))


@given(st.sampled_from(list(catalogue().values())), st.dates(date(1980, 1, 1), date(2030, 1, 1)))
def test_every_expected_day_may_have_a_row(spec: SeriesSpec, first: date) -> None:
    """The two ways to ask the calendar agree."""
    expected = spec.expected_days(first, date.fromordinal(first.toordinal() + 60))
    assert all(spec.may_have_row(day) for day in expected)


@given(st.decimals("-1000", "1000", places=6), st.integers(0, 9))
def test_a_single_value_is_believed_or_left_out_as_a_whole(value: Decimal, where: int) -> None:
    """Never changed on the way."""
    where %= len(GOOD)
    told = (*GOOD[:where], Observation(GOOD[where].day, value), *GOOD[where + 1 :])
    verdict = judge_series(read_sgs(sgs_json(told), CDI), CDI, asked=ASKED, today=TODAY)
    assert verdict.value is not None
    assert set(verdict.value.rows) <= set(told)
