"""Pytest plugin: books without rows on either engine, copied from one that each worker migrates once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.custody_homes import BookServer, FileHome, ServerHome, fresh_file, migrated_file


@pytest.fixture(scope="session")
def book_file(tmp_path_factory: pytest.TempPathFactory) -> FileHome:
    """An embedded book without rows, to be copied."""
    return migrated_file(tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="session")
def book_server(postgres_url: str) -> Iterator[BookServer]:
    """The same on PostgreSQL, as many as are asked for."""
    server = BookServer(postgres_url)
    yield server
    server.close()


@pytest.fixture
def sqlite_home(book_file: FileHome, tmp_path: Path) -> FileHome:
    """An empty book of this test alone, in a file."""
    return fresh_file(book_file, tmp_path)


@pytest.fixture
def postgres_home(book_server: BookServer) -> Iterator[ServerHome]:
    """An empty book of this test alone, on PostgreSQL."""
    yield book_server.take()
    book_server.take_all_back()


@pytest.fixture
def migrated_sqlite(book_file: FileHome, tmp_path: Path) -> str:
    """The address of `fiel.db` in the test's folder: the whole schema, and no rows."""
    return f"sqlite:///{shutil.copy(book_file.file, tmp_path / 'fiel.db')}"


@pytest.fixture
def migrated_postgres(postgres_home: ServerHome) -> str:
    """The same on PostgreSQL. Its commits do not wait for the disk."""
    return postgres_home.url
