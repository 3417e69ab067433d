"""Targets for somebody who has none: the wallet of today, once nothing about its assets is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fiel.copilot.own_plan.desk import OwnPlanDesk
from fiel.copilot.own_plan.kinds import kind_of
from fiel.copilot.own_plan.owned import Seen
from fiel.copilot.own_plan.prices import kept_values
from fiel.copilot.own_plan.template import targets_template
from fiel.copilot.plan_view.words import Lang
from fiel.copilot.taxes.desk import TaxDesk
from fiel.copilot.taxes.told import read_told
from fiel.custody.ports import LastPrice, PriceSource
from fiel.infra.storage.database import Database
from fiel.kernel.clock import Clock
from fiel.kernel.errors import InvalidInput

#: What an asset can be said to be, as tax calls it.
CATEGORIES = ("stock", "fii", "fiagro", "etf", "fixed_income_etf", "bdr")


@dataclass(frozen=True, slots=True)
class HeldText:
    """Targets made of what is held. `by_value`: at today's weights, as a price is kept of everything."""

    text: str
    by_value: bool


def held_text(desk: OwnPlanDesk, prices: PriceSource, seen: Seen, today: date, lang: Lang) -> HeldText:
    """The wallet of a day as targets to begin with. Raises `Unavailable`, `Corrupt`.

    It is valid as it stands, unless nothing tells what an asset is: its line then says what to write.
    """
    owned = desk.owned(seen, today)
    values = kept_values([each for each in owned.assets.values() if each.quantity > 0], prices)
    return HeldText(targets_template(owned, values, lang), all(values.values()))


@dataclass(frozen=True, slots=True)
class FirstTargets:
    """`has_targets`: some are kept already. `assets`: what is held; `unknown`: of these, what nothing tells
    the kind of."""

    has_targets: bool
    unknown: tuple[str, ...]
    assets: tuple[str, ...]

    def is_priced(self, prices: PriceSource) -> bool:
        """Whether a price is kept of all that is held. Raises `Unavailable`."""
        found = prices.last_prices(self.assets) if self.assets else {}
        return all(isinstance(each, LastPrice) for each in found.values())


def first_targets(database: Database, clock: Clock, wallet: str, today: date) -> FirstTargets:
    """What is needed before today's wallet can be the target."""
    desk = OwnPlanDesk(database, clock)
    owned = desk.owned(desk.look(wallet), today)
    held = [name for name, each in owned.assets.items() if each.quantity > 0]
    unknown = tuple(sorted(name for name in held if kind_of(name, owned.categories) is None))
    return FirstTargets(desk.saved(wallet) is not None, unknown, tuple(sorted(held)))


def save_first_targets(
    database: Database,
    clock: Clock,
    prices: PriceSource,
    wallet: str,
    today: date,
    said: Mapping[str, str],
    lang: Lang,
) -> bool:
    """Keep what was said of assets, and today's wallet as its targets; whether by value, or by equal parts.

    Raises `InvalidInput`: category_unknown; targets_there when some are kept already; what reading the
    text raises where an asset's kind is still unknown.
    """
    told = read_told([f"{asset}={word}" for asset, word in said.items() if word])
    if told.words:
        TaxDesk(database, told).remember(wallet, clock.now())
    desk = OwnPlanDesk(database, clock)
    if desk.saved(wallet) is not None:
        raise InvalidInput("targets_there", "this wallet has targets already; edit them", field="alvos")
    seen = desk.look(wallet)
    held = held_text(desk, prices, seen, today, lang)
    desk.read(seen, held.text, name=wallet)
    desk.save(wallet, held.text)
    return held.by_value
