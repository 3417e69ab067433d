"""The registry in plain Python: every verdict by the Decimal rule. For the portfolios of a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from fiel.autobalance.model_text import BalanceModel
from fiel.autobalance.registry.judging import Template, template_of, usable
from fiel.autobalance.registry.port import Enrolled, State, Verdict
from fiel.kernel.errors import NotFound
from fiel.rebalancing.problem import Strategy


@dataclass(slots=True)
class _Watched:
    template: Template
    quantities: dict[str, int]
    cash: int
    currency: str
    verdict: Verdict = Verdict.UNPRICED
    asked_at: datetime | None = None


class Templates:
    """One template per model and strategy, however many follow it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Strategy], Template] = {}

    def of(self, model: BalanceModel, strategy: Strategy) -> Template:
        """The template, made once. Raises `InvalidInput`."""
        key = (model.id, strategy)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = template_of(model, strategy)
        return found


class ExactRegistry:
    """A `Registry` without arrays: one exact judgement per holder of what moved."""

    def __init__(self, *, ask_again_seconds: float = 60.0, templates: Templates | None = None) -> None:
        self._ask_again = timedelta(seconds=ask_again_seconds)
        self._templates = templates or Templates()
        self._watched: dict[str, _Watched] = {}
        self._holders: dict[str, set[str]] = {}
        self._out: set[str] = set()
        self._prices: dict[str, Decimal] = {}
        self._priced_at: dict[str, datetime] = {}

    def __len__(self) -> int:
        return len(self._watched)

    def tickers(self) -> frozenset[str]:
        """See `Registry`."""
        return frozenset(self._holders)

    def load(self, portfolios: Iterable[Enrolled]) -> None:
        """See `Registry`."""
        self._watched, self._holders, self._out = {}, {}, set()
        self.add(portfolios)

    def add(self, portfolios: Iterable[Enrolled]) -> None:
        """See `Registry`."""
        for each in portfolios:
            self.remove(each.portfolio)
            template = self._templates.of(each.model, each.strategy)
            self._watched[each.portfolio] = _Watched(
                template, dict(each.quantities), each.cash, each.currency
            )
            for ticker in template.tickers:
                self._holders.setdefault(ticker, set()).add(each.portfolio)
            self._judge(each.portfolio)

    def ticks(self, prices: Mapping[str, Decimal | None], at: datetime) -> list[str]:
        """See `Registry`."""
        touched: set[str] = set()
        for ticker, given in prices.items():
            price = usable(given)
            if price is None:
                self._prices.pop(ticker, None)
                self._priced_at.pop(ticker, None)
            else:
                self._prices[ticker], self._priced_at[ticker] = price, at
            touched |= self._holders.get(ticker, set())
        for portfolio in touched:
            self._judge(portfolio)
        return self._due(at)

    def forget_prices(self, before: datetime) -> None:
        """See `Registry`."""
        touched: set[str] = set()
        for ticker in [ticker for ticker, at in self._priced_at.items() if at < before]:
            del self._prices[ticker], self._priced_at[ticker]
            touched |= self._holders.get(ticker, set())
        for portfolio in touched:
            self._judge(portfolio)

    def replace(self, portfolio: str, quantities: Mapping[str, int], cash: int) -> Verdict:
        """See `Registry`."""
        found = self._known(portfolio)
        found.quantities, found.cash = dict(quantities), cash
        return self._judge(portfolio)

    def remove(self, portfolio: str) -> None:
        """See `Registry`."""
        found = self._watched.pop(portfolio, None)
        if found is None:
            return
        self._out.discard(portfolio)
        for ticker in found.template.tickers:
            self._holders[ticker].discard(portfolio)

    def ask_again(self, portfolios: Iterable[str]) -> None:
        """See `Registry`."""
        for portfolio in portfolios:
            if portfolio in self._watched:
                self._watched[portfolio].asked_at = None

    def state(self, portfolio: str) -> State:
        """See `Registry`."""
        found = self._known(portfolio)
        return State(found.verdict, found.asked_at)

    def asked(self, portfolio: str, at: datetime | None) -> None:
        """Note when a portfolio was told last: it comes from another registry."""
        self._known(portfolio).asked_at = at

    def _known(self, portfolio: str) -> _Watched:
        found = self._watched.get(portfolio)
        if found is None:
            raise NotFound("not_watched", f"{portfolio} is not watched here", field="portfolio")
        return found

    def _judge(self, portfolio: str) -> Verdict:
        each = self._watched[portfolio]
        each.verdict = each.template.judge(each.quantities, each.cash, each.currency, self._prices)
        if each.verdict is Verdict.OUT:
            self._out.add(portfolio)
        else:
            self._out.discard(portfolio)
        return each.verdict

    def _due(self, at: datetime) -> list[str]:
        due = []
        for portfolio in sorted(self._out):
            each = self._watched[portfolio]
            # A clock that was set back must not silence anybody.
            if each.asked_at is None or not timedelta() <= at - each.asked_at < self._ask_again:
                each.asked_at = at
                due.append(portfolio)
        return due
