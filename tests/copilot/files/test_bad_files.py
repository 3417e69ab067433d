"""Files that are not what they should be: one clear refusal each, and bounded memory."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from fiel.copilot.files import instance as instance_module
from fiel.copilot.files import portfolio_file
from fiel.copilot.files.instance import read_instance
from fiel.copilot.files.portfolio_file import parse_portfolio, read_portfolio
from fiel.kernel.errors import FielError, InvalidInput, NotFound

Reader = Callable[[Path], object]
READERS = (read_portfolio, read_instance)
MEGABYTE = 1_000_000


def refusal(read: Reader, path: Path) -> FielError:
    """What a reader answers to a file."""
    with pytest.raises(FielError) as caught:
        read(path)
    return caught.value


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "file_not_text"),
        (b"\x00", "file_not_text"),
        (b'name = "A\xe7\xf5es"', "file_not_text"),
        ('{"schema": "x"}'.encode("utf-16"), "file_not_text"),
        (b"\x1f\x8b\x08\xff\xfe", "file_not_text"),
    ],
)
def test_bytes_that_are_not_utf8_text_are_refused(
    read: Reader, content: bytes, code: str, tmp_path: Path
) -> None:
    """Pictures, archives and other encodings get one sentence that names the file."""
    path = tmp_path / "file"
    path.write_bytes(content)
    error = refusal(read, path)
    assert (type(error), error.code) == (InvalidInput, code)
    assert str(path) in error.message


@pytest.mark.parametrize("read", READERS)
def test_an_empty_file_is_refused(read: Reader, tmp_path: Path) -> None:
    """Nothing is not a portfolio of nothing."""
    path = tmp_path / "file"
    path.write_bytes(b"")
    assert refusal(read, path).code in {"schema_missing", "json_syntax"}


@pytest.mark.parametrize("read", READERS)
def test_a_file_that_is_not_there_is_not_found(read: Reader, tmp_path: Path) -> None:
    """A wrong name is not a wrong file."""
    assert type(refusal(read, tmp_path / "nowhere")) is NotFound


@pytest.mark.parametrize("read", READERS)
def test_a_folder_and_an_impossible_name_are_refused(read: Reader, tmp_path: Path) -> None:
    """What cannot be opened is told with its reason."""
    assert refusal(read, tmp_path).code == "file_is_folder"
    assert refusal(read, Path("a\x00b")).code == "file_unreadable"
    assert refusal(read, Path("x" * 5000)).code == "file_unreadable"


@pytest.mark.parametrize(
    ("read", "bytes_max"),
    [(read_portfolio, portfolio_file.BYTES_MAX), (read_instance, instance_module.BYTES_MAX)],
)
def test_a_hundred_megabytes_are_refused_without_reading_them(
    read: Reader, bytes_max: int, tmp_path: Path
) -> None:
    """No more than the limit and one byte is ever in memory."""
    path = tmp_path / "file"
    with path.open("wb") as stream:
        stream.truncate(100 * MEGABYTE)
    tracemalloc.start()
    error = refusal(read, path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.code == "file_too_large"
    assert peak < 2 * bytes_max + MEGABYTE


def test_text_beyond_the_limit_is_refused_too() -> None:
    """The limit holds for text that is already in memory."""
    assert refusal(lambda _: parse_portfolio("#" * 2_000_001), Path()).code == "file_too_large"
    assert refusal(lambda _: read_instance("{" + " " * 16_000_000), Path()).code == "file_too_large"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x = " + "[" * 3_000, "too_deep"),
        ("x = " + "{a=" * 1_000, "too_deep"),
        ("x" * 5_000 + " = 1", "line_too_long"),
        ("a.b = 1\n" * 60_000, "file_too_large"),
        ("x = " + "1" * 3_900, "schema_missing"),
    ],
)
def test_a_text_made_to_exhaust_the_reader_is_refused(text: str, code: str) -> None:
    """Depth, long lines and floods of keys are bounded before they are parsed."""
    assert refusal(lambda _: parse_portfolio(text), Path()).code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"a":' * 50_000, "too_deep"),
        ("[" * 200_000, "too_deep"),
        ("[" + "1," * 600_000 + "1]", "file_too_large"),
        ('{"schema": ' + "1" * 5_000 + "}", "number_too_large"),
        ('{"schema": "rebalancing-instance/1",, }', "json_syntax"),
        ("[]", "object_expected"),
        ("12", "object_expected"),
    ],
)
def test_json_made_to_exhaust_the_reader_is_refused(text: str, code: str) -> None:
    """Depth, floods of values and enormous numbers end in one refusal."""
    assert refusal(lambda _: read_instance(text.encode()), Path()).code == code


def test_a_deep_tree_is_refused_by_both_readers() -> None:
    """A tree of very many levels is a problem of the tree, in either format."""
    node: dict[str, object] = {"id": "leaf", "weight": "100", "asset": "A"}
    for level in range(200):
        node = {"id": f"n{level}", "weight": "100", "children": [node]}
    document = {"schema": "rebalancing-instance/1", "assets": [{"id": "A", "price": "1"}], "targets": node}
    assert refusal(lambda _: read_instance(json.dumps(document)), Path()).code == "tree_too_large"
    toml = 'schema = "fiel-portfolio/1"\n[targets' + ".x" * 1_500 + ']\nweight = "100"\n'
    with pytest.raises(InvalidInput) as caught:
        parse_portfolio(toml)
    codes = [problem.code for problem in getattr(caught.value, "problems", (caught.value,))]
    assert "tree_too_large" in codes
