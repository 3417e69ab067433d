"""The repository's own sample files: one for every format, read and booked."""

from __future__ import annotations

from pathlib import Path

import pytest

from fiel.copilot.importing.others.mapping import mapped_reader, read_mapping
from fiel.copilot.importing.reading import read_file
from fiel.copilot.importing.registry import all_readers
from fiel.copilot.importing.rows import ReadFile
from tests.support.booked_wallets import BookedWallet

FOLDER = Path(__file__).parents[3] / "samples" / "imports"
FORMATS = sorted({reader.format for reader in all_readers()} | {"mapped-table"})
FILES = sorted(
    path.relative_to(FOLDER).as_posix()
    for path in FOLDER.glob("*/*")
    if path.suffix != ".toml" and path.is_file()
)
#: Written in the name of the protected note.
OPENS = "123"
#: Formats that tell holdings, sums or what is to come, and book nothing.
TELL_ONLY = {"b3-posicao", "b3-eventos-provisionados", "investidor10-posicoes"}


def sample(path: str) -> ReadFile:
    """A sample file, read; beside a mapping, by it."""
    file = FOLDER / path
    mapping = file.with_suffix(".toml")
    readers = None
    if mapping.exists():
        readers = [mapped_reader(read_mapping(mapping.read_text(encoding="utf-8"), mapping.name))]
    return read_file(file.name, file.read_bytes(), password=OPENS, readers=readers)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_that_is_read_has_a_sample(name: str) -> None:
    """A folder of its name with at least one file that it reads, and all of them named in the README."""
    files = [path for path in FILES if path.startswith(f"{name}/")]
    assert files
    assert {sample(path).format for path in files} == {name}
    assert f"`{name}`" in (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES)
def test_a_sample_is_read_and_booked_once(eva: BookedWallet, path: str) -> None:
    """Nothing in it is unknown; what it books is booked into an empty book, once, and all of it adds up."""
    read = sample(path)
    assert (read.unknown, read.review) == ((), ())
    told = (*read.booked, *read.positions, *read.provisioned, *read.aggregated, *read.income_sums)
    assert told
    assert bool(read.booked) or path.split("/", maxsplit=1)[0] in TELL_ONLY or "anual" in path
    assert eva.new(read, short=True) == len(read.booked)
    assert eva.new(read, short=True) == 0
    eva.adds_up()
