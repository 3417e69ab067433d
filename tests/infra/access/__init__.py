"""Owners, sessions, keys, the brake on guessing, the log of deeds."""
