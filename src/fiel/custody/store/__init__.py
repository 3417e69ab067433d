"""The book in a database: loads what a batch needs under lock, writes what it decided."""

from __future__ import annotations

from fiel.custody.store.book import Book, BookUnit

__all__ = ["Book", "BookUnit"]
