"""Which rows of the whole database are about one user: for the export of everything that is theirs.

Every table is named here, those that are about nobody too, so that a new one cannot be forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fiel.copilot.store.accounts import users_of
from fiel.infra.storage.archive.selecting import About
from fiel.infra.storage.database import Session

_USER, _WALLET, _PORTFOLIO = (About("user_id"),), (About("wallet"),), (About("portfolio"),)
_OF_SAGA = (About("saga", ("sagas", "portfolio")),)

BELONGINGS: Mapping[str, tuple[About, ...]] = MappingProxyType(
    {
        "accounts": _USER,
        "alerts": _USER,
        "dead_letters": _USER,
        "journal": _USER,
        "lots": _USER,
        "orders": _USER,
        "parked_events": _USER,
        "positions": _USER,
        "postings": (About("entry_seq", ("journal", "user_id")),),
        "seals": (About("entry_seq", ("journal", "user_id")),),
        "reconciliation_items": _USER,
        "wallet_transactions": _USER,
        "access_audit": _WALLET,
        "booked_files": _WALLET,
        "booked_rows": _WALLET,
        "import_drafts": _WALLET,
        "income_links": _WALLET,
        "income_records": _WALLET,
        "income_titles": _WALLET,
        "income_wallets": _WALLET,
        "remembered": _WALLET,
        "wallet_accounts": _WALLET,
        "wallet_papers": _WALLET,
        "wallet_targets": _WALLET,
        "balance_notes": _PORTFOLIO,
        "balanced_portfolios": _PORTFOLIO,
        "saga_alerts": _PORTFOLIO,
        "saga_attempts": _OF_SAGA,
        "saga_operations": _OF_SAGA,
        "saga_steps": _OF_SAGA,
        "sagas": _PORTFOLIO,
    }
)
#: Machinery, the market's own data, and who may sign in (hashes of secrets, which are nobody's to read).
OF_NOBODY = frozenset(
    {
        "access_attempts",
        "access_keys",
        "access_owners",
        "access_sessions",
        "balance_models",
        "consumer_offsets",
        "consumer_topics",
        "event_log",
        "event_partitions",
        "event_topics",
        "idempotency_keys",
        "inbox",
        "job_runs",
        "jobs",
        "latest_prices",
        "leases",
        "market_closes",
        "market_contacts",
        "market_coverage",
        "market_events",
        "market_quarantine",
        "market_quota",
        "market_quotes",
        "market_rows",
        "outbox",
    }
)


def names_of(connection: Session, user: str) -> tuple[str, ...]:
    """What the book calls the user: the name itself, and the accounts that are of the wallet of that name."""
    return users_of(connection, user)
