"""Enrolling an account with the auto-balancer: what it should look like, and what is in force then."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fiel.entrypoints.answers.autobalance import portfolio_record, strategy_record
from fiel.entrypoints.answers.policy import Said
from fiel.entrypoints.answers.values import number_text
from fiel.kernel.errors import InvalidInput, NotFound, Refused

if TYPE_CHECKING:
    from fiel.autobalance.model_text import BalanceModel
    from fiel.autobalance.parts import Parts
    from fiel.autobalance.portfolios import BalancedPortfolio
    from fiel.autobalance.triggers import Policy
    from fiel.copilot.own_plan.targets_text import Targets
    from fiel.copilot.portfolio import Portfolio
    from fiel.rebalancing.problem import Strategy


@dataclass(frozen=True, slots=True)
class Text:
    """Targets as text: those of a file, or (`body` is `None`) those that are saved. `name` is for people."""

    name: str
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An enrolment as it is in force. `read`: the text of its targets, where the book is in reais;
    `left_alone`: what the account holds beside them; `elsewhere`: accounts that are not balanced with it."""

    found: BalancedPortfolio
    model: BalanceModel
    policy: Policy
    strategy: Strategy
    read: Targets | None
    left_alone: tuple[str, ...]
    elsewhere: tuple[str, ...]


def enrol(
    parts: Parts,
    portfolio: str,
    currency: str,
    said: Said,
    *,
    targets: Text,
    broker: str,
    lot: str | None,
    by: str,
) -> Enrolled:
    """Balance an account of the book from now on, or otherwise than before. Nothing is traded yet.

    Raises `NotFound` (account_unknown), `Refused` (cash_external, targets_missing, saga_unfinished),
    `InvalidInput` naming the option.
    """
    from fiel.autobalance.portfolio_model import model_of, refuse_odd_lots
    from fiel.autobalance.triggers import Policy, read_policy, strategy_of

    house = Policy.of(parts.config)
    text = said.text(house)
    held = _held(parts, portfolio, currency.upper())
    described, read = _described(parts, portfolio, currency.upper(), targets)
    model = model_of(described, _lot(lot))
    refuse_odd_lots(model, held)
    found = parts.portfolios.enrol(
        portfolio, currency, model=model.text, policy=text, broker=broker_named(broker), by=by
    )
    policy = read_policy(text, house)
    return Enrolled(
        found,
        model,
        policy,
        strategy_of(policy, model, parts.config.threshold),
        read,
        tuple(sorted(held - model.assets.keys())),
        tuple(_accounts_elsewhere(parts, portfolio)),
    )


def broker_named(text: str) -> str:
    """A kind of broker. Raises `InvalidInput` (broker_unknown)."""
    from fiel.autobalance.brokers.config import BrokerKind

    kind = text.lower()
    if kind not in set(BrokerKind):
        raise InvalidInput("broker_unknown", f"write one of {', '.join(BrokerKind)}", field="--broker")
    return kind


def enrolled_record(done: Enrolled) -> dict[str, Any]:
    """An enrolment that is in force, for programs."""
    from fiel.portfolio.targets import placed

    hours = done.policy.hours
    assets = done.model.assets
    return portfolio_record(done.found) | {
        "strategy": strategy_record(done.strategy),
        "coolDownSeconds": int(done.policy.cool_down.total_seconds()),
        "hours": None if hours is None else f"{hours.opens:%H:%M}-{hours.closes:%H:%M} {hours.zone}",
        "priceAgeSeconds": int(done.policy.price_age_max.total_seconds()),
        "minimumGain": number_text(done.policy.minimum_gain),
        "targets": [
            {
                "id": place.id,
                "asset": place.node.asset,
                "isCash": place.node.cash,
                "target": number_text(place.share),
                "lot": None if place.node.asset is None else number_text(assets[place.node.asset].lot),
            }
            for place in placed(done.model.tree)[1:]
        ],
    }


def _held(parts: Parts, portfolio: str, currency: str) -> frozenset[str]:
    """What an account holds, when it can be balanced. Raises `NotFound`, `Refused` (cash_external)."""
    from fiel.custody.accounts import CashMode
    from fiel.custody.names import read_user_id

    name = read_user_id(portfolio)
    with parts.queries.snapshot() as book:
        accounts = [each for each in book.accounts_of([name])[name] if each.currency == currency]
        held = [each for each in book.positions_of([name])[name] if each.currency == currency]
    if not accounts:
        raise NotFound(
            "account_unknown",
            f"the book has no account {portfolio} in {currency}; `fiel custody deposit` opens one",
            field="PORTFOLIO",
            details={"account": portfolio, "currency": currency},
        )
    if accounts[0].cash_mode is not CashMode.TRACKED:
        raise Refused(
            "cash_external",
            f"the cash of {portfolio} is kept elsewhere, so nobody could say whether a purchase is covered; "
            "bring the cash into the book with a deposit to an account of its own",
            field="PORTFOLIO",
            details={"account": portfolio},
        )
    return frozenset(each.ticker for each in held if each.quantity)


def _described(
    parts: Parts, portfolio: str, currency: str, targets: Text
) -> tuple[Portfolio, Targets | None]:
    """What it should look like: the file's, or the saved targets of the account.

    Raises `Refused` (targets_missing), `NotFound` (the file), `InvalidInput` with the lines.
    """
    from fiel.copilot.files.portfolio_file import parse_portfolio
    from fiel.copilot.own_plan.desk import OwnPlanDesk

    if currency != "BRL":
        # The book of taxes, which knows what assets are, is in reais.
        if targets.body is None:
            message = f"saved targets are in BRL; give those of an account in {currency} with --targets FILE"
            raise Refused("targets_missing", message, field="--targets", details={"wallet": portfolio})
        found = parse_portfolio(targets.body, name=targets.name)
        if found.currency != currency:
            message = f"{targets.name} is in {found.currency} and the account in {currency}"
            raise InvalidInput("currency_differs", message, field="currency")
        return found, None
    desk = OwnPlanDesk(parts.database, parts.clock)
    seen = desk.look(portfolio)
    text = desk.required(portfolio).body if targets.body is None else targets.body
    read = desk.read(seen, text, name=targets.name)
    return read.portfolio, read


def _accounts_elsewhere(parts: Parts, portfolio: str) -> list[str]:
    """Accounts of the same wallet that are not balanced with it."""
    from fiel.copilot.own_plan.desk import OwnPlanDesk

    labels = OwnPlanDesk(parts.database, parts.clock).look(portfolio).labels
    return sorted(label for user, label in labels.items() if user != portfolio)


def _lot(text: str | None) -> Decimal | None:
    from fiel.autobalance.model_text import FINEST_LOT
    from fiel.kernel.decimals import parse_decimal

    if text is None:
        return None
    return parse_decimal(text, field="--lot", decimals_max=9, minimum=FINEST_LOT, maximum=10**9)
