"""The tables that messages, workers and repeated requests need. No finance in here."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Table, UniqueConstraint, text

from fiel.infra.storage.types import StoredText, UtcDateTime, WholeNumber, metadata

METADATA = metadata()

#: Messages already handled, by consumer; the hash tells a repetition from another message of that id.
inbox = Table(
    "inbox",
    METADATA,
    Column("consumer", StoredText, primary_key=True),
    Column("message_id", StoredText, primary_key=True),
    Column("payload_hash", StoredText, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: Messages to publish. A row is free when `not_before` (database clock, microseconds) has passed. The index
#: holds the few that are claimed or failed: a row is written without touching it. `guarded` (1) says that the
#: id is a row's of its room, unique there and written with it: it is not looked for here once more.
outbox = Table(
    "outbox",
    METADATA,
    Column("id", WholeNumber, primary_key=True, autoincrement=True),
    Column("message_id", StoredText, nullable=False),
    Column("topic", StoredText, nullable=False),
    Column("key", StoredText, nullable=False),
    Column("body", StoredText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("attempts", WholeNumber, nullable=False, server_default="0"),
    Column("not_before", WholeNumber, nullable=False, server_default="0"),
    Column("claim", StoredText, nullable=True),
    Column("last_error", StoredText, nullable=True),
    Column("trace", StoredText, nullable=True),
    Column("guarded", WholeNumber, nullable=False, server_default="0"),
    Index(
        "uq_outbox_message_id_unguarded",
        "message_id",
        unique=True,
        sqlite_where=text("guarded = 0"),
        postgresql_where=text("guarded = 0"),
    ),
    Index(
        "ix_outbox_held",
        "topic",
        "key",
        "not_before",
        sqlite_where=text("not_before > 0"),
        postgresql_where=text("not_before > 0"),
    ),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

#: Where each consumer stands, and the epoch of the one who may move it.
consumer_offsets = Table(
    "consumer_offsets",
    METADATA,
    Column("consumer", StoredText, primary_key=True),
    Column("topic", StoredText, primary_key=True),
    Column("partition", WholeNumber, primary_key=True, autoincrement=False),
    Column("next_offset", WholeNumber, nullable=True),
    Column("epoch", WholeNumber, nullable=False),
    CheckConstraint("next_offset >= 0", name="next_offset_not_negative"),
    sqlite_strict=True,
)

#: Who may act alone on a name, until when (database clock, microseconds), by which fencing token.
leases = Table(
    "leases",
    METADATA,
    Column("name", StoredText, primary_key=True),
    Column("holder", StoredText, nullable=False),
    Column("token", WholeNumber, nullable=False),
    Column("expires_at", WholeNumber, nullable=False),
    Column("ends_at", WholeNumber, nullable=False),
    CheckConstraint("token > 0", name="token_positive"),
    sqlite_strict=True,
)

#: Jobs that must run once per key (a day, a portfolio and a day), marked in the effect's own transaction.
job_runs = Table(
    "job_runs",
    METADATA,
    Column("job", StoredText, primary_key=True),
    Column("run_key", StoredText, primary_key=True),
    Column("ran_at", UtcDateTime, nullable=False),
    Column("outcome", StoredText, nullable=False, server_default=""),
    sqlite_strict=True,
)

#: Requests already answered: the same key again gets the same answer, or a conflict for another body.
idempotency_keys = Table(
    "idempotency_keys",
    METADATA,
    Column("scope", StoredText, primary_key=True),
    Column("key", StoredText, primary_key=True),
    Column("field_hashes", StoredText, nullable=False),
    Column("answer", StoredText, nullable=True),
    Column("recorded_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)

#: Which log of that name a consumer's offsets are of; another identity means that it was made anew.
consumer_topics = Table(
    "consumer_topics",
    METADATA,
    Column("consumer", StoredText, primary_key=True),
    Column("topic", StoredText, primary_key=True),
    Column("identity", StoredText, nullable=False),
    sqlite_strict=True,
)

#: The embedded event log: its topics. A topic made anew gets another identity.
event_topics = Table(
    "event_topics",
    METADATA,
    Column("topic", StoredText, primary_key=True),
    Column("partitions", WholeNumber, nullable=False),
    Column("identity", StoredText, nullable=False),
    CheckConstraint("partitions > 0", name="partitions_positive"),
    sqlite_strict=True,
)

#: Each partition holds the offsets from `low_offset` up to, not including, `next_offset`.
event_partitions = Table(
    "event_partitions",
    METADATA,
    Column("topic", StoredText, primary_key=True),
    Column("partition", WholeNumber, primary_key=True, autoincrement=False),
    Column("low_offset", WholeNumber, nullable=False, server_default="0"),
    Column("next_offset", WholeNumber, nullable=False, server_default="0"),
    CheckConstraint("low_offset >= 0 AND low_offset <= next_offset", name="offsets_in_order"),
    sqlite_strict=True,
)

#: The records, bytes as published; `headers` is JSON of names and hex, `size` their bytes together.
event_log = Table(
    "event_log",
    METADATA,
    Column("topic", StoredText, primary_key=True),
    Column("partition", WholeNumber, primary_key=True, autoincrement=False),
    Column("log_offset", WholeNumber, primary_key=True, autoincrement=False),
    Column("key", LargeBinary, nullable=True),
    Column("body", LargeBinary, nullable=True),
    Column("headers", StoredText, nullable=True),
    Column("size", WholeNumber, nullable=False),
    Column("appended_at", WholeNumber, nullable=False),
    sqlite_strict=True,
)

#: Jobs. Of each kind and key only the first that is not over is `waiting` (free when `not_before`, database
#: clock in microseconds, has passed), those after it are `behind`. `done` rows keep their id from returning.
jobs = Table(
    "jobs",
    METADATA,
    Column("place", WholeNumber, primary_key=True, autoincrement=True),
    Column("kind", StoredText, nullable=False),
    Column("job_id", StoredText, nullable=False),
    Column("key", StoredText, nullable=True),
    Column("payload", StoredText, nullable=False),
    Column("state", StoredText, nullable=False),
    Column("run_after", UtcDateTime, nullable=True),
    Column("not_before", WholeNumber, nullable=False, server_default="0"),
    Column("attempts", WholeNumber, nullable=False, server_default="0"),
    Column("max_attempts", WholeNumber, nullable=False),
    Column("claim", StoredText, nullable=True),
    Column("reason", StoredText, nullable=True),
    Column("detail", StoredText, nullable=True),
    Column("enqueued_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    UniqueConstraint("kind", "job_id"),
    CheckConstraint("state IN ('waiting', 'behind', 'done', 'dead')", name="state_known"),
    Index(
        "ix_jobs_ready",
        "kind",
        "not_before",
        "place",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_jobs_of_key",
        "kind",
        "key",
        "place",
        sqlite_where=text("state IN ('waiting', 'behind')"),
        postgresql_where=text("state IN ('waiting', 'behind')"),
    ),
    Index(
        "ix_jobs_first_of_key",
        "kind",
        "key",
        unique=True,
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_jobs_over",
        "state",
        "kind",
        "ended_at",
        sqlite_where=text("ended_at IS NOT NULL"),
        postgresql_where=text("ended_at IS NOT NULL"),
    ),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
