"""Which account of the book an institution is: one that is there, or one that is opened with the booking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from fiel.copilot.booking.places import label_of, same_label
from fiel.copilot.store.accounts import WalletAccount
from fiel.custody.names import read_label

#: What people call the wallet's own account, which bears no institution's name.
OWN = "-"


@dataclass(slots=True)
class Accounts:
    """The accounts of a wallet, and those that are new. Its own is `wallet` itself."""

    wallet: str
    there: list[WalletAccount] = field(default_factory=list)
    new: list[WalletAccount] = field(default_factory=list)

    @classmethod
    def of(cls, wallet: str, there: Iterable[WalletAccount]) -> Accounts:
        """Of a wallet with the accounts that it has."""
        return cls(wallet, list(there))

    def user_id(self, institution: str | None) -> str:
        """The book's name of an account; opened when it is new. Raises `InvalidInput` for the name."""
        if not institution or institution == OWN:
            return self.wallet
        label = label_of(read_label(institution, "account"))
        for one in (*self.there, *self.new):
            if same_label(one.label, label):
                return one.user_id
        one = WalletAccount(self.wallet, label, f"{self.wallet}/{label}", institution)
        self.new.append(one)
        return one.user_id

    def label(self, user_id: str) -> str:
        """What people call an account of the book."""
        for one in (*self.there, *self.new):
            if one.user_id == user_id:
                return one.label
        return OWN
