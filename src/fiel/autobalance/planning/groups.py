"""Portfolios that are judged and searched together: those of one model, strategy and currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from fiel.autobalance.planning.port import NotPlanned, Subject
from fiel.autobalance.registry.exact import Templates
from fiel.autobalance.registry.judging import Template
from fiel.autobalance.triggers import UNDATED, DriftFacts, PriceFacts, WhyNot, strategy_of
from fiel.autobalance.wire import Request
from fiel.custody.accounts import PRICE_SCALE, QUANTITY_SCALE, Account, CashMode, money_of, units_text
from fiel.custody.ports import LastPrice, NoPrice
from fiel.custody.queries import Holding
from fiel.rebalancing.problem import Strategy

_PERCENT_PLACES = Decimal("0.000001")


@dataclass(slots=True)
class Member:
    """A portfolio to be planned: what is `free` of each asset of its group, in billionths."""

    subject: Subject
    request: Request
    account: Account
    free: list[int]
    #: What other orders hold: shares of a ticker.
    reserved: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The portfolio."""
        return self.subject.portfolio

    @property
    def note(self) -> str:
        """What the plan leaves out of account, in words; empty without anything."""
        held = list(self.reserved)
        if self.account.blocked:
            currency = self.account.currency
            held.append(f"{money_of(self.account.blocked, currency)} {currency}")
        return f"held by other orders: {', '.join(held)}" if held else ""


@dataclass(slots=True)
class Group:
    """Members in the order of their requests."""

    template: Template
    strategy: Strategy
    currency: str
    members: list[Member] = field(default_factory=list)

    @property
    def tickers(self) -> tuple[str, ...]:
        """The assets, in the order of `Member.free`."""
        return self.template.tickers


@dataclass(frozen=True, slots=True)
class Market:
    """The last prices as they were read, at one instant."""

    prices: Mapping[str, LastPrice | NoPrice]
    now: datetime

    def units(self, group: Group) -> dict[str, int]:
        """The usable prices of a group's assets, in billionths of its currency."""
        found = ((ticker, self.prices.get(ticker)) for ticker in group.tickers)
        return {
            ticker: each.price
            for ticker, each in found
            if isinstance(each, LastPrice) and each.currency == group.currency
        }

    def facts(self, group: Group, units: Mapping[str, int]) -> PriceFacts:
        """The missing and the oldest among a group's prices. One from the future is as bad as an old one."""
        missing = tuple(ticker for ticker in group.tickers if ticker not in units)
        oldest, age = None, timedelta()
        for ticker in units:
            each = self.prices[ticker]
            known = isinstance(each, LastPrice) and each.as_of is not None
            of = abs(self.now - each.as_of) if known else UNDATED  # type: ignore[union-attr, operator]
            if oldest is None or of > age:
                oldest, age = ticker, of
        return PriceFacts(missing, oldest, age)


def grouped(
    subjects: Iterable[tuple[Subject, Request]],
    accounts: Mapping[str, list[Account]],
    holdings: Iterable[Holding],
    templates: Templates,
    threshold: Decimal,
) -> tuple[list[Group], list[NotPlanned]]:
    """Portfolios by group, with what is free of what they hold; and those that cannot be planned."""
    groups: dict[tuple[str, Strategy, str], Group] = {}
    places: dict[tuple[str, str], tuple[Member, dict[str, int]]] = {}
    columns: dict[int, dict[str, int]] = {}
    shorts: dict[tuple[int, int, str], Group] = {}
    refused: list[NotPlanned] = []
    for subject, request in subjects:
        account = _account(subject, accounts)
        if isinstance(account, NotPlanned):
            refused.append(account)
            continue
        # Most share model and policy: asked of the same objects, the question costs no hashing of trees.
        short = (id(subject.model), id(subject.policy), subject.currency)
        group = shorts.get(short)
        if group is None:
            strategy = strategy_of(subject.policy, subject.model, threshold)
            key = (subject.model.id, strategy, subject.currency)
            if key not in groups:
                template = templates.of(subject.model, strategy)
                made = groups[key] = Group(template, strategy, subject.currency)
                columns[id(made)] = {ticker: place for place, ticker in enumerate(template.tickers)}
            group = shorts[short] = groups[key]
        member = Member(subject, request, account, [0] * len(group.tickers))
        group.members.append(member)
        places[subject.portfolio, subject.currency] = (member, columns[id(group)])
    for user, currency, ticker, quantity, reserved in holdings:
        place = places.get((user, currency))
        if place is not None and (column := place[1].get(ticker)) is not None:
            place[0].free[column] = quantity - reserved
            if reserved:
                place[0].reserved.append(f"{units_text(reserved, QUANTITY_SCALE)} {ticker}")
    return list(groups.values()), refused


def exact_facts(group: Group, units: Mapping[str, int]) -> list[DriftFacts]:
    """The drift of each member by the Decimal rule; every price that matters must be among `units`."""
    prices = in_money(units)
    return [exact_fact(group, member, prices) for member in group.members]


def exact_fact(group: Group, member: Member, prices: Mapping[str, Decimal]) -> DriftFacts:
    """The drift of one member by the Decimal rule."""
    held = dict(zip(group.tickers, member.free, strict=True))
    values = group.template.node_values(held, member.account.available, group.currency, prices)
    # Nothing is held, but there is money to invest: every node with a target is out.
    is_new = values is not None and values[0] == 0 and member.account.available > 0
    if values is None or (values[0] <= 0 and not is_new):
        return DriftFacts(is_out=False, worst=Decimal(0), is_empty=values is not None)
    worst = group.template.worst(values).quantize(_PERCENT_PLACES)
    return DriftFacts(group.template.is_out(values), worst)


def in_money(units: Mapping[str, int]) -> dict[str, Decimal]:
    """Prices in money per unit."""
    return {ticker: Decimal(price) / PRICE_SCALE for ticker, price in units.items()}


def lacking(group: Group, member: Member, facts: PriceFacts) -> PriceFacts:
    """The facts that matter to a member: an asset that it neither holds nor wants needs no price."""
    if not facts.missing:
        return facts
    matters = {
        ticker
        for ticker, held, wanted in zip(group.tickers, member.free, group.template.targeted, strict=True)
        if held or wanted
    }
    return PriceFacts(tuple(t for t in facts.missing if t in matters), facts.oldest, facts.age)


def _account(subject: Subject, accounts: Mapping[str, list[Account]]) -> Account | NotPlanned:
    for account in accounts.get(subject.portfolio, ()):
        if account.currency == subject.currency:
            if account.cash_mode is not CashMode.TRACKED:
                message = "its cash is kept elsewhere, so that no buy can be covered"
                return NotPlanned(subject.portfolio, WhyNot.CASH_NOT_KEPT, message)
            if account.available < 0:
                short = money_of(-account.available, account.currency)
                return NotPlanned(subject.portfolio, WhyNot.CASH_SHORT, f"{short} {account.currency}")
            return account
    return NotPlanned(subject.portfolio, WhyNot.NO_ACCOUNT, f"no account in {subject.currency}")
