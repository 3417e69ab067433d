"""The last prices that are kept, as quotes of a portfolio's lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from fiel.copilot.own_plan.kinds import book_asset
from fiel.copilot.own_plan.owned import OwnedAsset
from fiel.copilot.portfolio import Portfolio
from fiel.custody.accounts import PRICE_SCALE
from fiel.custody.ports import LastPrice, NoPrice, PriceSource
from fiel.kernel.errors import Refused
from fiel.rebalancing.problem import AssetLine

CURRENCY = "BRL"


def with_kept_prices(portfolio: Portfolio, source: PriceSource) -> Portfolio:
    """The portfolio at the last prices that are kept. PETR4F without one of its own has PETR4's.

    A price that the text of the targets says stays where none is kept, or where it is of a later time.
    Raises `Unavailable` when the source cannot be asked.
    """
    names = {line.id for line in portfolio.assets}
    found = source.last_prices(sorted(names | {book_asset(name) for name in names}))
    lines = tuple(_priced(line, _kept(line.id, found)) for line in portfolio.assets)
    return replace(portfolio, assets=lines)


def _kept(name: str, found: Mapping[str, LastPrice | NoPrice]) -> LastPrice | None:
    for asked in (name, book_asset(name)):
        price = found.get(asked)
        if isinstance(price, LastPrice) and price.currency == CURRENCY:
            return price
    return None


def _priced(line: AssetLine, kept: LastPrice | None) -> AssetLine:
    if kept is None or (line.price is not None and _is_later(line.as_of, kept.as_of)):
        return line
    source = kept.source if kept.ticker == line.id else f"{kept.source} ({kept.ticker})"
    price = Decimal(kept.price) / PRICE_SCALE
    return replace(line, price=price, as_of=kept.as_of, source=source)


def _is_later(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one > other)


def kept_values(assets: Iterable[OwnedAsset], source: PriceSource) -> dict[str, Decimal | None]:
    """Reais that each asset is worth at the last price that is kept; `None` without one."""
    wanted = list(assets)
    found = source.last_prices([each.asset for each in wanted])
    values: dict[str, Decimal | None] = {}
    for each in wanted:
        price = _kept(each.asset, found)
        values[each.asset] = None if price is None else each.quantity * Decimal(price.price) / PRICE_SCALE
    return values


def require_prices(portfolio: Portfolio) -> None:
    """Raises `Refused` (own_price_missing) naming every line that nobody priced."""
    missing = sorted(line.id for line in unpriced(portfolio.assets))
    if missing:
        names = ", ".join(missing)
        raise Refused(
            "own_price_missing",
            f"no price is kept of {names}; ask the market with `fiel plan --market`, put one in with "
            f"`fiel custody price {missing[0]} PRICE --as-of TIME`, or leave it out of the whole: "
            f"`fiel targets edit`, [assets.{missing[0]}] ignore = true",
            field=f"assets.{missing[0]}.price",
            details={"assets": names, "first": missing[0]},
        )


def unpriced(lines: Iterable[AssetLine]) -> list[AssetLine]:
    """The lines of the whole that have no price."""
    return [line for line in lines if line.price is None and not line.ignored]
