"""Each service answers in its own shape, and its own way of refusing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from fiel.market.simulator.plans import parse_plan
from fiel.market.simulator.talk import PREFIXES, Request
from fiel.market.simulator.upstream import Limits, Upstream
from fiel.market.wire import Provider
from tests.support.simulated import NOON, TRUTH, HandClock, asked, simulated, told

UP = simulated()
CDI = "/dados/serie/bcdata.sgs.12/dados"


def test_brapi_quotes_in_both_versions_say_the_same() -> None:
    """The first with the fields beside the symbol, the second under `data`."""
    first = told(asked(UP, Provider.BRAPI, "/api/quote/PETR4"))["results"][0]
    second = told(asked(UP, Provider.BRAPI, "/api/v2/stocks/quote", symbols="PETR4"))["results"][0]
    truth = TRUTH.quote("PETR4", NOON)
    assert first["regularMarketPrice"] == truth.price
    assert {**second["data"], "symbol": second["symbol"]} == first
    assert first["regularMarketTime"] == "2026-07-24T15:00:00.000Z"
    assert first["regularMarketPreviousClose"] + first["regularMarketChange"] == truth.price


def test_brapi_gives_history_and_dividends_when_asked() -> None:
    """Five days of candles with Unix seconds, dividends with dates as BRAPI writes them, newest first."""
    answer = asked(UP, Provider.BRAPI, "/api/quote/PETR4", range="5d", dividends="true")
    result = told(answer)["results"][0]
    stamps = [datetime.fromtimestamp(bar["date"], UTC) for bar in result["historicalDataPrice"]]
    assert [f"{stamp:%d %H}" for stamp in stamps] == ["17 13", "20 13", "21 13", "22 13", "23 13"]
    cash = result["dividendsData"]["cashDividends"][0]
    assert (cash["label"], cash["rate"]) == ("JCP", Decimal("0.412752"))
    assert cash["lastDatePrior"] == "2024-08-21T03:00:00.000Z"


def test_brapi_dividends_between_dates_are_those_paid_then() -> None:
    """The dates are of the payment, not of the right."""
    answer = asked(
        UP,
        Provider.BRAPI,
        "/api/v2/stocks/dividends",
        symbols="PETR4",
        startDate="2024-12-01",
        endDate="2024-12-31",
    )
    cash = told(answer)["results"][0]["data"]["cashDividends"]
    assert {event["paymentDate"][:10] for event in cash} == {"2024-12-20"}


def test_brapi_refuses_with_its_own_status() -> None:
    """404 for a ticker, 400 for a range, 417 for a parameter, 400 for dividends of a fund."""
    questions: tuple[tuple[int, str, dict[str, str]], ...] = (
        (404, "/api/quote/XPTO3", {}),
        (400, "/api/quote/PETR4", {"range": "3w"}),
        (417, "/api/v2/currency", {}),
        (417, "/api/quote/list", {"sortBy": "luck"}),
        (400, "/api/v2/stocks/dividends", {"symbols": "MXRF11"}),
    )
    for status, path, parameters in questions:
        answer = asked(UP, Provider.BRAPI, path, **parameters)
        assert (answer.status, told(answer)["error"]) == (status, True), path


def test_brapi_lists_pages_and_macro() -> None:
    """All symbols over the pages, and the CDI newest first."""
    symbols: list[str] = []
    for page in range(1, 10):
        body = told(asked(UP, Provider.BRAPI, "/api/quote/list", limit="10", page=str(page)))
        symbols += [stock["stock"] for stock in body["stocks"]]
        if not body["hasNextPage"]:
            break
    assert tuple(symbols) == TRUTH.world.symbols
    macro = told(asked(UP, Provider.BRAPI, "/api/v2/macro", symbols="cdi,luck", limit="2"))
    assert macro["results"][0]["observations"][0] == {"date": "2026-07-23", "value": Decimal("0.052531")}
    assert macro["errors"][0]["slug"] == "luck"


def test_the_month_of_a_plan_ends_and_begins_anew() -> None:
    """The third call of two is a 402; on the 1st of the next month it is answered again."""
    clock = HandClock()
    upstream = Upstream(TRUTH, clock, limits={Provider.BRAPI: Limits(monthly=2)})
    statuses = [upstream.answer(Request(Provider.BRAPI, "/api/quote/PETR4")).status for _ in range(3)]
    clock.instant += timedelta(days=8)
    statuses.append(upstream.answer(Request(Provider.BRAPI, "/api/quote/PETR4")).status)
    assert statuses == [200, 200, 402, 200]
    assert upstream.calls[Provider.BRAPI] == 4
    usage = upstream.answer(Request(Provider.BRAPI, "/api/v2/user/usage"))
    assert b'"currentUsage": 2, "remainingUsage": 0' in usage.body


def test_a_wrong_token_is_refused_in_the_way_of_the_service() -> None:
    """BRAPI with 401, HG with 200 and `valid_key` false; the token is nowhere in a repr."""
    right, other = "secret-1", "secret-2"
    limits = {provider: Limits(token=right) for provider in (Provider.BRAPI, Provider.HG)}
    upstream = Upstream(TRUTH, HandClock(), limits=limits)
    wrong = Request(Provider.BRAPI, "/api/quote/PETR4", token=other)
    assert upstream.answer(wrong).status == 401
    refused = upstream.answer(Request(Provider.HG, "/finance/stock_price", (("symbol", "PETR4"),)))
    assert (refused.status, b'"valid_key": false' in refused.body) == (200, True)
    assert "secret" not in repr(wrong) + repr(limits)
    assert asked(upstream, Provider.BRAPI, "/api/quote/PETR4").status == 200


def test_calls_too_close_are_refused() -> None:
    """SGS shows its page, BRAPI says 429."""
    clock, second = HandClock(), timedelta(seconds=1)
    limits = {provider: Limits(apart=second) for provider in (Provider.SGS, Provider.BRAPI)}
    upstream = Upstream(TRUTH, clock, limits=limits)
    for _ in range(2):
        page = upstream.answer(Request(Provider.SGS, f"{CDI}/ultimos/1"))
        refused = upstream.answer(Request(Provider.BRAPI, "/api/quote/PETR4"))
    assert "Requisição inválida!" in page.body.decode()
    assert (refused.status, dict(refused.headers)) == (429, {"retry-after": "1"})
    clock.instant += second
    assert upstream.answer(Request(Provider.BRAPI, "/api/quote/PETR4")).status == 200


def test_hg_tells_errors_inside_a_good_status() -> None:
    """A price in local time without a zone; an unknown symbol is an error inside the results."""
    body = told(asked(UP, Provider.HG, "/finance/stock_price", symbol="PETR4,NOPE3"))
    assert body["results"]["PETR4"]["price"] == TRUTH.quote("PETR4", NOON).price
    assert body["results"]["PETR4"]["updated_at"] == "2026-07-24 12:00:00"
    assert body["results"]["NOPE3"]["error"] is True
    second = told(asked(UP, Provider.HG, "/v2/finance/dividends", tickers="B3:PETR4,B3:NOPE3"))
    assert second["results"][0]["series"][0]["com_date"] == "2024-08-21"
    assert second["errors"][0]["code"] == "INVALID_TICKER"


def test_sgs_gives_a_range_in_json_and_csv() -> None:
    """Text with a dot in JSON and with a comma in CSV."""
    window = {"dataInicial": "22/07/2026", "dataFinal": "24/07/2026"}
    rows = told(asked(UP, Provider.SGS, CDI, **window))
    assert rows == [
        {"data": "22/07/2026", "valor": "0.052531"},
        {"data": "23/07/2026", "valor": "0.052531"},
    ]
    csv = asked(UP, Provider.SGS, CDI, formato="csv", **window).body.decode()
    assert csv.splitlines()[:2] == ["data;valor", '"22/07/2026";"0,052531"']


def test_sgs_refuses_long_windows_many_values_and_empty_ranges() -> None:
    """406 in one spelling, 400 and 404 in the other, and a page for a code it does not know."""
    long = asked(UP, Provider.SGS, CDI, dataInicial="01/01/2010", dataFinal="02/01/2020")
    assert (long.status, "10 anos" in told(long)["error"]) == (406, True)
    assert asked(UP, Provider.SGS, CDI, dataInicial="01/01/2010", dataFinal="01/01/2020").status == 200
    assert asked(UP, Provider.SGS, CDI).status == 406
    many = asked(UP, Provider.SGS, f"{CDI}/ultimos/21")
    assert (many.status, told(many)["erro"]["statusCode"]) == (400, 400)
    weekend = asked(UP, Provider.SGS, CDI, dataInicial="18/07/2026", dataFinal="19/07/2026")
    assert (weekend.status, "not found" in told(weekend)["erro"]["detail"]) == (404, True)
    unknown = asked(UP, Provider.SGS, "/dados/serie/bcdata.sgs.999999/dados")
    assert (unknown.status, unknown.content_type) == (200, "text/html")


def test_sgs_tells_the_target_ahead_and_periods_with_their_end() -> None:
    """The last three rows of 432 lie in September; a TR row has `dataFim`."""
    rows = told(asked(UP, Provider.SGS, "/dados/serie/bcdata.sgs.432/dados/ultimos/3"))
    assert [row["data"] for row in rows] == ["31/08/2026", "01/09/2026", "02/09/2026"]
    window = {"dataInicial": "22/07/2026", "dataFinal": "22/07/2026"}
    (row,) = told(asked(UP, Provider.SGS, "/dados/serie/bcdata.sgs.226/dados", **window))
    assert row["dataFim"] == "22/08/2026"


def test_olinda_gives_the_dollar_and_nothing_on_a_holiday() -> None:
    """American dates, numbers, and an empty list on a Sunday."""
    path = "/olinda/servico/PTAX/versao/v1/odata/CotacaoDolarDia(dataCotacao=@dataCotacao)"
    (row,) = told(asked(UP, Provider.OLINDA, path, **{"@dataCotacao": "'07-23-2026'"}))["value"]
    assert row["cotacaoVenda"] == TRUTH.series("usd_ptax", date(2026, 7, 23))
    assert told(asked(UP, Provider.OLINDA, path, **{"@dataCotacao": "'07-19-2026'"}))["value"] == []
    assert asked(UP, Provider.OLINDA, path, **{"@dataCotacao": "'23-07-2026'"}).status == 400


def test_ipeadata_gives_whole_series_with_offsets_and_nulls() -> None:
    """Every day of the Selic in % per year, null on weekends; unknown codes are an empty list."""
    path = "/api/odata4/ValoresSerie(SERCODIGO='GM366_TJOVER366')"
    rows = told(asked(UP, Provider.IPEADATA, path))["value"]
    by_day = {row["VALDATA"]: row["VALVALOR"] for row in rows}
    assert by_day["2026-07-17T00:00:00-03:00"] == Decimal("14.15")
    assert by_day["2026-07-18T00:00:00-03:00"] is None
    assert told(asked(UP, Provider.IPEADATA, "/api/odata4/Metadados('XPTO')/Valores"))["value"] == []


def test_b3_tells_rate_and_index_with_different_dates() -> None:
    """Commas, points for thousands, and the index of the next business day."""
    body = told(asked(UP, Provider.B3, "/any/CDIIDI.json"))
    assert body == {
        "taxa": "14,15",
        "dataTaxa": "23/07/2026",
        "indice": "58.517,94",
        "dataIndice": "24/07/2026",
    }


def test_a_path_of_no_service_is_not_found() -> None:
    """And counts as a call."""
    upstream = Upstream(TRUTH, HandClock(), parse_plan([]))
    for provider in PREFIXES.values():
        assert asked(upstream, provider, "/nowhere").status == 404
        assert upstream.calls[provider] == 1
