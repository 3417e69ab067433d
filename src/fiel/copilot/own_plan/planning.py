"""Targets, what is owned, and the month's tax, put together as the portfolio to plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from fiel.copilot.own_plan.kinds import book_asset, kind_of, line_name
from fiel.copilot.own_plan.owned import Owned, OwnedAsset, Part
from fiel.copilot.own_plan.targets_text import Targets
from fiel.copilot.portfolio import Portfolio
from fiel.copilot.taxes.categories import category_missing
from fiel.kernel.errors import Refused
from fiel.portfolio.instruments import BR_ETF_BDR, BR_STOCK, Kind, market_facts, tax_group_facts
from fiel.rebalancing.plan import Order, Side
from fiel.rebalancing.problem import AssetLine, TaxGroup
from fiel.tax.dated_rows import Category
from fiel.tax.planning import GroupSoFar, groups_so_far


@dataclass(frozen=True, slots=True)
class OwnPortfolio:
    """A wallet ready to be planned. `untargeted`: lines that are held and that the targets do not name."""

    portfolio: Portfolio
    owned: Owned
    targets: Targets
    untargeted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SaleAt:
    """Where the units are that an order sells."""

    line: str
    parts: tuple[Part, ...]


def own_portfolio(targets: Targets, owned: Owned) -> OwnPortfolio:
    """The portfolio, without prices other than those of the text of the targets.

    Raises `Refused` (category_missing) for what is held and nothing tells the kind of.
    """
    _refuse_short(owned)
    given = targets.portfolio.assets
    known = {book_asset(line.id) for line in given}
    lines = [_held(line, owned, targets) for line in given]
    others = [each for name, each in owned.assets.items() if name not in known]
    _require_kinds(others, owned.categories)
    added = [_line(each, owned) for each in others]
    everything = (*lines, *added)
    portfolio = replace(
        targets.portfolio,
        assets=everything,
        cash=owned.free_cash,
        tax_groups=_groups(targets, owned, everything),
    )
    return OwnPortfolio(portfolio, owned, targets, tuple(line.id for line in added))


def sales_at(orders: Iterable[Order], owned: Owned) -> Iterator[SaleAt]:
    """For each order to sell, the accounts that hold the asset."""
    for order in orders:
        asset = owned.assets.get(book_asset(order.asset))
        if order.side is Side.SELL and asset is not None:
            yield SaleAt(order.asset, asset.parts)


def untaxed_sales(orders: Iterable[Order], portfolio: Portfolio) -> tuple[str, ...]:
    """Lines to be sold whose tax is not one of the month, and so is not in the plan."""
    groups = {line.id: line.tax_group for line in portfolio.assets}
    return tuple(one.asset for one in orders if one.side is Side.SELL and groups[one.asset] is None)


def _held(line: AssetLine, owned: Owned, targets: Targets) -> AssetLine:
    asset = owned.assets.get(book_asset(line.id))
    group = line.tax_group
    category = owned.categories.get(book_asset(line.id))
    if category is Category.FIXED_INCOME_ETF and line.id not in targets.own_groups:
        group = None
    if asset is None:
        return replace(line, tax_group=group)
    cost = line.average_cost if asset.average_cost is None else asset.average_cost
    return replace(line, quantity=asset.quantity, average_cost=cost, tax_group=group)


def _line(asset: OwnedAsset, owned: Owned) -> AssetLine:
    """The line of what the targets do not name; shares in an odd number are of the odd-lot market."""
    kind = kind_of(asset.asset, owned.categories) or Kind.OTHER
    name = asset.asset
    if kind is Kind.STOCK and asset.quantity % market_facts(kind, owned.on).lot:
        name, kind = line_name(asset.asset, kind), Kind.STOCK_FRACTIONAL
    facts = market_facts(kind, owned.on)
    is_fixed_income = owned.categories.get(asset.asset) is Category.FIXED_INCOME_ETF
    return AssetLine(
        id=name,
        price=None,
        quantity=asset.quantity,
        lot=facts.lot,
        average_cost=asset.average_cost,
        tax_group=None if is_fixed_income else facts.tax_group,
        kind=str(kind),
    )


def _refuse_short(owned: Owned) -> None:
    """More was sold than the book knows of: nobody can say what is held."""
    for each in owned.assets.values():
        if each.quantity < 0:
            raise Refused(
                "quantity_not_held",
                f"more {each.asset} was sold than there was; a purchase, an opening balance or a corporate "
                "action is missing in the book",
                field=each.asset,
                details={"held": "0"},
            )


def _require_kinds(assets: Iterable[OwnedAsset], categories: Mapping[str, Category]) -> None:
    missing = sorted(each.asset for each in assets if kind_of(each.asset, categories) is None)
    if missing:
        raise category_missing(missing)


def _groups(targets: Targets, owned: Owned, lines: Iterable[AssetLine]) -> Mapping[str, TaxGroup]:
    """The groups of the text with the month so far. Losses that shares and funds of shares have in common go
    to shares when some are held, else to the funds: whole, to one of the two."""
    groups = dict(targets.portfolio.tax_groups)
    wanted = {line.tax_group for line in lines if line.tax_group}
    for group in sorted(wanted - groups.keys()):
        facts = tax_group_facts(group, owned.on)
        if facts is not None:
            groups[group] = TaxGroup(group, facts.rate, facts.exempt_sales)
    if owned.month is None:
        return MappingProxyType(groups)
    shares = any(line.tax_group == BR_STOCK and line.quantity for line in lines)
    losses_to = BR_STOCK if shares or BR_ETF_BDR not in wanted else BR_ETF_BDR
    for name, so_far in groups_so_far((owned.month,), owned.on, common_losses_to=losses_to).items():
        if name in groups:
            groups[name] = _so_far(groups[name], so_far, keeps_limit=name in targets.own_limits)
    return MappingProxyType(groups)


def _so_far(group: TaxGroup, so_far: GroupSoFar, *, keeps_limit: bool) -> TaxGroup:
    return replace(
        group,
        exempt_sales=group.exempt_sales if keeps_limit else so_far.exempt_sales,
        loss_carry=so_far.loss_carry,
        sales_so_far=so_far.sales_so_far,
        gain_so_far=so_far.gain_so_far,
    )
