"""Answers that contradict themselves or the question are not believed, however well they are formed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from fiel.market.providers import b3_listed, brapi_lists, brapi_quotes, hg_events
from fiel.market.providers.brapi_quotes import Wanted
from fiel.market.reading import read_url
from fiel.market.values import SeriesReading
from fiel.market.verdicts import Keep, Kind, Outcome
from tests.support.market_answers import answer, quote_body

TODAY = date(2026, 9, 15)
HG = "https://api.hgbrasil.com"


def _twice(**second: float) -> dict[str, object]:
    first, other = quote_body(), quote_body("WEGE3", **second)
    assert isinstance(first["results"], list)
    assert isinstance(other["results"], list)
    return first | {"results": first["results"] + other["results"]}


def test_a_symbol_told_twice_alike_counts_once() -> None:
    """The repeat is left out, and said."""
    verdict = brapi_quotes.read_quotes(answer(_twice()), ["WEGE3"])
    assert (verdict.outcome, verdict.kind) == (Outcome.REPAIR, Kind.DUPLICATE)
    assert verdict.value is not None
    assert len(verdict.value.symbols) == 1


def test_a_symbol_with_two_prices_has_none() -> None:
    """Neither is more right than the other; the question is asked again."""
    verdict = brapi_quotes.read_quotes(answer(_twice(regularMarketPrice=14.87)), ["WEGE3"])
    assert (verdict.outcome, verdict.kind, verdict.value) == (Outcome.REJECT, Kind.CONFLICT, None)
    assert verdict.reaction.retry
    assert verdict.reaction.keep is Keep.NEVER


def test_a_disputed_symbol_leaves_the_others_alone() -> None:
    """The batch is partial without it."""
    body = _twice(regularMarketPrice=14.87)
    assert isinstance(body["results"], list)
    body["results"] += [dict(body["results"][0], symbol="VALE3")]
    verdict = brapi_quotes.read_quotes(answer(body), ["WEGE3", "VALE3"])
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.CONFLICT)
    assert verdict.value is not None
    assert [one.symbol for one in verdict.value.symbols] == ["VALE3"]


def test_hg_events_of_a_ticker_told_twice() -> None:
    """The second version of HG is held to the same."""

    def body(second: str) -> object:
        results = [
            {
                "ticker": "B3:WEGE3",
                "series": [{"type": "dividend", "amount": amount, "com_date": "2026-06-19"}],
            }
            for amount in (0.12, float(second))
        ]
        return {"metadata": {"key_status": "valid"}, "results": results}

    assert hg_events.read_dividends(answer(body("0.12")), ["WEGE3"]).kind is Kind.DUPLICATE
    assert hg_events.read_dividends(answer(body("0.21")), ["WEGE3"]).outcome is Outcome.REJECT


def test_a_session_that_was_left_out_is_asked_elsewhere() -> None:
    """A close of zero is no close; another source may have the session."""
    candles = [{"date": 1789142400, "close": 41.1}, {"date": 1789401600, "close": 0}]
    body = quote_body(historicalDataPrice=candles)
    verdict = brapi_quotes.read_quotes(answer(body), ["WEGE3"], Wanted(history=True))
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.IMPLAUSIBLE)
    assert verdict.reaction.fallback


def _currency(source: str, bid: str = "5.2097") -> dict[str, str]:
    return {"fromCurrency": source, "toCurrency": "BRL", "bidPrice": bid, "askPrice": "5.2127"}


def test_a_rate_of_another_pair_is_not_believed() -> None:
    """Euros are no dollars."""
    verdict = brapi_lists.read_currency(answer({"currency": [_currency("EUR")]}), ["USD-BRL"])
    assert (verdict.outcome, verdict.kind) == (Outcome.REJECT, Kind.INCONSISTENT)
    both = {"currency": [_currency("USD"), _currency("EUR")]}
    kept = brapi_lists.read_currency(answer(both), ["USD-BRL"]).value
    assert kept is not None
    assert [one.code for one in kept.currencies] == ["USD"]


def test_a_pair_that_is_left_out_is_said() -> None:
    """Asked, but not in the answer."""
    verdict = brapi_lists.read_currency(answer({"currency": [_currency("USD")]}), ["USD-BRL", "EUR-BRL"])
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.NOT_FOUND)


def test_a_pair_told_twice_differently_is_said() -> None:
    """And the first one stays alone."""
    verdict = brapi_lists.read_currency(answer({"currency": [_currency("USD"), _currency("USD", "5.1")]}))
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.CONFLICT)


def test_what_is_left_of_the_plan_is_counted_when_it_cannot_be() -> None:
    """A month's budget must not hang on a negative number."""
    body = {"planLimit": 15000, "currentUsage": 1200, "remainingUsage": -4}
    verdict = brapi_lists.read_usage(answer(body))
    assert (verdict.outcome, verdict.kind) == (Outcome.REPAIR, Kind.INCONSISTENT)
    assert verdict.value is not None
    assert verdict.value.remaining == 13800


def _listed(count: int, total: int, size: int) -> object:
    row = {"typeStock": "ON", "valueCash": "0,1", "corporateAction": "DIVIDENDO"}
    rows = [row | {"lastDatePriorEx": f"{17 + number}/12/2025"} for number in range(count)]
    page = {"pageNumber": 1, "pageSize": size, "totalRecords": total}
    return {"page": page, "results": rows}


def test_a_page_with_fewer_rows_than_it_counts_is_not_whole() -> None:
    """B3 tells how many there are."""
    cut = b3_listed.read_cash_dividends(answer(_listed(2, 29, 120)), "")
    assert (cut.outcome, cut.kind, cut.reaction.keep) == (Outcome.PARTIAL, Kind.GAP, Keep.NEVER)
    first = b3_listed.read_cash_dividends(answer(_listed(2, 29, 2)), "")
    assert (first.outcome, first.kind) == (Outcome.ACCEPT, Kind.DEGRADED)
    assert b3_listed.read_cash_dividends(answer(_listed(2, 2, 120)), "").kind is None


def test_macro_series_that_are_not_told() -> None:
    """Each symbol asked is accounted for, also those that the catalogue does not know."""
    url = "https://brapi.dev/api/v2/macro?symbols="
    error = {"slug": "foo", "code": "NOT_FOUND", "message": "Unknown"}
    none = read_url("brapi", f"{url}foo", answer({"results": [], "errors": [error]}), today=TODAY)
    assert (none.outcome, none.kind) == (Outcome.REJECT, Kind.NOT_FOUND)
    ipca = {"slug": "ipca", "observations": [{"date": "2026-06-01", "value": 0.16}]}
    body = {"results": [ipca], "errors": [error]}
    some = read_url("brapi", f"{url}ipca,foo", answer(body), today=TODAY)
    assert (some.outcome, some.kind) == (Outcome.PARTIAL, Kind.NOT_FOUND)
    assert isinstance(some.value, SeriesReading)


def test_indicators_without_a_value_are_left_out() -> None:
    """Months and days; a period that is not told is no zero."""
    series = [{"period": "2025-03", "value": 0.56}, {"period": "2025-04"}]
    body = {"metadata": {"key_status": "valid"}, "results": [{"ticker": "IBGE:IPCA", "series": series}]}
    url = f"{HG}/v2/finance/indicators?tickers=IBGE:IPCA"
    verdict = read_url("hgbrasil", url, answer(body), today=TODAY)
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.SCHEMA)
    assert isinstance(verdict.value, SeriesReading)
    assert [(row.day, row.value) for row in verdict.value.rows] == [(date(2025, 3, 1), Decimal("0.56"))]
    other = read_url("hgbrasil", url.replace("IPCA", "INPC"), answer(body), today=TODAY)
    assert (other.outcome, other.kind) == (Outcome.REJECT, Kind.INCONSISTENT)


def test_errors_inside_of_hg_endpoints_without_a_reader() -> None:
    """Status 200 says nothing there either."""
    bad = {"metadata": {"key_status": "invalid"}, "results": [], "errors": []}
    assert read_url("hgbrasil", f"{HG}/v2/finance/other", answer(bad), today=TODAY).kind is Kind.AUTH
    old = {"valid_key": False, "results": {}}
    assert read_url("hgbrasil", f"{HG}/finance/taxes", answer(old), today=TODAY).kind is Kind.AUTH
    points = {"valid_key": True, "results": [{"high": 186299}]}
    assert read_url("hgbrasil", f"{HG}/finance/ibovespa", answer(points), today=TODAY).taken


def test_the_target_in_place_of_the_inflation_of_twelve_months_has_gaps() -> None:
    """13521 is told once a year, 13522 each month."""
    window = "dataInicial=01/01/2026&dataFinal=01/06/2026"
    url = f"https://api.bcb.gov.br/dados/serie/bcdata.sgs.13522/dados?{window}"
    rows = [{"data": "01/01/2026", "valor": "3.00"}]
    verdict = read_url("bcb", url, answer(rows), today=TODAY)
    assert (verdict.outcome, verdict.kind) == (Outcome.PARTIAL, Kind.GAP)
