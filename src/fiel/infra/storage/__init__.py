"""Storage: one SQL for SQLite and PostgreSQL, one transaction per message, one history of migrations.

`database` opens a database and runs units of work; `types` has the columns; `schema` the migrations;
`inbox`, `outbox`, `offsets`, `leases`, `job_runs` and `idempotency` are what messages need.
"""
