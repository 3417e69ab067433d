"""The history of the schema: one for SQLite and PostgreSQL. `versions/v0001_...` is its first step.

A new step: copy the shape of the last one, number it on, write both ways by hand, import no room (a
step must stay what it was when the room moves on), and run the storage tests on both engines.
"""
