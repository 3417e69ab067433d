"""Answers about fixed-income titles."""
