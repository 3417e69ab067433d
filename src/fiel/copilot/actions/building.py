"""The facts of each kind of action, position by position. Units are billionths, money minor units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext

from fiel.copilot.actions.ground import Ground, Place
from fiel.custody.accounts import QUANTITY_SCALE
from fiel.custody.bookings import Told
from fiel.custody.events import BookFact, FactKind
from fiel.custody.ledger.positions import share_of
from fiel.kernel.rounding import Rounding, finance_context, round_to


@dataclass(slots=True)
class Building:
    """The facts of one action in one position, one microsecond after the other."""

    ground: Ground
    action: str
    day: date
    place: Place
    told: list[Told] = field(default_factory=list)

    @property
    def held(self) -> tuple[int, int]:
        """(quantity, cost) when the action happens: all that came before it."""
        return self.ground.tally.held_at(self.place.account, self.place.ticker, self.ground.morning(self.day))

    def add(
        self,
        kind: FactKind,
        quantity: int = 0,
        *,
        amount: int = 0,
        cost: int = 0,
        price: int = 0,
        leg: str = "",
        ticker: str | None = None,
    ) -> None:
        """One more fact."""
        name = self.ground.name(self.action, self.place)
        command = BookFact(
            f"{name}#{leg}" if leg else name,
            kind,
            self.ground.now,
            self.ground.morning(self.day, len(self.told)),
            ticker or self.place.ticker,
            quantity,
            amount,
            0,
            cost,
            price,
        )
        self.told.append(Told(self.place.account, command))


def split(build: Building, new: Decimal, old: Decimal) -> None:
    """The difference in units of what was held when the day began; the cost stays."""
    held = build.ground.quantity(build.place, build.ground.midnight(build.day))
    gained = _part(held, new, old) - held
    if gained:
        build.add(FactKind.SPLIT, gained)
        _sell_fraction(build, held + gained)


def bonus(build: Building, percent: Decimal, declared: Decimal) -> None:
    """New units at the cost that the company declares, reais per unit, half up to the cent."""
    held = build.ground.quantity(build.place, build.ground.midnight(build.day))
    gained = _part(held, percent, Decimal(100))
    if gained > 0:
        build.add(FactKind.BONUS, gained, cost=_money(gained, declared))
        _sell_fraction(build, held + gained)


def _sell_fraction(build: Building, held: int) -> None:
    """Where the book knows that the fraction was sold, it leaves for its auction; else it is kept."""
    sold = build.ground.auction_after(build.place, build.day)
    part = held % QUANTITY_SCALE if held > 0 else 0
    if part and sold is not None and not build.ground.has_left(build.place, build.day, sold):
        build.add(FactKind.FRACTION, -part, leg="fraction")


def exchange(
    build: Building,
    into: str,
    ratio: tuple[Decimal, Decimal],
    cash: Decimal,
    cash_cost_percent: Decimal,
) -> None:
    """All units become `new` for `old` of another asset; `cash` (reais per old unit) is a sale of a part.

    That part has `cash_cost_percent` of the units and so of the cost; without one all of the money is gain.
    """
    held, cost = build.held
    if held <= 0:
        return
    came = _part(held, *ratio)
    money = _money(held, cash)
    sold = _part(held, cash_cost_percent, Decimal(100))
    if money and sold:
        price = money * 10**7 * QUANTITY_SCALE // sold
        build.add(FactKind.TRADE, -sold, amount=money, price=price, leg="cash")
    elif money:
        build.add(FactKind.FRACTION_SALE, amount=money, leg="cash")
    kept = cost - (share_of(cost, sold, held) if money and sold else 0)
    left = held - (sold if money else 0)
    if left:
        build.add(FactKind.CONVERSION, -left, cost=-kept, leg="1")
    if came:
        build.add(FactKind.CONVERSION, came, cost=kept, leg="2", ticker=into)


def spin_off(build: Building, into: str, percent: Decimal, cost_percent: Decimal) -> None:
    """`percent` units of another asset for 100 held, which take `cost_percent` of the cost with them."""
    held, cost = build.held
    born = _part(held, percent, Decimal(100))
    if held <= 0 or born <= 0:
        return
    moved = _rounded(Decimal(cost) * cost_percent / 100)
    build.add(FactKind.CONVERSION, -held, cost=-cost, leg="1")
    build.add(FactKind.CONVERSION, held, cost=cost - moved, leg="2")
    build.add(FactKind.CONVERSION, born, cost=moved, leg="3", ticker=into)


def fraction(build: Building, quantity: Decimal | None, proceeds: Decimal) -> None:
    """What is below one unit (or the quantity told) leaves, and is sold for `proceeds` (reais in all)."""
    held, _ = build.held
    part = held % QUANTITY_SCALE if quantity is None else int(quantity * QUANTITY_SCALE)
    if 0 < part <= held:
        build.add(FactKind.FRACTION, -part, leg="fraction")
        build.add(FactKind.FRACTION_SALE, amount=_rounded(proceeds * 100), leg="sale")


def rights(build: Building, into: str, percent: Decimal) -> None:
    """Whole rights for the units held when the day began, at no cost."""
    held = build.ground.quantity(build.place, build.ground.midnight(build.day))
    issued = _part(held, percent, Decimal(100)) // QUANTITY_SCALE * QUANTITY_SCALE
    if issued > 0:
        build.add(FactKind.BONUS, issued, ticker=into)


def exercise(build: Building, into: str, quantity: Decimal, price: Decimal) -> None:
    """Units are bought at the price of the right; what the rights cost joins them."""
    held, cost = build.held
    units = int(quantity * QUANTITY_SCALE)
    if not 0 < units <= held:
        return
    of_rights = share_of(cost, units, held)
    amount = -_money(units, price)
    build.add(
        FactKind.TRADE, units, amount=amount, price=int(price * QUANTITY_SCALE), leg="paid", ticker=into
    )
    build.add(FactKind.CONVERSION, -units, cost=-of_rights, leg="1")
    if of_rights:
        build.add(FactKind.CONVERSION, -units, leg="2", ticker=into)
        build.add(FactKind.CONVERSION, units, cost=of_rights, leg="3", ticker=into)


def sell_rights(build: Building, quantity: Decimal, price: Decimal) -> None:
    """A sale of rights; at price zero they lapse, and what they cost is lost."""
    held, _ = build.held
    units = int(quantity * QUANTITY_SCALE) if quantity else held
    if not 0 < units <= held:
        return
    build.add(FactKind.TRADE, -units, amount=_money(units, price), price=int(price * QUANTITY_SCALE))


def lapse_rights(build: Building) -> None:
    """All rights that are left end without value: those that cost nothing just leave."""
    held, cost = build.held
    if held > 0 and cost:
        build.add(FactKind.TRADE, -held)
    elif held > 0:
        build.add(FactKind.CONVERSION, -held, leg="1")


def amounts(build: Building, per_unit: Decimal) -> Iterator[int]:
    """The capital given back on what was held when the day began, minor units half up."""
    held = build.ground.quantity(build.place, build.ground.midnight(build.day))
    if held > 0 and (amount := _money(held, per_unit)):
        yield amount


def _part(held: int, new: Decimal, old: Decimal) -> int:
    """`held` times `new` / `old`, cut towards zero at a billionth."""
    with localcontext(finance_context()):
        return int(Decimal(held) * new / old)


def _money(units: int, each: Decimal) -> int:
    with localcontext(finance_context()):
        return _rounded(Decimal(units) * each / 10**7)


def _rounded(cents: Decimal) -> int:
    with localcontext(finance_context()):
        return int(round_to(cents, 0, Rounding.HALF_UP))
