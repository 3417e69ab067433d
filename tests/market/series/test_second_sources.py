"""Other hosts that tell the same series: olinda, ipeadata, B3 and BRAPI."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from fiel.kernel.errors import InvalidInput, NotFound
from fiel.market.catalogue import SecondSource, series_spec
from fiel.market.providers import b3_index, bcb_olinda, brapi_macro, ipeadata
from fiel.market.providers.rate_units import daily_from_yearly
from fiel.market.sanitizer.series import agree, answered_span, judge_series
from fiel.market.verdicts import Keep, Kind, Outcome
from fiel.market.windows import Window
from fiel.market.wire import Provider
from tests.support.series_answers import THROTTLE_PAGE, answer, rows

CDI, SELIC, DOLLAR, IPCA = (series_spec(key) for key in ("cdi", "selic", "usd_ptax", "ipca"))
JULY = Window(date(2026, 7, 1), date(2026, 7, 3))
ASKED = (JULY.first, JULY.last)
TODAY = date(2026, 8, 24)


def bulletin(when: str, sale: object, **more: object) -> dict[str, object]:
    """A PTAX row."""
    return {"cotacaoCompra": 5.0, "cotacaoVenda": sale, "dataHoraCotacao": f"{when} 13:08:25.123", **more}


def test_olinda_is_asked_in_the_american_order() -> None:
    """MM-DD-YYYY in quotes."""
    ask = bcb_olinda.ask_dollar_period(JULY)
    assert dict(ask.parameters)["@dataInicial"] == "'07-01-2026'"
    assert ask.provider is Provider.OLINDA
    assert bcb_olinda.asked_days(ask.parameters) == ASKED
    day = bcb_olinda.ask_dollar_day(JULY.last)
    assert bcb_olinda.asked_days(day.parameters) == (JULY.last, JULY.last)
    assert bcb_olinda.asked_days((("@dataCotacao", "'31-31-2026'"),)) is None


@pytest.mark.parametrize("currency", ["usd", "US", "US'", "ÜSD"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    """Nothing else gets into the address."""
    with pytest.raises(InvalidInput):
        bcb_olinda.ask_currency_period(currency, JULY)


def test_the_closing_sale_rate_is_taken() -> None:
    """Of several bulletins a day the closing one; the date is taken as written."""
    body = {
        "value": [
            bulletin("2026-07-01", 5.09, tipoBoletim="Abertura"),
            bulletin("2026-07-01", 5.11, tipoBoletim="Fechamento"),
            bulletin("2026-07-01", 5.12, tipoBoletim="Fechamento Interbancário"),
            bulletin("2026-07-02", 5.1234, tipoBoletim="Fechamento PTAX"),
            bulletin("2026-07-03", 5.2, tipoBoletim="Intermediário"),
        ]
    }
    verdict = bcb_olinda.read_ptax(answer(body), DOLLAR)
    assert verdict.outcome is Outcome.ACCEPT
    assert verdict.value is not None
    assert verdict.value.rows == rows(("2026-07-01", "5.11"), ("2026-07-02", "5.1234"))


def test_a_sale_below_the_purchase_is_left_out() -> None:
    """One of both is wrong."""
    body = {"value": [bulletin("2026-07-01", 4.99), bulletin("2026-07-02", 5.11)]}
    verdict = bcb_olinda.read_ptax(answer(body), DOLLAR)
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.INCONSISTENT)
    assert verdict.findings[0].place == "2026-07-01"


def test_two_closings_of_a_day_are_a_conflict() -> None:
    """Unless they are equal."""
    body = {"value": [bulletin("2026-07-01", 5.10), bulletin("2026-07-01", 5.11)]}
    assert bcb_olinda.read_ptax(answer(body), DOLLAR).kind is Kind.CONFLICT


def test_a_dollar_written_as_text_is_repaired() -> None:
    """With a comma, too."""
    verdict = bcb_olinda.read_ptax(answer({"value": [bulletin("2026-07-01", "5,1017")]}), DOLLAR)
    assert (verdict.outcome, verdict.kind) == (Outcome.REPAIR, Kind.FORMAT)
    assert verdict.value is not None
    assert verdict.value.rows[0].value == Decimal("5.1017")


def test_a_holiday_has_no_dollar() -> None:
    """An empty list is right then."""
    christmas = (date(2025, 12, 25), date(2025, 12, 25))
    read = bcb_olinda.read_ptax(answer({"value": []}), DOLLAR)
    assert judge_series(read, DOLLAR, asked=christmas, today=TODAY).outcome is Outcome.ACCEPT
    assert judge_series(read, DOLLAR, asked=ASKED, today=TODAY).kind is Kind.NO_DATA


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, THROTTLE_PAGE, Kind.RATE_LIMITED),
        (500, "<html>Internal Server Error</html>", Kind.UPSTREAM_DOWN),
        (400, "Parâmetro inválido", Kind.BAD_REQUEST),
        (200, {"values": []}, Kind.SCHEMA),
        (200, [], Kind.SCHEMA),
        (200, {"value": [1]}, Kind.SCHEMA),
        (200, '{"value": [', Kind.MALFORMED),
    ],
)
def test_what_olinda_says_else_is_refused(status: int, body: object, kind: Kind) -> None:
    """By content, then status."""
    verdict = bcb_olinda.read_ptax(answer(body, status=status), DOLLAR)
    assert (verdict.outcome, verdict.kind) == (Outcome.REJECT, kind)


def values(code: str, *pairs: tuple[str, object]) -> dict[str, object]:
    """As ipeadata writes them."""
    return {
        "value": [
            {"SERCODIGO": code, "VALDATA": f"{when}T00:00:00-03:00", "VALVALOR": value}
            for when, value in pairs
        ]
    }


def test_ipeadata_is_asked_by_its_own_code() -> None:
    """The whole series; one that it does not tell is an error."""
    ask = ipeadata.ask_ipeadata(CDI)
    assert ask.path == "/api/odata4/ValoresSerie(SERCODIGO='SGS366_CDI366')"
    assert ipeadata.series_of_ipeadata("SGS366_CDI366") is CDI
    assert ipeadata.series_of_ipeadata("X") is None
    with pytest.raises(NotFound, match="poupanca"):
        ipeadata.ask_ipeadata(series_spec("poupanca"))


def test_days_without_value_and_days_not_asked_are_passed_over() -> None:
    """Nulls stand for days without a rate; offsets do not move a date."""
    body = values(
        "SGS366_CDI366",
        ("2026-06-30", 0.052531),
        ("2026-07-01", 0.052531),
        ("2026-07-02", 0.052531),
        ("2026-07-03", 0.052531),
        ("2026-07-04", None),
    )
    read = ipeadata.read_ipeadata(answer(body), CDI, ASKED)
    verdict = judge_series(read, CDI, asked=ASKED, today=TODAY)
    assert (verdict.outcome, verdict.kind) == (Outcome.ACCEPT, None)
    assert verdict.value is not None
    assert [row.day.day for row in verdict.value.rows] == [1, 2, 3]


def test_a_null_on_a_business_day_is_a_row_without_its_value() -> None:
    """It was said, so it is no gap: the others may be kept, and another source is asked."""
    body = values("SGS366_CDI366", ("2026-07-01", 0.052531), ("2026-07-02", None), ("2026-07-03", 0.052531))
    read = ipeadata.read_ipeadata(answer(body), CDI, ASKED)
    verdict = judge_series(read, CDI, asked=ASKED, today=TODAY)
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.SCHEMA)
    assert (verdict.reaction.fallback, verdict.reaction.keep) == (True, Keep.OK)
    assert answered_span(verdict, CDI, ASKED, TODAY) == (ASKED[0], ASKED[0])


def test_a_null_after_the_last_value_is_not_yet_published() -> None:
    """Nothing is said of it."""
    body = values("SGS366_CDI366", ("2026-07-01", 0.052531), ("2026-07-02", 0.052531), ("2026-07-03", None))
    read = ipeadata.read_ipeadata(answer(body), CDI)
    assert (read.outcome, read.findings) == (Outcome.ACCEPT, ())


def test_a_yearly_rate_is_converted_as_the_central_bank_does() -> None:
    """14.15 % a year is 0.052531 % a day."""
    read = ipeadata.read_ipeadata(answer(values("GM366_TJOVER366", ("2026-07-01", 14.15))), SELIC)
    assert read.value is not None
    assert read.value.rows == rows(("2026-07-01", "0.052531"))
    assert read.kind is Kind.SHAPE_VARIANT


def test_a_residue_of_binary_fractions_is_rounded_away() -> None:
    """13.650000000000001 is 13.65."""
    spec = series_spec("selic_annual")
    read = ipeadata.read_ipeadata(answer(values("GM366_TJOVER366", ("2026-07-01", 13.650000000000001))), spec)
    assert read.value is not None
    assert read.value.rows[0].value == Decimal("13.65")


@pytest.mark.parametrize("yearly", ["2.65", "11.65", "14.15", "14.65", "4.40", "1.90", "19"])
def test_the_conversion_gives_back_the_published_daily_rates(yearly: str) -> None:
    """Source: SGS 12 and 4389 on days on which both were published."""
    published = {
        "2.65": "0.010379",
        "11.65": "0.043739",
        "14.15": "0.052531",
        "14.65": "0.054266",
        "4.40": "0.017089",
        "1.90": "0.007469",
        "19": "0.069054",
    }
    assert agree(daily_from_yearly(Decimal(yearly)), Decimal(published[yearly]), CDI, converted=True)


@pytest.mark.parametrize("absurd", ["-100", "-5000", "1e30"])
def test_an_absurd_yearly_rate_is_left_for_the_range_to_refuse(absurd: str) -> None:
    """No root of it is drawn."""
    assert not CDI.plausible(TODAY, daily_from_yearly(Decimal(absurd)))


def test_an_unknown_code_is_an_empty_list_there() -> None:
    """Not the truth about the series, and nothing to keep."""
    source = SecondSource(Provider.IPEADATA, "BM12_XXXX")
    verdict = ipeadata.read_ipeadata(answer({"value": []}), CDI, source=source)
    assert (verdict.outcome, verdict.kind, verdict.reaction.keep) == (
        Outcome.REJECT,
        Kind.NOT_FOUND,
        Keep.NEVER,
    )
    assert not verdict.reaction.retry


def test_values_of_another_series_are_refused() -> None:
    """Whatever they are."""
    verdict = ipeadata.read_ipeadata(answer(values("OTHER", ("2026-07-01", 0.05))), CDI)
    assert (verdict.outcome, verdict.kind) == (Outcome.REJECT, Kind.INCONSISTENT)


FILE = {"taxa": "14,15", "dataTaxa": "01/07/2026", "indice": "54.679,17", "dataIndice": "02/07/2026"}


def test_the_cdi_file_has_two_dates() -> None:
    """Rate and index are not of one day."""
    verdict = b3_index.read_cdi_file(answer(FILE, headers={"content-type": "text/plain"}))
    assert verdict.value == b3_index.CdiFile(
        date(2026, 7, 1), Decimal("14.15"), date(2026, 7, 2), Decimal("54679.17")
    )


def test_the_rate_of_the_file_is_a_row_of_either_cdi() -> None:
    """In the unit of the series."""
    daily = b3_index.read_cdi_rate(answer(FILE), CDI)
    assert daily.value is not None
    assert daily.value.rows == rows(("2026-07-01", "0.052531"))
    yearly = b3_index.read_cdi_rate(answer(FILE), series_spec("cdi_annual"))
    assert yearly.value is not None
    assert yearly.value.rows == rows(("2026-07-01", "14.15"))
    with pytest.raises(NotFound):
        b3_index.read_cdi_rate(answer(FILE), IPCA)


@pytest.mark.parametrize(
    ("body", "outcome", "kind"),
    [
        ("", Outcome.REJECT, Kind.NOT_FOUND),
        ({**FILE, "taxa": ""}, Outcome.REJECT, Kind.SCHEMA),
        ({**FILE, "dataTaxa": "31/02/2026"}, Outcome.REJECT, Kind.SCHEMA),
        ([], Outcome.REJECT, Kind.SCHEMA),
        ({**FILE, "indice": None}, Outcome.PARTIAL, Kind.SCHEMA),
        ({**FILE, "taxa": "14.15"}, Outcome.REPAIR, Kind.FORMAT),
        ("<html>", Outcome.REJECT, Kind.UPSTREAM_DOWN),
    ],
)
def test_what_the_cdi_file_may_be_else(body: object, outcome: Outcome, kind: Kind) -> None:
    """An unknown rate is no rate."""
    verdict = b3_index.read_cdi_file(answer(body))
    assert (verdict.outcome, verdict.kind) == (outcome, kind)


def macro(*pairs: tuple[str, object], slug: str = "cdi", **more: object) -> dict[str, object]:
    """As BRAPI writes it."""
    told = [{"date": when, "value": value} for when, value in pairs]
    return {"results": [{"slug": slug, "observations": told}], "errors": [], "warnings": [], **more}


def test_macro_is_asked_by_slug() -> None:
    """No token in the question."""
    ask = brapi_macro.ask_macro(CDI, JULY)
    assert (ask.path, ask.parameters[0]) == ("/api/v2/macro", ("symbols", "cdi"))
    with pytest.raises(NotFound):
        brapi_macro.ask_macro(series_spec("poupanca"), JULY)


@pytest.mark.parametrize("newest_first", [True, False])
def test_macro_rows_may_come_in_either_order(newest_first: bool) -> None:
    """Both are its ways: no repair."""
    told = [("2026-07-01", 0.052531), ("2026-07-02", 0.052531), ("2026-08-03", 0.052531)]
    body = macro(*(told[::-1] if newest_first else told))
    verdict = brapi_macro.read_macro(answer(body), CDI, ASKED)
    assert verdict.outcome is Outcome.ACCEPT
    assert verdict.value is not None
    assert [row.day.day for row in verdict.value.rows] == [1, 2]


def test_macro_in_another_unit_is_refused_by_the_range() -> None:
    """A yearly CDI is not scaled."""
    read = brapi_macro.read_macro(answer(macro(("2026-07-01", 14.15))), CDI)
    assert judge_series(read, CDI, asked=ASKED, today=TODAY).kind is Kind.IMPLAUSIBLE


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, macro(slug="ipca"), Kind.NOT_FOUND),
        (
            200,
            {"results": [], "errors": [{"slug": "cdi", "code": "FEATURE_NOT_AVAILABLE"}]},
            Kind.PLAN,
        ),
        (200, {"results": [], "errors": [{"slug": "cdi", "code": "NOT_FOUND"}]}, Kind.NOT_FOUND),
        (200, {"results": [{"slug": "cdi"}]}, Kind.SCHEMA),
        (200, {}, Kind.SCHEMA),
        (401, {"error": True, "message": "O seu token é inválido"}, Kind.AUTH),
        (402, {"error": True, "message": "Você atingiu o limite de requisições"}, Kind.QUOTA_EXHAUSTED),
        (200, {"error": True, "message": "?"}, Kind.UPSTREAM_DOWN),
    ],
)
def test_what_macro_says_else_is_refused(status: int, body: object, kind: Kind) -> None:
    """Errors beside results are looked at too."""
    verdict = brapi_macro.read_macro(answer(body, status=status), CDI)
    assert (verdict.outcome, verdict.kind) == (Outcome.REJECT, kind)


def test_the_older_tables_are_text_in_the_brazilian_order() -> None:
    """Inflation over twelve months is under a key of its own: it is not the monthly IPCA."""
    body = {"inflation": [{"date": "01/02/2023", "value": "5.60"}, {"date": "01/01/2023", "value": "5.77"}]}
    verdict = brapi_macro.read_inflation(answer(body))
    assert verdict.value is not None
    assert (verdict.outcome, verdict.value.series) == (Outcome.ACCEPT, "ipca_12m")
    assert verdict.value.rows == rows(("2023-01-01", "5.77"), ("2023-02-01", "5.6"))
    prime = brapi_macro.read_prime_rate(answer({"prime-rate": [{"date": "01/02/2023", "value": "13.75"}]}))
    assert prime.value is not None
    assert prime.value.series == "selic_target"
    assert dict(brapi_macro.ask_inflation(JULY).parameters)["start"] == "01/07/2026"
    assert brapi_macro.ask_prime_rate(JULY).path == "/api/v2/prime-rate"


def test_a_pause_asked_for_by_any_of_them_is_handed_on() -> None:
    """Seconds of `Retry-After`."""
    busy = answer({"error": True, "message": "Too many requests"}, status=429, headers={"retry-after": "7"})
    for verdict in (
        bcb_olinda.read_ptax(busy, DOLLAR),
        ipeadata.read_ipeadata(busy, CDI),
        b3_index.read_cdi_rate(busy, CDI),
        brapi_macro.read_macro(busy, CDI),
    ):
        assert (verdict.kind, verdict.wait) == (Kind.RATE_LIMITED, timedelta(seconds=7))
