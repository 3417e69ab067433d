"""What stands around a plan on the page Aportar: the values to suppose, quick amounts, orders as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import urlencode

from fiel.entrypoints.web.typed_numbers import number_box, price_box
from fiel.entrypoints.web.views.invest import Ground, InvestView
from fiel.entrypoints.web.views.invest_ask import PRICE, TARGET, InvestAsk
from fiel.kernel.errors import InvalidInput
from fiel.portfolio.targets import placed

#: Amounts that one click adds.
STEPS = (Decimal(100), Decimal(500), Decimal(1000))
_CURRENCY = "BRL"


@dataclass(frozen=True, slots=True)
class Supposable:
    """A figure that may be supposed: what was typed for it, and what is saved."""

    name: str
    label: str
    depth: int
    typed: str
    saved: str
    problem: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A quick amount: where it leads. `kind`: more, cash, clear."""

    href: str
    kind: str
    amount: Decimal


def address(ask: InvestAsk, wallet: str | None, path: str = "/aportar") -> str:
    """The address of a question; `wallet` where the address before named it."""
    text = query_text(ask, wallet)
    return f"{path}?{text}" if text else path


def query_text(ask: InvestAsk, wallet: str | None) -> str:
    """The question of an address, without its sign."""
    said = ask.query()
    return urlencode([("carteira", wallet), *said] if wallet else said)


def chips(ask: InvestAsk, cash: Decimal, wallet: str | None) -> list[Chip]:
    """Quick amounts beside what was typed."""
    now = ask.amount or Decimal(0)
    found = [Chip(address(replace(ask, amount=now + step), wallet), "more", step) for step in STEPS]
    if cash > 0 and ask.mode != "retirar":
        all_cash = replace(ask, amount=Decimal(0), keep_cash=False)
        found.append(Chip(address(all_cash, wallet), "cash", cash))
    if ask.query():
        found.append(Chip(address(InvestAsk(), wallet), "clear", Decimal(0)))
    return found


Problem = Callable[[InvalidInput], str]


def supposable_prices(ground: Ground, ask: InvestAsk, told: Problem) -> list[Supposable]:
    """Every line of the whole, by name; those without a price first."""
    lines = sorted(
        (line for line in ground.portfolio.assets if not line.ignored),
        key=lambda line: (line.price is not None, line.id),
    )
    return [
        Supposable(
            line.id,
            line.name or line.id,
            0,
            ask.typed.get(f"{PRICE}{line.id}", ""),
            "" if line.price is None else price_box(line.price),
            _problem(ask, f"{PRICE}{line.id}", told),
        )
        for line in lines
    ]


def supposable_targets(ground: Ground, ask: InvestAsk, told: Problem) -> list[Supposable]:
    """Every class and asset of the tree, in its order."""
    return [
        Supposable(
            place.id,
            place.node.name,
            place.depth,
            ask.typed.get(f"{TARGET}{place.id}", ""),
            number_box(place.node.weight),
            _problem(ask, f"{TARGET}{place.id}", told),
        )
        for place in placed(ground.portfolio.targets)[1:]
    ]


def _problem(ask: InvestAsk, name: str, told: Problem) -> str:
    problem = ask.problems.get(name)
    return "" if problem is None else told(problem)


def orders_text(view: InvestView, words: Mapping[str, str], price: Callable[[Decimal, str, str], str]) -> str:
    """The orders as lines to paste into a message: what, how many, at which price."""
    rows = [one.row for one in view.orders]
    return "\n".join(
        f"{words[row.side.value]} {row.quantity.normalize():f} {row.asset} @ "
        f"{price(row.price, _CURRENCY, row.asset)}"
        for row in rows
    )
