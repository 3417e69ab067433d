"""What is heard of one order, and what is believed of it. Nothing is ever concluded from silence.

While an order is not settled, `Attempt.reason` keeps words for what was heard of it: `open` (the broker
had it), `closed` (the book was told that it ended), and the codes of the alerts that were told of it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

from fiel.autobalance.orders import OrderReport, OrderState
from fiel.autobalance.saga.draft import Draft
from fiel.autobalance.saga.events import Cancel, Place, Query, SagaAlertCode
from fiel.autobalance.saga.model import Attempt, AttemptKind, AttemptState

#: Why an order FAILED that no broker ever had.
BROKER_UNAVAILABLE = "broker_unavailable"
NOT_SENT = "not_sent"
#: Why an order FAILED that a broker called filled though it was not, in full.
INCOMPLETE = "incomplete"
REASON_MAX = 120

_OPEN, _CLOSED = "open", "closed"
_CONTRADICTS, _IN_DOUBT = SagaAlertCode.BROKER_CONTRADICTS, SagaAlertCode.ORDER_IN_DOUBT
_NOW = timedelta(0)


class _Sense(StrEnum):
    """How a report goes with what is known of its order."""

    NEWS = "news"
    LATE = "late"
    CONTRADICTION = "contradiction"


def answered(draft: Draft, attempt: Attempt, report: OrderReport) -> None:
    """The broker said where the order stands."""
    sense = _sense(attempt, report)
    if sense is _Sense.CONTRADICTION:
        _contradicted(draft, attempt, f"the broker's report ({report.state}) cannot be true of what is known")
    if sense is not _Sense.NEWS:
        return
    news = report.executions[len(attempt.executions) :]
    upto = attempt.filled
    for execution in news:
        upto += execution.quantity
        draft.book(attempt, execution, upto)
    known = (*attempt.executions, *news)
    if upto == attempt.order.quantity:
        done = AttemptState.DONE
        draft.put(replace(attempt, state=done, executions=known, absent=0, doubts=0, reason=None))
        return
    heard = replace(attempt, executions=known, absent=0, doubts=0)
    if report.state.is_final:
        told = OrderState.CANCELLED if report.state is OrderState.FILLED else report.state
        draft.close(heard, _ending(report), told=None if _CLOSED in _words(attempt) else told)
    else:
        _still_open(draft, heard)


def unanswered(draft: Draft, attempt: Attempt) -> None:
    """A call was made and nobody knows what it did."""
    if not attempt.state.in_doubt:
        return
    draft.put(replace(attempt, state=AttemptState.UNKNOWN))
    draft.ask(Query(attempt.id, draft.patience.first_query))


def query_failed(draft: Draft, attempt: Attempt, reason: str) -> None:
    """The question was not answered either: ask again, ever more rarely, and tell a person in time."""
    if not attempt.state.in_doubt:
        return
    patience = draft.patience
    doubts = attempt.doubts + 1
    heard = replace(attempt, state=AttemptState.UNKNOWN, doubts=doubts)
    if doubts >= patience.worry:
        heard = _worried(draft, heard, f"{doubts} questions in a row failed: {reason[:REASON_MAX]}")
    draft.put(heard)
    draft.ask(Query(attempt.id, _doubled(patience.first_query, doubts, patience.longest_query)))


def absent(draft: Draft, attempt: Attempt) -> None:
    """The broker has no such order. Believed when it says so twice; then the same order goes out again."""
    if not attempt.state.in_doubt:
        return
    if _was_there(attempt):
        _contradicted(draft, attempt, "the broker had the order and now says that there is none")
        return
    patience = draft.patience
    if attempt.absent == 0:
        draft.put(replace(attempt, state=AttemptState.UNKNOWN, absent=1, doubts=0))
        draft.ask(Query(attempt.id, patience.grace))
    elif attempt.sends < patience.sends:
        _send_again(draft, attempt, _NOW)
    else:
        text = f"sent {attempt.sends} times, and the broker has no such order"
        draft.put(_worried(draft, replace(attempt, state=AttemptState.UNKNOWN, doubts=0), text))
        draft.ask(Query(attempt.id, patience.longest_query))


def not_done(draft: Draft, attempt: Attempt, reason: str) -> None:
    """The order was certainly not placed: try again, or give up, which frees what was reserved.

    Of an order in doubt, or one that the broker had, it says only that this call did nothing.
    """
    if attempt.state is AttemptState.UNKNOWN or (attempt.state is AttemptState.SENT and _was_there(attempt)):
        query_failed(draft, attempt, reason)
        return
    if attempt.state is not AttemptState.SENT:
        return
    patience = draft.patience
    gives_up = draft.failed is not None and attempt.kind is AttemptKind.FORWARD
    if attempt.sends < patience.sends and not gives_up:
        _send_again(draft, attempt, _doubled(patience.first_query, attempt.sends, patience.longest_query))
    else:
        draft.close(attempt, BROKER_UNAVAILABLE, told=OrderState.CANCELLED)


def cancel_open(draft: Draft) -> None:
    """Forward orders that are known to be open are cancelled at once: the batch is being undone."""
    for attempt in draft.attempts():
        if attempt.state is AttemptState.SENT and _OPEN in _words(attempt):
            draft.ask(Cancel(attempt.id, _NOW))


def _still_open(draft: Draft, heard: Attempt) -> None:
    """Nothing is final: look again soon. A `Cancel` is a question, too: it is answered with a report."""
    patience = draft.patience
    was_open = _OPEN in _words(heard)
    age = draft.at - heard.sent_at if heard.sent_at else _NOW
    if age >= 2 * patience.fill:
        heard = _worried(draft, heard, "the order stays open though it was cancelled")
    draft.put(_noted(replace(heard, state=AttemptState.SENT), _OPEN))
    undone = draft.failed is not None and heard.kind is AttemptKind.FORWARD
    if undone or age >= patience.fill:
        draft.ask(Cancel(heard.id, patience.poll if was_open else _NOW))
    else:
        draft.ask(Query(heard.id, patience.poll))
        if not was_open:
            draft.ask(Cancel(heard.id, patience.fill))


def _sense(attempt: Attempt, report: OrderReport) -> _Sense:
    known = [each[:3] for each in attempt.executions]
    told = [each[:3] for each in report.executions]
    if attempt.state is AttemptState.PLANNED:
        return _Sense.LATE
    if report.client_order_id != attempt.id or not _is_possible(attempt, report):
        return _Sense.CONTRADICTION
    if told[: len(known)] != known[: len(told)]:
        return _Sense.CONTRADICTION
    if attempt.state.in_doubt:
        return _Sense.NEWS if len(told) >= len(known) else _Sense.CONTRADICTION
    never_there = attempt.state is AttemptState.FAILED and (
        attempt.sends == 0 or attempt.reason == BROKER_UNAVAILABLE
    )
    if len(told) > len(known) or (never_there and report.state is OrderState.OPEN):
        return _Sense.CONTRADICTION
    return _Sense.LATE


def _is_possible(attempt: Attempt, report: OrderReport) -> bool:
    """Whether any order of these terms can have such a report."""
    numbered = all(each.number == place for place, each in enumerate(report.executions, 1))
    positive = all(each.quantity > 0 and each.price > 0 for each in report.executions)
    return numbered and positive and report.filled <= attempt.order.quantity


def _contradicted(draft: Draft, attempt: Attempt, text: str) -> None:
    """What is known is kept, nothing new is believed, and the order is in doubt from here on."""
    heard = replace(attempt, state=AttemptState.UNKNOWN, absent=0)
    if not attempt.state.in_doubt:
        heard = replace(heard, reason=_CLOSED if attempt.state is AttemptState.FAILED else None)
    if _CONTRADICTS not in _words(heard):
        draft.alert(_CONTRADICTS, attempt, f"{attempt.order.ticker} {attempt.id}: {text}")
    draft.put(_noted(heard, _CONTRADICTS))
    draft.ask(Query(attempt.id, draft.patience.longest_query))


def _worried(draft: Draft, heard: Attempt, text: str) -> Attempt:
    """A person hears of the doubt, once."""
    if _IN_DOUBT in _words(heard):
        return heard
    draft.alert(_IN_DOUBT, heard, f"{heard.order.ticker} {heard.id}: {text}")
    return _noted(heard, _IN_DOUBT)


def _send_again(draft: Draft, attempt: Attempt, after: timedelta) -> None:
    """The same order under its one name; the book knows it already."""
    draft.put(
        replace(
            attempt, state=AttemptState.SENT, sends=attempt.sends + 1, absent=0, doubts=0, sent_at=draft.at
        )
    )
    draft.ask(Place(attempt.id, after))


def _was_there(attempt: Attempt) -> bool:
    """Whether the broker ever showed that it has the order."""
    words = _words(attempt)
    return bool(attempt.executions) or _OPEN in words or _CONTRADICTS in words


def _ending(report: OrderReport) -> str:
    if report.state is OrderState.FILLED:
        return INCOMPLETE
    return f"{report.state}: {report.reason[:REASON_MAX]}" if report.reason else report.state.value


def _words(attempt: Attempt) -> list[str]:
    return (attempt.reason or "").split()


def _noted(attempt: Attempt, word: str) -> Attempt:
    words = _words(attempt)
    return attempt if word in words else replace(attempt, reason=" ".join([*words, word]))


def _doubled(first: timedelta, times: int, longest: timedelta) -> timedelta:
    """`first`, doubled with each time after the first, up to `longest`."""
    return min(longest, first * (1 << min(times - 1, 30)))
