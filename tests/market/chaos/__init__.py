"""Whole days of market data in which everything fails that can."""
