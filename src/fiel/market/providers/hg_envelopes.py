"""HG Brasil's envelopes: errors come inside status 200, and the two versions tell a bad key differently.

Documented at hgbrasil.com/docs. First version: `valid_key`, `results` by symbol. Second:
`metadata.key_status`, `results`, `errors` beside each other.
"""

from __future__ import annotations

from fiel.market.judgement import Judgement
from fiel.market.providers.bodies import Json, load_json, no_object
from fiel.market.providers.complaints import Complaint, complaint_in, kind_of_text
from fiel.market.verdicts import Finding, Kind, Outcome, Verdict, rejected
from fiel.market.wire import Answer

RESULTS_MAX = 200


def first_version(answer: Answer, judgement: Judgement) -> Verdict[dict[str, Json]]:
    """`results` by name. A key that is not valid is a finding when there is data nevertheless."""
    body = load_json(answer)
    if not isinstance(body.value, dict):
        return no_object(body)
    judgement.take_over(body)
    results = body.value.get("results")
    valid = body.value.get("valid_key") is not False
    complaint = complaint_in(results, 200) if isinstance(results, dict) else None
    if complaint is not None:
        said = kind_of_text(complaint)
        if not valid and said not in (Kind.QUOTA_EXHAUSTED, Kind.RATE_LIMITED, Kind.PLAN):
            said = Kind.AUTH
        return rejected(said or Kind.UPSTREAM_DOWN, _said(complaint), place="results")
    if not results:
        if not valid:
            return rejected(Kind.AUTH, "the key is not valid", place="valid_key")
        kind = Kind.NO_DATA if isinstance(results, dict | list) else Kind.SCHEMA
        return rejected(kind, "no results", place="results")
    if not isinstance(results, dict):
        return rejected(Kind.SCHEMA, "an object is due", place="results")
    if not valid:
        judgement.drop(Kind.DEGRADED, "valid_key", "the key is not valid; part of the data is served")
    return Verdict(Outcome.ACCEPT, None, results)


def second_version(answer: Answer, judgement: Judgement) -> Verdict[list[dict[str, Json]]]:
    """`results`, with what `errors` says of other symbols as findings."""
    body = load_json(answer)
    if not isinstance(body.value, dict):
        return no_object(body)
    judgement.take_over(body)
    errors = _errors(body.value.get("errors"))
    results = body.value.get("results")
    if results is not None and not isinstance(results, list):
        return rejected(Kind.SCHEMA, "a list is due", place="results")
    metadata = body.value.get("metadata")
    valid = not (isinstance(metadata, dict) and metadata.get("key_status") == "invalid")
    if not results:
        if not valid:
            return rejected(
                Kind.AUTH, errors[0].detail if errors else "the key is not valid", place="metadata"
            )
        if errors:
            return rejected(errors[0].kind, errors[0].detail, place=errors[0].place)
        kind = Kind.NO_DATA if results is not None else Kind.SCHEMA
        return rejected(kind, "no results", place="results")
    if not valid:
        judgement.drop(
            Kind.DEGRADED, "metadata.key_status", "the key is not valid; part of the data is served"
        )
    for error in errors:
        judgement.drop(error.kind, error.place, error.detail)
    kept = []
    for position, result in enumerate(results[:RESULTS_MAX]):
        if isinstance(result, dict):
            kept.append(result)
        else:
            judgement.drop(Kind.SCHEMA, f"results[{position}]", "an object is due")
    if not kept:
        return rejected(Kind.SCHEMA, "objects are due", place="results")
    return Verdict(Outcome.ACCEPT, None, kept)


def _errors(value: Json) -> list[Finding]:
    """By code, else by words. An error that names a symbol and no reason means that it is unknown."""
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return []
    findings = []
    for error in value[:RESULTS_MAX]:
        if not isinstance(error, dict):
            continue
        details = error.get("details")
        symbol = details.get("symbol") if isinstance(details, dict) else None
        code, message = error.get("code"), error.get("message")
        complaint = Complaint(
            200,
            is_json=True,
            message=message[:400] if isinstance(message, str) else "",
            code=code.upper() if isinstance(code, str) else "",
        )
        kind = kind_of_text(complaint) or (Kind.NOT_FOUND if symbol else Kind.UPSTREAM_DOWN)
        place = symbol[:40] if isinstance(symbol, str) else "errors"
        findings.append(Finding(kind, place, _said(complaint)))
    return findings


def item_refusal(value: dict[str, Json]) -> tuple[Kind, str] | None:
    """Why one symbol of the first version has no data."""
    complaint = complaint_in(value, 200)
    if complaint is None:
        return None
    return kind_of_text(complaint) or Kind.UPSTREAM_DOWN, _said(complaint)


def _said(complaint: Complaint) -> str:
    return complaint.message.split("http", 1)[0][:160].strip() or complaint.code or "refused without a reason"


def plain_symbol(ticker: str) -> str:
    """`B3:PETR4` is PETR4."""
    return ticker.strip().upper().rpartition(":")[2][:20]
