"""Quotes, series and events with their provenance, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fiel.entrypoints.answers.values import number_text

if TYPE_CHECKING:
    from datetime import datetime

    from fiel.infra.resilience.attempts import Step
    from fiel.market.quotes import QuoteAnswer
    from fiel.market.series_answer import SeriesAnswer
    from fiel.market.symbol_events import EventsStep, SymbolEvents
    from fiel.market.verdicts import Finding


def finding_record(finding: Finding) -> dict[str, str]:
    """A finding for programs."""
    return {
        "kind": finding.kind.value,
        "place": finding.place,
        "detail": finding.detail,
        "repair": finding.repair,
    }


def step_record(step: Step) -> dict[str, Any]:
    """A step for programs."""
    return {
        "source": step.source,
        "event": step.event.value,
        "at": step.at.isoformat(),
        "reason": step.reason,
        "detail": step.detail,
        "attempt": step.attempt,
        "milliseconds": round(step.seconds * 1000),
    }


def quote_record(answer: QuoteAnswer, now: datetime, *, explain: bool) -> dict[str, Any]:
    """A quote, and with `explain` everything that was tried."""
    served = answer.served
    found: dict[str, Any] = {"symbol": answer.symbol, "how": answer.how.value}
    if served is None:
        found |= {"price": None}
    else:
        found |= {
            "price": f"{served.value.price:f}",
            "currency": served.value.currency,
            "unit": served.unit,
            "as_of": served.as_of.isoformat(),
            "age_seconds": int(served.age(now).total_seconds()),
            "fetched_at": served.fetched_at.isoformat(),
            "source": served.source,
            "quality": served.quality.value,
            "previous_close": number_text(served.value.previous_close),
            "findings": [finding_record(each) for each in served.findings],
        }
    if explain:
        found["trail"] = [step_record(step) for step in answer.trail]
        found["doubts"] = [
            {"source": source, "reason": reason, "price": number_text(price)}
            for source, reason, price in answer.doubts
        ]
    return found


def series_record(answer: SeriesAnswer, *, explain: bool) -> dict[str, Any]:
    """The rows of a series with unit and source."""
    found: dict[str, Any] = {
        "series": answer.spec.key,
        "code": answer.spec.code,
        "unit": answer.unit,
        "from": answer.first.isoformat(),
        "to": answer.last.isoformat(),
        "as_of": None if answer.as_of is None else answer.as_of.isoformat(),
        "quality": answer.quality.value,
        "sources": list(answer.sources),
        "missing": [day.isoformat() for day in answer.missing],
        "rows": [
            {"day": each.row.day.isoformat(), "value": f"{each.row.value:f}", "source": each.source}
            | ({"until": each.row.until.isoformat()} if each.row.until else {})
            for each in answer.rows
        ],
        "findings": [finding_record(each) for each in answer.findings],
    }
    if explain:
        found["trail"] = [step_record(step) for step in answer.trail]
    return found


def events_record(found: SymbolEvents, step: EventsStep | None) -> dict[str, Any]:
    """Dividends, splits and rights of a symbol, with who told them."""
    from fiel.market.event_codec import as_fields

    return {
        "symbol": found.symbol,
        "cash": [
            {
                "id": each.event_id,
                "standing": each.standing.value,
                "differences": list(each.differences),
                "told": [as_fields(told) for told in each.told],
            }
            | as_fields(each.event)
            for each in found.cash
        ],
        "shares": [as_fields(each) for each in found.shares],
        "subscriptions": [as_fields(each) for each in found.subscriptions],
        "heard": list(step.heard) if step is not None else [],
        "silent": list(step.silent) if step is not None else [],
    }
