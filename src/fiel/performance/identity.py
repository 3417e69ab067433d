"""Where the worth came from, to the cent: what was there, was put in, was made, and is there now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from fiel.kernel.errors import Corrupt
from fiel.performance.cells import Cell
from fiel.performance.levels import Group


@dataclass(frozen=True, slots=True)
class Identity:
    """In BRL with 2 decimals:

    initial + contributions - withdrawals + price_gain + income + currency - fees - taxes = final.

    `price_gain` is of prices, realised or not, at the exchange rate of the day; `currency` is yesterday's
    worth in foreign money times the change of its rate.
    """

    initial: Decimal
    contributions: Decimal
    withdrawals: Decimal
    price_gain: Decimal
    income: Decimal
    currency: Decimal
    fees: Decimal
    taxes: Decimal
    final: Decimal

    @property
    def explained(self) -> Decimal:
        """The left side."""
        made = self.price_gain + self.income + self.currency - self.fees - self.taxes
        return self.initial + self.contributions - self.withdrawals + made

    @property
    def gain(self) -> Decimal:
        """What was made in all, costs taken off."""
        return self.final - self.initial - self.contributions + self.withdrawals

    def check(self, name: str) -> Identity:
        """Itself. Raises `Corrupt` when the sides differ: never by bad input."""
        if self.explained != self.final:
            raise Corrupt(
                "identity_broken",
                f"{name}: {self.explained} explained, {self.final} there",
                details={"explained": str(self.explained), "final": str(self.final)},
            )
        return self


@dataclass(frozen=True, slots=True)
class Made:
    """What a cell made in a period, in cents of BRL."""

    gain: int
    income: int
    currency: int
    fees: int
    taxes: int

    @property
    def price(self) -> int:
        return self.gain - self.income - self.currency + self.fees + self.taxes


def made_of(cell: Cell, flows: Iterable[tuple[int, int, int]], first: int, last: int) -> Made:
    """What a cell made after place `first` (-1: nothing) to `last`. `flows`: its own (place, in, out)."""
    initial = cell.values[first] if first >= 0 else 0
    gain = cell.values[last] - initial
    for place, inn, out in flows:
        if first < place <= last:
            gain += out - inn
    income, fees, taxes = (
        sum([amount for place, amount in totals.items() if first < place <= last])
        for totals in (cell.income, cell.fees, cell.taxes)
    )
    currency = cell.currency_effect(first, last)
    if cell.is_cash and cell.rates is not None:
        # Cash has no price: the rounding of conversions belongs to its rate.
        currency = gain - income + fees + taxes
    return Made(gain, income, currency, fees, taxes)


def identity_of(
    group: Group, made: Iterable[Made], worths: tuple[int, int], first: int, last: int
) -> Identity:
    """The identity of a group from what its cells made, its worth at both ends and its own flows, checked."""
    parts = list(made)
    flows = [flow for place, flow in group.flows.items() if first < place <= last]
    return Identity(
        initial=_money(worths[0]),
        contributions=_money(sum(inn for inn, _ in flows)),
        withdrawals=_money(sum(out for _, out in flows)),
        price_gain=_money(sum(part.price for part in parts)),
        income=_money(sum(part.income for part in parts)),
        currency=_money(sum(part.currency for part in parts)),
        fees=_money(sum(part.fees for part in parts)),
        taxes=_money(sum(part.taxes for part in parts)),
        final=_money(worths[1]),
    ).check(group.name)


def _money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
