"""The book of the demonstration: an invented wallet at recorded prices, payments and rates.

Invented are the deposits, the choices and the dates; every price is a recorded close, every dividend a
recorded payment on what was held on its com date, and the units of fixed income grow by recorded rates.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from functools import cached_property
from importlib.resources import files
from types import MappingProxyType

from fiel.copilot.booking.typed import typed_file
from fiel.copilot.importing.rows import ReadFile, Row, RowKind
from fiel.copilot.recorded_prices import RECORDED_DAY, recorded_instant
from fiel.kernel.calendars import b3
from fiel.kernel.months import month_after
from fiel.kernel.rounding import finance_context, round_half_up
from fiel.market.providers.recorded import (
    closing_instant,
    recorded_event_symbols,
    recorded_events,
    recorded_history,
    recorded_series,
)
from fiel.market.values import Bar, CashEvent, CashKind, Observation

WALLET = "demonstracao"
#: The last day of the demonstration, and for it today.
DAY = date.fromisoformat(RECORDED_DAY)
#: Recorded prices of most symbols begin before; those of VALE3 and PETR4 on 2021-07-29.
FIRST_MONTH = date(2021, 8, 1)
DEPOSIT = Decimal(4000)
FIRST_DEPOSIT = Decimal(60000)
SHARES = ("ABEV3", "BBSE3", "CPLE6", "PETR4", "TAEE11", "VALE3", "WEGE3")
FUNDS = ("BOVA11", "MXRF11")
#: Units of fixed income: the series by which a unit grows, from 1,000 reais on the first day.
TITLES: Mapping[str, str] = MappingProxyType({"TESOUROSELIC2029": "selic", "CDBCDI2027": "cdi"})
SERIES = ("cdi", "ipca", "selic", "usd_ptax")
_SINCE = date(2021, 6, 1)
_UNIT = Decimal(1000)
_CENT, _HUNDREDTH = Decimal("0.01"), Decimal("0.01")
#: Of the tax on interest on own capital, withheld where it is paid.
_JCP_TAX = Decimal("0.15")
_KINDS = {CashKind.JCP: RowKind.JCP, CashKind.INTEREST: RowKind.INTEREST}
#: Wanted parts of the whole, as the targets of the text say them.
_WANTED: Mapping[str, Decimal] = MappingProxyType(
    {
        **{name: Decimal("0.05") for name in SHARES},
        "BOVA11": Decimal("0.15"),
        "MXRF11": Decimal("0.10"),
        "TESOUROSELIC2029": Decimal("0.25"),
        "CDBCDI2027": Decimal("0.15"),
    }
)
#: From this month on the invented person buys by fancy, and the wallet leaves its plan.
_BY_FANCY = date(2023, 4, 1)
_FANCIES = (("VALE3", "PETR4"), ("WEGE3", "BOVA11"), ("PETR4", "MXRF11"))
#: Sales, by month: so that the pages of taxes have something to tell.
_SALES: Mapping[date, tuple[str, Decimal]] = MappingProxyType(
    {date(2023, 6, 1): ("PETR4", Decimal(40)), date(2023, 11, 1): ("BOVA11", Decimal(20))}
)


def demo_instant() -> datetime:
    """The close of the recorded day: for the demonstration, now."""
    return recorded_instant()


def demo_targets_text() -> str:
    """The targets of the wallet, as a person writes them."""
    return files("fiel.copilot").joinpath("data", "demo-targets.toml").read_text("utf-8")


def demo_bars(symbol: str) -> tuple[Bar, ...]:
    """The recorded sessions of a symbol, from a little before the wallet begins up to the day."""
    return tuple(bar for bar in recorded_history(symbol).bars if _SINCE <= bar.day <= DAY)


def demo_rates(key: str) -> tuple[Observation, ...]:
    """The recorded rows of a series in the same days."""
    return tuple(row for row in recorded_series(key).rows if _SINCE <= row.day <= DAY)


def demo_payments(symbol: str) -> tuple[CashEvent, ...]:
    """The recorded payments of a symbol that were announced by the day.

    Without those of before whose day of payment is not recorded: nobody could say when they came.
    """
    if symbol not in recorded_event_symbols():
        return ()
    told = recorded_events(symbol).cash
    return tuple(
        one
        for one in told
        if one.approved_on is not None
        and one.approved_on <= DAY
        and (one.payment_date is not None or (one.com_date or DAY) > DAY)
    )


def demo_units(title: str) -> dict[date, Decimal]:
    """What a unit of a title is worth on each business day: a thousand reais on the first, then by its rate.

    Reais, nine decimals; without tax, spread or fee.
    """
    worth, units = _UNIT, {}
    context = finance_context()
    for row in recorded_series(TITLES[title]).rows:
        if FIRST_MONTH <= row.day <= DAY:
            units[row.day] = worth.quantize(Decimal("0.000000001"))
            worth = context.multiply(worth, 1 + row.value / 100)
    return units


def demo_prices() -> dict[str, tuple[Decimal, datetime, str]]:
    """The last price of each asset of the wallet, when it was, and who says so."""
    book = _Story()
    found = {}
    for name in (*SHARES, *FUNDS):
        found[name] = (book.price(name, DAY), closing_instant(DAY), "recorded")
    for title, series in TITLES.items():
        found[title] = (book.price(title, DAY), closing_instant(DAY), f"{series}, recorded")
    return found


def demo_file() -> ReadFile:
    """All that happened in the wallet, as typed rows."""
    return typed_file(_Story().told())


def _day_of(month: date) -> date:
    """The day of the month on which the person invests: the first session from the fifth on."""
    return next(iter(b3().sessions(month + timedelta(days=4), month + timedelta(days=15))))


@dataclass(slots=True)
class _Prices:
    days: tuple[date, ...]
    values: tuple[Decimal, ...]

    def on(self, day: date) -> Decimal:
        """Of the day, or the last one before it."""
        return self.values[bisect_right(self.days, day) - 1]


@dataclass
class _Story:
    """The wallet month by month: what it holds, its cash, and the rows that say how it came."""

    held: dict[str, Decimal] = field(default_factory=dict)
    cash: Decimal = Decimal(0)
    rows: list[Row] = field(default_factory=list)
    past: dict[str, list[tuple[date, Decimal]]] = field(default_factory=dict)

    @cached_property
    def _prices(self) -> dict[str, _Prices]:
        found = {}
        for name in (*SHARES, *FUNDS):
            bars = demo_bars(name)
            found[name] = _Prices(tuple(bar.day for bar in bars), tuple(bar.close for bar in bars))
        for name in TITLES:
            units = demo_units(name)
            found[name] = _Prices(tuple(units), tuple(units.values()))
        return found

    def price(self, asset: str, day: date) -> Decimal:
        """Reais for a unit at the close."""
        return self._prices[asset].on(day)

    def told(self) -> Iterator[Row]:
        """Every row, in the order of days."""
        month = FIRST_MONTH
        coming = self._payments()
        while (day := _day_of(month)) <= DAY:
            while coming and coming[0][0] <= day:
                self._receive(coming.pop(0)[1])
            self._deposit(day, FIRST_DEPOSIT if month == FIRST_MONTH else DEPOSIT)
            if month in _SALES:
                self._sell(*_SALES[month], day)
            self._invest(month, day)
            month = month_after(month, 1)
        for _, event in coming:
            self._receive(event)
        yield from sorted(self.rows, key=lambda row: row.day or date.min)

    def _payments(self) -> list[tuple[date, CashEvent]]:
        """What was paid by the day, in the order of the days."""
        found = [
            (event.payment_date, event)
            for name in SHARES
            for event in demo_payments(name)
            if event.payment_date is not None
            and event.payment_date <= DAY
            and event.com_date is not None
            and event.com_date >= FIRST_MONTH
        ]
        return sorted(found, key=lambda one: (one[0], one[1].symbol, one[1].rate))

    def _receive(self, event: CashEvent) -> None:
        """A payment on what was held on its com date."""
        if event.com_date is None or event.payment_date is None:
            return
        gross = round_half_up(self._held_on(event.symbol, event.com_date) * event.rate, 2)
        if gross <= 0:
            return
        tax = round_half_up(gross * _JCP_TAX, 2) if event.kind is CashKind.JCP else None
        self.cash += gross - (tax or 0)
        self._row(
            _KINDS.get(event.kind, RowKind.DIVIDEND),
            event.payment_date,
            event.symbol,
            amount=gross,
            taxes=tax,
        )

    def _deposit(self, day: date, amount: Decimal) -> None:
        self.cash += amount
        self._row(RowKind.DEPOSIT, day, None, amount=amount)

    def _sell(self, asset: str, quantity: Decimal, day: date) -> None:
        amount = (quantity * self.price(asset, day)).quantize(_CENT)
        self._moved(asset, day, -quantity)
        self.cash += amount
        self._row(RowKind.SELL, day, asset, quantity=quantity, price=self.price(asset, day))

    def _invest(self, month: date, day: date) -> None:
        """By plan: what is farthest below its target first. By fancy: what the person likes that month."""
        if month >= _BY_FANCY:
            for asset in _FANCIES[month.month % len(_FANCIES)]:
                self._buy(asset, day, self.cash / 2)
            return
        for asset in sorted(_WANTED, key=lambda name: self._below(name, day), reverse=True)[:6]:
            below = self._below(asset, day)
            if below > 0:
                self._buy(asset, day, min(below, self.cash))
        self._buy("TESOUROSELIC2029", day, self.cash)

    def _below(self, asset: str, day: date) -> Decimal:
        whole = self.cash + sum(count * self.price(name, day) for name, count in self.held.items())
        return _WANTED[asset] * whole - self.held.get(asset, Decimal(0)) * self.price(asset, day)

    def _buy(self, asset: str, day: date, money: Decimal) -> None:
        price = self.price(asset, day)
        step = _HUNDREDTH if asset in TITLES else Decimal(1)
        quantity = (money / price / step).to_integral_value(ROUND_FLOOR) * step
        if quantity <= 0:
            return
        self.cash -= (quantity * price).quantize(_CENT)
        self._moved(asset, day, quantity)
        self._row(RowKind.BUY, day, asset, quantity=quantity, price=price)

    def _moved(self, asset: str, day: date, quantity: Decimal) -> None:
        self.held[asset] = self.held.get(asset, Decimal(0)) + quantity
        self.past.setdefault(asset, []).append((day, self.held[asset]))

    def _held_on(self, asset: str, day: date) -> Decimal:
        return next((count for when, count in reversed(self.past.get(asset, [])) if when <= day), Decimal(0))

    def _row(
        self,
        kind: RowKind,
        day: date,
        asset: str | None,
        *,
        quantity: Decimal | None = None,
        price: Decimal | None = None,
        amount: Decimal | None = None,
        taxes: Decimal | None = None,
    ) -> None:
        row = Row(
            len(self.rows) + 1,
            kind,
            day,
            asset,
            quantity=quantity,
            price=price,
            amount=amount,
            taxes=taxes,
        )
        self.rows.append(row)
