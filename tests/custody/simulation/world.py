"""The simulation: one seed, one world, and after each step everything that must hold.

Two workers read the log's partitions, lose them to each other, die and come back; the database breaks at
any statement; the clock jumps. The auditor is told only what was certainly committed: where an answer was
lost, the offset stored with the work says whether it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from fiel.custody.ledger import Record, check
from fiel.custody.ledger.batch import Verdict
from fiel.custody.messages import BodyEncoding
from fiel.custody.queries import Snapshot
from fiel.custody.reservations import Fees, Policy
from fiel.custody.tables import dead_letters
from fiel.custody.topics import WALLET_EVENTS
from fiel.infra.storage.failures import CommitUnknown
from fiel.infra.storage.offsets import Assignment
from fiel.infra.storage.tables import outbox
from fiel.kernel.errors import Conflict, NotFound, Refused, Unavailable
from tests.custody.simulation.auditor import Auditor, Truth
from tests.custody.simulation.log import Log, Road
from tests.custody.simulation.order_service import TICKERS, OrderService
from tests.support import custody_faults as faults
from tests.support.custody_bank import E9, START, Bank
from tests.support.custody_faults import AFTER_COMMIT, BEFORE_COMMIT, Killed
from tests.support.custody_homes import Home

FAILURES = (faults.killed, faults.busy, faults.deadlock, faults.unserializable, faults.full, faults.gone)


@dataclass(frozen=True)
class Seen:
    """What is looked at, from one snapshot."""

    record: Record
    waiting: list[str]
    dead: int
    told: int

    @classmethod
    def of(cls, book: Snapshot) -> Seen:
        waiting = [parked.event.event_id for parked in book.parked()]
        letters = select(func.count()).where(dead_letters.c.status == "open")
        wallets = select(func.count()).where(outbox.c.topic == WALLET_EVENTS)
        dead, told = (book.connection.execute(asked).scalar_one() for asked in (letters, wallets))
        return cls(book.record(), waiting, dead, told)


@dataclass
class Worker:
    """What a worker believes: the partitions it has, and the next offset of each."""

    mine: dict[int, Assignment] = field(default_factory=dict)
    reached: dict[int, int] = field(default_factory=dict)


class Simulation:
    """A world of one seed. `run` raises `AssertionError` at the first thing that does not hold."""

    def __init__(self, home: Home, seed: int) -> None:
        self.chance = chance = Random(seed)
        self.users = tuple(f"user-{number}" for number in range(chance.choice((1, 2, 3, 5))))
        patience = chance.choice((None, timedelta(hours=2)))
        fixed, ppm = chance.choice(((0, 0), (490, 325)))
        self.bank = Bank(home, Policy(fees=Fees(fixed, ppm), reserve_for=patience))
        self.auditor = Auditor(fixed, ppm, patience)
        self.service = OrderService(chance, self.users)
        self.log = Log([[] for _ in range(3)])
        self.road = Road(chance, self.log)
        self.workers = Worker(), Worker()
        self.epochs: dict[int, int] = {}
        self.keys = 0
        self.happened: Counter[str] = Counter()

    def run(self, steps: int = 30) -> Counter[str]:
        """The world from its beginning to its end; gives back how often what happened."""
        try:
            self._begin()
            for _ in range(steps):
                if self._step():
                    self.inspect()
            self._end()
            self.inspect()
            self._read_again()
        finally:
            self.bank.fuse.disarm()
            self.bank.close()
        return self.happened

    def _begin(self) -> None:
        for user in self.users[:-1] or self.users:  # the last one has no account yet
            self._deposit(user)
            for ticker in TICKERS[: self.chance.randrange(3)]:
                quantity, cents = self.chance.randrange(1, 300), self.chance.randrange(10**6)
                when = START - timedelta(days=30)
                self.bank.custody.bring_shares(
                    user, ticker, quantity, f"{cents // 100}.{cents % 100:02d}", occurred_at=when
                )
                self.auditor.bring(user, ticker, quantity, cents, when)
        self.inspect()

    def _step(self) -> bool:
        """Something happens; tells whether the book can have heard of it."""
        kinds: list[tuple[int, Callable[[], None]]] = [
            (30, self._produce),
            (45, self._consume),
            (5, lambda: self._deposit(self.chance.choice(self.users))),
            (6, self._withdraw),
            (4, self._expire),
            (5, self._rebalance),
            (3, self._replay),
            (4, self._jump),
        ]
        weights, steps = zip(*kinds, strict=True)
        (step,) = self.chance.choices(steps, weights)
        step()
        return step not in (self._produce, self._jump)

    # The world ---------------------------------------------------------------------------------------

    def _produce(self) -> None:
        for _ in range(self.chance.randrange(2, 14)):
            telling = self.service.next_telling(self.bank.clock.now())
            self.road.send(telling)
            odd = self.chance.random()
            if odd < 0.04:
                self.road.send(self.service.garbage())
            elif odd < 0.08 and telling.truth:
                self.road.send(self.service.contradiction(telling.truth))

    def _jump(self) -> None:
        self.bank.clock.move(minutes=self.chance.choice((-60, -1, 1, 10, 60, 90)))

    # The workers -------------------------------------------------------------------------------------

    def _rebalance(self) -> None:
        """A partition goes to a worker; the one that had it is not told."""
        self._assign(self.chance.choice(self.workers), self.chance.randrange(len(self.log.partitions)))

    def _assign(self, worker: Worker, partition: int) -> None:
        given = self.bank.assigned(partition)
        self.epochs[partition] = given.epoch
        worker.mine[partition], worker.reached[partition] = given, given.next_offset or 0

    def _consume(self) -> None:
        worker = self.chance.choice(self.workers)
        partitions = self.log.partitions
        behind = [p for p in sorted(worker.mine) if worker.reached[p] < len(partitions[p])]
        if not behind:
            filled = [p for p, messages in enumerate(partitions) if messages]
            behind = [self.chance.choice(filled or [0])]
            self._assign(worker, behind[0])
        self._turn(worker, self.chance.choice(behind), self.chance.randrange(1, 25))

    def _turn(self, worker: Worker, partition: int, most: int, *, calm: bool = False) -> None:
        """One poll of one worker, whatever becomes of it."""
        start, bank = worker.reached[partition], self.bank
        messages = self.log.poll(partition, start, most)
        if not messages:
            return
        truths = [each.truth for each in self.log.partitions[partition][start : start + len(messages)]]
        zombie = worker.mine[partition].epoch != self.epochs[partition]
        breaks = not calm and self.chance.random() < 0.35
        before = bank.image() if breaks or zombie else b""
        if breaks:
            self._arm()
        given, upto = worker.mine[partition], start + len(messages)
        outcome, received = self._try(lambda: bank.receive_at(messages, given, upto))
        if outcome == "done":
            assert not zombie, "a zombie committed"
            assert received.verdicts == self.auditor.take_all(truths, bank.clock.now())
            worker.reached[partition] = upto
            return
        self._failed(worker, partition, outcome, truths, before, zombie=zombie)

    def _failed(
        self,
        worker: Worker,
        partition: int,
        outcome: str,
        truths: list[Truth | None],
        before: bytes,
        **of: bool,
    ) -> None:
        """No answer: was it committed? The offset in the same transaction knows."""
        start = worker.reached[partition]
        committed = not of["zombie"] and self.bank.stored_offset(partition) == start + len(truths)
        assert committed <= (outcome in ("killed", "unknown")), f"{outcome}, and yet committed"
        if committed:
            self.auditor.take_all(truths, self.bank.clock.now())
        else:
            assert self.bank.image() == before, f"{outcome} left something behind"
        if outcome == "killed":
            worker.mine.clear()
        elif outcome in ("unknown", "zombie"):
            del worker.mine[partition]

    def _arm(self) -> None:
        """The database will break soon."""
        moment = self.chance.choice((self.chance.randrange(1, 24), BEFORE_COMMIT, AFTER_COMMIT))
        failure = self.chance.choice(FAILURES)
        if moment == AFTER_COMMIT:
            failure = self.chance.choice((faults.killed, faults.gone))
        self.bank.fuse.arm(failure, moment, times=self.chance.choice((1, 1, 2, 1000)))

    def _try(self, work: Callable[[], Any]) -> tuple[str, Any]:
        outcome, answer = "done", None
        try:
            answer = work()
        except Killed:
            outcome = "killed"
        except CommitUnknown:
            outcome = "unknown"
        except Unavailable:
            outcome = "halted"
        except Conflict as conflict:
            if conflict.code != "epoch_lost":
                raise
            outcome = "zombie"
        self.bank.fuse.disarm()
        self.happened[outcome] += 1
        if outcome == "killed":
            self.bank.restart()
        return outcome, answer

    # Requests ----------------------------------------------------------------------------------------

    def _deposit(self, user: str) -> None:
        """Retried under its key until there is an answer; then once more."""
        # Little money for many orders: most of them compete for it.
        cents, custody = self.chance.randrange(1, 400_000), self.bank.custody
        self.keys += 1
        given = (user, f"{cents // 100}.{cents % 100:02d}")
        if self.chance.random() < 0.3:
            self._arm()
        self._try(lambda: custody.deposit(*given, key=f"key-{self.keys}"))
        self.auditor.deposit(user, cents)
        answers = [self.bank.custody.deposit(*given, key=f"key-{self.keys}") for _ in range(2)]
        assert answers[0].account == answers[1].account
        assert answers[1].repeated
        assert answers[1].account.balance == self.auditor.balance(user)

    def _withdraw(self) -> None:
        user = self.chance.choice(self.users)
        known = user in self.auditor.cash
        free = self.auditor.available(user) if known else 0
        cents = self.chance.choice((1, max(1, free), max(0, free) + 1, self.chance.randrange(1, 10**6)))
        amount = f"{cents // 100}.{cents % 100:02d}"
        if cents > free or not known:
            before = self.bank.image()
            with pytest.raises((Refused, NotFound)):
                self.bank.custody.withdraw(user, amount)
            assert self.bank.image() == before, "a refusal left something behind"
        else:
            answer = self.bank.custody.withdraw(user, amount)
            assert answer.account.available == free - cents >= 0
            self.auditor.deposit(user, -cents)

    def _expire(self) -> None:
        received = self.bank.custody.receiver.expire()
        assert received.verdicts[Verdict.APPLIED] == self.auditor.expire(self.bank.clock.now())

    def _replay(self) -> None:
        letters = self.bank.look(lambda book: book.dead_letters())
        if not letters:
            return
        letter = self.chance.choice(letters)
        truth = self.log.partitions[letter.place.partition][letter.place.offset].truth
        self.auditor.buried -= 1
        if letter.encoding is BodyEncoding.EVENT and truth:
            expected = self.auditor.take_again(truth, self.bank.clock.now())
        else:
            expected = self.auditor.take(truth, self.bank.clock.now())
        assert self.bank.custody.replay_dead_letter(letter.id).verdicts == {expected: 1}

    # The end -----------------------------------------------------------------------------------------

    def _end(self) -> None:
        """Everything lost is found, every worker whole, and the log read to its end."""
        self.road.drain()
        for partition, messages in enumerate(self.log.partitions):
            self._assign(self.workers[0], partition)
            while self.workers[0].reached[partition] < len(messages):
                self._turn(self.workers[0], partition, 50, calm=True)

    def _read_again(self) -> None:
        """The whole log once more, but for what is with the dead letters: nothing moves."""
        letters = self.bank.look(lambda book: book.dead_letters(None))
        dead = {(letter.place.partition, letter.place.offset) for letter in letters}
        before = self.bank.image()
        for partition, messages in enumerate(self.log.partitions):
            again = self.log.poll(partition, 0, len(messages))
            again = [each for each in again if each.place and (partition, each.place.offset) not in dead]
            assert set(self.bank.custody.receive(again).verdicts) <= {"duplicate"}
        assert self.bank.image() == before, "reading the log again changed the book"

    # What must hold ----------------------------------------------------------------------------------

    def inspect(self) -> None:
        """Conservation, signs, identities, the checker, and the auditor."""
        seen = self.bank.look(Seen.of)
        record = seen.record
        assert check(record) == []
        sums: Counter[str] = Counter()
        for posting in record.postings:
            sums[posting.asset] += posting.amount
        assert not any(sums.values()), f"not conserved: {sums}"
        found = {account.user_id: (account.balance, account.blocked) for account in record.accounts}
        for account in record.accounts:
            assert account.blocked >= 0
            assert account.available == account.balance - account.blocked
        auditor = self.auditor
        assert found == {user: (auditor.balance(user), auditor.blocked(user)) for user in auditor.cash}
        self._inspect_positions(record.positions)
        statuses = {order.order_id: order.status.value for order in record.orders}
        assert statuses == {number: order.status for number, order in auditor.orders.items()}
        waiting = sorted(each["id"] for group in auditor.waiting.values() for each in group)
        assert sorted(seen.waiting) == waiting
        assert seen.dead == auditor.buried
        assert seen.told == len(record.transactions), "one wallet event per transaction"

    def _inspect_positions(self, positions: Any) -> None:
        held = {(each.user_id, each.ticker): each for each in positions}
        for where in {(user, ticker) for user in self.auditor.cash for ticker in TICKERS}:
            position, quantity = held.get(where), self.auditor.shares(where)
            reserved = self.auditor.reserved(where)
            if position is None:
                assert (quantity, reserved) == (Fraction(0), Fraction(0))
                continue
            assert (Fraction(position.quantity, E9), Fraction(position.reserved, E9)) == (quantity, reserved)
            assert (position.cost, position.realised) == self.auditor.cost(where), where
            assert position.quantity or not position.cost
