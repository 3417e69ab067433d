"""Every page runs: its Python blocks, its doctests and its console sessions, in order, in an empty folder."""

from __future__ import annotations

import doctest
import importlib
import json
import tomllib
from pathlib import Path

import pytest
from sybil import Example, Sybil
from sybil.example import SybilFailure
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

from tests.docs import console
from tests.docs.console import ConsoleParser, Step
from tests.tidy.rules.sources import markdown_files, repository

ROOT = repository()
PAGES = [path.relative_to(ROOT).as_posix() for path in markdown_files(ROOT)]


def _run(page: Path) -> None:
    """Run every block of a page; raises on the first that does not do what it shows."""
    sybil = Sybil(
        parsers=[
            SkipParser(),
            PythonCodeBlockParser(doctest_optionflags=doctest.ELLIPSIS),
            ConsoleParser(),
            CodeBlockParser(language="json", evaluator=_json),
            CodeBlockParser(language="toml", evaluator=_toml),
        ],
        path=str(page.parent),
    )
    for example in sybil.parse(page).examples():
        example.evaluate()


def _json(example: Example) -> None:
    json.loads(str(example.parsed))


def _toml(example: Example) -> None:
    tomllib.loads(str(example.parsed))


@pytest.mark.parametrize("page", PAGES)
def test_the_page_does_what_it_shows(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader who types what stands on the page gets what stands on the page."""
    monkeypatch.chdir(tmp_path)
    _run(ROOT / page)


@pytest.mark.parametrize(
    ("block", "error"),
    [
        ("```python\nassert 1 + 1 == 3\n```", AssertionError),
        ("```python\n>>> 1 + 1\n3\n```", SybilFailure),
        ("```json\n{'a': 1}\n```", json.JSONDecodeError),
        ("```toml\na = \n```", tomllib.TOMLDecodeError),
        ("```console\n$ fiel no-such-command\n```", SybilFailure),
        ("```console\n$ echo hello\n```", SybilFailure),
        ("```console\nfiel demo\n```", ValueError),
    ],
)
def test_a_page_that_shows_what_is_not_so_fails(block: str, error: type[Exception], tmp_path: Path) -> None:
    """Each kind of block is really run."""
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n{block}\n", encoding="utf-8")

    with pytest.raises(error):
        _run(page)


def test_a_session_is_commands_with_output_and_status() -> None:
    """Lines under a command are its output; a number in brackets at the end is its exit status."""
    assert console.steps("$ fiel a\none\ntwo\n$ fiel b\n[2]\n$ fiel c\n") == [
        Step("fiel a", "one\ntwo", 0),
        Step("fiel b", "", 2),
        Step("fiel c", "", 0),
    ]


@pytest.mark.parametrize(
    ("promised", "printed", "equal"),
    [
        ("...", "anything\nat all\n", True),
        ("a  \nb", "a\nb   \n", True),
        ("buy ...\ntotal 3", "buy 1\nbuy 2\ntotal 3\n", True),
        ("buy ...\ntotal 3", "buy 1\ntotal 4\n", False),
        ("a", "a\nb\n", False),
    ],
)
def test_output_is_compared_apart_from_dots_and_trailing_blanks(
    promised: str, printed: str, equal: bool
) -> None:
    """Dots stand for any text, trailing blanks do not count, and everything else does."""
    assert console.same(promised, printed) is equal


def _modules_with_examples() -> list[str]:
    files = sorted((ROOT / "src").rglob("*.py"))
    return [p.relative_to(ROOT).as_posix() for p in files if ">>>" in p.read_text(encoding="utf-8")]


@pytest.mark.parametrize("module", _modules_with_examples())
def test_the_examples_in_docstrings_are_true(module: str) -> None:
    """What a docstring shows is what the code answers."""
    name = module.removeprefix("src/").removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    failures, attempted = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert attempted > 0
    assert failures == 0
