"""Processes that stay: workers, and what runs beside them."""
