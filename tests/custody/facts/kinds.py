"""What each kind of fact does to a book where ana holds 100 PETR4 that cost R$ 1,000.00."""

from __future__ import annotations

from typing import NamedTuple

from fiel.custody.bookings import Told
from fiel.custody.events import FactKind
from tests.custody.facts.telling import Line, bought, cash, fact
from tests.support.custody_bank import E9

HOLDING = fact("opening", "start", day=-9, shares=100, cost=100_000)


class Contract(NamedTuple):
    """A fact; the kind of its entry, its postings, wallet transactions, and the position afterwards."""

    told: Told
    entry: str
    money: tuple[Line, ...] = ()
    shares: tuple[Line, ...] = ()
    wallet: tuple[tuple[str, int], ...] = ()
    held: tuple[float, int, int] = (100, 100_000, 0)


def _money(amount: int, counter: str, fee: int = 0) -> tuple[Line, ...]:
    lines = (("available", "BRL", amount - fee), (counter, "BRL", -amount))
    return (*lines, ("fees", "BRL", fee)) if fee else lines


def _shares(count: float, counter: str = "outside") -> tuple[Line, ...]:
    units = int(count * E9)
    return (("available", "PETR4", units), (counter, "PETR4", -units))


def _moved(told: Told, entry: str, count: float, cost: int) -> Contract:
    return Contract(told, entry, shares=_shares(count), held=(100 + count, cost, 0))


CONTRACTS: dict[str, Contract] = {
    "deposit": Contract(
        cash("deposit", 1000), "DEPOSIT", _money(1000, "outside"), wallet=(("DEPOSIT", 1000),)
    ),
    "withdrawal": Contract(
        cash("withdrawal", -900), "WITHDRAWAL", _money(-900, "outside"), wallet=(("WITHDRAWAL", -900),)
    ),
    "fee": Contract(
        cash("fee", -500), "FEE", (("available", "BRL", -500), ("fees", "BRL", 500)), wallet=(("FEE", -500),)
    ),
    "fee of a ticker, given back": Contract(
        cash("fee", 500, ticker="PETR4"), "FEE", _money(500, "fees"), wallet=(("FEE", 500),)
    ),
    "tax": Contract(cash("tax", -700), "TAX", _money(-700, "taxes"), wallet=(("TAX", -700),)),
    "fraction_sale": Contract(
        cash("fraction_sale", 33, ticker="PETR4"), "TRADE", _money(33, "market"), wallet=(("SETTLEMENT", 33),)
    ),
    "rights_sale": Contract(
        cash("rights_sale", 44, ticker="PETR4", fee=4),
        "TRADE",
        _money(44, "market", 4),
        wallet=(("SETTLEMENT", 44), ("FEE", -4)),
    ),
    "trade: bought": Contract(
        bought(50, 60_000, "trade", fee=10),
        "TRADE",
        _money(-60_000, "market", 10),
        _shares(50, "market"),
        (("SETTLEMENT", -60_000), ("FEE", -10)),
        (150, 160_010, 0),
    ),
    "trade: sold": Contract(
        bought(-40, 60_000, "trade", fee=10),
        "TRADE",
        _money(60_000, "market", 10),
        _shares(-40, "market"),
        (("SETTLEMENT", 60_000), ("FEE", -10)),
        (60, 60_000, 19_990),
    ),
    "trade: for nothing": Contract(
        bought(50, 0, "trade"), "TRADE", shares=_shares(50, "market"), held=(150, 100_000, 0)
    ),
    "opening": _moved(fact("opening", shares=10, cost=5000), "TRANSFER", 10, 105_000),
    "delivery": _moved(fact("delivery", shares=-25), "TRANSFER", -25, 75_000),
    "move: out": _moved(fact("move", shares=-25), "TRANSFER", -25, 75_000),
    "move: in": _moved(fact("move", shares=25, cost=30_000), "TRANSFER", 25, 130_000),
    "split": _moved(fact("split", shares=100), "SHARES", 100, 100_000),
    "split: grouped": _moved(fact("split", shares=-90), "SHARES", -90, 100_000),
    "bonus": _moved(fact("bonus", shares=10, cost=1500), "SHARES", 10, 101_500),
    "conversion: out": _moved(fact("conversion", shares=-100, cost=-100_000), "SHARES", -100, 0),
    "conversion: in": _moved(fact("conversion", shares=30, cost=80_000), "SHARES", 30, 180_000),
    "conversion: part of the cost": _moved(
        fact("conversion", shares=-30, cost=-80_000), "SHARES", -30, 20_000
    ),
    "fraction": _moved(fact("fraction", shares=-0.5), "SHARES", -0.5, 99_500),
}
assert {each.told.command.kind for each in CONTRACTS.values()} == set(FactKind)
