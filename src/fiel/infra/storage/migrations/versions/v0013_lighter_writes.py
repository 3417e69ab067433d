"""Less to write for an event: orders change without touching an index, and the outbox does not look for
ids that are unique already.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fiel.infra.storage.types import StoredText, UtcDateTime, WholeNumber

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_OPEN = "status IN ('PENDING', 'PARTIALLY_FILLED')"
_UNGUARDED = "guarded = 0"
_HELD = "not_before > 0"
_KEPT = "id, message_id, topic, key, body, created_at, attempts, not_before, claim, last_error, trace"


def upgrade() -> None:
    """From traces to lighter writes."""
    op.drop_index("ix_orders_expiring", "orders")
    op.add_column("orders", sa.Column("due_at", UtcDateTime, nullable=True))
    op.execute(
        "UPDATE orders SET due_at = expires_at "
        "WHERE expires_at IS NOT NULL AND status IN ('PENDING', 'PARTIALLY_FILLED')"
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_orders_due_at", "orders", ["due_at"], sqlite_where=due, postgresql_where=due)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE orders SET (fillfactor = 80)")
        op.drop_constraint("uq_outbox_message_id", "outbox", type_="unique")
        op.add_column("outbox", _guarded())
    else:
        _rebuild_outbox(_guarded())
    unguarded = sa.text(_UNGUARDED)
    op.create_index(
        "uq_outbox_message_id_unguarded",
        "outbox",
        ["message_id"],
        unique=True,
        sqlite_where=unguarded,
        postgresql_where=unguarded,
    )


def downgrade() -> None:
    """Every id in the index again, and the time-outs of orders beside their status."""
    op.drop_index("uq_outbox_message_id_unguarded", "outbox")
    unique = sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_id"))
    if op.get_bind().dialect.name == "postgresql":
        op.drop_column("outbox", "guarded")
        op.create_unique_constraint("uq_outbox_message_id", "outbox", ["message_id"])
        op.execute("ALTER TABLE orders RESET (fillfactor)")
    else:
        _rebuild_outbox(unique)
    op.drop_index("ix_orders_due_at", "orders")
    op.drop_column("orders", "due_at")
    expiring = sa.text(f"expires_at IS NOT NULL AND {_OPEN}")
    op.create_index(
        "ix_orders_expiring", "orders", ["expires_at"], sqlite_where=expiring, postgresql_where=expiring
    )


def _guarded() -> sa.Column[int]:
    return sa.Column("guarded", WholeNumber, nullable=False, server_default="0")


def _rebuild_outbox(last: sa.Column[int] | sa.UniqueConstraint) -> None:
    """SQLite cannot drop a constraint: the table is made anew, with its rows and its numbering."""
    op.drop_index("ix_outbox_held", "outbox")
    op.rename_table("outbox", "outbox_before")
    op.create_table(
        "outbox",
        sa.Column("id", WholeNumber, autoincrement=True, nullable=False),
        sa.Column("message_id", StoredText, nullable=False),
        sa.Column("topic", StoredText, nullable=False),
        sa.Column("key", StoredText, nullable=False),
        sa.Column("body", StoredText, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("attempts", WholeNumber, nullable=False, server_default="0"),
        sa.Column("not_before", WholeNumber, nullable=False, server_default="0"),
        sa.Column("claim", StoredText, nullable=True),
        sa.Column("last_error", StoredText, nullable=True),
        sa.Column("trace", StoredText, nullable=True),
        last,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO sqlite_sequence (name, seq) "
        "SELECT 'outbox', seq FROM sqlite_sequence WHERE name = 'outbox_before'"
    )
    op.execute(f"INSERT INTO outbox ({_KEPT}) SELECT {_KEPT} FROM outbox_before ORDER BY id")  # noqa: S608
    op.drop_table("outbox_before")
    held = sa.text(_HELD)
    op.create_index("ix_outbox_held", "outbox", ["topic", "key", "not_before"], sqlite_where=held)
