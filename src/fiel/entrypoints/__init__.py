"""Entrypoints: the doors. Thin; they map errors to exit codes and HTTP status."""
