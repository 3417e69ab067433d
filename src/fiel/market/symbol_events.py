"""Dividends and corporate actions of symbols: every service is asked, one list is kept, nothing is removed.

A service that is down, or that suddenly knows of nothing, changes nothing: what it told before still counts.
Factors of share events are held against the price where it shows them, and are not believed against it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Context as DecimalContext
from decimal import Decimal
from functools import partial

from fiel.infra.resilience.attempts import How, Request, Step
from fiel.infra.resilience.pipeline import Pipeline
from fiel.kernel.calendars import b3
from fiel.kernel.clock import Clock
from fiel.kernel.errors import FielError, InvalidInput
from fiel.kernel.ids import deterministic_id
from fiel.market import event_codec, messages
from fiel.market.asking import Asker, Told, in_thread
from fiel.market.corporate_actions import USUAL_MOVE, Jump, check_factor, jump_after
from fiel.market.judgement import then
from fiel.market.providers import brapi_quotes, hg_events
from fiel.market.providers.brapi_quotes import Wanted
from fiel.market.quotes import SYMBOLS_MAX, read_symbol
from fiel.market.reconciling import SESSIONS_APART_MAX, ReconciledCash, Standing, agree, reconcile
from fiel.market.sanitizer.context import Context, QuoteLimits, local_day
from fiel.market.sanitizer.events import check_events
from fiel.market.sanitizer.quotes import is_scale_slip
from fiel.market.store.events import CASH, SHARES, SUBSCRIPTION, EventRow, StoredEvents
from fiel.market.store.symbols import StoredSymbols
from fiel.market.symbols import BatchReading
from fiel.market.values import CashEvent, EventsReading, ShareEvent, ShareKind, SubscriptionEvent
from fiel.market.verdicts import Finding, Kind, Outcome, Verdict, accept, rejected
from fiel.market.wire import Answer, Ask, Provider

ORDER = (Provider.BRAPI.value, Provider.HG.value)
#: Who told an event, when several did, in `ShareEvent.source`.
TOGETHER = "+"
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class SymbolEvents:
    """What is known of a symbol. Cash carries its standing and who told what; the `source` of a share event
    names all who told it (`brapi+hgbrasil`). `away`: the database could not be asked."""

    symbol: str
    cash: tuple[ReconciledCash, ...] = ()
    shares: tuple[ShareEvent, ...] = ()
    subscriptions: tuple[SubscriptionEvent, ...] = ()
    away: bool = False


@dataclass(frozen=True, slots=True)
class EventsStep:
    """One symbol that was asked for. `heard` told something that is believed, `silent` did not answer or
    knew of nothing against what is known; `changed` events are new or other. `failed`: nothing was kept."""

    symbol: str
    done: int
    total: int
    changed: int = 0
    heard: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    trail: tuple[Step, ...] = ()
    failed: str = ""


@dataclass(frozen=True, slots=True)
class _Question:
    """One call: who, what, and how its answer is read."""

    ask: Ask
    what: str
    read: Callable[[Answer], Verdict[BatchReading]]


@dataclass(slots=True)
class EventsDesk:
    """Events by symbol, in one event loop."""

    pipeline: Pipeline
    asker: Asker
    store: StoredEvents
    symbols: StoredSymbols
    clock: Clock
    limits: QuoteLimits = field(default_factory=QuoteLimits)

    async def events(self, symbol: str) -> SymbolEvents:
        """What is kept of a symbol; nothing is asked. Raises `InvalidInput`, `Corrupt`."""
        name = read_symbol(symbol)
        found = await in_thread(lambda: self._known(name))
        return found or SymbolEvents(name, away=True)

    async def sync_events(
        self, symbols: Collection[str], on_progress: Callable[[EventsStep], None] | None = None
    ) -> tuple[EventsStep, ...]:
        """Ask for every symbol, keep what changed, and tell others. One that fails stops no other.

        Raises `InvalidInput` for malformed or too many symbols, `Corrupt`.
        """
        names = sorted({read_symbol(symbol) for symbol in symbols})
        if len(names) > SYMBOLS_MAX:
            raise InvalidInput("too_many_symbols", f"at most {SYMBOLS_MAX} symbols at once", field="symbols")
        steps: list[EventsStep] = []
        for place, name in enumerate(names, 1):
            steps.append(await self._sync(EventsStep(name, place, len(names))))
            if on_progress is not None:
                on_progress(steps[-1])
        return tuple(steps)

    async def _sync(self, step: EventsStep) -> EventsStep:
        known = await self.events(step.symbol)
        if known.away:
            return replace(step, failed="the database is away")
        questions = _questions(step.symbol)
        quote = await in_thread(lambda: self.symbols.quote(step.symbol))
        price = None if quote is None else quote.reading.price
        results = await asyncio.gather(*(self._one(question, known, price) for question in questions))
        heard: dict[str, list[EventsReading]] = {}
        findings: list[Finding] = []
        for told, _ in results:
            if told is not None and told.verdict.value is not None:
                heard.setdefault(told.provider.value, []).append(told.verdict.value)
                findings += told.verdict.findings
        silent = {each.ask.provider.value for each in questions} - set(heard)
        trail = tuple(each for _, steps in results for each in steps)
        step = replace(step, heard=tuple(sorted(heard)), silent=tuple(sorted(silent)), trail=trail)
        if not heard:
            return replace(step, failed="no service told anything that is believed")
        rows, doubts = await self._news(known, heard)
        await self._disbelieve(step.symbol, doubts)
        step = replace(step, findings=(*findings, *doubts))
        return await self._keep(step, rows)

    async def _one(
        self, question: _Question, known: SymbolEvents, price: Decimal | None
    ) -> tuple[Told[EventsReading] | None, tuple[Step, ...]]:
        """What one service says, also when only part of it can be used."""
        name, symbol = question.ask.provider.value, known.symbol
        context = Context(
            self.clock.now(), events=known.shares, pays=bool(known.cash) or None, limits=self.limits
        )

        def judge(answer: Answer) -> Verdict[EventsReading]:
            read = then(question.read(answer), lambda batch: _only(batch, symbol))
            weighed = replace(context, pays=False) if question.what == "splits" else context
            return then(read, lambda reading: check_events(reading, weighed, price))

        source = self.asker.source(replace(question.ask, topic=symbol), judge)
        result = await self.pipeline.get(Request(f"events:{name}:{question.what}:{symbol}", (source,)))
        told = result.value if result.how is How.FIRST else None
        for _, attempt in result.refused if told is None else ():
            verdict = attempt.value.verdict if attempt.value is not None else None
            if verdict is not None and verdict.outcome is Outcome.PARTIAL and not _suspicious(verdict):
                told = attempt.value
        return told, result.trail

    async def _news(
        self, known: SymbolEvents, heard: Mapping[str, Sequence[EventsReading]]
    ) -> tuple[list[EventRow], list[Finding]]:
        """The rows that are new or other than before, and what was not believed."""
        heard, doubts = without_leaps(known, heard)
        cash = reconcile(_with_silent(known, heard), b3(), order=ORDER, known=known.cash)
        before = {each.event_id: each for each in known.cash}
        rows = [cash_row(each) for each in cash if before.get(each.event_id) != each]
        tellings = [(each, one) for each in _ranked(heard) for one in heard[each]]
        shares, more = await self._shares(known, [one for _, one in tellings])
        rights = {_right_id(one): one for _, reading in tellings for one in reading.subscriptions}
        old = {_right_id(each) for each in known.subscriptions}
        rows += [
            EventRow(name, SUBSCRIPTION, one.com_date, None, event_codec.told_text(one))
            for name, one in rights.items()
            if name not in old
        ]
        return rows + shares, [*doubts, *more]

    async def _shares(
        self, known: SymbolEvents, readings: Sequence[EventsReading]
    ) -> tuple[list[EventRow], list[Finding]]:
        """Share events that are new, or told by one more service."""
        held = list(known.shares)
        changed: dict[str, ShareEvent] = {}
        doubts: list[Finding] = []
        for told in (one for reading in readings for one in reading.shares):
            verdict = check_factor(told, await in_thread(partial(self._jump, told)))
            if not verdict.taken or verdict.value is None or not _fits_kind(verdict.value):
                doubts += verdict.findings
                continue
            told = verdict.value
            place = next((at for at, each in enumerate(held) if _same_event(each, told)), None)
            if place is None and (rival := next((each for each in held if _rivals(each, told)), None)):
                detail = f"{rival.source} tells {rival.new_per_old:f}, {told.source} {told.new_per_old:f}"
                doubts.append(Finding(Kind.CONFLICT, f"{told.symbol} {told.com_date}", detail))
            elif place is None:
                held.append(told)
                changed[_share_id(told)] = told
            elif told.source not in (sources := held[place].source.split(TOGETHER)):
                held[place] = replace(held[place], source=TOGETHER.join([*sources, told.source]))
                changed[_share_id(held[place])] = held[place]
        rows = [
            EventRow(name, SHARES, each.com_date, None, event_codec.told_text(each))
            for name, each in changed.items()
        ]
        return rows, doubts

    def _jump(self, event: ShareEvent) -> Jump | None:
        """The closes around an event in prices as they were traded, when such are held.

        Histories are in today's scale: there the price does not show the event. A quote kept from before, or
        a history that was read before, does.
        """
        if event.com_date is None:
            return None
        quote = self.symbols.quote(event.symbol)
        for source in self.symbols.sources_of(event.symbol):
            bars = self.symbols.bars(event.symbol, source, event.com_date, date.max)
            jump = jump_after(bars, event.com_date)
            if jump is not None and _moved(jump):
                return jump
            ended = bool(bars) and bars[-1].day == event.com_date
            if ended and quote is not None and 0 < (local_day(quote.as_of) - event.com_date).days <= 10:
                return Jump(bars[-1].close, quote.reading.price, local_day(quote.as_of))
        return None

    async def _keep(self, step: EventsStep, rows: Sequence[EventRow]) -> EventsStep:
        if not rows:
            return step
        at: datetime = self.clock.now()
        com_dates = [row.com_date for row in rows if row.com_date is not None]
        message = messages.events_changed(step.symbol, [row.event_id for row in rows], com_dates, at)
        try:
            changed = await asyncio.to_thread(
                lambda: self.store.save(step.symbol, rows, at=at, messages=[message])
            )
        except FielError as error:
            return replace(step, failed=f"not kept: {error.message}")
        return replace(step, changed=changed)

    async def _disbelieve(self, symbol: str, doubts: Sequence[Finding]) -> None:
        now = self.clock.now()
        for each in doubts:
            source, detail = "events", f"{each.place}: {each.detail}"
            try:
                await asyncio.to_thread(
                    self.asker.desk.disbelieve, source, symbol, each.kind.value, detail, now
                )
            except FielError:
                self.asker.notes_lost += 1

    def _known(self, symbol: str) -> SymbolEvents:
        return SymbolEvents(
            symbol, self.store.cash(symbol), self.store.shares(symbol), self.store.subscriptions(symbol)
        )


def _questions(symbol: str) -> tuple[_Question, ...]:
    wanted = Wanted(quote=False, events=True)
    brapi = brapi_quotes.ask_quotes([symbol], events=True)
    return (
        _Question(brapi, "all", lambda answer: brapi_quotes.read_quotes(answer, [symbol], wanted)),
        _Question(
            hg_events.ask_events("dividends", [symbol]),
            "dividends",
            lambda answer: hg_events.read_dividends(answer, [symbol]),
        ),
        _Question(
            hg_events.ask_events("splits", [symbol]),
            "splits",
            lambda answer: hg_events.read_splits(answer, [symbol]),
        ),
    )


def _only(batch: BatchReading, symbol: str) -> Verdict[EventsReading]:
    found = batch.of(symbol)
    if found is None or found.events is None:
        return rejected(Kind.NO_DATA, f"no events of {symbol} in the answer", place=symbol)
    return accept(replace(found.events, symbol=symbol))


def _suspicious(verdict: Verdict[EventsReading]) -> bool:
    return any(each.kind is Kind.SUSPICIOUS_EMPTY for each in verdict.findings)


def _ranked(heard: Mapping[str, Sequence[EventsReading]]) -> list[str]:
    return sorted(heard, key=lambda source: ORDER.index(source) if source in ORDER else len(ORDER))


def without_leaps(
    known: SymbolEvents, heard: Mapping[str, Sequence[EventsReading]]
) -> tuple[Mapping[str, Sequence[EventsReading]], list[Finding]]:
    """Without payments told as a multiple or a fraction of what is known: a slip of scale is no correction.

    Two services may correct together what only one of them had told.
    """
    doubts: list[Finding] = []

    def leaps(told: CashEvent) -> bool:
        same = [each for each in known.cash if _same_day(each.event, told)]
        held = next((each for each in same if _leap(each.event, told)), None)
        if held is None or any(each.event.rate <= told.rate * 2 <= each.event.rate * 4 for each in same):
            return False
        others = (one for source, readings in heard.items() if source != told.source for one in readings)
        seconded = any(
            one.com_date == told.com_date and one.kind is told.kind and agree(one.rate, told.rate)
            for reading in others
            for one in reading.cash
        )
        if seconded and held.standing is not Standing.AGREED:
            return False
        detail = f"{held.event.rate:f} is known, {told.source} tells {told.rate:f}"
        doubts.append(Finding(Kind.IMPLAUSIBLE, f"{told.symbol} {told.com_date}", detail))
        return True

    kept = {
        source: [replace(one, cash=tuple(each for each in one.cash if not leaps(each))) for one in readings]
        for source, readings in heard.items()
    }
    return kept, doubts


def _same_day(held: CashEvent, told: CashEvent) -> bool:
    return (held.com_date, held.payment_date, held.kind) == (told.com_date, told.payment_date, told.kind)


def _leap(held: CashEvent, told: CashEvent) -> bool:
    """Whether another amount is a slip. Without a day of payment it may be another payment of that day,
    unless only the decimal point moved."""
    ratio = DecimalContext(prec=_DIGITS).divide(told.rate, held.rate)
    return held.payment_date is not None or is_scale_slip(ratio)


def _fits_kind(event: ShareEvent) -> bool:
    """A split gives more shares and a grouping fewer: a factor read so that it does the other is wrong."""
    if event.kind is ShareKind.REVERSE_SPLIT:
        return event.new_per_old < 1
    return event.kind is ShareKind.OTHER or event.new_per_old > 1


def _with_silent(known: SymbolEvents, heard: Mapping[str, Sequence[EventsReading]]) -> list[EventsReading]:
    """What was told now, and what those told before who say no payment now."""
    readings = [one for source in _ranked(heard) for one in heard[source]]
    telling = {each.source for one in readings for each in one.cash}
    earlier = tuple(one for each in known.cash for one in each.told if one.source not in telling)
    return [*readings, EventsReading(known.symbol, earlier)]


def cash_row(each: ReconciledCash) -> EventRow:
    """A payment as it is stored."""
    event = each.event
    return EventRow(each.event_id, CASH, event.com_date, event.payment_date, event_codec.cash_text(each))


def _same_event(held: ShareEvent, told: ShareEvent) -> bool:
    """Two tellings of one event: some sources give the ex date for the com date."""
    if held.com_date is None or told.com_date is None:
        return held.com_date is told.com_date and held.new_per_old == told.new_per_old
    first, last = sorted((held.com_date, told.com_date))
    if (last - first).days > 10 or b3().business_days_between(first, last) > SESSIONS_APART_MAX:
        return False
    return abs(held.new_per_old - told.new_per_old) * 1000 <= told.new_per_old


def _rivals(held: ShareEvent, told: ShareEvent) -> bool:
    """Another source's word on the same event with another factor."""
    return (
        held.kind is told.kind
        and held.com_date is not None
        and held.com_date == told.com_date
        and told.source not in held.source.split(TOGETHER)
    )


def _share_id(event: ShareEvent) -> str:
    factor = f"{event.new_per_old.normalize():f}"
    return deterministic_id("share", event.symbol, str(event.com_date), factor)


def _right_id(event: SubscriptionEvent) -> str:
    return deterministic_id(
        "right", event.symbol, str(event.com_date), str(event.percent), str(event.price), event.label
    )


def _moved(jump: Jump) -> bool:
    """Whether the price moved more than it usually does: only then it shows an event."""
    context = DecimalContext(prec=_DIGITS)
    return abs(context.ln(context.divide(jump.after, jump.before))) > USUAL_MOVE
