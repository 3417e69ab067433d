"""Figures of the book: performance reports, rates of return."""
