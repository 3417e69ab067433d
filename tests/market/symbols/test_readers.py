"""Readers of symbols: words, factors, dates and what is asked."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiel.market.providers import b3_listed, brapi_lists, brapi_quotes, hg_events, hg_quotes
from fiel.market.providers.fields import day_in, day_of_stamp, number_in
from fiel.market.providers.labels import (
    cash_kind,
    factor_from_number,
    factor_from_percent,
    factor_from_text,
    share_kind,
)
from fiel.market.reading import read_url
from fiel.market.symbols import BatchReading
from fiel.market.values import CashKind, ShareKind
from fiel.market.verdicts import Kind, Outcome
from fiel.market.wire import Answer
from tests.support.market_answers import answer, quote_body

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("label", "symbol", "kind"),
    [
        ("DIVIDENDO", "PETR4", CashKind.DIVIDEND),
        ("Dividendo", "PETR4", CashKind.DIVIDEND),
        ("JCP", "PETR4", CashKind.JCP),
        ("JRS CAP PROPRIO", "ABEV3", CashKind.JCP),
        ("Juros sobre Capital Próprio", "ABEV3", CashKind.JCP),
        ("RENDIMENTO", "MXRF11", CashKind.FII_INCOME),
        ("Rendimentos", "MXRF11", CashKind.FII_INCOME),
        ("RENDIMENTO", "PETR4", CashKind.INTEREST),
        ("Rend. Tributado", "PETR4", CashKind.INTEREST),
        ("AMORTIZAÇÃO", "MXRF11", CashKind.AMORTIZATION),
        ("amortizacao", "MXRF11", CashKind.AMORTIZATION),
        ("REST CAP DIN", "CSNA3", CashKind.AMORTIZATION),
        ("RESG TOTAL RV", "CSNA3", CashKind.REDEMPTION),
        ("interest_on_equity", "PETR4", CashKind.JCP),
        ("CIS RED CAP", "PETR4", CashKind.OTHER),
        ("", "PETR4", CashKind.OTHER),
    ],
)
def test_labels_of_payments(label: str, symbol: str, kind: CashKind) -> None:
    """Accents, case and abbreviations of several services mean the same."""
    assert cash_kind(label, symbol) is kind


def test_labels_of_share_events() -> None:
    """With and without cedilla, in Portuguese and English."""
    assert (
        share_kind("BONIFICAÇÃO") is share_kind("bonificacao") is share_kind("bonus_issue") is ShareKind.BONUS
    )
    assert share_kind("DESDOBRAMENTO") is share_kind("split") is ShareKind.SPLIT
    assert share_kind("GRUPAMENTO") is share_kind("reverse_split") is ShareKind.REVERSE_SPLIT
    assert share_kind("CISAO") is ShareKind.OTHER


@pytest.mark.parametrize(
    ("kind", "text", "new_per_old"),
    [
        (ShareKind.SPLIT, "2 para 1", "2"),
        (ShareKind.SPLIT, "1 / 10", "10"),
        (ShareKind.BONUS, "1,02 para 1", "1.02"),
        (ShareKind.BONUS, "1 / 10", "1.1"),
        (ShareKind.REVERSE_SPLIT, "1 para 100", "0.01"),
        (ShareKind.REVERSE_SPLIT, "100 para 1", "0.01"),
    ],
)
def test_factors_as_text(kind: ShareKind, text: str, new_per_old: str) -> None:
    """Whatever the order, a split gives more shares and a reverse split fewer."""
    assert factor_from_text(kind, text) == Decimal(new_per_old)


def test_factors_as_numbers_by_source() -> None:
    """New per old for most, percent and ratio at B3; what may mean two things is not guessed."""
    told = factor_from_number(ShareKind.BONUS, Decimal("0.1"))
    assert told is not None
    assert (told.new_per_old, told.repair) == (Decimal("1.1"), "bonus_fraction")
    assert factor_from_number(ShareKind.BONUS, Decimal(10)) is None
    assert factor_from_number(ShareKind.SPLIT, Decimal(0)) is None
    doubled = factor_from_percent(ShareKind.SPLIT, Decimal(100))
    grouped = factor_from_percent(ShareKind.REVERSE_SPLIT, Decimal("0.01"))
    assert doubled is not None
    assert grouped is not None
    assert [doubled.new_per_old, grouped.new_per_old] == [Decimal(2), Decimal("0.01")]


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-01T03:00:00.000Z",
        "2026-06-01T00:00:00-03:00",
        "2026-06-01 00:00:00+00",
        "2026-06-01",
        "01/06/2026",
        "20260601",
    ],
)
def test_dates_are_taken_as_written(text: str) -> None:
    """No spelling is shifted to another time zone."""
    found = day_in(text)
    assert found is not None
    assert found[0] == date(2026, 6, 1)


def test_what_is_no_date_is_none() -> None:
    """Days that do not exist, sentinels and words are not dates."""
    for text in ("31/02/2026", "2026-13-01", "9999-12-31", "soon", "", "1" * 50):
        assert day_in(text) is None


def test_stamps_of_sessions() -> None:
    """10:00 and midnight in Brasília, with and without summer time, and midnight of UTC name the same day."""
    for hour in (0, 2, 3, 12, 13):
        stamp = int(datetime(2018, 12, 3, hour, tzinfo=UTC).timestamp())
        assert day_of_stamp(stamp) == date(2018, 12, 3)
        assert day_of_stamp(stamp * 1000) == date(2018, 12, 3)
    assert day_of_stamp(5) is None


def test_numbers_with_commas() -> None:
    """Brazilian thousands and decimals are read; ambiguity and words are not."""
    assert number_in("34.679,17") == Decimal("34679.17")
    assert number_in("R$ 10,50") == Decimal("10.50")
    assert number_in("1,234.5") is None
    assert number_in("١٢") is None


def test_questions_carry_no_token() -> None:
    """Questions name path, parameters and topic."""
    ask = brapi_quotes.ask_quotes(["PETR4", "VALE3"], range_="1mo", events=True)
    assert ask.path == "/api/quote/PETR4,VALE3"
    assert dict(ask.parameters) == {"range": "1mo", "interval": "1d", "dividends": "true"}
    stocks = brapi_quotes.ask_stocks("historical", ["PETR4"], start=TODAY, end=TODAY)
    assert dict(stocks.parameters)["startDate"] == "2026-11-21"
    assert hg_events.ask_events("splits", ["PETR4"]).parameters == (("tickers", "B3:PETR4"),)
    assert dict(hg_events.ask_history("PETR4", TODAY, TODAY).parameters)["sample_by"] == "1d"
    assert hg_quotes.ask_prices(["PETR4"]).path == "/finance/stock_price"
    assert hg_quotes.ask_quotations().path == "/finance/quotations"
    assert brapi_lists.ask_usage().path == "/api/v2/user/usage"
    assert dict(brapi_lists.ask_list(search="PETR", page=2).parameters)["page"] == "2"
    assert brapi_lists.ask_available().parameters == ()
    assert brapi_lists.ask_currency("USD-BRL").parameters == (("currency", "USD-BRL"),)
    assert b3_listed.ask_supplement("PETR").path.startswith("/listedCompaniesProxy/CompanyCall/GetListedSupp")
    assert b3_listed.ask_cash_dividends("PETROBRAS").topic == "PETROBRAS"


def test_the_use_of_the_plan() -> None:
    """Counts are read, negative ones are not believed."""
    body = {"planLimit": 15000, "currentUsage": 120, "remainingUsage": 14880, "window": "billing-cycle"}
    verdict = brapi_lists.read_usage(answer(body))
    assert verdict.value is not None
    assert (verdict.value.used, verdict.value.limit, verdict.value.remaining) == (120, 15000, 14880)
    assert brapi_lists.read_usage(answer({"currentUsage": -1})).kind is Kind.SCHEMA


def test_payments_of_the_class_that_is_asked() -> None:
    """B3 lists all classes of a company; only those of the ticker are taken."""
    rows = [
        {
            "typeStock": kind,
            "valueCash": value,
            "corporateAction": "DIVIDENDO",
            "lastDatePriorEx": "17/12/2025",
        }
        for kind, value in (("ON", "0,10"), ("PN", "0,11"))
    ]
    verdict = b3_listed.read_cash_dividends(answer({"results": rows}), "PETR4")
    assert verdict.value is not None
    assert [event.rate for event in verdict.value.cash] == [Decimal("0.11")]


def _line(**fields: str) -> str:
    line = ["0"] * 245
    placed = {"12": "ABCD3       010", "210": "0000001", "230": "BRABCDACNOR1", **fields}
    for start, text in placed.items():
        line[int(start) : int(start) + len(text)] = text
    return "".join(line)


def test_lines_of_the_price_file() -> None:
    """Prices in cents per FATCOT shares; headers and lines cut short are none."""
    good = {"0": "0120160104", "56": "0000000001773", "69": "0000000001780", "82": "0000000001721"}
    good |= {"108": "0000000001725", "152": "000000000000000900"}
    found = b3_listed.read_daily_line(_line(**good))
    assert found is not None
    assert (found.symbol, found.market, found.isin) == ("ABCD3", "010", "BRABCDACNOR1")
    assert (found.bar.day, found.bar.close, found.bar.volume) == (date(2016, 1, 4), Decimal("17.25"), 900)
    thousand = b3_listed.read_daily_line(_line(**{**good, "210": "0001000"}))
    assert thousand is not None
    assert thousand.bar.close == Decimal("0.01725")
    for bad in (_line(**good)[:200], "00COTAHIST" + " " * 235, _line(**{**good, "0": "0120161340"})):
        assert b3_listed.read_daily_line(bad) is None


_URLS = (
    "https://brapi.dev/api/quote/WEGE3?range=5d&dividends=true",
    "https://brapi.dev/api/v2/stocks/dividends?symbols=WEGE3",
    "https://brapi.dev/api/v2/stocks/profile?symbols=WEGE3",
    "https://brapi.dev/api/v2/currency?currency=USD-BRL",
    "https://brapi.dev/api/v2/macro?symbols=cdi",
    "https://brapi.dev/api/quote/list",
    "https://brapi.dev/api/v2/user/usage",
    "https://api.hgbrasil.com/finance/stock_price?symbol=WEGE3",
    "https://api.hgbrasil.com/finance/quotations",
    "https://api.hgbrasil.com/v2/finance/dividends?tickers=B3:WEGE3",
    "https://api.hgbrasil.com/v2/finance/splits?tickers=B3:WEGE3",
    "https://api.hgbrasil.com/v2/finance/history?tickers=B3:WEGE3",
    "https://api.bcb.gov.br/dados/serie/bcdata.sgs.12/dados?dataInicial=01/07/2026&dataFinal=03/07/2026",
    "https://sistemaswebb3-listados.b3.com.br/listedCompaniesProxy/CompanyCall/GetListedSupplementCompany/x",
    "https://sistemaswebb3-listados.b3.com.br/listedCompaniesProxy/CompanyCall/GetListedCashDividends/x",
    "http://www.ipeadata.gov.br/api/odata4/ValoresSerie(SERCODIGO='SGS366_CDI366')",
)
_NAMES = [
    "results",
    "symbol",
    "currency",
    "regularMarketPrice",
    "regularMarketTime",
    "historicalDataPrice",
    "date",
    "close",
    "volume",
    "dividendsData",
    "cashDividends",
    "stockDividends",
    "subscriptions",
    "rate",
    "label",
    "factor",
    "completeFactor",
    "lastDatePrior",
    "paymentDate",
    "data",
    "error",
    "message",
    "errors",
    "metadata",
    "series",
    "events",
    "samples",
    "currencies",
    "stocks",
    "USD",
    "buy",
    "price",
    "updated_at",
    "ticker",
    "valid_key",
    "WEGE3",
    "value",
    "valor",
    "erro",
    "amount",
    "com_date",
    "factor_from",
    "factor_to",
    "type",
    "currentUsage",
    "bidPrice",
    "stock",
    "valueCash",
    "observations",
    "VALDATA",
    "VALVALOR",
    "requestedAt",
    "usedRange",
    "requestedSymbol",
]
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(
        ("WEGE3", "DESDOBRAMENTO", "2026-06-01", "01/07/2026", "0,1", "1 / 0", "2 para 1", "5d")
    )
)
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=8),
    max_leaves=25,
)


def _served_prices(value: object) -> list[Decimal]:
    if not isinstance(value, BatchReading):
        return []
    found = [one.quote.price for one in value.symbols if one.quote]
    return found + [bar.close for one in value.symbols if one.history for bar in one.history.bars]


@settings(deadline=None)  # the first one makes the calendar
@given(st.sampled_from(_URLS), st.binary(max_size=200))
def test_any_bytes_are_judged(url: str, body: bytes) -> None:
    """No reader fails on any bytes."""
    assert read_url("any", url, Answer(200, body), today=TODAY).outcome in Outcome


@settings(deadline=None)  # the first one makes the calendar
@given(st.sampled_from(_URLS), _JSON)
def test_any_json_is_judged(url: str, body: object) -> None:
    """No reader fails on any JSON of its own words, and no price that is not positive is served."""
    verdict = read_url("any", url, answer(json.dumps(body)), today=TODAY)
    assert not verdict.taken or all(price > 0 for price in _served_prices(verdict.value))


@settings(deadline=None)  # the first one makes the calendar
@given(st.data())
def test_a_good_answer_spoiled_is_judged(data: st.DataObject) -> None:
    """A good answer with one field replaced, or with bytes cut or changed, never serves a bad price."""
    body = quote_body(
        historicalDataPrice=[
            {"date": 1789142400, "open": 41, "high": 42, "low": 40, "close": 41.1, "volume": 9}
        ],
        dividendsData={"cashDividends": [{"rate": 0.1, "label": "JCP", "lastDatePrior": "2026-06-01"}]},
    )
    results = body["results"]
    assert isinstance(results, list)
    name = data.draw(st.sampled_from(sorted(results[0])))
    results[0][name] = data.draw(_LEAVES | _JSON)
    raw = bytearray(json.dumps(body).encode())
    if data.draw(st.booleans()):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    verdict = read_url("any", _URLS[0], Answer(200, bytes(raw)), today=TODAY)
    if verdict.taken:
        assert all(price > 0 for price in _served_prices(verdict.value))
