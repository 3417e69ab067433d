"""Order events folded into the book inside a transaction of somebody else's.

Whoever records an order and must not be parted from what the book makes of it (the auto-balancer's
sagas) folds here: its rows and the book's commit together. What the book cannot take becomes a dead letter
in that transaction, as it would from the log.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from fiel.custody.accounts import AccountKey, Rejection
from fiel.custody.ledger.batch import Batch, Verdict
from fiel.custody.messages import DeadLetterRow, Message, dead_letter
from fiel.custody.order_events import OrderEvent, parse_order_event
from fiel.custody.order_events.event import EventStatus
from fiel.custody.receiving import new_letters
from fiel.custody.reservations import OrderStatus, Policy
from fiel.custody.store.book import BookUnit
from fiel.custody.store.loading import lock_accounts
from fiel.custody.wallet_events import WalletEvents
from fiel.infra.storage.database import Session


@dataclass(frozen=True, slots=True)
class Folded:
    """What became of an event; `refusal` says why the order of a PENDING holds nothing, if it does not."""

    verdict: Verdict
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class JointBook:
    """The book as a part of other transactions. `zone` is where the clock of times without a zone hangs."""

    policy: Policy = field(default_factory=Policy)
    wire: WalletEvents = field(default_factory=WalletEvents)
    zone: tzinfo = UTC

    def sequences(self, session: Session, keys: Collection[AccountKey]) -> dict[AccountKey, int]:
        """How many transactions each account has had; locked until the end. Without those there are not."""
        batch = Batch(self.policy)
        lock_accounts(session, batch, {key.user_id for key in keys})
        return {key: batch.accounts[key].sequence for key in keys if key in batch.accounts}

    def fold(self, session: Session, events: Sequence[Mapping[str, object]], at: datetime) -> list[Folded]:
        """Events of `order-events-v1` in their order, each deciding alone; an answer for each.

        A repeated PENDING tells what was decided the first time. One that became a dead letter is refused
        with the reason. Raises what the database raises, and `Conflict` (constraint_broken) when another
        transaction has just taken the same event: roll back and fold again.
        """
        if not events:
            return []
        read = [parse_order_event(event, zone=self.zone) for event in events]
        unit = BookUnit(session, self.policy, self.wire)
        batch = unit.load_events([each for each in read if isinstance(each, OrderEvent)])
        letters: list[DeadLetterRow] = []
        answers = []
        for event, outcome in zip(events, read, strict=True):
            kept = len(letters)
            if isinstance(outcome, Rejection):
                letters.append(dead_letter(Message(event), outcome, at))
                answers.append(Folded(Verdict.DEAD_LETTER, outcome.code))
                continue
            verdict = batch.take(outcome, at)
            if batch.dead_letters:
                letters += new_letters(batch, Message(event, None, outcome.user_id), outcome, at)
            answers.append(Folded(verdict, _refusal(batch, outcome, verdict, letters[kept:])))
        unit.save(batch, at)
        unit.keep_dead_letters(letters)
        return answers


def _refusal(
    batch: Batch, event: OrderEvent, verdict: Verdict, letters: Sequence[DeadLetterRow]
) -> str | None:
    if event.status is not EventStatus.PENDING:
        return None
    if verdict is Verdict.DEAD_LETTER:
        own = [letter.rejection.code for letter in letters if letter.event_id == event.event_id]
        return own[0] if own else "dead_letter"
    order = batch.orders.get(event.order_id)
    if order is None or order.status is not OrderStatus.REFUSED:
        return None
    return order.refusal or "refused"
