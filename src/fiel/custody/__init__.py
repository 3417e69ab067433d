"""Custody: the book of what really happened to money and shares.

`order_events` reads the wire, `reservations` says what an order holds and what each event means to it,
`ledger` decides, evolves, posts and checks. All of these are pure: rows in, rows out.
"""
