"""What a simulation ends with, and the sums that say whether it may be believed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from fiel.autobalance.brokers.simulated.books import Statement
from fiel.autobalance.enrolment import Enrolment, pages
from fiel.autobalance.parts import Parts
from fiel.autobalance.registry.judging import Template, template_of
from fiel.autobalance.simulation.founding import CURRENCY
from fiel.autobalance.triggers import strategy_of
from fiel.custody.ledger.checker import check

PAGE = 1_000
_FRACTION = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """All but `seconds` (and `crashes`, which depends on what was under way) follows from the seed.

    `orders` are those that reached the exchange, each name once, `compensations` those among them that undo.
    `duplicate_orders` is what the exchange executed beyond one order per name. `worst_deviation`: of any node
    of any portfolio that is not STALE, after the last wave, from its target, as a fraction of the portfolio
    (6 decimals, half even: percent with 4). `conservation`: custody's checker finds nothing, nothing is left
    reserved, and custody and the exchange agree on every cent and share. `findings` says where they do not.
    """

    rebalances: int
    orders: int
    compensations: int
    stale: tuple[str, ...]
    stale_expected: tuple[str, ...]
    duplicate_orders: int
    worst_deviation: str
    conservation: bool
    seconds: str
    seed: int
    portfolios: int
    done: int
    rolled_back: int
    abandoned: int
    crashes: int
    findings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """For machines: lists and text, no floats."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}

    @property
    def is_sound(self) -> bool:
        """Whether everything adds up and nobody is STALE who need not be."""
        return self.conservation and not self.duplicate_orders and self.stale == self.stale_expected


def everybody(parts: Parts) -> Iterator[Enrolment]:
    """Every enrolment, page by page."""
    for page in pages(parts.enrolments, PAGE):
        yield from page


def disagreements(parts: Parts, statements: Iterator[Statement], limit: int = 20) -> tuple[str, ...]:
    """Where custody contradicts itself or the exchange, at most `limit` of them."""
    with parts.queries.snapshot() as book:
        record = book.record()
    found = [f"custody: {finding}" for finding in check(record)]
    cash = {account.user_id: account for account in record.accounts if account.currency == CURRENCY}
    shares: dict[str, dict[str, int]] = {}
    for position in record.positions:
        if position.quantity:
            shares.setdefault(position.user_id, {})[position.ticker] = position.quantity
        if position.reserved:
            found.append(f"{position.user_id}: {position.ticker} is left reserved: {position.reserved}")
    for statement in statements:
        account = cash.get(statement.portfolio)
        if account is None or account.balance != statement.cash:
            told = None if account is None else account.balance
            found.append(f"{statement.portfolio}: custody has {told} cents, the exchange {statement.cash}")
        elif account.blocked:
            found.append(f"{statement.portfolio}: {account.blocked} cents are left reserved")
        held = {ticker: quantity for ticker, quantity in statement.shares.items() if quantity}
        if held != shares.get(statement.portfolio, {}):
            found.append(f"{statement.portfolio}: custody and the exchange hold different shares")
        if len(found) >= limit:
            break
    return tuple(found[:limit])


def worst_deviation(parts: Parts, prices: dict[str, Decimal]) -> Decimal:
    """The largest deviation of any node of any portfolio that is not STALE: a fraction of its whole."""
    worst = Decimal(0)
    templates: dict[str, Template] = {}
    for page in pages(parts.enrolments, PAGE):
        fit = [each for each in page if not each.is_stale]
        worst = max(worst, _worst_of(parts, fit, prices, templates))
    return worst


def _worst_of(
    parts: Parts, page: list[Enrolment], prices: dict[str, Decimal], templates: dict[str, Template]
) -> Decimal:
    models = parts.enrolments.models({each.model for each in page})
    users = [each.portfolio for each in page]
    with parts.queries.snapshot() as book:
        accounts, positions = book.accounts_of(users), book.positions_of(users)
    worst = Decimal(0)
    for each in page:
        if each.model not in templates:
            model = models[each.model]
            templates[each.model] = template_of(
                model, strategy_of(each.policy, model, parts.config.threshold)
            )
        template = templates[each.model]
        held = {position.ticker: position.quantity for position in positions[each.portfolio]}
        cash = sum(account.balance for account in accounts[each.portfolio])
        values = template.node_values(held, cash, each.currency, prices)
        if values is not None and values[0] > 0:
            worst = max(worst, template.worst(values))
    return worst


def fraction_text(fraction: Decimal) -> str:
    """A fraction with six decimals, half even: a percentage with four."""
    return f"{fraction.quantize(_FRACTION, ROUND_HALF_EVEN):f}"
