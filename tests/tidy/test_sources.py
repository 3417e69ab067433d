"""The rules on source text, each on this repository and on a sample that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tidy.rules import markdown, names, settings, source_text
from tests.tidy.rules.sources import repository

Rule = Callable[[Path], list[str]]

#: rule, file of the sample, its text, words that the finding must have.
SAMPLES: list[tuple[Rule, str, str, str]] = [
    (names.empty_names, "src/fiel/string_utils.py", "", "'utils'"),
    (names.empty_names, "src/fiel/common/money.py", "", "'common'"),
    (names.empty_names, "src/fiel/quotes.py", "class QuoteManager: ...\n", "QuoteManager"),
    (source_text.unfinished, "src/fiel/a.py", "x = 1  # TO" + "DO: finish\n", "a.py:1"),
    (source_text.unfinished, "docs/a.md", "# A\n\nFIX" + "ME\n", "a.md:3"),
    (source_text.long_lines, "scripts/run", "echo " + "x" * 106 + "\n", "111 columns"),
    (source_text.patches_by_path, "tests/test_a.py", "mock.patch('fiel.a.b')\n", "import path"),
    (source_text.patches_by_path, "tests/test_a.py", "with patch('fiel.a.b'): ...\n", "import path"),
    (source_text.patches_by_path, "tests/test_a.py", "monkeypatch.setattr('a.b', 1)\n", "import path"),
    (source_text.money_from_floats, "src/fiel/a.py", "Money(0.1)\n", "Money from a float"),
    (source_text.money_from_floats, "src/fiel/a.py", "Price.of(38.2, 'BRL')\n", "Price.of from a float"),
    (source_text.tests_without_docstring, "tests/test_a.py", "def test_a(): ...\n", "test_a needs"),
    (
        source_text.tests_without_docstring,
        "tests/test_a.py",
        'class TestA:\n    def test_b(self):\n        """Two\n\n        lines."""\n',
        "test_b needs",
    ),
    (settings.settings_on_the_page, "src/fiel/a.py", 'x = "FIEL_COLOUR"\n', "a.py:1: FIEL_COLOUR is not in"),
    (settings.settings_on_the_page, "src/fiel/a.py", 'x = "unset FIEL_HUE!"\n', "a.py:1: FIEL_HUE is not in"),
    (settings.settings_on_the_page, settings.PAGE, "# S\n\n| `FIEL_GONE` | x | y |\n", "FIEL_GONE is not in"),
    (markdown.titles, "docs/a.md", "text\n", "0 titles"),
    (markdown.titles, "README.md", "# A\n\n# B\n", "2 titles"),
    (markdown.broken_links, "docs/a.md", "# A\n\n[b](b.md)\n", "no such file"),
    (markdown.broken_links, "docs/a.md", "# A\n\n[b](#b)\n", "no such heading"),
    (markdown.broken_links, "docs/a.md", "# A\n\n[b](../../b.md)\n", "outside the repository"),
]

RULES: list[Rule] = sorted({sample[0] for sample in SAMPLES}, key=lambda rule: rule.__name__)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.__name__))
def test_the_repository_keeps_the_rule(rule: Rule) -> None:
    """Nothing in this repository breaks a house rule."""
    findings = rule(repository())
    assert not findings, "\n".join(findings)


@pytest.mark.parametrize(("rule", "name", "text", "wanted"), SAMPLES)
def test_the_rule_bites(tmp_path: Path, rule: Rule, name: str, text: str, wanted: str) -> None:
    """A file that breaks a rule is found, and the finding says what and where."""
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text, encoding="utf-8")

    findings = rule(tmp_path)

    assert len(findings) == 1
    assert wanted in findings[0]


def test_good_pages_and_code_pass_every_rule(tmp_path: Path) -> None:
    """The rules do not find what is not there: links in code, titles in fences, patches of attributes."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.py").write_text('A, B = "FIEL_HUE", "FIEL_TEST_HUE"\n', encoding="utf-8")
    (tmp_path / "docs/reference").mkdir()
    (tmp_path / settings.PAGE).write_text("# S\n\n| `FIEL_HUE` | colour | red |\n", encoding="utf-8")
    (tmp_path / "docs/a.md").write_text(
        "# A b\n\n[up](a.md#a-b) [out](https://x.y) `[code](no.md)`\n\n```\n# not a title\n[x](no.md)\n```\n",
        encoding="utf-8",
    )
    (tmp_path / "tests/test_a.py").write_text(
        'def test_a(monkeypatch):\n    """It works."""\n    monkeypatch.setenv("A", "1")\n', encoding="utf-8"
    )

    assert [finding for rule in RULES for finding in rule(tmp_path)] == []
