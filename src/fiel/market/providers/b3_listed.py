"""B3's listed-companies files (cash dividends, supplement of a company) and lines of its price file COTAHIST.

Dates dd/mm/yyyy, commas for decimals, JSON served as text/plain; an unknown issuer is an empty body.
Factors of splits and bonuses are percent, those of reverse splits the ratio itself. Layout of COTAHIST: B3's
"SeriesHistoricas_Layout" (245 characters a line, prices in cents per FATCOT shares).
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiel.kernel.decimals import plain
from fiel.market.judgement import Judgement
from fiel.market.providers.bodies import Json, load_json, no_object
from fiel.market.providers.fields import Fields
from fiel.market.providers.labels import Factor, cash_kind, factor_from_percent, share_kind
from fiel.market.values import Bar, CashEvent, EventsReading, ShareEvent, SubscriptionEvent
from fiel.market.verdicts import Kind, Verdict, rejected
from fiel.market.wire import Answer, Ask, Provider

SOURCE = Provider.B3.value
ROWS_MAX = 5000
_USUAL = ("slashed",)
_PATH = "/listedCompaniesProxy/CompanyCall"
_CLASSES = {"3": "ON", "4": "PN", "5": "PNA", "6": "PNB", "7": "PNC", "8": "PND", "11": "UNT"}
_ISIN = {"3": "ACNOR", "4": "ACNPR", "5": "ACNPA", "6": "ACNPB", "11": "CDAM"}
_LINE = re.compile(r"01([0-9]{8}).{232}.{3}")


def ask_cash_dividends(trading_name: str, page: int = 1) -> Ask:
    """Cash events of a company since its listing, by its trading name (`PETROBRAS`)."""
    return _ask("GetListedCashDividends", {"pageNumber": page, "pageSize": 120, "tradingName": trading_name})


def ask_supplement(issuer: str) -> Ask:
    """Events of the last twelve months of an issuer (`PETR`)."""
    return _ask("GetListedSupplementCompany", {"issuingCompany": issuer})


def _ask(name: str, query: dict[str, object]) -> Ask:
    text = json.dumps({"language": "pt-br", **query}, separators=(",", ":"))
    encoded = base64.b64encode(text.encode()).decode()
    topic = str(query.get("tradingName") or query.get("issuingCompany"))
    return Ask(Provider.B3, name, f"{_PATH}/{name}/{encoded}", (), topic=topic)


def read_cash_dividends(answer: Answer, symbol: str) -> Verdict[EventsReading]:
    """Cash events of the class of `symbol`; of all classes when it is empty."""
    body = load_json(answer, empty=Kind.NOT_FOUND)
    if not isinstance(body.value, dict):
        return no_object(body)
    rows = body.value.get("results")
    if not isinstance(rows, list):
        return rejected(Kind.SCHEMA, "a list is due", place="results")
    if not rows:
        return rejected(Kind.NO_DATA, "no payments", place="results")
    judgement = Judgement()
    judgement.take_over(body)
    wanted = _CLASSES.get(symbol[4:])
    cash = []
    for row in _fields(rows, "results", judgement):
        if wanted is None or row.text("typeStock").upper() == wanted:
            event = _listed_cash(row, symbol, judgement)
            cash += [event] if event is not None else []
    _check_page(body.value.get("page"), len(rows), judgement)
    return judgement.verdict(EventsReading(symbol, tuple(cash), requested=symbol))


def _check_page(page: Json, count: int, judgement: Judgement) -> None:
    """Whether the page holds as many rows as its own count says, and whether others follow."""
    if not isinstance(page, dict):
        return
    fields = Fields(page, "page", Judgement())
    number, size, total = (fields.whole(name) for name in ("pageNumber", "pageSize", "totalRecords"))
    if not number or not size or total is None or number < 1 or size < 1:
        return
    due = min(size, total - (number - 1) * size)
    if count < due:
        judgement.drop(Kind.GAP, "results", f"{count} rows, where {due} are due on page {number}")
    elif number * size < total:
        judgement.remark(Kind.DEGRADED, "page", f"page {number} of {total} rows; others follow")


def read_supplement(answer: Answer, symbol: str) -> Verdict[EventsReading]:
    """Cash, share and subscription events of the class of `symbol`; of all classes when it is empty."""
    body = load_json(answer, empty=Kind.NOT_FOUND)
    value = body.value[0] if isinstance(body.value, list) and body.value else body.value
    if value == []:
        return rejected(Kind.NOT_FOUND, "no such issuer")
    if not isinstance(value, dict):
        return no_object(body)
    judgement = Judgement()
    judgement.take_over(body)
    isin = _ISIN.get(symbol[4:], "")
    found: dict[str, list[Fields]] = {}
    for name in ("cashDividends", "stockDividends", "subscriptions"):
        rows = value.get(name)
        if rows is not None and not isinstance(rows, list):
            judgement.drop(Kind.SCHEMA, name, "a list is due")
            rows = None
        read = _fields(rows or [], name, judgement)
        found[name] = [
            row for row in read if isin in (row.text("assetIssued") or row.text("isinCode") or isin)
        ]
    cash = [_cash(row, symbol, judgement) for row in found["cashDividends"]]
    shares = [_share(row, symbol, judgement) for row in found["stockDividends"]]
    rights = [_right(row, symbol, judgement) for row in found["subscriptions"]]
    return judgement.verdict(
        EventsReading(
            symbol,
            tuple(event for event in cash if event is not None),
            tuple(event for event in shares if event is not None),
            tuple(event for event in rights if event is not None),
            requested=symbol,
        )
    )


def _fields(rows: list[Json], name: str, judgement: Judgement) -> list[Fields]:
    found = []
    for position, row in enumerate(rows[:ROWS_MAX]):
        if isinstance(row, dict):
            found.append(Fields(row, f"{name}[{position}]", judgement, loose=True))
        else:
            judgement.drop(Kind.SCHEMA, f"{name}[{position}]", "an object is due")
    return found


def _com(row: Fields, name: str, judgement: Judgement) -> tuple[date | None, bool]:
    day, understood = row.day(name, usual=_USUAL)
    if not understood:
        judgement.drop(Kind.SCHEMA, row.at(name), "not a date")
    return day, understood


def _listed_cash(row: Fields, symbol: str, judgement: Judgement) -> CashEvent | None:
    value, per = row.number("valueCash"), row.number("quotedPerShares") or Decimal(1)
    com, understood = _com(row, "lastDatePriorEx", judgement)
    if not understood:
        return None
    if value is None or per <= 0:
        judgement.drop(Kind.SCHEMA, row.place, "a payment without its value")
        return None
    label = row.text("corporateAction")
    return CashEvent(
        symbol,
        cash_kind(label, symbol),
        label,
        plain(value / per),
        com,
        None,
        SOURCE,
        approved_on=row.day("dateApproval", usual=_USUAL)[0],
    )


def _cash(row: Fields, symbol: str, judgement: Judgement) -> CashEvent | None:
    rate = row.number("rate")
    com, understood = _com(row, "lastDatePrior", judgement)
    if not understood:
        return None
    if rate is None:
        judgement.drop(Kind.SCHEMA, row.place, "a payment without its rate")
        return None
    label = row.text("label")
    return CashEvent(
        symbol,
        cash_kind(label, symbol),
        label,
        plain(rate),
        com,
        row.day("paymentDate", usual=_USUAL)[0],
        SOURCE,
        approved_on=row.day("approvedOn", usual=_USUAL)[0],
        isin=row.text("isinCode"),
        related_to=row.text("relatedTo"),
        remarks=row.text("remarks"),
    )


def _share(row: Fields, symbol: str, judgement: Judgement) -> ShareEvent | None:
    told = row.number("factor")
    com, understood = _com(row, "lastDatePrior", judgement)
    if not understood:
        return None
    label = row.text("label")
    kind = share_kind(label)
    factor: Factor | None = None if told is None else factor_from_percent(kind, told)
    if factor is None:
        known = Kind.SCHEMA if told is None else Kind.IMPLAUSIBLE
        judgement.drop(known, row.at("factor"), "a factor that cannot be used")
        return None
    return ShareEvent(
        symbol,
        kind,
        label,
        factor.new_per_old,
        com,
        SOURCE,
        approved_on=row.day("approvedOn", usual=_USUAL)[0],
        isin=row.text("isinCode"),
        factor_text=row.text("factor") or str(told),
        remarks=row.text("remarks"),
    )


def _right(row: Fields, symbol: str, judgement: Judgement) -> SubscriptionEvent | None:
    com, understood = _com(row, "lastDatePrior", judgement)
    if not understood:
        return None
    return SubscriptionEvent(
        symbol,
        row.text("label"),
        row.number("percentage"),
        row.number("priceUnit"),
        com,
        SOURCE,
        subscription_until=row.day("subscriptionDate", usual=_USUAL)[0],
        approved_on=row.day("approvedOn", usual=_USUAL)[0],
        isin=row.text("isinCode"),
        remarks=row.text("remarks"),
    )


@dataclass(frozen=True, slots=True)
class DailyLine:
    """A line of COTAHIST: `market` 10 is the cash market. The bar is for one share, in BRL, not adjusted."""

    symbol: str
    market: str
    bar: Bar
    isin: str


def read_daily_line(line: str) -> DailyLine | None:
    """`None` for headers, trailers and lines that are not of the layout."""
    if len(line) < 245 or not _LINE.match(line):
        return None
    try:
        day = date(int(line[2:6]), int(line[6:8]), int(line[8:10]))
        per = int(line[210:217])
        first, high, low, last = (_cents(line[start : start + 13], per) for start in (56, 69, 82, 108))
        volume = int(line[152:170])
    except (ValueError, ArithmeticError):
        return None
    if last is None:
        return None
    return DailyLine(
        line[12:24].strip(),
        line[24:27],
        Bar(day, last, open=first, high=high, low=low, volume=volume),
        line[230:242].strip(),
    )


def _cents(text: str, per: int) -> Decimal | None:
    value = Decimal(int(text)) / 100 / per
    return plain(value) if value > 0 else None
