"""The planner: requests in, plans out, hundreds of portfolios at a time, in few questions to the book."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from fiel.autobalance.config import BATCH_MAX, AutobalanceConfig
from fiel.autobalance.journal_port import Plan
from fiel.autobalance.planning.groups import Group, Market, Member, exact_facts, grouped, in_money, lacking
from fiel.autobalance.planning.orders import Terms, Traded, operations_of
from fiel.autobalance.planning.port import Book, Books, NotPlanned, Subject, Subjects
from fiel.autobalance.planning.searching import Found, Unanswerable, one_by_one, together
from fiel.autobalance.registry.exact import Templates
from fiel.autobalance.saga.model import Operation
from fiel.autobalance.triggers import (
    Decision,
    DriftFacts,
    PriceFacts,
    WhyNot,
    by_strategy,
    in_the_way,
    percent,
    unbelievable,
    worth_it,
)
from fiel.autobalance.wire import Request
from fiel.custody.accounts import QUANTITY_SCALE, Account, minor_step, money_of
from fiel.custody.ports import LastPrice, NoPrice, PriceSource
from fiel.custody.queries import Holding
from fiel.custody.reservations import Fees
from fiel.kernel.calendars import b3
from fiel.kernel.clock import Clock
from fiel.kernel.money import currency_decimals
from fiel.kernel.parts import in_parts

if TYPE_CHECKING:
    from fiel.autobalance.planning.vectors import Vectors

TICKERS_MAX = 10_000
#: Of so few, arrays cost more than they save.
FEW = 4


@dataclass(frozen=True, slots=True)
class _Priced:
    """A group at prices: what decides, and what is traded."""

    group: Group
    units: Mapping[str, int]
    traded: tuple[Traded, ...]
    terms: Terms


@dataclass(slots=True)
class Planner:
    """Plans batches. `fees` are custody's (its reservations must cover what is planned).

    `arrays` forces the way groups are searched (default: arrays where numpy is there).
    """

    books: Books
    prices: PriceSource
    subjects: Subjects
    clock: Clock
    config: AutobalanceConfig
    fees: Fees = field(default_factory=Fees)
    arrays: bool | None = None
    _templates: Templates = field(default_factory=Templates)

    def plan_many(self, requests: Sequence[Request]) -> list[Plan | NotPlanned]:
        """One answer per portfolio, in the order of the requests; of several requests the last counts.

        Raises `Unavailable` when prices or book cannot be asked: nothing was decided then.
        """
        wanted = {request.portfolio: request for request in requests}
        found = {answer.portfolio: answer for answer in self._plan(wanted)}
        return [found[name] for name in wanted]

    def _plan(self, wanted: Mapping[str, Request]) -> Iterable[Plan | NotPlanned]:
        now = self.clock.now()
        admitted: list[tuple[Subject, Request]] = []
        for several in in_parts(wanted, BATCH_MAX):
            known = self.subjects.subjects_of(several)
            for name in several:
                subject = known.get(name)
                hindered = None if subject is None else in_the_way(subject.policy, subject.standing, now)
                if subject is None:
                    yield NotPlanned(name, WhyNot.NOT_ENROLLED)
                elif hindered is not None:
                    yield _not(name, hindered)
                else:
                    admitted.append((subject, wanted[name]))
        if not admitted:
            return
        accounts, holdings = self._read([subject.portfolio for subject, _ in admitted])
        groups, refused = grouped(admitted, accounts, holdings, self._templates, self.config.threshold)
        yield from refused
        market = Market(self._last({ticker for group in groups for ticker in group.tickers}), now)
        for group in groups:
            yield from self._plan_group(group, market)

    def _read(self, users: Collection[str]) -> tuple[Mapping[str, list[Account]], list[Holding]]:
        """All of the book that matters, of one instant."""
        accounts: dict[str, list[Account]] = {}
        holdings: list[Holding] = []
        with self.books.snapshot() as opened:
            book: Book = opened
            for several in in_parts(users, BATCH_MAX):
                accounts |= book.accounts_of(several)
                holdings += book.holdings_of(several)
        return accounts, holdings

    def _last(self, tickers: Collection[str]) -> Mapping[str, LastPrice | NoPrice]:
        found: dict[str, LastPrice | NoPrice] = {}
        for several in in_parts(sorted(tickers), TICKERS_MAX):
            found |= self.prices.last_prices(several)
        return found

    def _plan_group(self, group: Group, market: Market) -> Iterable[Plan | NotPlanned]:
        priced = self._priced(group, market)
        prices = market.facts(group, priced.units)
        yield from self._drop_unpriced(group, prices)
        if not group.members:
            return
        vectors = self._vectors(priced)
        facts = exact_facts(group, priced.units) if vectors is None else vectors.facts()
        acting: list[tuple[int, Decision, DriftFacts]] = []
        for row, (member, drift) in enumerate(zip(group.members, facts, strict=True)):
            decision = by_strategy(
                member.subject.policy,
                group.strategy,
                member.subject.standing,
                drift,
                market.now,
                b3().is_business_day,
            )
            if decision.act:
                acting.append((row, decision, drift))
            else:
                yield _not(member.name, decision)
        if not acting:
            return
        rows = [row for row, _, _ in acting]
        nodes = self.config.search_nodes
        if vectors is not None and together(group.members[0].subject.model, group.strategy, self.fees):
            wished = vectors.search(rows, nodes)
        else:
            members = [group.members[row] for row in rows]
            wished = one_by_one(group, members, in_money(priced.units), self.fees, nodes)
        for (row, decision, drift), found in zip(acting, wished, strict=True):
            yield self._planned(priced, group.members[row], decision, drift, found)

    def _drop_unpriced(self, group: Group, prices: PriceFacts) -> Iterable[NotPlanned]:
        """Take out the members whose prices cannot be believed."""
        kept = []
        for member in group.members:
            decision = unbelievable(member.subject.policy, lacking(group, member, prices))
            if decision is None:
                kept.append(member)
            else:
                yield _not(member.name, decision)
        group.members = kept

    def _priced(self, group: Group, market: Market) -> _Priced:
        units = market.units(group)
        terms = Terms(group.currency, self.fees, self.config.slippage)
        rules = group.members[0].subject.model.assets
        traded = tuple(
            terms.traded(
                ticker,
                int(rules[ticker].lot * QUANTITY_SCALE),
                units.get(ticker, 1),
                int(max(rules[ticker].minimum_order, self.config.smallest_order) * 10**18),
            )
            for ticker in group.tickers
        )
        return _Priced(group, units, traded, terms)

    def _vectors(self, priced: _Priced) -> Vectors | None:
        if self.arrays is False or (self.arrays is None and len(priced.group.members) < FEW):
            return None
        try:
            from fiel.autobalance.planning.vectors import Vectors
        except ImportError:
            return None
        return Vectors(priced.group, priced.units)

    def _planned(
        self, priced: _Priced, member: Member, decision: Decision, drift: DriftFacts, found: Found
    ) -> Plan | NotPlanned:
        if isinstance(found, Unanswerable):
            return NotPlanned(member.name, WhyNot.NOT_ANSWERABLE, found.detail)
        subject, currency = member.subject, priced.group.currency
        kept = int(subject.model.minimum_cash * 10 ** currency_decimals(currency))
        cash = member.account.available - kept
        operations = operations_of(priced.traded, found.quantities, member.free, cash, priced.terms)
        if not operations:
            return NotPlanned(member.name, WhyNot.NO_BETTER, f"{percent(drift.worst)} % off")
        too_small = worth_it(subject.policy, found.gain, self._cost(operations, currency))
        if too_small is not None:
            return _not(member.name, too_small)
        return Plan(
            member.name,
            currency,
            member.account.sequence,
            operations,
            member.request.id,
            str(decision.trigger),
            percent(drift.worst),
            member.note,
        )

    def _cost(self, operations: Sequence[Operation], currency: str) -> Decimal:
        """The fees of all operations at their market prices, in money."""
        if self.fees == Fees():
            return Decimal(0)
        step = minor_step(currency)
        cents = sum(self.fees.of(each.price * each.quantity // step) for each in operations)
        return money_of(cents, currency)


def _not(name: str, decision: Decision) -> NotPlanned:
    return NotPlanned(name, decision.why_not or WhyNot.NO_BETTER, decision.detail)
