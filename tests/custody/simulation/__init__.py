"""A small world with a seed: users, an order service, a log and workers that break, and an auditor."""
