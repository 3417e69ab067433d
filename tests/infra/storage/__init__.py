"""Tests of storage: one suite, run on SQLite always and on PostgreSQL when there is one."""
