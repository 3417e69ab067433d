"""From the address of a series and its answer to a verdict, for every service that tells series."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from fiel.kernel.errors import NotFound
from fiel.market.catalogue import Era, SeriesSpec, catalogue, series_of_code, series_spec
from fiel.market.providers import b3_index, bcb_olinda, bcb_sgs, brapi_macro, ipeadata
from fiel.market.providers.addresses import Address
from fiel.market.providers.bodies import Json, load_json
from fiel.market.providers.series_verdicts import chained
from fiel.market.sanitizer.series import judge_series
from fiel.market.values import SeriesReading
from fiel.market.verdicts import REACTIONS, Keep, Kind, Verdict, rejected
from fiel.market.wire import Answer, Provider

#: ipeadata answers an unknown code with an empty list; a typing error must not be remembered as the truth.
UNKNOWN_CODE = replace(REACTIONS[Kind.NOT_FOUND], keep=Keep.NEVER)
#: % accumulated in the month (the running one has only its first days) and over twelve months; since 2000.
_MONTHLY = MappingProxyType({4390: ("0.004", "3"), 4391: ("0.004", "3"), 13522: ("1", "20")})
_SGS = re.compile(r"bcdata\.sgs\.([0-9]{1,6})/", re.IGNORECASE)
_IPEADATA = re.compile(r"(?:SERCODIGO='|(?:Metadados|ValoresSerie)\(')([A-Za-z0-9_]{1,40})'")


def read_series_address(address: Address, answer: Answer, *, today: date) -> Verdict[object]:
    """The rows of a known series, believed or not. Of an unknown one, only the form is judged."""
    if address.provider is Provider.SGS:
        return _widened(_sgs(address, answer, today))
    if address.provider is Provider.OLINDA:
        return _olinda(address, answer, today)
    if address.provider is Provider.IPEADATA:
        return _ipeadata(address, answer, today)
    if address.provider is Provider.B3 and "GetListed" not in address.path:
        return _judged(b3_index.read_cdi_rate(answer, series_spec("cdi_annual")), "cdi_annual", None, today)
    if address.provider is Provider.BRAPI:
        return _macro(address, answer, today)
    return _widened(load_json(answer))


def _sgs(address: Address, answer: Answer, today: date) -> Verdict[SeriesReading]:
    found = _SGS.search(address.path)
    code = int(found[1]) if found else 0
    try:
        spec = series_of_code(code)
    except NotFound:
        described = _described(code)
        if described is None:
            return bcb_sgs.read_sgs(answer, replace(series_spec("cdi"), key=f"sgs_{code}", code=code))
        spec = described
    asked = bcb_sgs.asked_days(address.parameters)
    return judge_series(bcb_sgs.read_sgs(answer, spec), spec, asked=asked, today=today)


def _described(code: int) -> SeriesSpec | None:
    """Monthly series that are not kept, but whose months and range are known: 13522 is told each month,
    13521, the target that is taken for it, once a year."""
    known = _MONTHLY.get(code)
    if known is None:
        return None
    era = Era(date(2000, 1, 1), Decimal(known[0]), Decimal(known[1]))
    return replace(series_spec("ipca"), key=f"sgs_{code}", code=code, eras=(era,), second_sources=())


def _olinda(address: Address, answer: Answer, today: date) -> Verdict[object]:
    currency = address.value("@moeda").strip("'").upper()
    if "Cotacao" not in address.path or currency not in ("", "USD"):
        return _widened(load_json(answer, page=Kind.RATE_LIMITED))
    spec = series_spec("usd_ptax")
    asked = bcb_olinda.asked_days(address.parameters)
    return _judged(bcb_olinda.read_ptax(answer, spec), spec.key, asked, today)


def _ipeadata(address: Address, answer: Answer, today: date) -> Verdict[object]:
    found = _IPEADATA.search(address.path)
    code = found[1] if found else ""
    spec = next((one for one in catalogue().values() if _told_as(one, Provider.IPEADATA) == code), None)
    if spec is not None:
        return _judged(ipeadata.read_ipeadata(answer, spec), spec.key, None, today)
    loaded = load_json(answer, page=Kind.UPSTREAM_DOWN)
    if loaded.value is not None and not _has_rows(loaded.value):
        return rejected(Kind.NOT_FOUND, "an empty list: the code is not known", reaction=UNKNOWN_CODE)
    return _widened(loaded)


def _has_rows(value: Json) -> bool:
    return not (isinstance(value, dict) and value.get("value") == [])


def _macro(address: Address, answer: Answer, today: date) -> Verdict[object]:
    path = address.path.rstrip("/").lower()
    if path.endswith("/prime-rate"):
        return _judged(brapi_macro.read_prime_rate(answer), "selic_target", None, today)
    if path.endswith("/inflation"):
        return _widened(brapi_macro.read_inflation(answer))
    slugs = [name.lower() for name in address.symbols("symbols")]
    all_told = brapi_macro.check_slugs(answer, slugs)
    specs = {_told_as(one, Provider.BRAPI): one for one in catalogue().values()}
    spec = next((specs[slug] for slug in slugs if slug in specs), None)
    if spec is None or all_told.value is None:
        return _widened(all_told)
    asked = _iso_days(address)
    read = brapi_macro.read_macro(answer, spec, asked)
    return _widened(chained(all_told, judge_series(read, spec, asked=asked, today=today)))


def _iso_days(address: Address) -> tuple[date, date] | None:
    try:
        return date.fromisoformat(address.value("startDate")), date.fromisoformat(address.value("endDate"))
    except ValueError:
        return None


def _told_as(spec: SeriesSpec, provider: Provider) -> str:
    source = spec.second(provider)
    return source.code if source is not None else ""


def _judged(
    read: Verdict[SeriesReading], key: str, asked: tuple[date, date] | None, today: date
) -> Verdict[object]:
    return _widened(judge_series(read, series_spec(key), asked=asked, today=today))


def _widened(verdict: Verdict[SeriesReading] | Verdict[Json]) -> Verdict[object]:
    return Verdict(
        verdict.outcome, verdict.kind, verdict.value, verdict.reaction, verdict.findings, verdict.wait
    )
