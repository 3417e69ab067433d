"""The saved targets of wallets and the portfolio to plan from them; for as long as a database is open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from fiel.copilot.own_plan.kinds import book_asset, tax_word
from fiel.copilot.own_plan.owned import Owned, Seen, look, owned_on, wallet_named
from fiel.copilot.own_plan.planning import OwnPortfolio, own_portfolio
from fiel.copilot.own_plan.targets_text import Targets, read_targets
from fiel.copilot.store.booked import hold
from fiel.copilot.store.targets import SavedTargets, save_targets, targets_of
from fiel.copilot.taxes.told import Told
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Conflict, Refused
from fiel.rebalancing.problem import AssetLine

__all__ = ["OwnPlanDesk", "SavedTargets"]


@dataclass(frozen=True, slots=True)
class OwnPlanDesk:
    """`told`: what the investor says of assets and of losses from before the book, for the tax of sales."""

    database: Database
    clock: Clock
    told: Told = field(default_factory=Told)

    def wallet(self, named: str | None) -> str:
        """The wallet of the option, or the only one. Raises what `wallet_named` raises."""
        with self.database.reading() as connection:
            return wallet_named(connection, named)

    def saved(self, wallet: str) -> SavedTargets | None:
        """The targets that were saved last."""
        with self.database.reading() as connection:
            return targets_of(connection, wallet)

    def required(self, wallet: str) -> SavedTargets:
        """The same. Raises `Refused` (targets_missing) without any."""
        saved = self.saved(wallet)
        if saved is None:
            raise Refused(
                "targets_missing",
                f"{wallet} has no targets yet; write them with `fiel targets edit`, or take those of a "
                "file with `fiel targets set FILE`",
                field="targets",
                details={"wallet": wallet},
            )
        return saved

    def look(self, wallet: str) -> Seen:
        """The wallet's book, read once. Raises `Unavailable`, `Corrupt`."""
        with self.database.reading() as connection:
            return look(connection, wallet, self.told)

    def read(self, seen: Seen, text: str, *, name: str) -> Targets:
        """The targets of a text for this wallet. Raises `InvalidInput`, each problem with its line."""
        return read_targets(text, name=name, categories=seen.book.categories.known, held=seen.assets)

    def save(self, wallet: str, text: str) -> None:
        """Keep a text that was read without problems."""
        at = self.clock.now()
        self.database.transact(lambda unit: save_targets(unit.connection, wallet, text, at=at))

    def replace(self, wallet: str, text: str, before: str | None) -> None:
        """The same, when the text there is still `before` (`None`: there was none).

        Raises `Conflict` (targets_changed) when another was quicker.
        """
        at = self.clock.now()

        def work(unit: UnitOfWork) -> None:
            hold(unit.connection, wallet)
            saved = targets_of(unit.connection, wallet)
            if (None if saved is None else saved.body) != before:
                raise Conflict(
                    "targets_changed", f"the targets of {wallet} were changed meanwhile; read them again"
                )
            save_targets(unit.connection, wallet, text, at=at)

        self.database.transact(work)

    def owned(self, seen: Seen, on: date, lines: Iterable[AssetLine] = ()) -> Owned:
        """What the wallet owns on a day. `lines`: those of its targets, which may tell what an asset is."""
        words = ((book_asset(line.id), tax_word(line.kind)) for line in lines)
        return owned_on(self.database, seen, on, {name: word for name, word in words if word is not None})

    def portfolio(self, seen: Seen, targets: Targets, on: date) -> OwnPortfolio:
        """The portfolio to plan, not priced yet. Raises `Refused` (category_missing), `Unavailable`."""
        return own_portfolio(targets, self.owned(seen, on, targets.portfolio.assets))
