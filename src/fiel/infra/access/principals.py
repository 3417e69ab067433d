"""Who asks, and what that one may do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from fiel.kernel.errors import InvalidInput

#: More wallets than this are "all wallets".
WALLETS_MAX = 200
WALLET_LENGTH_MAX = 100


class Scope(StrEnum):
    """What may be done: look, change the book and place orders, or rule the program."""

    READ = "read"
    TRADE = "trade"
    ADMIN = "admin"


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Principal:
    """The one who asks: an owner, the bearer of a key, or whoever sits at the machine.

    `wallets` is `None` for all of them. `via`: `loopback`, `session` or `key:<id>`.
    """

    name: str
    scopes: frozenset[Scope]
    wallets: frozenset[str] | None
    via: str

    def may(self, scope: Scope) -> bool:
        """Whether this one may do what the scope is for."""
        return scope in self.scopes

    def may_see(self, wallet: str) -> bool:
        """Whether the wallet is this one's; of any other not even the existence is told."""
        return self.wallets is None or wallet in self.wallets

    @property
    def rules_over_all(self) -> bool:
        """Whether this one administers the whole program, and not only some wallets."""
        return self.may(Scope.ADMIN) and self.wallets is None


#: Whoever sits at the machine while nobody has set a password.
LOCAL = Principal("local", ALL_SCOPES, None, "loopback")


def scopes_with(scopes: Collection[Scope]) -> frozenset[Scope]:
    """The scopes and those that they contain: admin may trade, and who trades may read.

    Raises `InvalidInput` (scopes_missing) when there is none.
    """
    if not scopes:
        raise InvalidInput("scopes_missing", "name a scope: read, trade or admin", field="scopes")
    order = list(Scope)
    return frozenset(order[: max(order.index(each) for each in scopes) + 1])


def widest(scopes: Collection[Scope]) -> Scope:
    """The scope that contains the others."""
    return [scope for scope in Scope if scope in scopes][-1]


def checked_wallets(wallets: Collection[str] | None) -> frozenset[str] | None:
    """The wallets, when their names can be such. Raises `InvalidInput` (wallets_malformed)."""
    if wallets is None:
        return None
    fits = all(each.strip() == each and 0 < len(each) <= WALLET_LENGTH_MAX for each in wallets)
    if not wallets or len(wallets) > WALLETS_MAX or not fits:
        raise InvalidInput(
            "wallets_malformed",
            f"name 1 to {WALLETS_MAX} wallets of at most {WALLET_LENGTH_MAX} characters, or leave them out",
            field="wallets",
        )
    return frozenset(wallets)
