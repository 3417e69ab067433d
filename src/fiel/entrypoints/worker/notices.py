"""What people are told of without asking: looked for now and then, told once in a while each.

A message goes out, then it is marked: a process that dies in between has it sent again. A channel that
takes nothing is tried again with the next look; the hourly limit of the channels holds for these too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from fiel.autobalance.alerting.assembly import Tried, senders_of
from fiel.autobalance.alerting.config import AlertChannels, Channel
from fiel.autobalance.alerting.jobs import Senders
from fiel.autobalance.alerting.marks import Marks
from fiel.autobalance.alerting.texts import Notice
from fiel.autobalance.parts import Parts
from fiel.autobalance.portfolios import PortfolioStatus
from fiel.bootstrap import OpenIncome
from fiel.bootstrap.operations import Operations
from fiel.copilot.notices import facts, words
from fiel.copilot.notices.facts import Fact, Kind, Line, NoticesConfig
from fiel.copilot.own_plan.desk import OwnPlanDesk
from fiel.copilot.wallets import first_wallets
from fiel.custody.ports import PriceSource
from fiel.entrypoints.web.views.overview import standing
from fiel.entrypoints.worker.chores import Chore, Chores
from fiel.infra.jobs.port import GiveUp, RetryLater
from fiel.infra.storage.database import Database
from fiel.infra.zones import zone_of
from fiel.kernel.clock import Clock
from fiel.kernel.errors import FielError
from fiel.settings import Settings

_log = logging.getLogger("fiel.notices")
LOOK_EVERY_S = 900.0
#: More than a person has; a fleet's wallets are watched by the auto-balancer.
WALLETS_MAX = 200
#: A provider that fails for less is not worth a message.
PROVIDER_AGE = timedelta(hours=1)


@dataclass(slots=True)
class Told:
    """What became of a look: messages sent, known before, held back by the limit, not taken."""

    sent: int = 0
    known: int = 0
    held: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks at everything of the config's kinds, and tells the channels."""

    database: Database
    income: OpenIncome
    parts: Parts
    prices: PriceSource
    clock: Clock
    channels: AlertChannels
    config: NoticesConfig
    senders: Senders = field(repr=False)

    def turn(self) -> bool:
        """A chore's turn: look, and tell. Nothing more to do at once."""
        self.tell(self.look())
        return False

    def look(self) -> list[Fact]:
        """Every fact there is now. What cannot be looked at is logged, and hides nothing else."""
        found: list[Fact] = []
        for kind, facts_of in (
            (Kind.STALE, self._stale),
            (Kind.PROVIDER, self._providers),
        ):
            if kind in self.config.kinds:
                found += self._safely(kind.value, facts_of())
        with self.database.reading() as connection:
            wallets = first_wallets(connection, WALLETS_MAX)
        for wallet in wallets:
            found += self._safely(wallet, self._of_wallet(wallet))
        return found

    def tell(self, found: Sequence[Fact]) -> Told:
        """Send what was not told within the rest between two messages."""
        told = Told()
        for fact in found:
            for channel in self.channels:
                # A laptop's log is its screen: facts go to people only.
                if channel is not Channel.LOG:
                    self._tell(fact, channel, told)
        return told

    def test(self) -> tuple[Tried, ...]:
        """One message to each channel at once, outside of every limit."""
        from fiel.autobalance.alerting.assembly import send_test
        from fiel.infra.system import RandomIds

        return send_test(self.channels, self.senders, self.clock, RandomIds("notice"))

    def _safely(self, about: str, found: Iterable[Fact]) -> list[Fact]:
        try:
            return list(found)
        except FielError as error:
            _log.warning("%s cannot be looked at: %s [%s]", about, error, error.code)
            return []

    def _of_wallet(self, wallet: str) -> Iterator[Fact]:
        kinds, now = self.config.kinds, self.clock.now()
        if kinds & {Kind.PAYMENTS, Kind.LATE}:
            seen = self.income.desk.look(wallet)
            records, today = seen.reconciliation.records, seen.day
            if Kind.PAYMENTS in kinds:
                yield from facts.payments(wallet, records, today, self.config.ahead)
            if Kind.LATE in kinds:
                yield from facts.late(wallet, records)
        if Kind.DRIFT in kinds:
            yield from self._drift(wallet, now, now.astimezone(zone_of(self.income.desk.default_zone)).date())

    def _drift(self, wallet: str, now: datetime, today: date) -> Iterator[Fact]:
        tree = standing(OwnPlanDesk(self.database, self.clock), self.prices, wallet, now, today).tree
        if tree is not None:
            out = [each for each in tree.nodes if each.side != "in_band"]
            yield from facts.drift(
                wallet, (Line(each.name, share=each.share, target=each.target) for each in out)
            )

    def _stale(self) -> Iterator[Fact]:
        for each in self.parts.portfolios.all(PortfolioStatus.STALE):
            yield facts.stale(each.portfolio, each.stale_saga, each.status_reason)

    def _providers(self) -> Iterator[Fact]:
        seen = Operations(self.database, lambda: self.parts).look()
        for each in seen.contacts:
            failed, well = each.last_failure_at, each.last_success_at
            if failed is None or (well is not None and well >= failed):
                continue
            if seen.at - (well or failed) > PROVIDER_AGE and seen.at - failed < self.config.every:
                yield facts.provider(each.provider, each.topic)

    def _tell(self, fact: Fact, channel: Channel, told: Told) -> None:
        now = self.clock.now()
        # The same fact has the same name for as long as one rest lasts.
        span = int(now.timestamp()) // int(self.config.every.total_seconds())
        name = f"notice/{fact.key}/{span}"
        with self.database.reading() as connection:
            marks = Marks(connection, channel, now)
            known, full = marks.told(name), marks.is_full(self.channels.per_hour)
        if known or full:
            told.known, told.held = told.known + known, told.held + (full and not known)
            return
        lang = self.channels.lang
        try:
            self.senders[channel].send(Notice(name, words.subject(fact, lang), words.body(fact, lang)))
        except RetryLater as error:
            told.failed += 1
            _log.warning("%s takes no notice now: %s", channel, error)
            return
        except GiveUp as error:
            told.failed += 1
            _log.error("%s refuses a notice: %s", channel, error.code)
        else:
            told.sent += 1
        self.database.transact(lambda unit: Marks(unit.connection, channel, now).sent(name))


def watch_of(settings: Settings, income: OpenIncome, parts: Parts, prices: PriceSource) -> Watch:
    """The watch over an open book, with the channels that the settings name."""
    channels, clock = settings.autobalance.alerts, parts.clock
    senders = senders_of(channels, clock)
    return Watch(parts.database, income, parts, prices, clock, channels, settings.notices, senders)


@contextmanager
def told_beside(
    settings: Settings,
    income: OpenIncome,
    parts: Parts,
    prices: PriceSource,
    on_fatal: Callable[[FielError], None],
) -> Iterator[None]:
    """Inside the block this process looks and tells, in a thread of its own."""
    watch = watch_of(settings, income, parts, prices)
    chores = Chores([Chore("notices", watch.turn, LOOK_EVERY_S)], on_fatal=on_fatal)
    chores.start()
    try:
        yield
    finally:
        chores.stop()
