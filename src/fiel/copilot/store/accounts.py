"""The accounts of a wallet: its own, which bears its name, and one for each broker or bank of its files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from fiel.copilot.tables import wallet_accounts
from fiel.infra.storage.upserts import insert_into


@dataclass(frozen=True, slots=True)
class WalletAccount:
    """One account: `label` is what people call it, `user_id` what the book does, `name` what files wrote."""

    wallet: str
    label: str
    user_id: str
    name: str


def accounts_of(connection: Connection, wallet: str) -> list[WalletAccount]:
    """The accounts of a wallet beside its own, by label."""
    held = wallet_accounts.c
    asked = select(held.wallet, held.label, held.user_id, held.name).where(held.wallet == wallet)
    return [WalletAccount(*row) for row in connection.execute(asked.order_by(held.label))]


def users_of(connection: Connection, wallet: str) -> tuple[str, ...]:
    """What the book calls the wallet's accounts: its own first."""
    return (wallet, *(each.user_id for each in accounts_of(connection, wallet)))


def users_of_all(connection: Connection, wallets: Iterable[str]) -> dict[str, str]:
    """The wallet of each account that the book can have of these wallets, their own among them."""
    named = sorted(wallets)
    held = wallet_accounts.c
    asked = select(held.user_id, held.wallet).where(held.wallet.in_(named))
    return {each: each for each in named} | {row.user_id: row.wallet for row in connection.execute(asked)}


def owners(connection: Connection, user_ids: Iterable[str]) -> dict[str, str]:
    """The wallet of each account that is one of a wallet; those that stand for themselves are left out."""
    held = wallet_accounts.c
    asked = select(held.user_id, held.wallet).where(held.user_id.in_(sorted(user_ids)))
    return {row.user_id: row.wallet for row in connection.execute(asked)}


def add_accounts(connection: Connection, accounts: Iterable[WalletAccount], at: datetime) -> None:
    """Accounts that are new; one that is there is left as it is."""
    for each in accounts:
        values = {"wallet": each.wallet, "label": each.label, "user_id": each.user_id, "name": each.name}
        new = insert_into(wallet_accounts, connection).values(**values, opened_at=at)
        connection.execute(new.on_conflict_do_nothing())
