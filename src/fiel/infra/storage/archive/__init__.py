"""Copies of a whole database as one file that either engine can be filled from: see `writing`, `loading`."""
