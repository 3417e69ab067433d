"""Small books drawn at random, with everything in them, and what a clerk would count by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

from hypothesis import strategies as st

from fiel.performance.book import Book, value_book
from fiel.performance.entries import Asset, Entry, EntryKind, PriceSeries, Transfer

START = date(2026, 1, 5)
LENGTH = 12
ASSETS = (Asset("AAAA3", "shares"), Asset("FFFF11", "funds"), Asset("UUUU", "abroad", "USD"))
ACCOUNTS = ("one", "two")
DAYS = tuple(START + timedelta(days=at) for at in range(LENGTH))
SESSIONS = tuple(day for day in DAYS if day.weekday() < 5)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a book is made of."""

    entries: tuple[Entry | Transfer, ...]
    prices: dict[str, PriceSeries]
    rates: dict[str, PriceSeries]

    def book(self) -> Book:
        return value_book(ASSETS, self.entries, self.prices, SESSIONS, rates=self.rates)


def _cents(draw: st.DrawFn, most: int) -> Decimal:
    return Decimal(draw(st.integers(1, most))) / 100


@st.composite
def _series(draw: st.DrawFn, low: int, high: int) -> PriceSeries:
    """A price for each session; each but the first may be missing."""
    prices: dict[date, Decimal | None] = {}
    for at, day in enumerate(SESSIONS):
        missing = at > 0 and draw(st.integers(0, 5)) == 0
        prices[day] = None if missing else Decimal(draw(st.integers(low, high))) / 1000
    return PriceSeries.of(prices, "drawn")


@st.composite
def _entry(draw: st.DrawFn, day: date, held: dict[tuple[str, str], Decimal]) -> Entry | Transfer:
    account = draw(st.sampled_from(ACCOUNTS))
    asset = draw(st.sampled_from(ASSETS)).id
    owned = held.get((account, asset), Decimal(0))
    kinds = [EntryKind.CONTRIBUTION, EntryKind.WITHDRAWAL, EntryKind.BUY, EntryKind.INCOME, EntryKind.FEE]
    kinds += [EntryKind.TAX, EntryKind.DELIVERY_IN, EntryKind.BUY]
    if owned:
        kinds += [EntryKind.SELL, EntryKind.DELIVERY_OUT, EntryKind.CAPITAL, EntryKind.QUANTITY]
    kind = draw(st.sampled_from(kinds))
    if owned and draw(st.integers(0, 6)) == 0:
        other = ACCOUNTS[account == ACCOUNTS[0]]
        held[account, asset] = Decimal(0)
        held[other, asset] = held.get((other, asset), Decimal(0)) + owned
        return Transfer(day, account, other, asset, asset, owned, owned)
    if kind in (EntryKind.CONTRIBUTION, EntryKind.WITHDRAWAL):
        return Entry(day, kind, account, amount=_cents(draw, 500_000))
    if kind in (EntryKind.FEE, EntryKind.TAX):
        of = draw(st.sampled_from([asset, None]))
        return Entry(day, kind, account, of, _cents(draw, 2_000))
    if kind is EntryKind.INCOME:
        return Entry(day, kind, account, asset, _cents(draw, 9_000), taxes=_cents(draw, 500))
    if kind is EntryKind.CAPITAL:
        return Entry(day, kind, account, asset, _cents(draw, 3_000))
    quantity = Decimal(draw(st.integers(1, 5_000))) / draw(st.sampled_from([1, 8]))
    if kind is EntryKind.QUANTITY:
        held[account, asset] = owned + quantity
        return Entry(day, kind, account, asset, quantity=quantity)
    if kind in (EntryKind.SELL, EntryKind.DELIVERY_OUT):
        quantity = min(quantity, owned)
        held[account, asset] = owned - quantity
    else:
        held[account, asset] = owned + quantity
    amount = None if kind is EntryKind.DELIVERY_IN and draw(st.booleans()) else _cents(draw, 900_000)
    fees = Decimal(0) if kind in (EntryKind.DELIVERY_IN, EntryKind.DELIVERY_OUT) else _cents(draw, 300)
    return Entry(day, kind, account, asset, amount, quantity, fees)


@st.composite
def drawn_books(draw: st.DrawFn, entries: int = 14) -> Drawn:
    """Entries on days in order, weekends too, after a first deposit in each account."""
    held: dict[tuple[str, str], Decimal] = {}
    days = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=entries)))
    made: list[Entry | Transfer] = [
        Entry(START, EntryKind.CONTRIBUTION, account, amount=Decimal(50_000)) for account in ACCOUNTS
    ]
    made += [draw(_entry(day, held)) for day in days]
    prices = {asset.id: draw(_series(1_000, 90_000)) for asset in ASSETS}
    return Drawn(tuple(made), prices, {"USD": draw(_series(4_000, 6_500))})


def known(series: PriceSeries, day: date) -> Fraction:
    """The last price on or before a day, by looking back."""
    found = [
        unit for at, unit in zip(series.days, series.units, strict=True) if at <= day and unit is not None
    ]
    return Fraction(found[-1], 10**series.decimals)


def to_cents(number: Fraction) -> int:
    """Half up, also below zero."""
    return floor(number * 100 + Fraction(1, 2))


class Clerk:
    """Counts a drawn book again, entry by entry, in fractions: no code in common with the product."""

    def __init__(self, drawn: Drawn, until: date) -> None:
        self.drawn, self.until = drawn, until
        self.held: dict[tuple[str, str], Fraction] = {}
        self.cash: dict[tuple[str, str], Fraction] = {}
        self.into = self.out = self.income = self.fees = self.taxes = 0
        for entry in drawn.entries:
            if entry.day <= until:
                self._count(entry)

    def worth(self, account: str) -> int:
        """Cents of BRL at the close of the day."""
        currency = {asset.id: asset.currency for asset in ASSETS}
        total = 0
        for (owner, asset), quantity in self.held.items():
            if owner == account:
                local = to_cents(quantity * known(self.drawn.prices[asset], self.until))
                total += self._brl(local, currency[asset], self.until)
        for (owner, name), amount in self.cash.items():
            if owner == account:
                total += self._brl(int(amount * 100), name, self.until)
        return total

    def _brl(self, cents: int, currency: str, day: date) -> int:
        if currency == "BRL":
            return cents
        return to_cents(Fraction(cents, 100) * known(self.drawn.rates[currency], day))

    def _count(self, entry: Entry | Transfer) -> None:
        if isinstance(entry, Transfer):
            assert entry.asset
            self._move(entry.account, entry.asset, -entry.quantity)
            self._move(entry.to_account, entry.asset, entry.quantity)
            return
        currency = entry.currency
        if entry.asset is not None:
            currency = next(asset.currency for asset in ASSETS if asset.id == entry.asset)
        amount, costs, kind = entry.amount or Decimal(0), entry.fees + entry.taxes, entry.kind
        self.fees += self._cents(entry.fees, currency, entry)
        self.taxes += self._cents(entry.taxes, currency, entry)
        brl = self._cents(amount, currency, entry)
        if kind in (EntryKind.DELIVERY_IN, EntryKind.DELIVERY_OUT):
            assert entry.asset
            if entry.amount is None:
                local = to_cents(Fraction(entry.quantity) * known(self.drawn.prices[entry.asset], entry.day))
                brl = self._brl(local, currency, entry.day)
            arrives = kind is EntryKind.DELIVERY_IN
            self.into, self.out = self.into + brl * arrives, self.out + brl * (not arrives)
            self._move(entry.account, entry.asset, entry.quantity if arrives else -entry.quantity)
            return
        if kind in (EntryKind.BUY, EntryKind.SELL, EntryKind.QUANTITY):
            assert entry.asset
            self._move(
                entry.account, entry.asset, -entry.quantity if kind is EntryKind.SELL else entry.quantity
            )
        spends = kind in (EntryKind.BUY, EntryKind.FEE, EntryKind.TAX, EntryKind.WITHDRAWAL)
        key = (entry.account, currency)
        net = (-amount if spends else amount) - costs
        self.cash[key] = self.cash.get(key, Fraction(0)) + Fraction(net)
        self.into += brl * (kind is EntryKind.CONTRIBUTION)
        self.out += brl * (kind is EntryKind.WITHDRAWAL)
        self.income += brl * (kind is EntryKind.INCOME)
        self.fees += brl * (kind is EntryKind.FEE)
        self.taxes += brl * (kind is EntryKind.TAX)

    def _cents(self, amount: Decimal, currency: str, entry: Entry) -> int:
        return self._brl(int(amount * 100), currency, entry.day)

    def _move(self, account: str, asset: str, quantity: Decimal) -> None:
        key = (account, asset)
        self.held[key] = self.held.get(key, Fraction(0)) + Fraction(quantity)
