"""Income for programs: the calendar, a forecast, a reconciliation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fiel.entrypoints.answers.values import number_text

if TYPE_CHECKING:
    from fiel.copilot.income.desk import Reconciled
    from fiel.copilot.income.view import IncomeView
    from fiel.income.calendar import CalendarEntry
    from fiel.income.forecast.results import Forecast, ForecastPayment
    from fiel.income.share_events import ShareEntitlement
    from fiel.income.summary import Bucket, Stack
    from fiel.income.values import Proposal

#: What a bar of the calendar is made of, the surest first.
LAYERS = ("received", "confirmed", "announced", "estimated")


def calendar_record(view: IncomeView) -> dict[str, Any]:
    """The calendar: every payment, bars by month, and what is open."""
    first, last = view.span.edges(view.as_of)
    return {
        "wallet": view.wallet,
        "asOf": view.as_of.isoformat(),
        "zone": view.zone,
        "from": first,
        "to": last,
        "entries": [_entry(each) for each in (*view.entries, *view.undated)],
        "by": view.summary.by.value,
        "buckets": [_bucket(each) for each in view.summary.buckets],
        "totals": [_bucket(each) for each in view.summary.totals],
        "last12Months": {
            "received": f"{view.year.received:f}",
            "percentOfCost": number_text(view.year.on_cost),
            "percentOfValue": number_text(view.year.on_value),
            "reasons": list(view.year.reasons),
        },
        "withoutForecast": {asset: list(why) for asset, why in view.without_forecast.items()},
        "titlesWithoutPlan": [
            {"titleId": title.title_id, "code": refusal.code, "message": refusal.message}
            for title, refusal in view.without_plan
        ],
        "proposals": [each.proposal_id for each in view.proposals],
        "unmatched": [each.receipt.receipt_id for each in view.unmatched],
        "shareEvents": [_action(each) for each in view.actions],
    }


def _action(each: ShareEntitlement) -> dict[str, Any]:
    one = each.announcement
    return {
        "asset": one.asset,
        "kind": one.kind.value,
        "comDate": one.com_date.isoformat(),
        "ratio": f"{one.ratio:f}",
        "account": each.account,
        "held": f"{each.held:f}",
        "change": f"{each.change:f}",
        "fraction": f"{each.fraction:f}",
        "price": number_text(one.price),
        "cost": number_text(each.cost),
        "until": None if one.until is None else one.until.isoformat(),
        "source": one.source,
    }


def _entry(entry: CalendarEntry) -> dict[str, Any]:
    return {
        "day": None if entry.day is None else entry.day.isoformat(),
        "month": entry.month or None,
        "asset": entry.asset,
        "class": entry.asset_class or None,
        "kind": entry.kind.value,
        "state": entry.state.value,
        "gross": f"{entry.gross:f}",
        "withheld": f"{entry.withheld:f}",
        "net": f"{entry.net:f}",
        "currency": entry.currency,
        "source": entry.source,
        "asOf": entry.as_of.isoformat(),
        "origin": entry.origin.value,
        "reasons": list(entry.reasons),
        "recordId": entry.record_id or None,
    }


def _bucket(bucket: Bucket) -> dict[str, Any]:
    return {
        "key": bucket.key or None,
        "currency": bucket.currency,
        "income": _layers(bucket.income),
        "capital": _layers(bucket.capital),
    }


def _layers(stack: Stack) -> dict[str, dict[str, str]]:
    found = {}
    for layer in (*LAYERS, "total"):
        amounts = getattr(stack, layer)
        found[layer] = {name: f"{getattr(amounts, name):f}" for name in ("gross", "withheld", "net")}
    return found


def forecast_record(made: Forecast) -> dict[str, Any]:
    """A forecast, the method behind it and the ones that were tried."""
    return {
        "asset": made.asset,
        "asOf": made.today.isoformat(),
        "months": made.months,
        "method": None if made.method is None else made.method.value,
        "error": None if made.error is None else f"{made.error:f}",
        "reasons": list(made.reasons),
        "announced": list(made.announced),
        "payments": [_payment(each) for each in made.payments],
        "candidates": [
            {
                "method": each.method.value,
                "origins": each.origins,
                "error": None if each.error is None else f"{each.error:f}",
                "medianError": None if each.median_error is None else f"{each.median_error:f}",
            }
            for each in made.candidates
        ],
    }


def _payment(each: ForecastPayment) -> dict[str, Any]:
    return {
        "kind": each.kind.value,
        "comDate": each.com_date.isoformat(),
        "paymentDate": each.payment_date.isoformat(),
        "perUnit": f"{each.per_unit:f}",
        "low": f"{each.low:f}",
        "high": f"{each.high:f}",
        "currency": each.currency,
        "method": each.method.value,
        "basis": [
            {"eventId": one.event_id, "comDate": one.com_date.isoformat(), "perUnit": f"{one.per_unit:f}"}
            for one in each.basis
        ],
    }


def reconciled_record(done: Reconciled) -> dict[str, Any]:
    """What was expected against what came."""
    from fiel.copilot.income_record_text import record_fields

    found = done.reconciliation
    return {
        "wallet": done.wallet,
        "day": done.day.isoformat(),
        "zone": done.zone,
        "changed": [each.record_id for each in done.changed],
        "records": [record_fields(each) for each in found.records],
        "proposals": [_proposal(each) for each in found.proposals],
        "unmatched": [
            {
                "receiptId": each.receipt.receipt_id,
                "asset": each.receipt.asset,
                "amount": f"{each.receipt.amount:f}",
                "currency": each.receipt.currency,
                "day": each.receipt.day.isoformat(),
                "reasons": list(each.reasons),
            }
            for each in found.unmatched
        ],
    }


def _proposal(proposal: Proposal) -> dict[str, Any]:
    return {
        "proposalId": proposal.proposal_id,
        "kind": proposal.kind.value,
        "recordId": proposal.record_id,
        "asset": proposal.asset,
        "incomeKind": proposal.income_kind.value,
        "amount": f"{proposal.amount:f}",
        "currency": proposal.currency,
        "day": proposal.day.isoformat(),
        "account": proposal.account,
        "receiptId": proposal.receipt_id or None,
        "reasons": list(proposal.reasons),
    }
